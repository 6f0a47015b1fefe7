/**
 * What a chain says about a release, as plain JSON: read from a node now, or kept as evidence and
 * read offline later. A verifier trusts these facts exactly as far as it trusts who gave them.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { pageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { AttestationView } from '@commonweights/dao-contracts/rules/attestation.js';
import type { DatasetView, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { ATTESTATIONS_MAX, DATASETS_MAX } from './limits.js';
import { readRosterFacts, type RosterFacts } from './roster-facts.js';
import { readStandings, type SignerStanding } from './signer-standing.js';

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
  /** What was said of the manifest, in order; null: nobody asked, or it is too much to read. */
  readonly attestations: readonly AttestationView[] | null;
  /** By account, what those who said it have done in the DAO. */
  readonly standings: Readonly<Record<string, SignerStanding>>;
}

export interface RunFacts {
  readonly id: number;
  readonly program: Digest;
  readonly fingerprint: Digest;
  readonly tokenizer: Digest;
  readonly initialRoot: Digest;
  readonly datasets: readonly string[];
  /** Null: nobody asked. */
  readonly roster: RosterFacts | null;
}

type Chain = Pick<
  DaoClient,
  | 'network'
  | 'contract'
  | 'getReleaseByManifest'
  | 'getRun'
  | 'getSeats'
  | 'getProposal'
  | 'getDataset'
  | 'getPolicy'
  | 'listAttestations'
  | 'getReputation'
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
    program: view.terms.program,
    fingerprint: view.terms.fingerprint,
    tokenizer: view.terms.tokenizer,
    initialRoot: view.terms.initialRoot,
    datasets: view.terms.datasets,
    roster: await readRosterFacts(chain, view, release),
  };
  const attestations = await readAttestations(chain, question.manifest);
  const signers = attestations?.map(({ by }) => by) ?? [];
  const standings = await readStandings(chain, signers);
  return {
    network: chain.network.name,
    contract: chain.contract,
    height: question.height ?? null,
    release,
    run,
    datasets: run ? await withParents(chain, run.datasets) : [],
    licences: policy.licences,
    attestations,
    standings: Object.fromEntries(standings),
  };
}

async function readAttestations(
  chain: Pick<Chain, 'listAttestations'>,
  subject: Digest,
): Promise<AttestationView[] | null> {
  const all: AttestationView[] = [];
  while (all.length <= ATTESTATIONS_MAX) {
    const page = await chain.listAttestations({ subject, from: all.length, limit: pageItemsMax });
    all.push(...page);
    if (page.length < pageItemsMax) return all;
  }
  return null;
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
