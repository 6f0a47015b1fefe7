/** A node of a program whose shapes are known: what it takes, what it makes, and how it is run. */
import type { ReadNode } from '../../program/onnx-reader.js';
import type { KernelCalls } from './kernels.js';

export interface OperandShape {
  readonly type: 'f32' | 'i32';
  readonly shape: readonly number[];
}

export interface PlanningNode {
  readonly node: ReadNode;
  /** Of integers that fix shapes nothing is known here: ask `integers`. */
  readonly inputs: readonly OperandShape[];
  /** Values of an input that is a constant of integers: axes, shapes and sizes. */
  integers(at: number): readonly number[];
  /** Whether an input is another tensor whose last two axes are swapped. */
  readonly turned?: readonly boolean[];
}

export interface PlannedNode {
  readonly results: readonly OperandShape[];
  /** Inputs of the first result's size, in whose place it may be written. */
  readonly inPlace?: readonly number[];
  readonly scratchBytes?: number;
  /** Of an operation on each element by itself: the same for a part of the elements. */
  readonly part?: PartOfNode;
  /** Addresses of inputs, of results and of room to work in; `zero` is that of a number 0. */
  run(
    call: KernelCalls,
    inputs: readonly number[],
    results: readonly number[],
    scratch: number,
    zero: number,
  ): void;
}

export interface PartOfNode {
  /** Which inputs are walked along with the result; the others are one number. */
  readonly walked: readonly boolean[];
  run(call: KernelCalls, inputs: readonly number[], result: number, count: number): void;
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function adds(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

export function requireThat(node: ReadNode, holds: boolean, otherwise: string): void {
  if (!holds) throw bad(node, otherwise);
}

export function bad({ op }: ReadNode, why: string): Error {
  return new Error(`BAD_ONNX: ${op}: ${why}; this is not a program of ours, fetch it again`);
}
