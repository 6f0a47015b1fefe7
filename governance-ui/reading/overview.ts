/** The DAO at a glance: its money, its people, its rules, and what goes on. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import type {
  AccountingView,
  DatasetView,
  MembersView,
  PolicyView,
  ProposalView,
  ReleaseView,
  RunView,
  TokenView,
} from '@commonweights/dao-contracts/client/views.js';
import { readChainTimeMs } from './door.js';

export interface Overview {
  readonly accounting: AccountingView;
  readonly members: MembersView;
  readonly policy: PolicyView;
  readonly tokens: readonly TokenView[];
  /** Newest first, as all lists here. */
  readonly runs: readonly RunView[];
  readonly releases: readonly ReleaseView[];
  readonly proposals: readonly ProposalView[];
  readonly nowMs: number;
}

export async function readOverview(client: DaoClient): Promise<Overview> {
  const [accounting, members, policy, tokens, runs, releases, proposals, nowMs] = await Promise.all(
    [
      client.getAccounting(),
      readMembers(client),
      client.getPolicy(),
      client.listTokens(),
      readRuns(client),
      readAll((page) => client.listReleases(page)),
      readAll((page) => client.listProposals(page)),
      readChainTimeMs(client),
    ],
  );
  return {
    ...{ accounting, members, policy, tokens, nowMs },
    runs: runs.reverse(),
    releases: releases.reverse(),
    proposals: proposals.reverse(),
  };
}

export interface Pedigree {
  readonly datasets: readonly DatasetView[];
  readonly runs: readonly RunView[];
  readonly releases: readonly ReleaseView[];
}

/** Everything that models of this DAO are made of. */
export async function readPedigree(client: DaoClient): Promise<Pedigree> {
  const [datasets, runs, releases] = await Promise.all([
    readAll((page) => client.listDatasets(page)),
    readRuns(client),
    readAll((page) => client.listReleases(page)),
  ]);
  return { datasets, runs, releases };
}
