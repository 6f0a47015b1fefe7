/** The DAO at a glance: its money, its people, its rules, and what goes on. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import type {
  AccountingView,
  DatasetView,
  HealthView,
  MembersView,
  PolicyView,
  ProposalView,
  ReleaseView,
  RunView,
  TokenView,
} from '@commonweights/dao-contracts/client/views.js';
import { pageItemsMax, runsPageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { readChainTimeMs } from './chain-time.js';
import { TailReader, type Tail } from './tail-reader.js';

export interface Overview {
  readonly accounting: AccountingView;
  readonly members: MembersView;
  readonly policy: PolicyView;
  readonly tokens: readonly TokenView[];
  /** The newest of each, newest first. */
  readonly runs: readonly RunView[];
  readonly releases: readonly ReleaseView[];
  readonly proposals: readonly ProposalView[];
  /** How many there are in all. */
  readonly counts: { readonly runs: number; readonly releases: number; readonly proposals: number };
  readonly nowMs: number;
}

type Counts = HealthView['counts'];

/** Enough for what is shown, and for every proposal that is open in a DAO of some hundred members. */
const newest = { runs: 20, releases: 10, proposals: 100 } as const;

/** The lists of a DAO, read from their ends: see `TailReader`. */
export class OverviewReader {
  readonly #runs: TailReader<RunView>;
  readonly #releases: TailReader<ReleaseView>;
  readonly #proposals: TailReader<ProposalView>;
  #counts: Promise<Counts | null> | null = null;

  constructor(private readonly client: DaoClient) {
    const told = (list: ListName) => async () => (await this.#countsNow())?.[list] ?? null;
    this.#runs = new TailReader((page) => client.listRuns(page), runsPageItemsMax, told('runs'));
    this.#releases = new TailReader(
      (page) => client.listReleases(page),
      pageItemsMax,
      told('releases'),
    );
    this.#proposals = new TailReader(
      (page) => client.listProposals(page),
      pageItemsMax,
      told('proposals'),
    );
  }

  /** Of all lists in one answer. A contract that is not well gives none: then they are searched for. */
  #countsNow(): Promise<Counts | null> {
    return (this.#counts ??= this.client.checkHealth().then(
      ({ counts }) => counts,
      () => null,
    ));
  }

  async read(): Promise<Overview> {
    const { client } = this;
    const [accounting, members, policy, tokens, runs, releases, proposals, nowMs] =
      await Promise.all([
        client.getAccounting(),
        readMembers(client),
        client.getPolicy(),
        client.listTokens(),
        this.#runs.read({ limit: newest.runs }),
        this.#releases.read({ limit: newest.releases }),
        this.#proposals.read({ limit: newest.proposals }),
        readChainTimeMs(client),
      ]);
    return {
      ...{ accounting, members, policy, tokens, nowMs },
      runs: runs.items,
      releases: releases.items,
      proposals: proposals.items,
      counts: { runs: runs.count, releases: releases.count, proposals: proposals.count },
    };
  }

  newestProposals(limit = 200): Promise<Tail<ProposalView>> {
    return this.#proposals.read({ limit });
  }

  /** One page of a list, after so many newer entries. */
  async page(list: ListName, newer: number): Promise<ListPart> {
    const it = { limit: listPageItems, newer };
    const nowMs = await readChainTimeMs(this.client);
    switch (list) {
      case 'runs':
        return { list, nowMs, ...(await this.#runs.read(it)) };
      case 'releases':
        return { list, nowMs, ...(await this.#releases.read(it)) };
      case 'proposals':
        return { list, nowMs, ...(await this.#proposals.read(it)) };
    }
  }
}

export type ListName = 'runs' | 'releases' | 'proposals';
export const listPageItems = 50;

export type ListPart = { readonly nowMs: number } & (
  | ({ readonly list: 'runs' } & Tail<RunView>)
  | ({ readonly list: 'releases' } & Tail<ReleaseView>)
  | ({ readonly list: 'proposals' } & Tail<ProposalView>)
);

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
