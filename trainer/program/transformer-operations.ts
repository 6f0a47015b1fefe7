/**
 * The operations of a Llama-style decoder. Each is one unit with one gradient rule, written so that
 * forward and backward share what they compute (equal nodes are merged by the graph).
 */
import { filled, reshape, swapLastAxes } from './arrange.js';
import { requireFloats, requireIds, shapeMismatch } from './check-operands.js';
import { differentiable, type Tensor } from './graph.js';
import {
  add,
  divide,
  meanOfLastAxis,
  multiply,
  multiplyMatrices,
  sigmoid,
  squareRoot,
  subtract,
  sum,
} from './operations.js';

/** Rows of `table` [rows, width] by `ids`; the gradient adds up where a row was used repeatedly. */
export function gatherRows(table: Tensor, ids: Tensor): Tensor {
  requireFloats('gatherRows', [table]);
  requireIds('gatherRows', [table, ids], ids);
  const width = table.shape[1]!;
  if (table.shape.length !== 2 || ids.shape.length !== 1) {
    throw shapeMismatch('gatherRows', [table, ids], 'it takes [rows, width] and [count]');
  }
  const count = ids.shape[0]!;
  const { graph } = table;
  const rows = graph.apply(
    'Gather',
    [table, ids],
    { axis: 0 },
    { type: 'f32', shape: [count, width] },
  );
  return differentiable(rows, [
    {
      input: table,
      gradient: (gradient) => {
        const column = reshape(ids, [count, 1]);
        const spread = graph.apply(
          'Expand',
          [column, graph.integers([count, width])],
          {},
          { type: ids.type, shape: [count, width] },
        );
        const zeros = filled(graph.scalar(0), table.shape);
        return graph.apply(
          'ScatterElements',
          [zeros, spread, gradient],
          { axis: 0, reduction: 'add' },
          { type: 'f32', shape: table.shape },
        );
      },
    },
  ]);
}

/** `x ÷ √(mean(x²) + ε) · gain`, over the last axis. */
export function rmsNorm(x: Tensor, gain: Tensor, epsilon: number): Tensor {
  requireFloats('rmsNorm', [x, gain]);
  const width = x.shape[x.shape.length - 1];
  if (gain.shape.length !== 1 || gain.shape[0] !== width) {
    throw shapeMismatch('rmsNorm', [x, gain], 'it takes [… , width] and [width]');
  }
  const { graph } = x;
  const meanSquare = meanOfLastAxis(multiply(x, x));
  const root = squareRoot(add(meanSquare, graph.scalar(epsilon)));
  const unit = divide(x, root);
  const y = graph.apply('Mul', [unit, gain], {}, { type: 'f32', shape: x.shape });
  return differentiable(y, [
    {
      input: x,
      gradient: (gradient) => {
        const scaled = multiply(gradient, gain);
        const along = meanOfLastAxis(multiply(scaled, unit));
        return divide(subtract(scaled, multiply(unit, along)), root);
      },
    },
    {
      input: gain,
      gradient: (gradient) => {
        const outer = x.shape.slice(0, -1).map((_, axis) => axis);
        return sum(multiply(gradient, unit), outer);
      },
    },
  ]);
}

/** `x · sigmoid(x)`. */
export function silu(x: Tensor): Tensor {
  const { graph } = x;
  const gate = sigmoid(x);
  const y = graph.apply('Mul', [x, gate], {}, { type: 'f32', shape: x.shape });
  return differentiable(y, [
    {
      input: x,
      // d/dx x·s(x) = s + x·s·(1 − s), and x·s is the result itself
      gradient: (gradient) =>
        multiply(gradient, add(gate, multiply(y, subtract(graph.scalar(1), gate)))),
    },
  ]);
}

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  requireFloats('softmax', [x]);
  if (x.shape.length === 0) throw shapeMismatch('softmax', [x], 'it has no axis');
  const axis = x.shape.length - 1;
  const { graph } = x;
  const y = graph.apply('Softmax', [x], { axis }, { type: 'f32', shape: x.shape });
  return differentiable(y, [
    {
      input: x,
      gradient: (gradient) => {
        const weighted = multiply(gradient, y);
        const total = reshape(sum(weighted, [axis]), [...x.shape.slice(0, -1), 1]);
        return subtract(weighted, multiply(y, total));
      },
    },
  ]);
}

/** `(first, second)` halves of the last axis become `(−second, first)`. */
function rotateHalf(x: Tensor): Tensor {
  const axis = x.shape.length - 1;
  const half = x.shape[axis]! / 2;
  const { graph } = x;
  const part = { type: 'f32', shape: [...x.shape.slice(0, -1), half] } as const;
  const sizes = graph.integers([half, half]);
  const [first, second] = graph.applyMany('Split', [x, sizes], { axis }, [part, part]);
  const negated = graph.apply('Neg', [second!], {}, part);
  return graph.apply('Concat', [negated, first!], { axis }, { type: 'f32', shape: x.shape });
}

/**
 * Rotary position embedding of x [batch, heads, positions, width]: `x·cos + rotateHalf(x)·sin`, with
 * tables [positions, width] whose halves are equal. A rotation's gradient is the inverse rotation.
 */
export function rotate(x: Tensor, tables: { cosine: Tensor; sine: Tensor }): Tensor {
  const { cosine, sine } = tables;
  requireFloats('rotate', [x, cosine, sine]);
  const tail = x.shape.slice(-2).join();
  const even = x.shape.length >= 2 && x.shape[x.shape.length - 1]! % 2 === 0;
  if (!even || cosine.shape.join() !== tail || sine.shape.join() !== tail) {
    throw shapeMismatch(
      'rotate',
      [x, cosine, sine],
      'it takes [… , positions, an even width] and two tables [positions, width]',
    );
  }
  const { graph } = x;
  const result = { type: 'f32', shape: x.shape } as const;
  const turned = multiply(rotateHalf(x), sine);
  const y = graph.apply('Add', [multiply(x, cosine), turned], {}, result);
  return differentiable(y, [
    {
      input: x,
      gradient: (gradient) =>
        subtract(multiply(gradient, cosine), multiply(rotateHalf(gradient), sine)),
    },
  ]);
}

/**
 * Causal attention of q [batch, heads, positions, width] over k and v [batch, kvHeads, keys, width],
 * where the queries stand at the last `positions` of the keys. Query heads that share a key head
 * are stacked along the positions, so keys and values are never copied and their gradients add up
 * inside the matrix product.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, low?: Tensor): Tensor {
  requireAttention(q, k, v);
  const [batch, heads, positions, width] = q.shape as [number, number, number, number];
  const [, kvHeads, keys] = k.shape as [number, number, number, number];
  const { graph } = q;
  const stacked = [batch, kvHeads, (heads / kvHeads) * positions, width];
  const scaled = multiply(reshape(q, stacked), graph.scalar(1 / Math.sqrt(width)));
  const scores = multiplyMatrices(scaled, swapLastAxes(k));
  const rectangle = [batch, heads, positions, keys];
  const masked = add(
    reshape(scores, rectangle),
    causalMask(low ?? maskedScore(graph), positions, keys),
  );
  const weights = reshape(softmax(masked), scores.shape);
  return reshape(multiplyMatrices(weights, v), q.shape);
}

function requireAttention(q: Tensor, k: Tensor, v: Tensor): void {
  requireFloats('attend', [q, k, v]);
  const [batch, heads, positions, width] = q.shape;
  const [kBatch, kvHeads, keys, kWidth] = k.shape;
  const fits =
    q.shape.length === 4 &&
    k.shape.length === 4 &&
    v.shape.join() === k.shape.join() &&
    kBatch === batch &&
    kWidth === width &&
    heads! % kvHeads! === 0 &&
    positions! <= keys!;
  if (fits) return;
  throw shapeMismatch(
    'attend',
    [q, k, v],
    'it takes [batch, heads, positions, width] and twice [batch, kvHeads, keys, width], where ' +
      'kvHeads divides heads and there are no more positions than keys',
  );
}

/** The score of a key that a query may not see: so low that no weight remains. */
export function maskedScore(graph: Tensor['graph']): Tensor {
  return graph.scalar(-1e9);
}

/** 0 where a query sees a key, else `low`; built in the graph to keep it small. */
function causalMask(low: Tensor, positions: number, keys: number): Tensor {
  const shape = [positions, keys];
  const all = filled(low, shape);
  const offset = low.graph.integerScalar(keys - positions + 1);
  return low.graph.apply('Trilu', [all, offset], { upper: 1 }, { type: 'f32', shape });
}

/** 2^−126: below it a float32 is subnormal. Added to a probability it keeps its logarithm finite. */
const leastProbability = 1.1754943508222875e-38;

/**
 * Sum of `−log softmax(logits)[target]` over the rows of logits [rows, classes], a scalar. Loss and
 * gradient share the probabilities, so that nothing of the size of the logits is computed but these;
 * the price is that no row counts for more than 126 · ln 2 = 87 nats.
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const [rows, classes] = logits.shape as [number, number];
  requireFloats('crossEntropy', [logits]);
  requireIds('crossEntropy', [logits, targets], targets);
  if (logits.shape.length !== 2 || targets.shape.join() !== String(rows)) {
    throw shapeMismatch('crossEntropy', [logits, targets], 'it takes [rows, classes] and [rows]');
  }
  const { graph } = logits;
  const result = { type: 'f32', shape: [rows, classes] } as const;
  const ofRow = { type: 'f32', shape: [rows, 1] } as const;
  const probabilities = graph.apply('Softmax', [logits], { axis: 1 }, result);
  const column = reshape(targets, [rows, 1]);
  const picked = graph.apply('GatherElements', [probabilities, column], { axis: 1 }, ofRow);
  const logarithms = graph.apply('Log', [add(picked, graph.scalar(leastProbability))], {}, ofRow);
  const total = sum(logarithms, [0, 1]);
  const loss = graph.apply('Mul', [total, graph.scalar(-1)], {}, { type: 'f32', shape: [] });
  return differentiable(loss, [
    {
      input: logits,
      gradient: (gradient) => {
        const minusOnes = filled(graph.scalar(-1), [rows, 1]);
        const difference = graph.apply(
          'ScatterElements',
          [probabilities, column, minusOnes],
          { axis: 1, reduction: 'add' },
          result,
        );
        return multiply(difference, gradient);
      },
    },
  ]);
}
