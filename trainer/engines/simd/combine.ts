/** Element-wise operations of two tensors, either of which may be repeated along any axis. */
import type { ReadNode } from '../../program/onnx-reader.js';
import { stridesOf, stridesWithin } from './copies.js';
import {
  bad,
  countOf,
  requireThat,
  type PartOfNode,
  type PlannedNode,
  type PlanningNode,
} from './planned-node.js';

const combinations = ['Add', 'Sub', 'Mul', 'Div', 'Max'];

interface Axis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly y: number;
}

export function planCombine({ node, inputs: [a, b] }: PlanningNode): PlannedNode {
  requireThat(node, a?.type === 'f32' && b?.type === 'f32', 'it takes numbers');
  const shape = broadcastShape(node, a!.shape, b!.shape);
  const count = countOf(shape);
  const axes = joinAxes(shape, stridesWithin(a!.shape, shape), stridesWithin(b!.shape, shape));
  const inner = axes.pop() ?? { size: 1, a: 1, b: 1, y: 1 };
  const rows = axes.pop() ?? { size: 1, a: 0, b: 0, y: 0 };
  const op = combinations.indexOf(node.op);
  const mode = inner.b === 0 ? 1 : inner.a === 0 ? 2 : 0;
  return {
    results: [{ type: 'f32', shape }],
    inPlace: [a!, b!].flatMap((one, i) => (countOf(one.shape) === count ? [i] : [])),
    ...(rows.size === 1 && axes.length === 0 ? { part: partOf(op, mode) } : {}),
    run(call, [left, right], [to]) {
      walk(axes, [left!, right!, to!], (x, z, y) =>
        call.combine(op, mode, x, rows.a, z, rows.b, y, inner.size, rows.size),
      );
    },
  };
}

function partOf(op: number, mode: number): PartOfNode {
  return {
    walked: [mode !== 2, mode !== 1],
    run: (call, [a, b], y, count) => call.combine(op, mode, a!, 0, b!, 0, y, count, 1),
  };
}

function walk(
  axes: readonly Axis[],
  [a, b, y]: readonly [number, number, number],
  visit: (a: number, b: number, y: number) => void,
): void {
  const [axis, ...rest] = axes;
  if (!axis) return visit(a, b, y);
  for (let i = 0; i < axis.size; i++) {
    walk(rest, [a + 4 * i * axis.a, b + 4 * i * axis.b, y + 4 * i * axis.y], visit);
  }
}

function joinAxes(shape: readonly number[], a: readonly number[], b: readonly number[]): Axis[] {
  const y = stridesOf(shape);
  const joined: Axis[] = [];
  shape.forEach((size, i) => {
    if (size === 1) return;
    const axis = { size, a: a[i]!, b: b[i]!, y: y[i]! };
    const outer = joined[joined.length - 1];
    const goesOn = outer && outer.a === axis.a * size && outer.b === axis.b * size;
    if (goesOn) joined[joined.length - 1] = { ...axis, size: outer.size * size };
    else joined.push(axis);
  });
  return joined;
}

export function broadcastShape(
  node: ReadNode,
  a: readonly number[],
  b: readonly number[],
): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a, b].map((shape) => shape[axis - rank + shape.length] ?? 1);
    if (left !== right && left !== 1 && right !== 1) throw bad(node, 'shapes do not fit');
    return Math.max(left!, right!);
  });
}
