/**
 * From a draft to a proposal: build the program, name every artefact by digest, publish what workers
 * will fetch, and compute the terms and the budget that the DAO is asked for. A draft is a run spec
 * without what follows from the rest of it.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { manifestLimits, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { encodeState } from '../checkpoint/state.js';
import { PackedSequences } from '../data/packed-sequences.js';
import type { Engine } from '../engines/engine.js';
import type { OuterState } from '../exchange/outer-step.js';
import { buildLlamaProgram } from '../program/build-llama-program.js';
import { flopsOfRound } from '../program/count-flops.js';
import type { LlamaConfig } from '../program/training-program.js';
import { checkDraftEconomics, pricesOf } from './draft-economics.js';
import { startOf } from './open-run.js';
import { completeParent } from './parent.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import type { RunDraft } from './run-draft.js';
import { decodeRunSpec, termsOf, type RunSpec } from './run-spec.js';

export type { RunDraft } from './run-draft.js';

export interface PreparedRun {
  readonly spec: RunSpec;
  readonly terms: RunTerms;
  readonly budgetYocto: bigint;
  readonly initial: OuterState;
  readonly train: PackedSequences;
  readonly heldOut: PackedSequences;
}

/** Reads and writes of blobs, publishing included. */
interface PublishingStore {
  get(digest: Digest, options?: { maxBytes?: number }): Promise<Uint8Array>;
  publish(bytes: Uint8Array): Promise<Digest>;
}

/** Paths that `tokenise-and-pack` writes. */
const packed = { tokenizer: 'tokenizer.json', train: 'train.u16', heldOut: 'heldout.u16' };
const fileBytesMax = 2 ** 31 - 1;

/**
 * Errors: `BAD_RUN_SPEC`, `CHEATING_PAYS`, `NOT_PACKED` (the dataset has no token files), `BAD_PARENT`,
 * `PARENT_MISMATCH`, those of the store.
 */
export async function prepareRun(input: {
  draft: RunDraft;
  /** Manifest of the packed dataset that the draft names. */
  manifest: Digest;
  blobs: PublishingStore;
  engine: Engine;
}): Promise<PreparedRun> {
  const { draft, blobs, engine } = input;
  checkDraftEconomics(draft);
  const files = await readPacked(input.manifest, blobs);
  const { contextLength } = draft.model;
  const train = new PackedSequences(await blobs.get(files.train), contextLength);
  const heldOut = new PackedSequences(await blobs.get(files.heldOut), contextLength);
  const vocabSize = await readVocabSize(files.tokenizer, blobs);
  const model: LlamaConfig = { ...draft.model, vocabSize };
  const { optimizer, stepsPerRound, batchSize, plan = {} } = draft.inner;
  const parent = draft.parent && (await completeParent(draft.parent, blobs));
  const program = buildLlamaProgram({ model, optimizer, batchSize, plan });
  const spec = decodeRunSpec({
    ...draft,
    ...(parent ? { parent } : {}),
    economics: pricesOf(draft),
    version: 1,
    model,
    tokenizer: files.tokenizer,
    program: await blobs.publish(program.step),
    fingerprint: await blobs.publish(canonicalBytes(await engine.fingerprint())),
    flopsPerRound: `${flopsOfRound({ flopsPerStep: program.flopsPerStep, stepsPerRound })}`,
    data: {
      ...draft.data,
      manifest: input.manifest,
      train: packed.train,
      heldOut: packed.heldOut,
      sequences: train.count,
    },
  });
  if (spec.evaluation.sequences > heldOut.count) {
    throw new Error(
      `BAD_RUN_SPEC: evaluation.sequences: ${spec.evaluation.sequences} are asked for, the held-out ` +
        `file has ${heldOut.count}; ask for at most that many`,
    );
  }
  const initial = await startOf(spec, program, blobs);
  const initialRoot = await blobs.publish(encodeState(initial, program.layout));
  const digest = await blobs.publish(canonicalBytes(spec));
  const terms = termsOf({ spec, digest, initialRoot });
  return { spec, terms, budgetYocto: escrowNeeded(terms), initial, train, heldOut };
}

async function readPacked(manifest: Digest, blobs: PublishingStore) {
  const bytes = await blobs.get(manifest, { maxBytes: manifestLimits.bytesMax });
  const { files } = parseManifest(bytes);
  const digestAt = (path: string) => {
    const file = files.find((one) => one.path === path);
    if (file && file.size <= fileBytesMax) return file.digest;
    throw new Error(
      `NOT_PACKED: the dataset has no usable "${path}"; derive one with "commonweights dataset ` +
        'derive --transform tokenise-and-pack" and train on that',
    );
  };
  return {
    tokenizer: digestAt(packed.tokenizer),
    train: digestAt(packed.train),
    heldOut: digestAt(packed.heldOut),
  };
}

async function readVocabSize(tokenizer: Digest, blobs: PublishingStore): Promise<number> {
  const bytes = await blobs.get(tokenizer, { maxBytes: 64 << 20 });
  if (digestOf(bytes) !== tokenizer) throw new Error('BLOB_CORRUPT: the tokenizer; fetch it again');
  return loadTokenizer(JSON.parse(new TextDecoder().decode(bytes))).vocabSize;
}
