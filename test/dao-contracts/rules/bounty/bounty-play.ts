/** One bounty over the real rules: who did what, and whether the money adds up after every step. */
import { expect } from 'chai';
import { digestOf, sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import {
  stepBounty,
  type BountyCommand,
  type BountyState,
} from '@commonweights/dao-contracts/rules/bounty/events.js';
import type { BountyPhase } from '@commonweights/dao-contracts/rules/bounty/bounty-view.js';
import {
  bountyStorageYocto,
  newBounty,
} from '@commonweights/dao-contracts/rules/bounty/new-bounty.js';
import { panelOfBatch } from '@commonweights/dao-contracts/rules/bounty/phases.js';
import { sealBatch, sealVotes } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import {
  BountyDraft,
  type Batch,
  type Reviewer,
} from '@commonweights/dao-contracts/rules/bounty/state.js';
import { bountyEscrow, type BountyTerms } from '@commonweights/dao-contracts/rules/bounty/terms.js';
import { buckets, noMoney, type Totals } from '@commonweights/dao-contracts/rules/totals.js';

export const near = 10n ** 24n;
export const contract = 'dao.test';
export const item = (name: string): Digest => digestOf(new TextEncoder().encode(name));

export const price = near / 4n;

export const terms: BountyTerms = {
  title: 'Tell spam from mail',
  instructions: item('what is spam'),
  material: 'mails@1',
  licence: 'CC0-1.0',
  items: 6,
  priceYocto: `${price}`,
  batches: 8,
  batchesPerAccount: 2,
  bondYocto: `${near / 2n}`,
  reviewers: 3,
  reviewFeeYocto: `${near / 10n}`,
  stakeYocto: `${2n * near}`,
  agreementBps: 6_000,
  windowsMs: { submit: 60_000, reveal: 60_000, review: 60_000, open: 60_000 },
};

export class BountyPlay {
  state: BountyState;
  nowMs = 1_000_000;
  readonly totals: Totals = noMoney();
  /** What each account has on its ledger. */
  readonly ledgers = new Map<string, bigint>();
  /** What came from outside. */
  receivedYocto: bigint;
  readonly events: { event: string; data: Record<string, unknown> }[] = [];
  #steps = 0;

  constructor(
    changes: Partial<BountyTerms> = {},
    readonly seed = 'seed',
  ) {
    const all = { ...terms, ...changes };
    const bounty = newBounty({ id: 1, proposal: 1, terms: all, nowMs: this.nowMs });
    this.state = { bounty, terms: all, records: new Map() };
    this.totals.escrows = bounty.escrowYocto;
    this.totals.storage = bountyStorageYocto;
    this.receivedYocto = bountyEscrow(all);
  }

  get bounty() {
    return this.state.bounty;
  }

  get at() {
    const seed = sha256(new TextEncoder().encode(`${this.seed} ${this.#steps}`));
    return { contract, nowMs: this.nowMs, seed, ...platform };
  }

  apply(command: BountyCommand): void {
    this.#steps++;
    const before = JSON.stringify(this.state, (_, value: unknown) => `${value as string}`);
    const { state, effects } = stepBounty(this.state, command, this.at);
    expect(JSON.stringify(this.state, (_, value: unknown) => `${value as string}`)).to.equal(
      before,
    );
    this.state = state;
    for (const bucket of buckets) this.totals[bucket] += effects.moves[bucket];
    for (const [account, yocto] of effects.credits) {
      this.ledgers.set(account, (this.ledgers.get(account) ?? 0n) + yocto);
    }
    if ('depositYocto' in command) this.receivedYocto += command.depositYocto;
    this.events.push(...effects.events);
    this.check();
  }

  /** Conservation: what came in is in the buckets, and each is what its records say. */
  check(): void {
    const { totals, bounty } = this;
    for (const bucket of buckets) expect(totals[bucket] >= 0n, bucket).to.equal(true);
    const all = buckets.reduce((sum, bucket) => sum + totals[bucket], 0n);
    expect(all, 'money appeared or vanished').to.equal(this.receivedYocto);
    expect(totals.escrows, 'escrow').to.equal(bounty.escrowYocto);
    const ledgers = [...this.ledgers.values()].reduce((sum, yocto) => sum + yocto, 0n);
    expect(totals.ledgers, 'ledgers').to.equal(ledgers);
    const stakes = this.reviewers().reduce((sum, one) => sum + one.stakeYocto, 0n);
    expect(totals.stakes, 'stakes').to.equal(stakes);
    const open = this.batches().filter(({ outcome }) => outcome === null).length;
    expect(totals.bonds, 'bonds').to.equal(BigInt(open) * BigInt(this.state.terms.bondYocto));
  }

  batch(number: number): Batch {
    return this.state.records.get(`batch:${number}`) as Batch;
  }

  batches(): Batch[] {
    return Array.from({ length: this.bounty.batches }, (_, i) => this.batch(i));
  }

  reviewers(): Reviewer[] {
    const { records } = this.state;
    return Array.from(
      { length: this.bounty.reviewers },
      (_, i) => records.get(`reviewer:${i}`) as Reviewer,
    );
  }

  commit(account: string, items: readonly Digest[], more: { payout?: string } = {}): number {
    const opening = { contract, bounty: 1, account, salt: `salt of ${account}`, items };
    const commitment = sealBatch(opening, platform);
    const depositYocto = BigInt(this.state.terms.bondYocto);
    this.apply({ kind: 'commit', account, commitment, depositYocto, payout: null, ...more });
    return this.bounty.batches - 1;
  }

  reveal(account: string, batch: number, items: Digest[]): void {
    this.apply({ kind: 'reveal', account, batch, items, salt: `salt of ${account}` });
  }

  applyAs(account: string, more: { payout?: string } = {}): void {
    const depositYocto = BigInt(this.state.terms.stakeYocto) + near;
    this.apply({ kind: 'apply', account, depositYocto, payout: null, ...more });
  }

  /** Accounts of the reviewers drawn for a batch. */
  panel(batch: number): string[] {
    const draft = new BountyDraft(
      { bounty: this.bounty, terms: () => this.state.terms, read: () => null },
      this.at,
    );
    return panelOfBatch(draft, batch).map((number) => this.reviewers()[number]!.account);
  }

  seal(account: string, batch: number, votes: string): void {
    const opening = { contract, bounty: 1, account, salt: 'pepper', batch, votes };
    const sealed = sealVotes(opening, platform);
    this.apply({ kind: 'review', account, batch, sealed });
  }

  open(account: string, batch: number, votes: string): void {
    this.apply({ kind: 'open', account, batch, votes, salt: 'pepper' });
  }

  tick(): BountyPhase {
    this.apply({ kind: 'tick' });
    return this.bounty.phase;
  }

  /** Waits for the deadline and ticks. */
  pass(): BountyPhase {
    this.nowMs = Math.max(this.nowMs, this.bounty.deadlineMs);
    return this.tick();
  }

  /** Strangers tick until it is closed; the number of ticks is bounded. */
  finish(): void {
    const most = 6 + this.bounty.batches + Math.ceil(this.bounty.reviewers / 8);
    for (let i = 0; this.bounty.phase !== 'closed'; i++) {
      expect(i, 'ticks').to.be.below(most);
      this.pass();
    }
  }

  refusal(act: () => void): string {
    const before = this.state;
    try {
      act();
    } catch (error) {
      expect(error).to.be.instanceOf(Refusal);
      expect(this.state, 'a refused call left something').to.equal(before);
      return (error as Refusal).message;
    }
    return 'accepted';
  }
}
