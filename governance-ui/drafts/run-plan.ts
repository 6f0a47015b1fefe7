/**
 * The run wizard's form as a run draft: what is typed becomes the same document that
 * `run propose` reads, checked by the same decoder, and then what follows from it: how many parameters,
 * how much memory and computing, what it would cost. Where the form says nothing, the recipe is that of
 * the run that `npm start` trains.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { pricePerTeraFlopYocto } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { countFlops, flopsOfRound } from '@commonweights/trainer/program/count-flops.js';
import { checkDraftEconomics, pricesOf } from '@commonweights/trainer/run/draft-economics.js';
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import { decodeRunSpec, termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { Texts } from '../texts/texts.js';
import type { Values } from './action-forms.js';
import type { Problem } from './check-draft.js';
import { readField, type FieldKind } from './field-kinds.js';

export type RunFieldName = keyof Texts['runWizard']['fields'];

export interface RunField {
  readonly name: RunFieldName;
  /** In the draft, with dots. */
  readonly path: string;
  readonly kind: Extract<FieldKind, 'text' | 'number' | 'near' | 'percent' | 'duration' | 'flag'>;
  readonly initial: string;
}

const of = (
  name: RunFieldName,
  path: string,
  kind: RunField['kind'],
  initial: string,
): RunField => ({ name, path, kind, initial });

export const runFields = {
  model: [
    of('title', 'title', 'text', ''),
    of('layers', 'model.layers', 'number', '3'),
    of('hiddenSize', 'model.hiddenSize', 'number', '96'),
    of('heads', 'model.heads', 'number', '3'),
    of('kvHeads', 'model.kvHeads', 'number', '3'),
    of('intermediateSize', 'model.intermediateSize', 'number', '256'),
    of('contextLength', 'model.contextLength', 'number', '64'),
    of('tiedEmbeddings', 'model.tiedEmbeddings', 'flag', 'yes'),
    of('initialSeed', 'initialSeed', 'number', '1'),
  ],
  recipe: [
    of('rounds', 'rounds', 'number', '24'),
    of('stepsPerRound', 'inner.stepsPerRound', 'number', '48'),
    of('batchSize', 'inner.batchSize', 'number', '1'),
    of('segments', 'inner.segments', 'number', '8'),
    of('warmupSteps', 'inner.schedule.warmupSteps', 'number', '100'),
    of('evaluated', 'evaluation.sequences', 'number', '512'),
    of('dataSeed', 'data.seed', 'number', '1'),
  ],
  people: [
    of('minWorkers', 'minWorkers', 'number', '2'),
    of('maxWorkers', 'maxWorkers', 'number', '5'),
    of('maxAuditors', 'maxAuditors', 'number', '1'),
    of('enrol', 'deadlinesMs.enrol', 'duration', '6 h'),
    of('train', 'deadlinesMs.train', 'duration', '6 h'),
    of('exchange', 'deadlinesMs.reveal', 'duration', '6 h'),
    of('audit', 'deadlinesMs.audit', 'duration', '2 d'),
  ],
  money: [
    of('reward', 'economics.rewardYocto', 'near', '1'),
    of('auditFee', 'economics.auditFeeYocto', 'near', '0.1'),
    of('stake', 'economics.stakeYocto', 'near', '5'),
    of('heldBackRounds', 'heldBackRounds', 'number', '2'),
    of('audited', 'auditedClaimsBps', 'percent', '100'),
    of('challengeWindow', 'challengeWindowMs', 'duration', '0 s'),
  ],
} as const;

const allFields: readonly RunField[] = Object.values(runFields).flat();

/** Sizes that were tried together; whoever knows better changes them one by one. */
export const modelSizes = {
  small: { layers: 3, hiddenSize: 96, heads: 3, kvHeads: 3, intermediateSize: 256 },
  medium: { layers: 6, hiddenSize: 256, heads: 4, kvHeads: 2, intermediateSize: 688 },
  large: { layers: 12, hiddenSize: 512, heads: 8, kvHeads: 4, intermediateSize: 1_376 },
} as const;

export function initialRunValues(): Values {
  const values = Object.fromEntries(allFields.map(({ name, initial }) => [name, initial]));
  return { ...values, dataset: '', peak: '0.0025', outerRate: '1', momentum: '0.3' };
}

/** What is read off a packed dataset before anything is computed. */
export interface PackedFacts {
  readonly manifest: Digest;
  readonly vocabSize: number;
  readonly trainTokens: number;
  readonly heldOutTokens: number;
}

export interface PlannedRun {
  /** Null while something is wrong. */
  readonly plan: { readonly draft: RunDraft; readonly terms: RunTerms } | null;
  readonly problems: ReadonlyMap<string, Problem>;
  /** What no single field is to blame for. */
  readonly whole: Problem | null;
  readonly estimate: RunEstimate | null;
}

export interface RunEstimate {
  readonly parameters: number;
  /** Of one trainer: weights, moments, and the results of a step that are alive at once. */
  readonly memoryBytes: number;
  /** Whether the exact engine can hold it. */
  readonly fits: boolean;
  readonly flopsPerRound: bigint;
  readonly pricePerTeraFlopYocto: bigint;
  readonly tokensPerRound: number;
  /** How often each sequence would be trained on, with every seat taken. */
  readonly epochs: number;
  readonly budgetYocto: bigint;
}

const nothing = `sha256:${'0'.repeat(64)}` as Digest;

/** `packed` null: the data is not chosen, or not read yet. */
export function planRun(values: Values, packed: PackedFacts | null): PlannedRun {
  const problems = new Map<string, Problem>();
  const draft = draftOf(values, problems);
  if ((values['dataset'] ?? '') === '') problems.set('dataset', 'empty');
  if (problems.size > 0 || !packed) {
    return { plan: null, problems, whole: null, estimate: null };
  }
  const spec = tried(() => decodeRunSpec(specOf(draft, packed)), problems);
  if ('problem' in spec) return { plan: null, problems, whole: spec.problem, estimate: null };
  const estimate = tried(() => estimateRun(draft, packed), problems);
  if ('problem' in estimate)
    return { plan: null, problems, whole: estimate.problem, estimate: null };
  const { terms, ...shown } = estimate.value;
  const checked = tried(() => {
    checkDraftEconomics(draft);
    decodeRunTerms(terms, 'terms');
  }, problems);
  const whole = 'problem' in checked ? checked.problem : null;
  const ready = whole === null && problems.size === 0;
  return { plan: ready ? { draft, terms } : null, problems, whole, estimate: shown };
}

function draftOf(values: Values, problems: Map<string, Problem>): RunDraft {
  const read: Record<string, unknown> = {};
  for (const { name, path, kind } of allFields) {
    const answer = readField(kind, values[name] ?? '');
    if (!answer.ok) problems.set(name, answer.problem);
    else put(read, path, answer.value);
  }
  const rates = (['peak', 'outerRate', 'momentum'] as const).map((name) => {
    const text = (values[name] ?? '').trim();
    const rate = /^\d{1,3}(\.\d{1,10})?$/.test(text) ? Number(text) : null;
    if (rate === null) problems.set(name, text === '' ? 'empty' : 'decimal');
    return rate ?? 0;
  });
  const [peak, learningRate, momentum] = rates as [number, number, number];
  const given = read as unknown as RunDraft;
  const { rounds, inner, deadlinesMs, economics } = given;
  const steps = (rounds ?? 1) * (inner?.stepsPerRound ?? 1);
  return {
    ...given,
    model: { ...given.model, family: 'llama', ropeTheta: 10_000, rmsNormEps: 1e-5 },
    data: { ...given.data, dataset: values['dataset'] ?? '' },
    inner: {
      ...inner,
      optimizer: {
        ...{ beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 },
        ...{ clipNorm: 1, embeddingRate: 30 },
      },
      localResetInterval: 1_000,
      schedule: {
        kind: 'warmup-linear',
        ...{ peak, final: peak / 20, totalSteps: steps },
        warmupSteps: inner?.schedule?.warmupSteps ?? 0,
      },
    },
    outer: { kind: 'diloco', codec: 'int8', learningRate, momentum },
    deadlinesMs: {
      ...deadlinesMs,
      certify: deadlinesMs?.reveal ?? 0,
      aggregate: deadlinesMs?.reveal ?? 0,
    },
    ...{ auditsPerClaim: 1, witnesses: 0, taintedShareBpsMax: 0, decoyShareBps: 0 },
    economics: { ...economics, decoyFeeYocto: '0' },
  };
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop()!;
  let at = target;
  for (const step of steps) at = (at[step] ??= {}) as Record<string, unknown>;
  at[last] = value;
}

/** With digests that are not known before the run is prepared, and decide nothing here. */
function specOf(draft: RunDraft, packed: PackedFacts, flopsPerRound = '1'): RunSpec {
  const { contextLength } = draft.model;
  return {
    ...(draft as unknown as RunSpec),
    version: 1,
    model: { ...draft.model, vocabSize: packed.vocabSize },
    ...{ tokenizer: nothing, program: nothing, fingerprint: nothing, flopsPerRound },
    economics: pricesOf(draft),
    data: {
      ...draft.data,
      manifest: packed.manifest,
      ...{ train: 'train.u16', heldOut: 'heldout.u16' },
      sequences: sequencesIn(packed.trainTokens, contextLength),
    },
  };
}

function sequencesIn(tokens: number, contextLength: number): number {
  return Math.max(0, Math.floor((tokens - 1) / contextLength));
}

/** Weights and two moments. */
const stateBytesPerParameter = 12;
/** The engine's and the worker's own copies, beside a step's results (docs/performance.md). */
const bytesPerParameter = 3 * stateBytesPerParameter;
/** What WebAssembly can address. */
const engineBytesMax = 2 ** 32;

function estimateRun(draft: RunDraft, packed: PackedFacts): RunEstimate & { terms: RunTerms } {
  const model = { ...draft.model, vocabSize: packed.vocabSize };
  const { optimizer, batchSize, stepsPerRound } = draft.inner;
  const heldOut = sequencesIn(packed.heldOutTokens, model.contextLength);
  if (draft.evaluation.sequences > heldOut) {
    throw new Error(`BAD_RUN_SPEC: evaluation.sequences: must be an integer from 1 to ${heldOut}`);
  }
  const program = buildLlamaProgram({ model, optimizer, batchSize });
  const flopsPerRound = flopsOfRound({ flopsPerStep: program.flopsPerStep, stepsPerRound });
  const spec = specOf(draft, packed, `${flopsPerRound}`);
  const terms = termsOf({ spec, digest: nothing, initialRoot: nothing });
  const parameters = program.layout.length;
  const { peakBytes } = countFlops(program.step);
  const trained = draft.rounds * draft.maxWorkers * batchSize * stepsPerRound;
  return {
    ...{ terms, parameters, flopsPerRound },
    memoryBytes: bytesPerParameter * parameters + peakBytes,
    fits: stateBytesPerParameter * parameters + peakBytes < engineBytesMax,
    pricePerTeraFlopYocto: pricePerTeraFlopYocto(BigInt(terms.rewardYocto), flopsPerRound),
    tokensPerRound: batchSize * stepsPerRound * model.contextLength,
    epochs: trained / Math.max(1, spec.data.sequences),
    budgetYocto: escrowNeeded(terms),
  };
}

/** What `act` returns, or what is wrong: with a field, which is noted, or with the whole. */
function tried<T>(
  act: () => T,
  problems: Map<string, Problem>,
): { readonly value: T } | { readonly problem: Problem | null } {
  try {
    return { value: act() };
  } catch (error) {
    const match = /^([A-Z_]+): (.*)$/s.exec((error as Error).message);
    if (!match) throw error;
    const [, code = '', said = ''] = match;
    const rule = said.replace(/; see "?[^;]*$/, '');
    const path = /^([\w.]+): /.exec(rule)?.[1];
    const field = allFields.find((one) => one.path === path);
    if (!field) return { problem: { code, rule } };
    problems.set(field.name, { code, rule: rule.slice(path!.length + 2) });
    return { problem: null };
  }
}
