/**
 * General operations on tensors: each checks its shapes, adds one or a few ONNX nodes and states the
 * rule of its gradient. What only a transformer needs is in transformer-operations.ts.
 *
 * Only ONNX operators that give one result under any number of threads are used; `ScatterND` with
 * addition is not one (docs/decisions/030-exact-programs.md).
 */
import { reshape, swapLastAxes } from './arrange.js';
import { requireAxes, requireFloats, shapeMismatch } from './check-operands.js';
import { differentiable, type Flow, type Tensor } from './graph.js';

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

/** Gradients begin at 1: a factor that changes nothing is left out. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  requireFloats('Mul', [a, b]);
  const one = a.graph.scalar(1);
  if (b === one) return a;
  if (a === one) return b;
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

/** Element-wise larger value; for the optimizer, so it has no gradient rule and is refused on a path. */
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
  requireFloats('MatMul', [a, b]);
  const rank = a.shape.length;
  const outer = a.shape.slice(0, -2);
  const fits =
    rank >= 2 &&
    b.shape.length === rank &&
    outer.join() === b.shape.slice(0, -2).join() &&
    a.shape[rank - 1] === b.shape[rank - 2];
  if (!fits) throw shapeMismatch('MatMul', [a, b], 'it takes [… , m, k] and [… , k, n]');
  const shape = [...outer, a.shape[rank - 2]!, b.shape[rank - 1]!];
  const product = a.graph.apply('MatMul', [a, b], {}, { type: 'f32', shape });
  return differentiable(product, [
    { input: a, gradient: (gradient) => multiplyMatrices(gradient, swapLastAxes(b)) },
    { input: b, gradient: (gradient) => multiplyMatrices(swapLastAxes(a), gradient) },
  ]);
}

/** `x · weightᵀ` for x [rows, in] and weight [out, in], the orientation of published checkpoints. */
export function linear(x: Tensor, weight: Tensor): Tensor {
  requireFloats('linear', [x, weight]);
  const rows = x.shape[0]!;
  const [outputs, inputs] = weight.shape;
  const fits = x.shape.length === 2 && weight.shape.length === 2 && x.shape[1] === inputs;
  if (!fits) throw shapeMismatch('linear', [x, weight], 'it takes [rows, in] and [out, in]');
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
  requireFloats(op, [x]);
  requireAxes(op, x, axes);
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  return x.graph.apply(op, [x, x.graph.integers(axes)], { keepdims: 0 }, { type: 'f32', shape });
}

/** Mean over the last axis, kept with size 1. */
export function meanOfLastAxis(x: Tensor): Tensor {
  requireFloats('ReduceMean', [x]);
  const size = x.shape[x.shape.length - 1];
  if (size === undefined) throw shapeMismatch('ReduceMean', [x], 'it has no axis');
  const shape = [...x.shape.slice(0, -1), 1];
  const axes = x.graph.integers([x.shape.length - 1]);
  const y = x.graph.apply('ReduceMean', [x, axes], { keepdims: 1 }, { type: 'f32', shape });
  return differentiable(y, [
    {
      input: x,
      gradient: (gradient) =>
        spread(multiply(gradient, x.graph.scalar(1 / size)), x.shape, [x.shape.length - 1]),
    },
  ]);
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
  requireFloats(op, [x]);
  const y = x.graph.apply(op, [x], {}, { type: 'f32', shape: x.shape });
  return differentiable(y, [{ input: x, gradient }]);
}

function broadcast(op: string, a: Tensor, b: Tensor): number[] {
  requireFloats(op, [a, b]);
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a.shape[axis - rank + a.shape.length] ?? 1;
    const sizeB = b.shape[axis - rank + b.shape.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw shapeMismatch(op, [a, b], `axis ${axis - rank} is ${sizeA} and ${sizeB}`);
    }
    return Math.max(sizeA, sizeB);
  });
}
