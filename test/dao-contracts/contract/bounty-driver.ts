/** Plays a bounty from its vote to its dataset over a chain, as `Play` does a run. */
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { readPanel } from '@commonweights/dao-contracts/client/bounties.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { sealBatch, sealVotes } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import type { Batch, Reviewer } from '@commonweights/dao-contracts/rules/bounty/state.js';
import type { BountyTerms, BountyView } from '@commonweights/dao-contracts/rules/views.js';
import { named, near, Play, type Chain } from './dao-driver.js';

export const bountyTerms: BountyTerms = {
  title: 'Tell spam from mail',
  instructions: named('what is spam'),
  material: null,
  licence: 'CC0-1.0',
  items: 40,
  priceYocto: `${near / 100n}`,
  batches: 4,
  batchesPerAccount: 2,
  bondYocto: `${near / 10n}`,
  reviewers: 3,
  reviewFeeYocto: `${near / 1000n}`,
  stakeYocto: `${near}`,
  agreementBps: 6_000,
  windowsMs: { submit: 60_000, reveal: 60_000, review: 60_000, open: 60_000 },
};

export const contributors = ['w0.test', 'w1.test'];
export const judges = ['w2.test', 'w3.test', 'audit.test', 'late.test'];

export class BountyRun {
  constructor(
    readonly chain: Chain,
    readonly salt = 'salt',
  ) {}

  async start(changes: Partial<BountyTerms> = {}): Promise<void> {
    await this.chain.call('ann.test', 'deposit', {}, { depositYocto: 20n * near });
    const terms = { ...bountyTerms, ...changes };
    await new Play(this.chain).decide({ kind: 'open-bounty', terms });
  }

  async view(): Promise<BountyView> {
    return (await this.chain.view<BountyView>('get_bounty', { bounty: 1 }))!;
  }

  list<T>(kind: 'batch' | 'contributor' | 'reviewer'): Promise<T[]> {
    return this.chain.view<T[]>('list_bounty_records', { bounty: 1, kind });
  }

  act(account: string, method: string, args: object, depositYocto = 0n): Promise<unknown> {
    return this.chain.call(account, `bounty_${method}`, { bounty: 1, ...args }, { depositYocto });
  }

  /** On chain, accounts of the play have another ending. */
  signer(account: string): string {
    return this.chain.contract.endsWith('.local') ? account.replace(/\.test$/, '.local') : account;
  }

  async commit(account: string, items: readonly Digest[], payout: string | null = null) {
    const { contract } = this.chain;
    const opening = { contract, bounty: 1, account: this.signer(account), salt: this.salt, items };
    const commitment = sealBatch(opening, platform);
    const { terms } = await this.view();
    await this.act(account, 'commit', { commitment, payout }, BigInt(terms.bondYocto));
  }

  reveal(account: string, batch: number, items: readonly Digest[]) {
    return this.act(account, 'reveal', { batch, items, salt: this.salt });
  }

  async apply(account: string, payout: string | null = null) {
    const { terms } = await this.view();
    await this.act(account, 'apply', { payout }, BigInt(terms.stakeYocto) + near / 50n);
  }

  async tick(): Promise<BountyView> {
    await this.act('cat.test', 'tick', {});
    return this.view();
  }

  async pass(): Promise<BountyView> {
    const { deadlineMs, nowMs } = await this.view();
    await this.chain.forward(Math.max(0, deadlineMs - nowMs));
    return this.tick();
  }

  /** Everybody drawn votes `votes(batch)`, sealed and opened. */
  async judge(votes: (batch: number, items: readonly Digest[]) => string): Promise<void> {
    const view = fromWire(await this.view());
    const reviewers = await this.list<Reviewer>('reviewer');
    const batches = await this.list<Batch>('batch');
    const said = batches.flatMap(({ items }, batch) =>
      readPanel(view as never, batch).map((number) => ({
        account: reviewers[number]!.account,
        batch,
        votes: votes(batch, items!),
      })),
    );
    const { contract } = this.chain;
    for (const it of said) {
      const sealed = sealVotes({ contract, bounty: 1, salt: this.salt, ...it }, platform);
      await this.act(it.account, 'review', { batch: it.batch, sealed });
    }
    expect((await this.tick()).phase).to.equal('open');
    for (const { account, ...it } of said)
      await this.act(account, 'open', { ...it, salt: this.salt });
    expect((await this.tick()).phase).to.equal('tally');
  }

  async finish(): Promise<BountyView> {
    for (let i = 0; i < 50; i++) {
      const view = await this.pass();
      if (view.phase === 'closed') return view;
    }
    throw new Error('the bounty does not end');
  }
}

export function itemsNamed(prefix: string, count: number): Digest[] {
  return Array.from({ length: count }, (_, i) => named(`${prefix} ${i}`));
}
