/**
 * What one account does in a bounty, step by step, as the command line does it: sealed before anything is
 * sent, opened from what was kept, each step safe to repeat. Wallet, registry and storage come in.
 */
import {
  readBountyRecords,
  readPanel,
  type BountyCalls,
} from '@commonweights/dao-contracts/client/bounties.js';
import {
  findOpening,
  keepVotes,
  newSalt,
  sealOfVotes,
} from '@commonweights/dao-contracts/client/sealed-votes.js';
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import type { Batch } from '@commonweights/dao-contracts/rules/bounty/state.js';
import { sealBatch } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import {
  batchItemsMax,
  reviewerBytes,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { encodeBountyItem } from '@commonweights/dataset-registry/transforms/bounty-item.js';
import type { Judged } from '@commonweights/dataset-registry/transforms/bounty-reading.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import type { SealedKeep } from './sealed-keep.js';

/** Where an account stands in a bounty, and what is left for it to do. */
export interface BountyStanding {
  readonly view: BountyView;
  readonly batches: readonly Batch[];
  readonly contributors: readonly { readonly account: string; readonly accepted: number }[];
  /** Its number among the reviewers; null: it did not apply. */
  readonly reviewer: number | null;
  /** Its own batches that are on chain and not revealed, and were sealed here. */
  readonly toReveal: readonly number[];
  /** Its own that were sealed somewhere else. */
  readonly elsewhere: readonly number[];
  /** Revealed batches that it was drawn for and has not sealed votes on. */
  readonly toJudge: readonly Judged[];
  /** Batches on which its votes are sealed and not opened. */
  readonly toOpen: readonly number[];
}

const digestOfItem = (item: TextItem) => digestOf(encodeBountyItem(item));

type Client = BountyCalls & { readonly contract: string };

export class BountyDesk {
  constructor(
    private readonly it: {
      readonly client: Client;
      readonly bounty: number;
      /** Null: nobody is connected, who only looks. */
      readonly account: string | null;
      readonly keep: SealedKeep | null;
    },
  ) {}

  /** Null: there is no such bounty. */
  async read(): Promise<BountyStanding | null> {
    const { client, bounty, account } = this.it;
    const view = await client.getBounty({ bounty });
    if (!view) return null;
    const [batches, contributors, reviewers] = await Promise.all([
      readBountyRecords(client, { bounty, kind: 'batch' }),
      readBountyRecords(client, { bounty, kind: 'contributor' }),
      account === null ? [] : readBountyRecords(client, { bounty, kind: 'reviewer' }),
    ]);
    const own = contributors.findIndex((one) => one.account === account);
    const number = reviewers.findIndex((one) => one.account === account);
    const sealed = this.it.keep?.read().batches ?? [];
    const isKept = ({ commitment }: Batch) => sealed.some((one) => one.commitment === commitment);
    const numbers = (wanted: (batch: Batch) => boolean) =>
      batches.flatMap((batch, at) => (wanted(batch) ? [at] : []));
    const isOwn = ({ contributor, items }: Batch) => contributor === own && items === null;
    const isSealedBy = ({ reviews }: Batch) => reviews.some(({ reviewer }) => reviewer === number);
    return {
      ...{ view, batches, contributors, reviewer: number < 0 ? null : number },
      toReveal: numbers((batch) => isOwn(batch) && isKept(batch)),
      elsewhere: numbers((batch) => isOwn(batch) && !isKept(batch)),
      toJudge: batches.flatMap((one, batch) =>
        number >= 0 && one.items && !isSealedBy(one) && readPanel(view, batch).includes(number)
          ? [{ batch, items: one.items }]
          : [],
      ),
      toOpen: numbers(({ reviews }) =>
        reviews.some(({ reviewer, votes }) => reviewer === number && votes === null),
      ),
    };
  }

  /** Seals and hands in what was not before, a batch of 16 at a time, each with its bond. */
  async submit(items: readonly TextItem[]): Promise<number> {
    const { client, bounty } = this.it;
    const { keep, account } = this.#own();
    const { terms } = (await client.getBounty({ bounty }))!;
    const file = keep.read();
    const known = new Set(file.batches.flatMap((batch) => batch.items.map(digestOfItem)));
    const fresh = new Map<Digest, TextItem>();
    for (const item of items) {
      const digest = digestOfItem(item);
      if (!known.has(digest)) fresh.set(digest, item);
    }
    const list = [...fresh.values()];
    for (let at = 0; at < list.length; at += batchItemsMax) {
      const batch = list.slice(at, at + batchItemsMax);
      const salt = newSalt();
      const where = { contract: client.contract, bounty, account, salt };
      const commitment = sealBatch({ ...where, items: batch.map(digestOfItem) }, platform);
      file.batches.push({ commitment, salt, items: batch });
    }
    keep.write(file);
    const there = new Set(
      (await readBountyRecords(client, { bounty, kind: 'batch' })).map((one) => one.commitment),
    );
    const due = file.batches.filter(({ commitment }) => !there.has(commitment));
    for (const { commitment } of due) {
      await client.commitBatch({
        ...{ bounty, commitment, payout: null },
        depositYocto: terms.bondYocto,
      });
    }
    return due.length;
  }

  /** Publishes the items of what was handed in from here, and reveals it. */
  async reveal(uploads: Pick<BlobStore, 'put'>): Promise<number> {
    const { client, bounty } = this.it;
    const { keep } = this.#own();
    const onChain = await readBountyRecords(client, { bounty, kind: 'batch' });
    let revealed = 0;
    for (const { commitment, salt, items } of keep.read().batches) {
      const batch = onChain.findIndex((one) => one.commitment === commitment);
      if (batch < 0 || onChain[batch]!.items !== null) continue;
      for (const item of items) await uploads.put(encodeBountyItem(item));
      await client.revealBatch({ bounty, batch, items: items.map(digestOfItem), salt });
      revealed++;
    }
    return revealed;
  }

  async apply(): Promise<void> {
    const { client, bounty } = this.it;
    const { terms } = (await client.getBounty({ bounty }))!;
    const depositYocto = terms.stakeYocto + BigInt(reviewerBytes) * storageYoctoPerByte;
    await client.applyAsReviewer({ bounty, payout: null, depositYocto });
  }

  /** Sealed here before on chain. `votes`: of every item of each batch. */
  async vote(judged: readonly Judged[], votes: ReadonlyMap<Digest, boolean>): Promise<void> {
    const { client, bounty } = this.it;
    const { keep, account } = this.#own();
    const by = { contract: client.contract, bounty, account };
    const file = keep.read();
    const seals = judged.map(({ batch, items }) => {
      const text = items.map((item) => (votes.get(item) ? '1' : '0')).join('');
      const kept = keepVotes(file.votes, { batch, votes: text });
      return { batch, sealed: sealOfVotes(kept, by) };
    });
    keep.write(file);
    for (const seal of seals) await client.sealReview({ bounty, ...seal });
  }

  /** Error: `SEALED_ELSEWHERE`, after what was sealed here is opened. */
  async open(): Promise<void> {
    const { client, bounty } = this.it;
    const { keep, account } = this.#own();
    const standing = (await this.read())!;
    const { votes } = keep.read();
    const by = { contract: client.contract, bounty, account };
    const elsewhere: number[] = [];
    for (const batch of standing.toOpen) {
      const { reviews } = standing.batches[batch]!;
      const mine = reviews.find(({ reviewer }) => reviewer === standing.reviewer)!;
      const opening = findOpening(votes, { batch, sealed: mine.sealed }, by);
      if (opening) await client.openReview({ bounty, ...opening });
      else elsewhere.push(batch);
    }
    if (elsewhere.length === 0) return;
    throw new Error(
      `SEALED_ELSEWHERE: the votes on batch ${elsewhere.join(', ')} were not sealed in this browser; ` +
        'open them where you sealed',
    );
  }

  #own(): { keep: SealedKeep; account: string } {
    const { keep, account } = this.it;
    if (keep && account !== null) return { keep, account };
    throw new Error('NO_ACCOUNT: nobody is connected; connect a wallet');
  }
}
