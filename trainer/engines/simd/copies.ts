/**
 * Every operation that only moves elements (transposing, cutting, joining, repeating) is one copy
 * between two walks over the same box: along each axis, how far apart neighbours lie on either side.
 */
import type { KernelCalls } from './kernels.js';

export interface CopyAxis {
  readonly size: number;
  /** Elements from one to the next where they are read, 0 where one is repeated, and written. */
  readonly from: number;
  readonly to: number;
}

/** Copies from address `x` to address `y`. */
export type Copy = (call: KernelCalls, x: number, y: number) => void;

const bytesOfElement = 4;

/** The last axis runs fastest. */
export function planCopy(axes: readonly CopyAxis[], offsets = { from: 0, to: 0 }): Copy {
  const joined = joinAxes(axes);
  // What is left apart when the last axis has one element is copied one at a time.
  if (joined[joined.length - 1]?.to !== 1) joined.push({ size: 1, from: 1, to: 1 });
  const inner = joined.pop()!;
  const rows = takeRows(joined, inner);
  const one = planRows(rows, inner);
  const starts = { from: offsets.from * bytesOfElement, to: offsets.to * bytesOfElement };
  return (call, x, y) => {
    walk(joined, { x: x + starts.from, y: y + starts.to }, (from, to) => one(call, from, to));
  };
}

/** Of the outer axes the one that saves most calls, or whose rows are columns where they are read. */
function takeRows(outer: CopyAxis[], inner: CopyAxis): CopyAxis {
  const isBetter = (a: CopyAxis, b: CopyAxis): boolean =>
    inner.from > 1 && a.from !== b.from ? a.from < b.from : a.size > b.size;
  let best = 0;
  outer.forEach((axis, i) => {
    if (isBetter(axis, outer[best]!)) best = i;
  });
  return outer.splice(best, 1)[0] ?? { size: 1, from: 0, to: 0 };
}

function planRows(rows: CopyAxis, inner: CopyAxis): Copy {
  const { size: n } = inner;
  if (inner.from === 1) {
    return (call, x, y) => call.copy_rows(x, rows.from, y, rows.to, n, rows.size);
  }
  if (inner.from === 0) {
    return (call, x, y) => call.fill_rows(x, rows.from, y, rows.to, n, rows.size);
  }
  return (call, x, y) => call.gather_strided(x, rows.from, inner.from, y, rows.to, n, rows.size);
}

function walk(
  axes: readonly CopyAxis[],
  at: { x: number; y: number },
  visit: (x: number, y: number) => void,
): void {
  const [axis, ...rest] = axes;
  if (!axis) return visit(at.x, at.y);
  for (let i = 0; i < axis.size; i++) {
    const x = at.x + i * axis.from * bytesOfElement;
    walk(rest, { x, y: at.y + i * axis.to * bytesOfElement }, visit);
  }
}

/** Leaves out axes of size 1, and makes one of two where the outer is the inner going on. */
function joinAxes(axes: readonly CopyAxis[]): CopyAxis[] {
  const joined: CopyAxis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = joined[joined.length - 1];
    const goesOn =
      outer && outer.from === axis.from * axis.size && outer.to === axis.to * axis.size;
    if (goesOn) joined[joined.length - 1] = { ...axis, size: outer.size * axis.size };
    else joined.push(axis);
  }
  return joined;
}

/** Elements from one to the next along each axis of a tensor as it lies. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  }
  return strides;
}

/** The same seen from a shape that it is repeated to: 0 where it is. */
export function stridesWithin(shape: readonly number[], result: readonly number[]): number[] {
  const own = stridesOf(shape);
  const missing = result.length - shape.length;
  return result.map((_, axis) => {
    const at = axis - missing;
    return at < 0 || shape[at] === 1 ? 0 : own[at]!;
  });
}
