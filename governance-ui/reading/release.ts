/** A release: what was voted on, what its manifest lists, how well it predicts held-out text. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  manifestLimits,
  parseManifest,
  type Manifest,
} from '@commonweights/dataset-registry/digest/manifest.js';
import type {
  DatasetView,
  ReleaseView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import { readAncestors } from './ancestors.js';
import type { BlobAnswer, BlobReader } from './blob-json.js';
import type { Door } from './door.js';
import { readWarnings, type ReleaseWarnings } from './release-warnings.js';

export interface Evaluation {
  /** Nats per token. */
  readonly heldOutLoss: number | null;
  readonly initialLoss: number | null;
  readonly unigramEntropy: number | null;
  readonly sequences: number | null;
}

export interface ReleaseStory {
  readonly release: ReleaseView;
  readonly run: RunView | null;
  readonly manifest: BlobAnswer<Manifest>;
  readonly evaluation: BlobAnswer<Evaluation>;
  /** All that the run's data descends from, as far as the chain knows it. */
  readonly datasets: readonly DatasetView[];
  readonly warnings: ReleaseWarnings;
}

export async function readRelease(door: Door, id: number): Promise<ReleaseStory | null> {
  const { client, blobs } = door;
  const release = await client.getRelease({ release: id });
  if (!release) return null;
  const [run, manifest, evaluation] = await Promise.all([
    client.getRun({ run: release.run }),
    blobs.read({
      digest: release.manifest,
      as: 'manifest',
      parse: parseManifest,
      bytesMax: manifestLimits.bytesMax,
    }),
    readEvaluation(blobs, release.evaluation),
  ]);
  const datasets = run ? await readAncestors(door.client, run.terms.datasets) : [];
  const warnings = await readWarnings(blobs, { release, manifest, datasets });
  return { release, run, manifest, evaluation, datasets, warnings };
}

export async function readEvaluation(
  blobs: BlobReader,
  digest: Digest,
): Promise<BlobAnswer<Evaluation>> {
  const answer = await blobs.readJson(digest);
  if (answer.why !== null) return answer;
  const number = (field: string) => {
    const value = answer.value[field];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return {
    value: {
      heldOutLoss: number('heldOutLoss'),
      initialLoss: number('initialLoss'),
      unigramEntropy: number('unigramEntropy'),
      sequences: number('sequences'),
    },
    why: null,
  };
}
