/**
 * Refusals of operations while a graph is built: each names the operation and the shapes of its
 * operands, since that is what whoever writes a model needs to find the line.
 */
import type { Tensor } from './graph.js';

/** `SHAPE_MISMATCH: OP of NAME f32 [2, 3] and NAME f32 [4]; WANTED`. */
export function shapeMismatch(op: string, operands: readonly Tensor[], wanted: string): Error {
  return new Error(`SHAPE_MISMATCH: ${op} of ${operands.map(show).join(' and ')}; ${wanted}`);
}

/** Throws `TYPE_MISMATCH` unless all operands are float32: integers have no gradient. */
export function requireFloats(op: string, operands: readonly Tensor[]): void {
  requireType(op, operands, operands, 'f32');
}

/** Throws `TYPE_MISMATCH` unless `ids` are int32: what engines take as indices. */
export function requireIds(op: string, operands: readonly Tensor[], ids: Tensor): void {
  requireType(op, operands, [ids], 'i32');
}

/** Throws `SHAPE_MISMATCH` unless each axis is one of `x`, and none occurs twice. */
export function requireAxes(op: string, x: Tensor, axes: readonly number[]): void {
  const rank = x.shape.length;
  const fit = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < rank);
  if (fit && new Set(axes).size === axes.length) return;
  throw shapeMismatch(op, [x], `[${axes.join(', ')}] are not different axes below ${rank}`);
}

function requireType(
  op: string,
  operands: readonly Tensor[],
  checked: readonly Tensor[],
  type: Tensor['type'],
): void {
  const odd = checked.find((tensor) => tensor.type !== type);
  if (!odd) return;
  throw new Error(
    `TYPE_MISMATCH: ${op} of ${operands.map(show).join(' and ')}; ${odd.name} must be ${type}`,
  );
}

function show({ name, type, shape }: Tensor): string {
  return `${name} ${type} [${shape.join(', ')}]`;
}
