/** What the DAO is like while somebody writes a proposal: what a form offers, and is held against. */
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import type {
  AccountingView,
  CodeView,
  DatasetView,
  MembersView,
  PolicyView,
  ProposalView,
  ReleaseView,
  RunView,
  TokenView,
} from '@commonweights/dao-contracts/client/views.js';
import { pageItemsMax, runsPageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { Door } from '../reading/door.js';
import { TailReader } from '../reading/tail-reader.js';

export interface DaoNow {
  readonly policy: PolicyView;
  readonly members: MembersView;
  readonly accounting: AccountingView;
  readonly tokens: readonly TokenView[];
  /** The newest of each, newest first. */
  readonly runs: readonly RunView[];
  readonly releases: readonly ReleaseView[];
  readonly datasets: readonly DatasetView[];
  readonly proposals: readonly ProposalView[];
  readonly code: CodeView;
  /** Of who would propose; null: nobody is connected, or it is not known. */
  readonly balanceYocto: bigint | null;
}

/** More than a list to choose from should have; older ones can be typed. */
const offered = { runs: 20, releases: 50, datasets: 100, proposals: 100 } as const;

export async function readDaoNow({ client }: Door, account: string | null): Promise<DaoNow> {
  const runs = new TailReader((page) => client.listRuns(page), runsPageItemsMax);
  const releases = new TailReader((page) => client.listReleases(page), pageItemsMax);
  const datasets = new TailReader((page) => client.listDatasets(page), pageItemsMax);
  const proposals = new TailReader((page) => client.listProposals(page), pageItemsMax);
  const read = await Promise.all([
    client.getPolicy(),
    readMembers(client),
    client.getAccounting(),
    client.listTokens(),
    runs.read({ limit: offered.runs }),
    releases.read({ limit: offered.releases }),
    datasets.read({ limit: offered.datasets }),
    proposals.read({ limit: offered.proposals }),
    client.getCode(),
    account === null ? null : client.viewAccount(account),
  ]);
  const [policy, members, accounting, tokens, run, release, dataset, proposal, code, view] = read;
  return {
    ...{ policy, members, accounting, tokens, code },
    ...{ runs: run.items, releases: release.items, datasets: dataset.items },
    proposals: proposal.items,
    balanceYocto: view?.amountYocto ?? null,
  };
}
