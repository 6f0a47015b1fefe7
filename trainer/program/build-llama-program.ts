/**
 * Builds the three graphs of a run: one inner step (forward, backward, optimizer), the loss alone,
 * and the logits for generation. Equal arguments give equal bytes on every machine, so the digest
 * of the step can be computed by anyone who wants to know what a run executes.
 *
 * Weights and moments enter as one input per tensor, not as one flat vector: the optimizer's passes
 * then stay in the processor's cache.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { adamw, checkOptimizer, clipByGlobalNorm, stepFactors } from './adamw.js';
import { countFlops } from './count-flops.js';
import { differentiate } from './gradient.js';
import { Graph, type Tensor } from './graph.js';
import { checkModel, decode, llamaLayout, predict, type Weights } from './llama.js';
import { reshape, slice } from './operations.js';
import { crossEntropy, gatherRows } from './transformer-operations.js';
import { resultNames, stepInputNames } from './names.js';
import type { TensorLayout } from './layout.js';
import type { AdamWConfig, LlamaConfig, TrainingProgram } from './training-program.js';

export function buildLlamaProgram(options: {
  readonly model: LlamaConfig;
  readonly optimizer: AdamWConfig;
  readonly batchSize: number;
}): TrainingProgram {
  const { model, optimizer, batchSize } = options;
  checkModel(model, batchSize);
  checkOptimizer(optimizer);
  const layout = llamaLayout(model);
  const step = buildStep(model, optimizer, batchSize, layout);
  return {
    model,
    optimizer,
    batchSize,
    layout,
    step,
    stepDigest: digestOf(step),
    evaluate: buildEvaluate(model, batchSize, layout),
    logits: buildLogits(model, layout),
    flopsPerStep: countFlops(step).total,
  };
}

function buildStep(
  model: LlamaConfig,
  optimizer: AdamWConfig,
  batchSize: number,
  layout: TensorLayout,
): Uint8Array {
  const graph = new Graph();
  const weights = addInputs(graph, layout, resultNames.weight);
  const first = addInputs(graph, layout, resultNames.first);
  const second = addInputs(graph, layout, resultNames.second);
  const loss = lossOf(graph, model, batchSize, weights);
  const scalar = (name: string): Tensor => graph.input(name, 'f32', []);
  const scalars = {
    learningRate: scalar(stepInputNames.learningRate),
    biasCorrection1: scalar(stepInputNames.biasCorrection1),
    biasCorrection2: scalar(stepInputNames.biasCorrection2),
  };
  const gradients = differentiate(
    loss,
    layout.slots.map((slot) => weights(slot.name)),
  );
  const clip = clipByGlobalNorm(gradients, optimizer.clipNorm);
  const factors = stepFactors(scalars, clip.factor, optimizer);
  graph.output(resultNames.loss, loss);
  graph.output(resultNames.gradientNorm, clip.norm);
  layout.slots.forEach(({ name, shape }, i) => {
    const isEmbedding = name === 'model.embed_tokens.weight';
    const decays = shape.length > 1 && !isEmbedding;
    const rate = isEmbedding ? (optimizer.embeddingRate ?? 1) : 1;
    const moments = { first: first(name), second: second(name) };
    const next = adamw(weights(name), gradients[i]!, moments, factors, {
      ...optimizer,
      decays,
      rate,
    });
    graph.output(resultNames.next(resultNames.weight(name)), next.weight);
    graph.output(resultNames.next(resultNames.first(name)), next.first);
    graph.output(resultNames.next(resultNames.second(name)), next.second);
  });
  return graph.write('llama_step');
}

function buildEvaluate(model: LlamaConfig, batchSize: number, layout: TensorLayout): Uint8Array {
  const graph = new Graph();
  const weights = addInputs(graph, layout, resultNames.weight);
  graph.output(resultNames.loss, lossOf(graph, model, batchSize, weights));
  return graph.write('llama_loss');
}

/** Logits [1, vocabSize] after the token at `position` of a sequence padded to the full context. */
function buildLogits(model: LlamaConfig, layout: TensorLayout): Uint8Array {
  const graph = new Graph();
  const weights = addInputs(graph, layout, resultNames.weight);
  const positions = model.contextLength;
  const ids = graph.input(stepInputNames.tokens, 'i32', [positions]);
  const position = graph.input(stepInputNames.position, 'i32', [1]);
  const hidden = decode(ids, { batch: 1, positions }, model, weights);
  graph.output(resultNames.logits, predict(gatherRows(hidden, position), model, weights));
  return graph.write('llama_logits');
}

/** Adds the input `tokens` [batch, context + 1] and the mean loss of predicting each next one. */
function lossOf(graph: Graph, model: LlamaConfig, batch: number, weights: Weights): Tensor {
  const positions = model.contextLength;
  const tokens = graph.input(stepInputNames.tokens, 'i32', [batch, positions + 1]);
  const rows = [batch * positions];
  const ids = reshape(slice(tokens, 1, 0, positions), rows);
  const targets = reshape(slice(tokens, 1, 1, positions), rows);
  const hidden = decode(ids, { batch, positions }, model, weights);
  return crossEntropy(predict(hidden, model, weights), targets);
}

function addInputs(graph: Graph, layout: TensorLayout, nameOf: (name: string) => string): Weights {
  const inputs = new Map(
    layout.slots.map(({ name, shape }) => [name, graph.input(nameOf(name), 'f32', shape)]),
  );
  return (name) => {
    const tensor = inputs.get(name);
    if (!tensor) throw new Error(`BUG: the model has no weight ${name}`);
    return tensor;
  };
}
