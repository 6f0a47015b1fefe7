/**
 * From a run id to something that can be trained: fetch the spec that the DAO voted for, rebuild
 * the program from it, and refuse to go on unless every digest on chain is met. Nothing here is
 * taken from a registry on trust.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { manifestLimits, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { PackedSequences } from '../data/packed-sequences.js';
import type { Engine } from '../engines/engine.js';
import type { OuterState } from '../exchange/outer-step.js';
import { buildLlamaProgram } from '../program/build-llama-program.js';
import { flopsOfRound } from '../program/count-flops.js';
import type { TrainingProgram } from '../program/training-program.js';
import { initialState } from './initial-state.js';
import { fetchParent } from './parent.js';
import { decodeRunSpec, type RunSpec } from './run-spec.js';

export interface OpenRun {
  readonly spec: RunSpec;
  readonly program: TrainingProgram;
  /** What the run starts from: of the spec's seed, which takes a while, or of its parent. */
  readonly initial: OuterState;
  readonly train: PackedSequences;
  readonly heldOut: PackedSequences;
  /** Of those that were offered the one that the run names; by distance, the first. */
  readonly engine: Engine;
}

const specBytesMax = 1 << 20;
/** Held in memory; a run over more than this wants the streaming reader of a later version. */
const tokensBytesMax = 2 ** 31 - 1;

/**
 * Errors: `SPEC_MISMATCH`, `PROGRAM_MISMATCH`, `TERMS_MISMATCH`, `ENGINE_MISMATCH`,
 * `DATA_MISMATCH`, `PARENT_MISMATCH`, and those of `BlobStore.get` and `decodeRunSpec`.
 */
export async function openRun(input: {
  spec: Digest;
  blobs: BlobStore;
  /** One, or all that this machine could compute a run with. */
  engine: Engine | readonly Engine[];
}): Promise<OpenRun> {
  const { spec, program, engine } = await openProgram(input);
  const { train, heldOut } = await fetchSequences(spec, input.blobs);
  const initial = await startOf(spec, program, input.blobs);
  return { spec, program, initial, train, heldOut, engine };
}

/** What evaluates the states of a run: nothing of what they were trained on. Errors: those of `openRun`. */
export async function openEvaluation(input: {
  spec: Digest;
  blobs: Pick<BlobStore, 'get'>;
  engine: Engine | readonly Engine[];
}): Promise<Pick<OpenRun, 'spec' | 'program' | 'heldOut' | 'engine'>> {
  const { spec, program, engine } = await openProgram(input);
  const { fetch } = await openPacked(spec, input.blobs);
  return { spec, program, engine, heldOut: await fetch(spec.data.heldOut) };
}

async function openProgram(input: {
  spec: Digest;
  blobs: Pick<BlobStore, 'get'>;
  engine: Engine | readonly Engine[];
}): Promise<Pick<OpenRun, 'spec' | 'program' | 'engine'>> {
  const spec = await fetchSpec(input.spec, input.blobs);
  const program = buildLlamaProgram({
    model: spec.model,
    optimizer: spec.inner.optimizer,
    batchSize: spec.inner.batchSize,
    plan: spec.inner.plan ?? {},
  });
  if (program.stepDigest !== spec.program) {
    throw new Error(
      `PROGRAM_MISMATCH: this version builds ${program.stepDigest} where the run asks for ` +
        `${spec.program}; install the version of commonweights that the run was proposed with`,
    );
  }
  checkFlops(spec, program);
  const engine = await chooseEngine(spec, [input.engine].flat());
  return { spec, program, engine };
}

/** What a run starts from. Errors: those of `fetchParent`. */
export async function startOf(
  spec: RunSpec,
  program: Pick<TrainingProgram, 'model' | 'layout'>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<OuterState> {
  const { parent, tokenizer, model } = spec;
  const { layout } = program;
  const params = parent ? await fetchParent({ parent, tokenizer, layout, model }, blobs) : null;
  return initialState(spec, program, params);
}

export async function fetchSpec(digest: Digest, blobs: Pick<BlobStore, 'get'>): Promise<RunSpec> {
  const bytes = await blobs.get(digest, { maxBytes: specBytesMax });
  const spec = decodeRunSpec(parseJson(bytes, digest));
  if (digestOfJson(spec) !== digest) throw notCanonical(digest);
  return spec;
}

function parseJson(bytes: Uint8Array, digest: Digest): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw notCanonical(digest);
  }
}

function notCanonical(digest: Digest): Error {
  return new Error(`SPEC_MISMATCH: ${digest} is not canonical JSON; propose the run again`);
}

/** Pay is by what a round computes: whoever works counts for itself what the vote was told. */
function checkFlops(spec: RunSpec, program: TrainingProgram): void {
  const { flopsPerStep } = program;
  const counted = flopsOfRound({ flopsPerStep, stepsPerRound: spec.inner.stepsPerRound });
  if (`${counted}` === spec.flopsPerRound) return;
  throw new Error(
    `TERMS_MISMATCH: the run declares ${spec.flopsPerRound} floating-point operations a round, its ` +
      `program has ${counted}; do not work on it`,
  );
}

/** A run of the exact class accepts one fingerprint only: another build of the engine computes other bits. */
async function chooseEngine(spec: RunSpec, offered: readonly Engine[]): Promise<Engine> {
  if (spec.tolerance) return chooseByDistance(offered);
  const found: string[] = [];
  for (const engine of offered) {
    const fingerprint = await engine.fingerprint();
    const digest = digestOfJson(fingerprint);
    if (digest === spec.fingerprint) return engine;
    found.push(`${engine.name} ${fingerprint.version} is ${digest}`);
  }
  throw new Error(
    `ENGINE_MISMATCH: this machine's ${found.join(', its ')}, the run asks for ` +
      `${spec.fingerprint}; install the engine version that the run names`,
  );
}

/**
 * By distance any engine of float32 may take part: the one named is what the proposer had. Two honest
 * engines in halves are farther apart than bounds may be wide (docs/decisions/038-mixed-precision.md).
 */
function chooseByDistance(offered: readonly Engine[]): Engine {
  const engine = offered.find(({ precision }) => precision === undefined);
  if (engine) return engine;
  const { name, precision } = offered[0]!;
  throw new Error(
    `ENGINE_MISMATCH: ${name} multiplies in ${precision}, and would fail its audits in a run by ` +
      `distance; use ${name.slice(0, name.lastIndexOf('-'))}`,
  );
}

async function openPacked(spec: RunSpec, blobs: Pick<BlobStore, 'get'>) {
  const manifestBytes = await blobs.get(spec.data.manifest, {
    maxBytes: manifestLimits.bytesMax,
  });
  const manifest = parseManifest(manifestBytes);
  const fetch = async (path: string) => {
    const file = manifest.files.find((one) => one.path === path);
    if (!file) {
      throw new Error(`DATA_MISMATCH: ${spec.data.manifest} has no file "${path}"; check the spec`);
    }
    const bytes = await blobs.get(file.digest, { maxBytes: tokensBytesMax });
    const sequences = new PackedSequences(bytes, spec.model.contextLength);
    // Found in the middle of a round it would stop one worker after another, each with its stake.
    const token = sequences.largestToken();
    if (token >= spec.model.vocabSize) {
      throw new Error(
        `DATA_MISMATCH: "${path}" has token ${token}, the model knows ${spec.model.vocabSize}; ` +
          'do not work on it, and propose the run again with data that its tokenizer packed',
      );
    }
    return sequences;
  };
  return { fetch };
}

async function fetchSequences(spec: RunSpec, blobs: Pick<BlobStore, 'get'>) {
  const { fetch } = await openPacked(spec, blobs);
  const [train, heldOut] = [await fetch(spec.data.train), await fetch(spec.data.heldOut)];
  // The order of the data is over all that the file holds: more of it than the vote was told would
  // be trained on, and no proof about a document would find it.
  if (train.count !== spec.data.sequences || heldOut.count < spec.evaluation.sequences) {
    throw new Error(
      `DATA_MISMATCH: the spec counts ${spec.data.sequences} training and ` +
        `${spec.evaluation.sequences} held-out sequences, the files hold ${train.count} and ` +
        `${heldOut.count}; propose the run with the right counts`,
    );
  }
  return { train, heldOut };
}
