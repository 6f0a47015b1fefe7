/**
 * General operations on tensors: each checks its shapes, adds one or a few ONNX nodes and states the
 * rule of its gradient. What only a transformer needs is in transformer-operations.ts.
 *
 * Only ONNX operators that give one result under any number of threads are used; `ScatterND` with
 * addition is not one (docs/decisions/030-exact-programs.md).
 */
import { countElements, type Flow, type Tensor } from './graph.js';

export function add(a: Tensor, b: Tensor): Tensor {
  return elementwise('Add', a, b, {
    a: (gradient) => sumTo(gradient, a.shape),
    b: (gradient) => sumTo(gradient, b.shape),
  });
}

export function subtract(a: Tensor, b: Tensor): Tensor {
  return elementwise('Sub', a, b, {
    a: (gradient) => sumTo(gradient, a.shape),
    b: (gradient) => sumTo(multiply(gradient, gradient.graph.scalar(-1)), b.shape),
  });
}

export function multiply(a: Tensor, b: Tensor): Tensor {
  return elementwise('Mul', a, b, {
    a: (gradient) => sumTo(multiply(gradient, b), a.shape),
    b: (gradient) => sumTo(multiply(gradient, a), b.shape),
  });
}

export function divide(a: Tensor, b: Tensor): Tensor {
  const quotient = elementwise('Div', a, b, {
    a: (gradient) => sumTo(divide(gradient, b), a.shape),
    b: (gradient) =>
      sumTo(multiply(divide(multiply(gradient, quotient), b), gradient.graph.scalar(-1)), b.shape),
  });
  return quotient;
}

/** Element-wise larger value; used by the optimizer, so it needs no gradient. */
export function maximum(a: Tensor, b: Tensor): Tensor {
  const shape = broadcast('Max', a, b);
  return a.graph.apply('Max', [a, b], {}, { type: 'f32', shape });
}

export function squareRoot(x: Tensor): Tensor {
  const root = unary('Sqrt', x, (gradient) =>
    divide(multiply(gradient, x.graph.scalar(0.5)), root),
  );
  return root;
}

export function sigmoid(x: Tensor): Tensor {
  const y = unary('Sigmoid', x, (gradient) =>
    multiply(gradient, multiply(y, subtract(x.graph.scalar(1), y))),
  );
  return y;
}

/** Matrix product over the last two axes; all axes before them must be equal. */
export function multiplyMatrices(a: Tensor, b: Tensor): Tensor {
  const rank = a.shape.length;
  const outer = a.shape.slice(0, -2);
  const fits =
    rank >= 2 &&
    b.shape.length === rank &&
    outer.join() === b.shape.slice(0, -2).join() &&
    a.shape[rank - 1] === b.shape[rank - 2];
  if (!fits) throw shapeMismatch('MatMul', a, b);
  const shape = [...outer, a.shape[rank - 2]!, b.shape[rank - 1]!];
  const product = a.graph.apply('MatMul', [a, b], {}, { type: 'f32', shape });
  return differentiable(product, [
    { input: a, gradient: (gradient) => multiplyMatrices(gradient, swapLastAxes(b)) },
    { input: b, gradient: (gradient) => multiplyMatrices(swapLastAxes(a), gradient) },
  ]);
}

/** `x · weightᵀ` for x [rows, in] and weight [out, in], the orientation of published checkpoints. */
export function linear(x: Tensor, weight: Tensor): Tensor {
  const rows = x.shape[0]!;
  const [outputs, inputs] = weight.shape;
  const fits = x.shape.length === 2 && weight.shape.length === 2 && x.shape[1] === inputs;
  if (!fits) throw shapeMismatch('linear', x, weight);
  const y = gemm(x, weight, { transB: 1 }, [rows, outputs!]);
  return differentiable(y, [
    { input: x, gradient: (gradient) => gemm(gradient, weight, {}, [rows, inputs!]) },
    {
      input: weight,
      gradient: (gradient) => gemm(gradient, x, { transA: 1 }, [outputs!, inputs!]),
    },
  ]);
}

function gemm(a: Tensor, b: Tensor, attributes: Record<string, number>, shape: number[]): Tensor {
  return a.graph.apply('Gemm', [a, b], attributes, { type: 'f32', shape });
}

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (countElements(shape) !== countElements(x.shape)) {
    throw new Error(
      `SHAPE_MISMATCH: reshape of [${x.shape.join(', ')}] to [${shape.join(', ')}]; ` +
        'both must hold the same number of elements',
    );
  }
  if (shape.join() === x.shape.join()) return x;
  const y = x.graph.apply('Reshape', [x, x.graph.integers(shape)], {}, { type: x.type, shape });
  return differentiable(y, [{ input: x, gradient: (gradient) => reshape(gradient, x.shape) }]);
}

/** Axis i of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const sorted = [...order].sort((a, b) => a - b);
  if (sorted.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
    throw new Error(
      `SHAPE_MISMATCH: transpose of [${x.shape.join(', ')}] by [${order.join(', ')}]`,
    );
  }
  const shape = order.map((axis) => x.shape[axis]!);
  const y = x.graph.apply('Transpose', [x], { perm: order }, { type: x.type, shape });
  const inverse = order.map((_, i) => order.indexOf(i));
  return differentiable(y, [{ input: x, gradient: (gradient) => transpose(gradient, inverse) }]);
}

export function swapLastAxes(x: Tensor): Tensor {
  const order = x.shape.map((_, axis) => axis);
  const rank = order.length;
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  return transpose(x, order);
}

/** Part `from … from + length − 1` of an axis; used on token ids, which have no gradient. */
export function slice(x: Tensor, axis: number, from: number, length: number): Tensor {
  const size = x.shape[axis];
  if (size === undefined || from < 0 || length < 1 || from + length > size) {
    throw new Error(`SHAPE_MISMATCH: slice of axis ${axis} of [${x.shape.join(', ')}]`);
  }
  const shape = x.shape.map((whole, i) => (i === axis ? length : whole));
  const { graph } = x;
  const bounds = [[from], [from + length], [axis]].map((values) => graph.integers(values));
  return graph.apply('Slice', [x, ...bounds], {}, { type: x.type, shape });
}

/** Sum over some axes, which disappear. */
export function sum(x: Tensor, axes: readonly number[]): Tensor {
  const y = reduce('ReduceSum', x, axes);
  return differentiable(y, [{ input: x, gradient: (gradient) => spread(gradient, x.shape, axes) }]);
}

/** Sum of the squares of all elements, a scalar. */
export function sumOfSquares(x: Tensor): Tensor {
  const y = reduce(
    'ReduceSumSquare',
    x,
    x.shape.map((_, axis) => axis),
  );
  return differentiable(y, [
    { input: x, gradient: (gradient) => multiply(multiply(gradient, x.graph.scalar(2)), x) },
  ]);
}

function reduce(op: string, x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  return x.graph.apply(op, [x, x.graph.integers(axes)], { keepdims: 0 }, { type: 'f32', shape });
}

/** Mean over the last axis, kept with size 1; without a gradient rule, for use inside others. */
export function meanOfLastAxis(x: Tensor): Tensor {
  const shape = [...x.shape.slice(0, -1), 1];
  const axes = x.graph.integers([x.shape.length - 1]);
  return x.graph.apply('ReduceMean', [x, axes], { keepdims: 1 }, { type: 'f32', shape });
}

function spread(gradient: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const { graph } = gradient;
  return graph.apply(
    'Expand',
    [reshape(gradient, kept), graph.integers(shape)],
    {},
    { type: 'f32', shape },
  );
}

/** Adds up a gradient over the axes along which an operand was repeated. */
function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const extra = gradient.shape.length - shape.length;
  const repeated = gradient.shape
    .map((size, axis) => ({ size, axis }))
    .filter(({ size, axis }) => axis < extra || (shape[axis - extra] === 1 && size !== 1))
    .map(({ axis }) => axis);
  return repeated.length === 0 ? gradient : reshape(sum(gradient, repeated), shape);
}

function elementwise(
  op: string,
  a: Tensor,
  b: Tensor,
  rule: { a: Flow['gradient']; b: Flow['gradient'] },
): Tensor {
  const shape = broadcast(op, a, b);
  const y = a.graph.apply(op, [a, b], {}, { type: 'f32', shape });
  return differentiable(y, [
    { input: a, gradient: rule.a },
    { input: b, gradient: rule.b },
  ]);
}

function unary(op: string, x: Tensor, gradient: Flow['gradient']): Tensor {
  const y = x.graph.apply(op, [x], {}, { type: 'f32', shape: x.shape });
  return differentiable(y, [{ input: x, gradient }]);
}

export function differentiable(result: Tensor, flows: readonly Flow[]): Tensor {
  result.flows ??= flows;
  return result;
}

function broadcast(op: string, a: Tensor, b: Tensor): number[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a.shape[axis - rank + a.shape.length] ?? 1;
    const sizeB = b.shape[axis - rank + b.shape.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw shapeMismatch(op, a, b);
    return Math.max(sizeA, sizeB);
  });
}

export function shapeMismatch(op: string, a: Tensor, b: Tensor): Error {
  return new Error(
    `SHAPE_MISMATCH: ${op} of ${a.name} [${a.shape.join(', ')}] and ` +
      `${b.name} [${b.shape.join(', ')}]`,
  );
}
