/**
 * Builds the two graphs of a run: one inner step (forward, backward, optimizer), and the loss alone.
 * Equal arguments give equal bytes on every machine, so the digest of the step can be computed by
 * anyone who wants to know what a run executes.
 *
 * Weights and moments enter as one input per tensor, not as one flat vector: the optimizer's passes
 * then stay in the processor's cache.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { adamw, checkOptimizer, clipByGlobalNorm, stepFactors } from './adamw.js';
import { lossInBlocks } from './blocks.js';
import { countFlops } from './count-flops.js';
import { differentiate } from './gradient.js';
import { Graph, type Tensor } from './graph.js';
import { checkModel, decode, headName, llamaLayout, predict, type Weights } from './llama.js';
import { add, multiply } from './operations.js';
import { checkPlan, type ProgramPlan } from './program-plan.js';
import { reshape, slice } from './arrange.js';
import { resultNames, stepInputNames } from './names.js';
import type { TensorLayout } from './layout.js';
import type { AdamWConfig, LlamaConfig, TrainingProgram } from './training-program.js';

export function buildLlamaProgram(options: {
  readonly model: LlamaConfig;
  readonly optimizer: AdamWConfig;
  readonly batchSize: number;
  /** How it computes; the digest depends on it. */
  readonly plan?: ProgramPlan;
}): TrainingProgram {
  const { model, optimizer, batchSize, plan = {} } = options;
  checkModel(model, batchSize);
  checkOptimizer(optimizer);
  checkPlan(plan, batchSize);
  const layout = llamaLayout(model);
  const step = buildStep({ model, optimizer, batchSize, plan }, layout);
  return {
    model,
    optimizer,
    batchSize,
    plan,
    layout,
    step,
    stepDigest: digestOf(step),
    evaluate: buildEvaluate({ model, batchSize, plan }, layout),
    flopsPerStep: countFlops(step).total,
  };
}

interface Built {
  readonly model: LlamaConfig;
  readonly batchSize: number;
  readonly plan: ProgramPlan;
}

function buildStep(built: Built & { optimizer: AdamWConfig }, layout: TensorLayout): Uint8Array {
  const { optimizer } = built;
  const graph = new Graph();
  const weights = addInputs(graph, layout, resultNames.weight);
  const first = addInputs(graph, layout, resultNames.first);
  const second = addInputs(graph, layout, resultNames.second);
  const tokens = tokensInput(graph, built);
  const targets = layout.slots.map((slot) => weights(slot.name));
  const forward = lossOfPart(tokens, { ...built, weights, forward: false, part: 0, after: [] });
  const scalar = (name: string): Tensor => graph.input(name, 'f32', []);
  const scalars = {
    learningRate: scalar(stepInputNames.learningRate),
    biasCorrection1: scalar(stepInputNames.biasCorrection1),
    biasCorrection2: scalar(stepInputNames.biasCorrection2),
  };
  const { loss, gradients } = accumulate(
    forward,
    targets,
    (part, earlier) =>
      lossOfPart(tokens, { ...built, weights, forward: false, part, after: earlier }),
    built.plan.microBatches ?? 1,
  );
  // Whatever is summed is divided once, among scalars.
  const scale = 1 / targetsOf(built);
  const clip = clipByGlobalNorm(gradients, { clipNorm: optimizer.clipNorm, scale });
  const factors = stepFactors(scalars, clip.factor, optimizer);
  graph.output(resultNames.loss, multiply(loss, graph.scalar(scale)));
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

/**
 * Adds up loss and gradients over the parts of a batch. A part begins when every gradient of the one
 * before is computed, so that no engine holds the activations of two parts.
 */
function accumulate(
  first: Tensor,
  targets: readonly Tensor[],
  lossOfPart: (part: number, after: readonly Tensor[]) => Tensor,
  parts: number,
): { loss: Tensor; gradients: Tensor[] } {
  let loss = first;
  let gradients = differentiate(first, targets);
  for (let part = 1; part < parts; part++) {
    const next = lossOfPart(part, gradients);
    loss = add(loss, next);
    gradients = differentiate(next, targets).map((gradient, i) => add(gradients[i]!, gradient));
  }
  return { loss, gradients };
}

function buildEvaluate(built: Built, layout: TensorLayout): Uint8Array {
  const graph = new Graph();
  const weights = addInputs(graph, layout, resultNames.weight);
  const tokens = tokensInput(graph, built);
  const parts = Array.from({ length: built.plan.microBatches ?? 1 }, (_, part) =>
    lossOfPart(tokens, { ...built, weights, forward: true, part, after: [] }),
  );
  const scale = graph.scalar(1 / targetsOf(built));
  graph.output(resultNames.loss, multiply(parts.reduce(add), scale));
  return graph.write('llama_loss');
}

function tokensInput(graph: Graph, { model, batchSize }: Built): Tensor {
  return graph.input(stepInputNames.tokens, 'i32', [batchSize, model.contextLength + 1]);
}

/** Tokens that are predicted in a step. */
function targetsOf({ model, batchSize }: Built): number {
  return batchSize * model.contextLength;
}

/** What predicting each next token of one part of the batch loses, added up. */
function lossOfPart(
  tokens: Tensor,
  it: Built & { weights: Weights; forward: boolean; part: number; after: readonly Tensor[] },
): Tensor {
  const { model, plan, weights } = it;
  const parts = plan.microBatches ?? 1;
  const batch = it.batchSize / parts;
  const own = parts === 1 ? tokens : slice(tokens, 0, it.part * batch, batch);
  const positions = model.contextLength;
  const rows = [batch * positions];
  const ids = reshape(slice(own, 1, 0, positions), rows);
  const targets = reshape(slice(own, 1, 1, positions), rows);
  const hidden = decode(ids, { batch, positions }, model, weights, { ...plan, after: it.after });
  const head = weights(headName(model));
  const logits = (part: Tensor): Tensor => predict(part, model, weights);
  const block = plan.logitsBlock ?? Infinity;
  return lossInBlocks({ hidden, head, targets, logits }, { block, forward: it.forward });
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
