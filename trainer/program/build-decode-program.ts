/**
 * The graph of generation: logits after one new token, given what attention remembers of those
 * before it. Keys (turned by their positions) and values lie in one table of context × key width for
 * each layer, whose row at the new position is overwritten; a step costs one row of matrix products
 * instead of a whole context.
 */
import { reshape, swapLastAxes, transpose } from './arrange.js';
import { Graph, type Tensor } from './graph.js';
import { decoderLayer, predict, rotaryConstants, type Weights } from './llama.js';
import type { TensorLayout } from './layout.js';
import { decodeNames } from './names.js';
import { add, multiply, multiplyMatrices } from './operations.js';
import type { LlamaConfig } from './training-program.js';
import { gatherRows, rmsNorm, rotate, softmax } from './transformer-operations.js';

export function buildDecodeProgram(model: LlamaConfig, layout: TensorLayout): Uint8Array {
  const graph = new Graph();
  const { contextLength: keys, heads, kvHeads } = model;
  const width = model.hiddenSize / heads;
  const tensors = new Map(
    layout.slots.map(({ name, shape }) => [name, graph.input(name, 'f32', shape)]),
  );
  const weights: Weights = (name) => tensors.get(name)!;
  const id = graph.input(decodeNames.token, 'i32', [1]);
  const position = graph.input(decodeNames.position, 'i32', [1]);
  // 1 at the new position and 0 elsewhere, the opposite, and what hides positions still to come
  const place = graph.input(decodeNames.place, 'f32', [keys, 1]);
  const keep = graph.input(decodeNames.keep, 'f32', [keys, 1]);
  const hide = graph.input(decodeNames.hide, 'f32', [1, keys]);
  const whole = rotaryConstants(graph, model, keys);
  const tables = {
    cosine: gatherRows(whole.cosine, position),
    sine: gatherRows(whole.sine, position),
  };
  let hidden = gatherRows(weights('model.embed_tokens.weight'), id);
  for (let layer = 0; layer < model.layers; layer++) {
    const remember = (name: 'keys' | 'values', fresh: Tensor): Tensor => {
      const table = graph.input(decodeNames[name](layer), 'f32', [keys, kvHeads * width]);
      const row = reshape(fresh, [1, kvHeads * width]);
      const next = add(multiply(table, keep), multiply(place, row));
      graph.output(decodeNames.next(decodeNames[name](layer)), next);
      return transpose(reshape(next, [1, keys, kvHeads, width]), [0, 2, 1, 3]);
    };
    const own: Weights = (name) => weights(`model.layers.${layer}.${name}.weight`);
    hidden = decoderLayer(hidden, { batch: 1, positions: 1 }, model, own, {
      turn: (x) => rotate(x, tables),
      mix: (q, k, v) => {
        const stacked = [1, kvHeads, heads / kvHeads, width];
        const scaled = multiply(reshape(q, stacked), graph.scalar(1 / Math.sqrt(width)));
        const scores = multiplyMatrices(scaled, swapLastAxes(remember('keys', k)));
        const mixed = multiplyMatrices(softmax(add(scores, hide)), remember('values', v));
        return reshape(mixed, [1, heads, 1, width]);
      },
    });
  }
  const last = rmsNorm(hidden, weights('model.norm.weight'), model.rmsNormEps);
  graph.output(decodeNames.logits, predict(last, model, weights));
  return graph.write('llama_decode');
}
