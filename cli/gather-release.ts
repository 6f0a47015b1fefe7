/**
 * Everything a release of a run is built from, read from the chain and from blobs, so that anybody
 * can build the same release and propose it, or find that what was proposed is what the run gives.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { findAncestors } from '@commonweights/dataset-registry/lineage/ancestry.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { decodeState } from '@commonweights/trainer/checkpoint/state.js';
import type { Engine, Fingerprint } from '@commonweights/trainer/engines/engine.js';
import type { ReleaseInput } from '@commonweights/trainer/release/build-release.js';
import { readLog } from '@commonweights/trainer/release/read-log.js';
import { bitsPerByte } from '@commonweights/trainer/run/bits-per-byte.js';
import { evaluateHeldOut, unigramEntropy } from '@commonweights/trainer/run/evaluate.js';
import { openRun, type OpenRun } from '@commonweights/trainer/run/open-run.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

export interface Evaluation {
  readonly version: 1;
  readonly unit: 'nats per token';
  readonly engine: string;
  readonly sequences: number;
  readonly heldOutLoss: number;
  /** The same by bytes of text, for comparing models with other tokenizers. */
  readonly bitsPerByte: number;
  readonly initialLoss: number;
  /** What a model that knew nothing but token frequencies would lose. */
  readonly unigramEntropy: number;
}

/** A program may embed tables; the weights are inputs. */
const programBytesMax = 1 << 28;
const tokenizerBytesMax = 64 << 20;
const stateBytesMax = 2 ** 31 - 1;
const fingerprintBytesMax = 1 << 16;

/** Errors: `NOTHING_FINAL`, and those of `openRun` and of blobs. */
export async function gatherRelease(it: {
  client: DaoClient;
  run: number;
  blobs: BlobStore;
  /** All that this machine could compute a run with. */
  engine: Engine | readonly Engine[];
  title: string;
  version: string;
  licence: string;
  onStep?: (step: string) => void;
}): Promise<ReleaseInput & { evaluation: Evaluation }> {
  const { client, blobs, engine, title, version, licence, onStep = () => {} } = it;
  const view = await client.getRun({ run: it.run });
  if (!view || view.finalRound === 0) {
    throw new CliError(
      exitCodes.refused,
      `NOTHING_FINAL: run ${it.run} has no final round yet; see "commonweights run show ${it.run}"`,
    );
  }
  onStep('the run and its data');
  const opened = await openRun({ spec: view.finalSpec, blobs, engine });
  const { spec, program } = opened;
  const bytes = await blobs.get(view.finalRoot, { maxBytes: stateBytesMax });
  const state = decodeState(bytes, program.layout, spec.outer);
  onStep('the log of rounds');
  const rounds = await readLog(client, view);
  onStep('evaluating on held-out text');
  const tokenizer = await blobs.get(spec.tokenizer, { maxBytes: tokenizerBytesMax });
  const evaluation = await evaluate(opened, { params: state.params, tokenizer });
  const registered = await readAll((page) => client.listDatasets(page));
  const datasets = new Map(
    view.terms.datasets
      .flatMap((id) => findAncestors(id, registered).records)
      .map((record) => [record.id, record]),
  );
  return {
    title,
    version,
    licence,
    spec,
    program: await blobs.get(spec.program, { maxBytes: programBytesMax }),
    fingerprint: await readFingerprint(blobs, spec.fingerprint),
    rounds,
    state,
    tokenizer,
    datasets: [...datasets.values()],
    evaluation,
  };
}

async function evaluate(
  opened: OpenRun,
  model: { readonly params: Float32Array; readonly tokenizer: Uint8Array },
): Promise<Evaluation> {
  const { spec, program, initial, heldOut, engine } = opened;
  const session = await engine.compile(program);
  try {
    const { sequences } = spec.evaluation;
    const batchSize = spec.inner.batchSize;
    const lossOf = async (weights: Float32Array) =>
      evaluateHeldOut({ session, params: weights, heldOut, sequences, batchSize });
    const after = await lossOf(model.params);
    const before = await lossOf(initial.params);
    return {
      version: 1,
      unit: 'nats per token',
      engine: engine.name,
      sequences: after.sequences,
      heldOutLoss: after.loss,
      bitsPerByte: bitsPerByte({ ...after, heldOut, tokenizer: parse(model.tokenizer) }),
      initialLoss: before.loss,
      // Logarithms differ in the last digits between machines; the bytes of a release must not.
      unigramEntropy: Number(unigramEntropy(heldOut, after.sequences).toFixed(6)),
    };
  } finally {
    await session.dispose();
  }
}

function parse(json: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(json));
}

async function readFingerprint(blobs: BlobStore, digest: Digest): Promise<Fingerprint> {
  const bytes = await blobs.get(digest, { maxBytes: fingerprintBytesMax });
  if (digestOf(bytes) !== digest) throw new Error('BLOB_CORRUPT: the fingerprint; fetch it again');
  return JSON.parse(new TextDecoder().decode(bytes)) as Fingerprint;
}
