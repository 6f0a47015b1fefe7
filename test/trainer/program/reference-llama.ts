/**
 * An independent Llama step in plain double-precision JavaScript, written from the published
 * formulas and sharing no code with trainer/program: loops for the forward pass, finite differences
 * for the gradient, textbook AdamW. Slow and only for tiny models.
 */
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';
import type { AdamWConfig, LlamaConfig } from '@commonweights/trainer/program/training-program.js';

export interface ReferenceState {
  params: Float64Array;
  first: Float64Array;
  second: Float64Array;
  steps: number;
}

export function referenceLoss(
  model: LlamaConfig,
  layout: TensorLayout,
  params: Float64Array,
  rows: readonly (readonly number[])[],
): number {
  const slots = new Map(layout.slots.map((slot) => [slot.name, slot]));
  const weight = (name: string) => {
    const slot = slots.get(name)!;
    const width = slot.shape[1] ?? 1;
    return (row: number, column = 0) => params[slot.offset + row * width + column]!;
  };
  let total = 0;
  let count = 0;
  for (const row of rows) {
    const logits = forward(model, weight, row.slice(0, -1));
    logits.forEach((values, position) => {
      const highest = Math.max(...values);
      const sum = values.reduce((all, value) => all + Math.exp(value - highest), 0);
      total += Math.log(sum) + highest - values[row[position + 1]!]!;
      count++;
    });
  }
  return total / count;
}

type Weight = (name: string) => (row: number, column?: number) => number;

function forward(model: LlamaConfig, weight: Weight, ids: readonly number[]): number[][] {
  const { hiddenSize, heads, kvHeads, intermediateSize } = model;
  const width = hiddenSize / heads;
  const apply = (name: string, x: number[], outputs: number): number[] => {
    const w = weight(name);
    const out = new Array<number>(outputs).fill(0);
    for (let o = 0; o < outputs; o++) for (let i = 0; i < x.length; i++) out[o]! += x[i]! * w(o, i);
    return out;
  };
  const norm = (name: string, x: number[]): number[] => {
    const gain = weight(name);
    const square = x.reduce((sum, v) => sum + v * v, 0) / x.length;
    return x.map((v, i) => (v / Math.sqrt(square + model.rmsNormEps)) * gain(i));
  };
  /** Turns pair (i, i + width/2) of each head by position × theta^(−2i/width). */
  const turn = (x: number[], position: number): number[] =>
    x.map((value, at) => {
      const i = at % width;
      const half = width / 2;
      const angle = position * Math.pow(model.ropeTheta, (-2 * (i % half)) / width);
      const partner = i < half ? -x[at + half]! : x[at - half]!;
      return value * Math.cos(angle) + partner * Math.sin(angle);
    });
  const embedding = weight('model.embed_tokens.weight');
  let hidden = ids.map((id) => Array.from({ length: hiddenSize }, (_, i) => embedding(id, i)));
  for (let layer = 0; layer < model.layers; layer++) {
    const own = (name: string) => `model.layers.${layer}.${name}.weight`;
    const normed = hidden.map((x) => norm(own('input_layernorm'), x));
    const q = normed.map((x, t) => turn(apply(own('self_attn.q_proj'), x, hiddenSize), t));
    const k = normed.map((x, t) => turn(apply(own('self_attn.k_proj'), x, width * kvHeads), t));
    const v = normed.map((x) => apply(own('self_attn.v_proj'), x, width * kvHeads));
    hidden = hidden.map((residual, t) => {
      const mixed: number[] = [];
      for (let head = 0; head < heads; head++) {
        const shared = Math.floor(head / (heads / kvHeads));
        const scores = k.slice(0, t + 1).map((key) => {
          let dot = 0;
          for (let i = 0; i < width; i++)
            dot += q[t]![head * width + i]! * key[shared * width + i]!;
          return Math.exp(dot / Math.sqrt(width));
        });
        const sum = scores.reduce((a, b) => a + b, 0);
        for (let i = 0; i < width; i++) {
          mixed.push(scores.reduce((all, s, u) => all + (s / sum) * v[u]![shared * width + i]!, 0));
        }
      }
      const projected = apply(own('self_attn.o_proj'), mixed, hiddenSize);
      return residual.map((value, i) => value + projected[i]!);
    });
    hidden = hidden.map((residual) => {
      const x = norm(own('post_attention_layernorm'), residual);
      const gate = apply(own('mlp.gate_proj'), x, intermediateSize);
      const up = apply(own('mlp.up_proj'), x, intermediateSize);
      const inner = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      const down = apply(own('mlp.down_proj'), inner, hiddenSize);
      return residual.map((value, i) => value + down[i]!);
    });
  }
  const head = model.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return hidden.map((x) => apply(head, norm('model.norm.weight', x), model.vocabSize));
}

export function referenceStep(
  model: LlamaConfig,
  optimizer: AdamWConfig,
  layout: TensorLayout,
  state: ReferenceState,
  batch: { rows: readonly (readonly number[])[]; learningRate: number },
): void {
  const { params } = state;
  const gradient = params.map((value, i) => {
    const probe = params.slice();
    const lossAt = (x: number) => {
      probe[i] = x;
      return referenceLoss(model, layout, probe, batch.rows);
    };
    return (lossAt(value + 1e-5) - lossAt(value - 1e-5)) / 2e-5;
  });
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  const clip = norm > optimizer.clipNorm ? optimizer.clipNorm / norm : 1;
  state.steps++;
  for (const slot of layout.slots) {
    const decays = slot.shape.length === 2 && slot.name !== 'model.embed_tokens.weight';
    const isEmbedding = slot.name === 'model.embed_tokens.weight';
    const rate = batch.learningRate * (isEmbedding ? (optimizer.embeddingRate ?? 1) : 1);
    for (let i = slot.offset; i < slot.offset + slot.length; i++) {
      const g = gradient[i]! * clip;
      state.first[i] = optimizer.beta1 * state.first[i]! + (1 - optimizer.beta1) * g;
      state.second[i] = optimizer.beta2 * state.second[i]! + (1 - optimizer.beta2) * g * g;
      const first = state.first[i]! / (1 - Math.pow(optimizer.beta1, state.steps));
      const second = state.second[i]! / (1 - Math.pow(optimizer.beta2, state.steps));
      if (decays) params[i]! *= 1 - batch.learningRate * optimizer.weightDecay;
      params[i]! -= (rate * first) / (Math.sqrt(second) + optimizer.epsilon);
    }
  }
}
