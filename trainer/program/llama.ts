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
import { reshape, transpose } from './arrange.js';
import { attendInBlocks } from './blocks.js';
import { add, linear, multiply } from './operations.js';
import type { ProgramPlan } from './program-plan.js';
import { after, recompute } from './recompute.js';
import { checkRotaryScaling, rotaryTables } from './rotary-table.js';
import { gatherRows, rmsNorm, rotate, silu } from './transformer-operations.js';
import type { LlamaConfig } from './training-program.js';

/** Finds a weight by its Hugging Face name. */
export type Weights = (name: string) => Tensor;

/** Hidden states [batch × positions, hiddenSize] after the last norm, for ids [batch × positions]. */
export function decode(
  ids: Tensor,
  sizes: { batch: number; positions: number },
  model: LlamaConfig,
  weights: Weights,
  plan: DecodingPlan = {},
): Tensor {
  const tables = rotaryConstants(ids.graph, model, sizes.positions);
  const attention: Attention = {
    turn: (x) => rotate(x, tables),
    mix: (q, k, v) => attendInBlocks(q, k, v, plan.attentionBlock ?? Infinity),
  };
  let hidden = after(gatherRows(weights('model.embed_tokens.weight'), ids), plan.after ?? []);
  for (let layer = 0; layer < model.layers; layer++) {
    const own: Weights = (name) => weights(`model.layers.${layer}.${name}.weight`);
    const build = (x?: Tensor): Tensor => decoderLayer(x!, sizes, model, own, attention);
    hidden = plan.recomputeLayers
      ? recompute({
          inputs: [hidden],
          weights: layerTensors(model).map(([name]) => own(name)),
          build,
        })
      : build(hidden);
  }
  return rmsNorm(hidden, weights('model.norm.weight'), model.rmsNormEps);
}

/** What of a plan concerns the decoder. */
export interface DecodingPlan extends Pick<ProgramPlan, 'recomputeLayers' | 'attentionBlock'> {
  /** Tensors that an engine must have computed before it begins. */
  readonly after?: readonly Tensor[];
}

/** What a layer does with queries and keys beside projecting them. */
export interface Attention {
  /** Gives x [batch, heads, positions, width] its positions. */
  turn(x: Tensor): Tensor;
  /** Mixes values [batch, kvHeads, keys, width] for queries [batch, heads, positions, width]. */
  mix(q: Tensor, k: Tensor, v: Tensor): Tensor;
}

export function decoderLayer(
  hidden: Tensor,
  sizes: { batch: number; positions: number },
  model: LlamaConfig,
  own: Weights,
  attention: Attention,
): Tensor {
  const normed = rmsNorm(hidden, own('input_layernorm'), model.rmsNormEps);
  const attended = add(hidden, selfAttention(normed, sizes, model, own, attention));
  const again = rmsNorm(attended, own('post_attention_layernorm'), model.rmsNormEps);
  return add(attended, feedForward(again, own));
}

/** Logits [rows, vocabSize] of hidden states [rows, hiddenSize]. */
export function predict(hidden: Tensor, model: LlamaConfig, weights: Weights): Tensor {
  return linear(hidden, weights(headName(model)));
}

export function headName(model: LlamaConfig): string {
  return model.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
}

function selfAttention(
  x: Tensor,
  sizes: { batch: number; positions: number },
  model: LlamaConfig,
  own: Weights,
  attention: Attention,
): Tensor {
  const { batch, positions } = sizes;
  const width = model.hiddenSize / model.heads;
  const project = (name: string, heads: number): Tensor => {
    const flat = linear(x, own(`self_attn.${name}`));
    return transpose(reshape(flat, [batch, positions, heads, width]), [0, 2, 1, 3]);
  };
  const q = attention.turn(project('q_proj', model.heads));
  const k = attention.turn(project('k_proj', model.kvHeads));
  const v = project('v_proj', model.kvHeads);
  const mixed = transpose(attention.mix(q, k, v), [0, 2, 1, 3]);
  return linear(reshape(mixed, [batch * positions, model.hiddenSize]), own('self_attn.o_proj'));
}

function feedForward(x: Tensor, own: Weights): Tensor {
  const gate = silu(linear(x, own('mlp.gate_proj')));
  return linear(multiply(gate, linear(x, own('mlp.up_proj'))), own('mlp.down_proj'));
}

export function rotaryConstants(
  graph: Graph,
  model: LlamaConfig,
  positions: number,
): { cosine: Tensor; sine: Tensor } {
  const width = model.hiddenSize / model.heads;
  const scaling = model.ropeScaling ? { scaling: model.ropeScaling } : {};
  const halves = rotaryTables({ positions, width, theta: model.ropeTheta, ...scaling });
  const whole = (values: Float32Array): Tensor => {
    const half = graph.constant(values, [positions, width / 2]);
    const result = { type: 'f32', shape: [positions, width] } as const;
    return graph.apply('Concat', [half, half], { axis: 1 }, result);
  };
  return { cosine: whole(halves.cosine), sine: whole(halves.sine) };
}

/** Where each weight lies in the flat vector: embedding, layers in order, last norm, head. */
export function llamaLayout(model: LlamaConfig): TensorLayout {
  const layout = layLlama(model);
  if (layout.length > parametersMax) {
    throw new Error(
      `MODEL_TOO_LARGE: ${layout.length} parameters, at most ${parametersMax} fit the exact engine; ` +
        'choose fewer layers or a smaller width or vocabulary',
    );
  }
  return layout;
}

/** The same of any size, for whoever reads a model and does not train it. */
export function layLlama(model: LlamaConfig): TensorLayout {
  const slots: TensorSlot[] = [];
  let offset = 0;
  for (const [name, shape] of llamaTensors(model)) {
    const length = shape.reduce((product, size) => product * size, 1);
    slots.push({ name, shape, offset, length });
    offset += length;
  }
  return { slots, length: offset };
}

/** Names and shapes in the order of the flat vector, of any size. */
export function llamaTensors(model: LlamaConfig): [string, number[]][] {
  const { hiddenSize } = model;
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [model.vocabSize, hiddenSize]],
  ];
  for (let layer = 0; layer < model.layers; layer++) {
    for (const [name, shape] of layerTensors(model)) {
      shapes.push([`model.layers.${layer}.${name}.weight`, shape]);
    }
  }
  shapes.push(['model.norm.weight', [hiddenSize]]);
  if (!model.tiedEmbeddings) shapes.push(['lm_head.weight', [model.vocabSize, hiddenSize]]);
  return shapes;
}

function layerTensors(model: LlamaConfig): [string, number[]][] {
  const { hiddenSize, intermediateSize } = model;
  const keyWidth = (hiddenSize / model.heads) * model.kvHeads;
  return [
    ['input_layernorm', [hiddenSize]],
    ['self_attn.q_proj', [hiddenSize, hiddenSize]],
    ['self_attn.k_proj', [keyWidth, hiddenSize]],
    ['self_attn.v_proj', [keyWidth, hiddenSize]],
    ['self_attn.o_proj', [hiddenSize, hiddenSize]],
    ['post_attention_layernorm', [hiddenSize]],
    ['mlp.gate_proj', [intermediateSize, hiddenSize]],
    ['mlp.up_proj', [intermediateSize, hiddenSize]],
    ['mlp.down_proj', [hiddenSize, intermediateSize]],
  ];
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
  if (model.ropeScaling !== undefined) checkRotaryScaling(model.ropeScaling);
  if (!(model.rmsNormEps > 0 && model.rmsNormEps <= 0.1)) {
    refuse(`rmsNormEps ${model.rmsNormEps} is not in (0, 0.1]`);
  }
  if (typeof model.tiedEmbeddings !== 'boolean') refuse('tiedEmbeddings is not true or false');
}
