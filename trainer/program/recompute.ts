/**
 * Activation checkpointing as a transformation of the graph (Chen et al., "Training deep nets with
 * sublinear memory cost", 2016): what a part of a model computed is forgotten after the forward pass
 * and computed again, from its input, when the gradient arrives.
 *
 * Neither the graph nor an engine may find out that both computations are the same, or they would
 * merge them and keep the results. So the second one starts from the input times a 1 that an engine
 * can only know once the gradient is there: `gradient[0] · 0 + 1`. A product with 1 changes no bit,
 * so gradients are bit for bit those without recomputing; a gradient that is not finite makes the
 * step not finite, which it is anyway.
 */
import { reshape, slice } from './arrange.js';
import { pullBack } from './gradient.js';
import { countElements, differentiable, type Tensor } from './graph.js';
import { add, multiply, sum } from './operations.js';

/**
 * `build(...inputs, ...constants)`, whose inner results are computed again in the backward pass.
 * `weights` are all other tensors that the part has gradients for, and which are there anyway. What
 * the part makes from constants alone is forgotten too when these are named.
 */
export function recompute(it: {
  readonly inputs: readonly Tensor[];
  readonly weights?: readonly Tensor[];
  readonly constants?: readonly Tensor[];
  readonly build: (...inputs: Tensor[]) => Tensor;
}): Tensor {
  const { inputs, weights = [], constants = [], build } = it;
  const result = build(...inputs, ...constants);
  const known = new Map<Tensor, Tensor[]>();
  const gradientsFor = (gradient: Tensor): Tensor[] => {
    let all = known.get(gradient);
    if (!all) {
      const late = (tensor: Tensor): Tensor => after(tensor, [gradient]);
      const fresh = inputs.map(late);
      const output = build(...fresh, ...constants.map(late));
      all = pullBack({ output, gradient, targets: [...fresh, ...weights] });
      known.set(gradient, all);
    }
    return all;
  };
  result.flows = [...inputs, ...weights].map((tensor, i) => ({
    input: tensor,
    gradient: (gradient) => gradientsFor(gradient)[i]!,
  }));
  return result;
}

/** `x`, but an engine cannot go on with it before all of `earlier` is computed. */
export function after(x: Tensor, earlier: readonly Tensor[]): Tensor {
  if (earlier.length === 0) return x;
  const { graph } = x;
  const marks = earlier.map((tensor) => {
    if (tensor.shape.length === 0) return tensor;
    return sum(slice(reshape(tensor, [countElements(tensor.shape)]), 0, 0, 1), [0]);
  });
  const one = add(multiply(marks.reduce(add), graph.scalar(0)), graph.scalar(1));
  const delayed = graph.apply('Mul', [x, one], {}, { type: 'f32', shape: x.shape });
  return differentiable(delayed, [{ input: x, gradient: (gradient) => gradient }]);
}
