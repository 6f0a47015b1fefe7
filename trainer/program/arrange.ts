/** Operations that move elements without computing: reshape, transpose, slice, concatenate, fill. */
import { requireAxes, shapeMismatch } from './check-operands.js';
import { countElements, differentiable, type Tensor } from './graph.js';

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (countElements(shape) !== countElements(x.shape)) {
    throw shapeMismatch('reshape', [x], `[${shape.join(', ')}] holds another count of elements`);
  }
  if (shape.join() === x.shape.join()) return x;
  const y = x.graph.apply('Reshape', [x, x.graph.integers(shape)], {}, { type: x.type, shape });
  return differentiable(y, [{ input: x, gradient: (gradient) => reshape(gradient, x.shape) }]);
}

/** Axis i of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  requireAxes('transpose', x, order);
  if (order.length !== x.shape.length) {
    throw shapeMismatch('transpose', [x], `[${order.join(', ')}] leaves axes out`);
  }
  const shape = order.map((axis) => x.shape[axis]!);
  const y = x.graph.apply('Transpose', [x], { perm: order }, { type: x.type, shape });
  const inverse = order.map((_, i) => order.indexOf(i));
  return differentiable(y, [{ input: x, gradient: (gradient) => transpose(gradient, inverse) }]);
}

export function swapLastAxes(x: Tensor): Tensor {
  const order = x.shape.map((_, axis) => axis);
  const rank = order.length;
  if (rank < 2) throw shapeMismatch('swapLastAxes', [x], 'it needs two axes');
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  return transpose(x, order);
}

/** Part `from … from + length − 1` of an axis. Its gradient is padded with zeros. */
export function slice(x: Tensor, axis: number, from: number, length: number): Tensor {
  requireAxes('slice', x, [axis]);
  const size = x.shape[axis]!;
  const fits = Number.isInteger(from) && Number.isInteger(length) && from >= 0 && length >= 1;
  if (!fits || from + length > size) {
    throw shapeMismatch('slice', [x], `${from} to ${from + length} is no part of axis ${axis}`);
  }
  const shape = x.shape.map((whole, i) => (i === axis ? length : whole));
  const { graph } = x;
  const bounds = [[from], [from + length], [axis]].map((values) => graph.integers(values));
  const y = graph.apply('Slice', [x, ...bounds], {}, { type: x.type, shape });
  return differentiable(y, [
    {
      input: x,
      gradient: (gradient) => pad(gradient, axis, from, size),
    },
  ]);
}

/** Puts `x` at `from` of an axis that is `size` long, with zeros around it: the inverse of a slice. */
export function pad(x: Tensor, axis: number, from: number, size: number): Tensor {
  requireAxes('pad', x, [axis]);
  if (!Number.isInteger(from) || from < 0 || from + x.shape[axis]! > size) {
    throw shapeMismatch('pad', [x], `${from} in ${size} is no place for axis ${axis}`);
  }
  const before = x.shape.map((_, i) => (i === axis ? from : 0));
  const behind = x.shape.map((length, i) => (i === axis ? size - from - length : 0));
  const inputs = [x, x.graph.integers([...before, ...behind])];
  const y = x.graph.apply('Pad', inputs, {}, { type: x.type, shape: x.shape.with(axis, size) });
  const length = x.shape[axis]!;
  return differentiable(y, [
    { input: x, gradient: (gradient) => slice(gradient, axis, from, length) },
  ]);
}

/** One after another along an axis; all other sizes must be equal. */
export function concatenate(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (!first) throw new Error('BUG: nothing to concatenate');
  requireAxes('concatenate', first, [axis]);
  const others = (part: Tensor): string => part.shape.with(axis, 0).join();
  const odd = parts.find(
    (part) => part.shape.length !== first.shape.length || others(part) !== others(first),
  );
  if (odd) throw shapeMismatch('concatenate', [first, odd], `they differ beside axis ${axis}`);
  if (parts.length === 1) return first;
  const size = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const shape = first.shape.with(axis, size);
  const y = first.graph.apply('Concat', parts, { axis }, { type: first.type, shape });
  let from = 0;
  const flows = parts.map((part) => {
    const [start, length] = [from, part.shape[axis]!];
    from += length;
    return { input: part, gradient: (gradient: Tensor) => slice(gradient, axis, start, length) };
  });
  return differentiable(y, flows);
}

/** One value everywhere, expanded in the engine to keep the program small; without a gradient. */
export function filled(value: Tensor, shape: readonly number[]): Tensor {
  const { graph } = value;
  const inputs = [
    reshape(
      value,
      shape.map(() => 1),
    ),
    graph.integers(shape),
  ];
  return graph.apply('Expand', inputs, {}, { type: 'f32', shape });
}
