/**
 * A release from the records of a run. Same inputs, same bytes, same manifest digest: anybody who
 * has the chain and the blobs can build it and find what was voted on. What is decided later
 * (votes, signatures, attestations) is kept outside.
 *
 * Law: what `buildRelease` returns passes every check that needs no chain.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest, type Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import {
  describeFiles,
  type NamedFile,
} from '@commonweights/dataset-registry/store/manifest-store.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { huggingFaceFiles } from '../checkpoint/hugging-face.js';
import { encodeMomentum, stateRoot } from '../checkpoint/state.js';
import type { OuterState } from '../exchange/outer-step.js';
import { llamaLayout } from '../program/llama.js';
import type { Fingerprint } from '../engines/engine.js';
import type { RunSpec } from '../run/run-spec.js';
import { writeModelCard } from './model-card.js';
import { FILES, recordOf, type ReleaseNote, type StateNote } from './release-files.js';
import { verifyMaterial } from './verify-material.js';

export interface ReleaseInput {
  readonly title: string;
  /** E.g. `1.0.0`. */
  readonly version: string;
  /** SPDX expression under which the weights are given. */
  readonly licence: string;
  readonly spec: RunSpec;
  /** ONNX model of the inner step. */
  readonly program: Uint8Array;
  readonly fingerprint: Fingerprint;
  /** All of the run up to the final one that is released, oldest first, cancelled ones too. */
  readonly rounds: readonly RoundRecord[];
  /** The state after the last of them. */
  readonly state: OuterState;
  readonly tokenizer: Uint8Array;
  /** The run's dataset and all that it descends from. */
  readonly datasets: readonly DatasetRecord[];
  /** JSON without times: the same evaluation must give the same bytes. */
  readonly evaluation: unknown;
}

export interface BuiltRelease {
  readonly files: readonly NamedFile[];
  readonly manifest: Manifest;
  /** Digest of the manifest: what the DAO votes on. */
  readonly digest: Digest;
  /** What `publish-release` names beside the manifest. */
  readonly root: Digest;
  readonly evaluation: Digest;
}

/** Errors: `RELEASE_INCONSISTENT` when the inputs do not belong together. */
export function buildRelease(input: ReleaseInput): BuiltRelease {
  const { spec, state } = input;
  const layout = llamaLayout(spec.model);
  const root = stateRoot(state, layout);
  const momentum = state.momentum && encodeMomentum(state.momentum);
  const datasets = input.datasets.map(recordOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  const stateNote: StateNote = {
    version: 1,
    root,
    parameters: layout.length,
    momentum: momentum && digestOf(momentum),
  };
  const { title, version, licence } = input;
  const note: ReleaseNote = { version: 1, title, release: version, licence };
  const card = writeModelCard({
    ...{ note, spec, rounds: input.rounds, datasets, evaluation: input.evaluation },
    ...{ root, parameters: layout.length },
  });
  const evaluation = canonicalBytes(input.evaluation);
  const files: NamedFile[] = [
    ...huggingFaceFiles({
      config: spec.model,
      layout,
      params: state.params,
      tokenizer: input.tokenizer,
      chatTemplate: spec.chatTemplate,
    }),
    { path: FILES.card, bytes: new TextEncoder().encode(card) },
    { path: FILES.release, bytes: canonicalBytes(note) },
    { path: FILES.runSpec, bytes: canonicalBytes(spec) },
    { path: FILES.program, bytes: input.program },
    { path: FILES.fingerprint, bytes: canonicalBytes(input.fingerprint) },
    { path: FILES.rounds, bytes: canonicalBytes(input.rounds) },
    { path: FILES.evaluation, bytes: evaluation },
    { path: FILES.datasets, bytes: canonicalBytes(datasets) },
    { path: FILES.state, bytes: canonicalBytes(stateNote) },
  ];
  if (momentum) files.push({ path: FILES.outerState, bytes: momentum });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const { manifest } = describeFiles(files);
  const digest = digestOf(encodeManifest(manifest));
  refuseInconsistent(files, manifest, digest);
  return { files, manifest, digest, root, evaluation: digestOf(evaluation) };
}

/** Better here than in front of every downloader. */
function refuseInconsistent(files: readonly NamedFile[], manifest: Manifest, digest: Digest): void {
  const verdicts = verifyMaterial({
    files: new Map(files.map(({ path, bytes }) => [path, bytes])),
    manifest,
    manifestDigest: digest,
    chain: null,
  });
  const bad = verdicts.find(({ status }) => status === 'fail');
  if (!bad) return;
  throw new Error(
    `RELEASE_INCONSISTENT: ${bad.claim}: ${bad.detail}; give all records of the run, its final ` +
      'state and the artefacts that its terms name',
  );
}
