/**
 * A Llama-style decoder as plain forward code: RMSNorm, rotary positions, grouped-query attention,
 * SwiGLU, tied or separate head. Names, shapes and formulas are those that `LlamaForCausalLM` of
 * Hugging Face transformers loads, so a checkpoint needs no conversion.
 */
import type { Graph, Tensor } from './graph.js';
import type { TensorLayout, TensorSlot } from './layout.js';
import {
  batchSizeMax,
  contextLengthMax,
  hiddenSizeMax,
  intermediateSizeMax,
  layersMax,
  parametersMax,
  vocabSizeMax,
} from './limits.js';
import { add, linear, multiply, reshape, transpose } from './operations.js';
import { rotaryTables } from './rotary-table.js';
import { attend, gatherRows, rmsNorm, rotate, silu } from './transformer-operations.js';
import type { LlamaConfig } from './training-program.js';

/** Finds a weight by its Hugging Face name. */
export type Weights = (name: string) => Tensor;

/** Hidden states [batch × positions, hiddenSize] after the last norm, for ids [batch × positions]. */
export function decode(
  ids: Tensor,
  sizes: { batch: number; positions: number },
  model: LlamaConfig,
  weights: Weights,
): Tensor {
  const tables = rotaryConstants(ids.graph, model, sizes.positions);
  let hidden = gatherRows(weights('model.embed_tokens.weight'), ids);
  for (let layer = 0; layer < model.layers; layer++) {
    const own: Weights = (name) => weights(`model.layers.${layer}.${name}.weight`);
    const normed = rmsNorm(hidden, own('input_layernorm'), model.rmsNormEps);
    hidden = add(hidden, selfAttention(normed, sizes, model, own, tables));
    const again = rmsNorm(hidden, own('post_attention_layernorm'), model.rmsNormEps);
    hidden = add(hidden, feedForward(again, own));
  }
  return rmsNorm(hidden, weights('model.norm.weight'), model.rmsNormEps);
}

/** Logits [rows, vocabSize] of hidden states [rows, hiddenSize]. */
export function predict(hidden: Tensor, model: LlamaConfig, weights: Weights): Tensor {
  const head = model.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return linear(hidden, weights(head));
}

function selfAttention(
  x: Tensor,
  sizes: { batch: number; positions: number },
  model: LlamaConfig,
  own: Weights,
  tables: { cosine: Tensor; sine: Tensor },
): Tensor {
  const { batch, positions } = sizes;
  const width = model.hiddenSize / model.heads;
  const project = (name: string, heads: number): Tensor => {
    const flat = linear(x, own(`self_attn.${name}`));
    return transpose(reshape(flat, [batch, positions, heads, width]), [0, 2, 1, 3]);
  };
  const q = rotate(project('q_proj', model.heads), tables);
  const k = rotate(project('k_proj', model.kvHeads), tables);
  const v = project('v_proj', model.kvHeads);
  const mixed = transpose(attend(q, k, v), [0, 2, 1, 3]);
  return linear(reshape(mixed, [batch * positions, model.hiddenSize]), own('self_attn.o_proj'));
}

function feedForward(x: Tensor, own: Weights): Tensor {
  const gate = silu(linear(x, own('mlp.gate_proj')));
  return linear(multiply(gate, linear(x, own('mlp.up_proj'))), own('mlp.down_proj'));
}

function rotaryConstants(
  graph: Graph,
  model: LlamaConfig,
  positions: number,
): { cosine: Tensor; sine: Tensor } {
  const width = model.hiddenSize / model.heads;
  const halves = rotaryTables({ positions, width, theta: model.ropeTheta });
  const whole = (values: Float32Array): Tensor => {
    const half = graph.constant(values, [positions, width / 2]);
    const result = { type: 'f32', shape: [positions, width] } as const;
    return graph.apply('Concat', [half, half], { axis: 1 }, result);
  };
  return { cosine: whole(halves.cosine), sine: whole(halves.sine) };
}

/** Where each weight lies in the flat vector: embedding, layers in order, last norm, head. */
export function llamaLayout(model: LlamaConfig): TensorLayout {
  const slots: TensorSlot[] = [];
  let offset = 0;
  for (const [name, shape] of llamaShapes(model)) {
    const length = shape.reduce((product, size) => product * size, 1);
    slots.push({ name, shape, offset, length });
    offset += length;
  }
  if (offset > parametersMax) {
    throw new Error(
      `MODEL_TOO_LARGE: ${offset} parameters, at most ${parametersMax} fit the exact engine; ` +
        'choose fewer layers or a smaller width or vocabulary',
    );
  }
  return { slots, length: offset };
}

function llamaShapes(model: LlamaConfig): [string, number[]][] {
  const { hiddenSize, intermediateSize } = model;
  const keyWidth = (hiddenSize / model.heads) * model.kvHeads;
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [model.vocabSize, hiddenSize]],
  ];
  for (let layer = 0; layer < model.layers; layer++) {
    const own = (name: string, shape: number[]) =>
      shapes.push([`model.layers.${layer}.${name}.weight`, shape]);
    own('input_layernorm', [hiddenSize]);
    own('self_attn.q_proj', [hiddenSize, hiddenSize]);
    own('self_attn.k_proj', [keyWidth, hiddenSize]);
    own('self_attn.v_proj', [keyWidth, hiddenSize]);
    own('self_attn.o_proj', [hiddenSize, hiddenSize]);
    own('post_attention_layernorm', [hiddenSize]);
    own('mlp.gate_proj', [intermediateSize, hiddenSize]);
    own('mlp.up_proj', [intermediateSize, hiddenSize]);
    own('mlp.down_proj', [hiddenSize, intermediateSize]);
  }
  shapes.push(['model.norm.weight', [hiddenSize]]);
  if (!model.tiedEmbeddings) shapes.push(['lm_head.weight', [model.vocabSize, hiddenSize]]);
  return shapes;
}

/** Throws `BAD_MODEL` unless every size is possible. */
export function checkModel(model: LlamaConfig, batchSize: number): void {
  const refuse = (fact: string): never => {
    throw new Error(`BAD_MODEL: ${fact}; correct the model in the run spec`);
  };
  if (model.family !== 'llama') refuse(`family "${String(model.family)}" is not "llama"`);
  const bounds: [string, number, number][] = [
    ['vocabSize', model.vocabSize, vocabSizeMax],
    ['hiddenSize', model.hiddenSize, hiddenSizeMax],
    ['intermediateSize', model.intermediateSize, intermediateSizeMax],
    ['layers', model.layers, layersMax],
    ['heads', model.heads, model.hiddenSize],
    ['kvHeads', model.kvHeads, model.heads],
    ['contextLength', model.contextLength, contextLengthMax],
    ['batchSize', batchSize, batchSizeMax],
  ];
  for (const [name, value, most] of bounds) {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      refuse(`${name} ${value} is not an integer from 1 to ${most}`);
    }
  }
  if (model.hiddenSize % (2 * model.heads) !== 0) {
    refuse(`hiddenSize ${model.hiddenSize} is not heads ${model.heads} × an even width`);
  }
  if (model.heads % model.kvHeads !== 0) {
    refuse(`kvHeads ${model.kvHeads} does not divide heads ${model.heads}`);
  }
  if (!(model.ropeTheta >= 1 && model.ropeTheta <= 1e9)) {
    refuse(`ropeTheta ${model.ropeTheta} is not from 1 to 1e9`);
  }
  if (!(model.rmsNormEps > 0 && model.rmsNormEps <= 0.1)) {
    refuse(`rmsNormEps ${model.rmsNormEps} is not in (0, 0.1]`);
  }
  if (typeof model.tiedEmbeddings !== 'boolean') refuse('tiedEmbeddings is not true or false');
}
