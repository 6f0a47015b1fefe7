/**
 * What a chain says about a release, as plain JSON: read from a node now, or kept as evidence and
 * read offline later. A verifier trusts these facts exactly as far as it trusts who gave them.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { DATASETS_MAX } from './limits.js';

export interface ReleaseFacts {
  /** `localnet`, `testnet` or `mainnet`. */
  readonly network: string;
  readonly contract: string;
  /** Block height at which this was read; null when the source does not say. */
  readonly height: number | null;
  /** Null: the DAO has published no release with this manifest. */
  readonly release: ReleaseView | null;
  readonly run: RunFacts | null;
  /** Those of the run's terms and all that they descend from. */
  readonly datasets: readonly DatasetView[];
  /** Licences that the DAO's policy allows now. */
  readonly licences: readonly string[];
}

export interface RunFacts {
  readonly id: number;
  readonly spec: Digest;
  readonly program: Digest;
  readonly fingerprint: Digest;
  readonly tokenizer: Digest;
  readonly initialRoot: Digest;
  readonly datasets: readonly string[];
}

type Chain = Pick<
  DaoClient,
  'network' | 'contract' | 'getReleaseByManifest' | 'getRun' | 'getDataset' | 'getPolicy'
>;

/** Reads the facts about a manifest. Errors: those of the client. */
export async function readReleaseFacts(
  chain: Chain,
  question: { manifest: Digest; height?: number },
): Promise<ReleaseFacts> {
  const release = await chain.getReleaseByManifest({ manifest: question.manifest });
  const policy = await chain.getPolicy();
  const view = release && (await chain.getRun({ run: release.run }));
  const run = view && {
    id: view.id,
    spec: view.terms.spec,
    program: view.terms.program,
    fingerprint: view.terms.fingerprint,
    tokenizer: view.terms.tokenizer,
    initialRoot: view.terms.initialRoot,
    datasets: view.terms.datasets,
  };
  return {
    network: chain.network.name,
    contract: chain.contract,
    height: question.height ?? null,
    release,
    run,
    datasets: run ? await withParents(chain, run.datasets) : [],
    licences: policy.licences,
  };
}

/** Datasets and everything they descend from; one that the chain does not know is left out. */
async function withParents(chain: Chain, ids: readonly string[]): Promise<DatasetView[]> {
  const found: DatasetView[] = [];
  const seen = new Set(ids);
  const waiting = [...ids];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const dataset = await chain.getDataset({ id });
    if (!dataset) continue;
    found.push(dataset);
    for (const { dataset: parent } of dataset.parents) {
      if (seen.has(parent)) continue;
      if (seen.size >= DATASETS_MAX) {
        throw new Error(
          `TOO_MANY_DATASETS: the run descends from more than ${DATASETS_MAX}; ` +
            'it cannot be verified here',
        );
      }
      seen.add(parent);
      waiting.push(parent);
    }
  }
  return found;
}
