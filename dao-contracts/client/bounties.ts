/** Bounties: what the DAO pays for data, who handed what in, who judged it and how. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { digestBytes } from '@commonweights/dataset-registry/digest/digest-text.js';
import { panelOf } from '../rules/bounty/panel.js';
import type { Batch, Contributor, Reviewer } from '../rules/bounty/state.js';
import { teraGas, type Connection } from './connection.js';
import type { WithMoney } from './money-fields.js';
import { readAll, type Page } from './page.js';
import type { BountyView } from './views.js';

interface Records {
  batch: Batch;
  contributor: Contributor;
  reviewer: WithMoney<Reviewer>;
}

export interface BountyCalls {
  getBounty(it: { bounty: number }): Promise<BountyView | null>;
  listBounties(page?: Page): Promise<BountyView[]>;
  /** Numbers of batches, contributors and reviewers count from 0, in order of the list. */
  listBountyRecords<K extends keyof Records>(
    it: { bounty: number; kind: K } & Page,
  ): Promise<Records[K][]>;
  /** `depositYocto`: the bond of a batch. */
  commitBatch(it: {
    bounty: number;
    commitment: Digest;
    payout: string | null;
    depositYocto: bigint;
  }): Promise<void>;
  revealBatch(it: {
    bounty: number;
    batch: number;
    items: readonly Digest[];
    salt: string;
  }): Promise<void>;
  /** `depositYocto`: stake and storage; what is over goes to the ledger. */
  applyAsReviewer(it: {
    bounty: number;
    payout: string | null;
    depositYocto: bigint;
  }): Promise<void>;
  sealReview(it: { bounty: number; batch: number; sealed: Digest }): Promise<void>;
  openReview(it: { bounty: number; batch: number; votes: string; salt: string }): Promise<void>;
  /** Moves the bounty on, a bounded piece at a time; anybody may. */
  tickBounty(it: { bounty: number }): Promise<void>;
}

export function bountyCalls(connection: Connection): BountyCalls {
  const act =
    <T extends object>(method: string) =>
    (args: T) =>
      connection.call<void>(method, args);
  const pay =
    <T extends { depositYocto: bigint }>(method: string) =>
    ({ depositYocto, ...args }: T) =>
      connection.call<void>(method, args, { depositYocto });
  return {
    getBounty: (it) => connection.view('get_bounty', it),
    listBounties: (page = {}) => connection.view('list_bounties', page),
    listBountyRecords: (it) => connection.view('list_bounty_records', it),
    commitBatch: pay('bounty_commit'),
    revealBatch: act('bounty_reveal'),
    applyAsReviewer: pay('bounty_apply'),
    sealReview: act('bounty_review'),
    openReview: act('bounty_open'),
    tickBounty: (it) => connection.call('bounty_tick', it, { gas: 100n * teraGas }),
  };
}

/** All batches, contributors or reviewers of a bounty, by number. */
export function readBountyRecords<K extends keyof Records>(
  client: Pick<BountyCalls, 'listBountyRecords'>,
  it: { bounty: number; kind: K },
): Promise<Records[K][]> {
  return readAll((page) => client.listBountyRecords({ ...it, ...page }));
}

/** Numbers of the reviewers drawn for a batch; none before the draw. */
export function readPanel(
  { seed, reviewers, terms }: Pick<BountyView, 'seed' | 'reviewers' | 'terms'>,
  batch: number,
): number[] {
  if (seed === null) return [];
  const raw = digestBytes(`sha256:${seed}` as Digest);
  return panelOf({ seed: raw, batch, size: terms.reviewers, of: reviewers }, sha256);
}
