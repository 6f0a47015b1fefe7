/** What people do in a bounty: hand in batches sealed, reveal them; judge those of others likewise. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from '../errors.js';
import {
  batchBytes,
  contributorsMax,
  reviewerBytes,
  reviewersMax,
  storageYoctoPerByte,
} from '../limits.js';
import { receiveMoney } from '../totals.js';
import { itemName } from './items-tree.js';
import { panelOfBatch } from './phases.js';
import { sealBatch, sealVotes } from './sealed.js';
import type { BountyPhase } from './bounty-view.js';
import type { Batch, BountyDraft } from './state.js';

interface Act {
  account: string;
}

interface Paid extends Act {
  payout: string | null;
  depositYocto: bigint;
}

/** Hands in a sealed batch. Its number is its place in the order of payment. */
export function commitBatch(draft: BountyDraft, it: Paid & { commitment: Digest }): void {
  const { bounty, terms } = draft;
  requirePhase(draft, 'submit');
  takeDeposit(draft, it, BigInt(terms.bondYocto), 'bonds');
  if (bounty.batches >= terms.batches) {
    refuse('TOO_MANY', `bounty ${bounty.id} has all its ${terms.batches} batches`);
  }
  let number = placeOf(draft, it.account, 'c');
  if (number === null) {
    if (bounty.contributors >= contributorsMax) {
      refuse('TOO_MANY', `bounty ${bounty.id} has ${contributorsMax} contributors; try another`);
    }
    number = bounty.contributors++;
    takeSide(draft, it, 'c', number);
    draft.put('contributor', number, { ...names(it), batches: 0, accepted: 0 });
  }
  const contributor = draft.get('contributor', number)!;
  if (contributor.batches >= terms.batchesPerAccount) {
    refuse(
      'TOO_MANY',
      `${it.account} has handed in ${contributor.batches} batches, as many as may`,
    );
  }
  draft.put('contributor', number, { ...contributor, batches: contributor.batches + 1 });
  const batch = bounty.batches++;
  const sealed = { commitment: it.commitment, items: null, reviews: [], outcome: null };
  draft.put('batch', batch, { contributor: number, ...sealed });
  draft.spend('storage', BigInt(batchBytes) * storageYoctoPerByte);
  draft.emit('batch_committed', { batch, account: it.account });
}

export function revealBatch(
  draft: BountyDraft,
  it: Act & { batch: number; items: Digest[]; salt: string },
): void {
  const { bounty, at } = draft;
  requirePhase(draft, 'reveal');
  const batch = requireBatch(draft, it.batch);
  if (placeOf(draft, it.account, 'c') !== batch.contributor) {
    refuse('NOT_YOUR_TURN', `batch ${it.batch} is not of ${it.account}`);
  }
  if (batch.items) refuse('ALREADY_ACTED', `batch ${it.batch} is revealed`);
  if (it.items.length === 0 || new Set(it.items).size < it.items.length) {
    refuse('BAD_ARGUMENT', 'items must name at least one digest, and none twice');
  }
  const { items, salt, account } = it;
  const opening = { contract: at.contract, bounty: bounty.id, account, salt, items };
  if (sealBatch(opening, at) !== batch.commitment) {
    refuse('BAD_OPENING', `these items and salt do not open batch ${it.batch}`);
  }
  for (const item of items) {
    const first = draft.get('item', itemName(item));
    // Whoever committed earlier had it first, in whatever order they reveal.
    if (first === null || first > it.batch) draft.put('item', itemName(item), it.batch);
  }
  draft.put('batch', it.batch, { ...batch, items });
  bounty.revealed++;
  draft.emit('batch_revealed', { batch: it.batch, items: items.length });
}

/** Asks for a place among the reviewers. */
export function applyReviewer(draft: BountyDraft, it: Paid): void {
  const { bounty, terms } = draft;
  requirePhase(draft, 'submit');
  const storage = BigInt(reviewerBytes) * storageYoctoPerByte;
  const stakeYocto = BigInt(terms.stakeYocto);
  takeDeposit(draft, it, stakeYocto, 'stakes', storage);
  if (bounty.reviewers >= reviewersMax) {
    refuse('TOO_MANY', `${reviewersMax} reviewers have applied; try another bounty`);
  }
  if (placeOf(draft, it.account, 'r') !== null) {
    refuse('ALREADY_ENROLLED', `${it.account} has applied`);
  }
  const number = bounty.reviewers++;
  takeSide(draft, it, 'r', number);
  draft.put('reviewer', number, { ...names(it), stakeYocto, earnedYocto: 0n, missed: 0 });
  draft.emit('reviewer_applied', { reviewer: number, account: it.account });
}

export function sealReview(draft: BountyDraft, it: Act & { batch: number; sealed: Digest }): void {
  requirePhase(draft, 'review');
  const batch = requireBatch(draft, it.batch);
  const reviewer = reviewerOf(draft, it);
  if (!batch.items || !panelOfBatch(draft, it.batch).includes(reviewer)) {
    refuse('NOT_YOUR_TURN', `${it.account} was not drawn for batch ${it.batch}`);
  }
  if (batch.reviews.some((one) => one.reviewer === reviewer)) {
    refuse('ALREADY_ACTED', `${it.account} has sealed its votes on batch ${it.batch}`);
  }
  const review = { reviewer, sealed: it.sealed, votes: null };
  draft.put('batch', it.batch, { ...batch, reviews: [...batch.reviews, review] });
  draft.bounty.sealed++;
  draft.emit('review_sealed', { batch: it.batch, account: it.account });
}

export function openReview(
  draft: BountyDraft,
  it: Act & { batch: number; votes: string; salt: string },
): void {
  const { bounty, at } = draft;
  requirePhase(draft, 'open');
  const batch = requireBatch(draft, it.batch);
  const reviewer = reviewerOf(draft, it);
  const review = batch.reviews.find((one) => one.reviewer === reviewer);
  if (!review) return refuse('NOT_YOUR_TURN', `${it.account} has sealed nothing on this batch`);
  if (review.votes !== null) refuse('ALREADY_ACTED', `${it.account} has opened its votes`);
  const { votes, salt, account } = it;
  const opening = { contract: at.contract, bounty: bounty.id, account, salt, votes };
  if (sealVotes({ ...opening, batch: it.batch }, at) !== review.sealed) {
    refuse('BAD_OPENING', `these votes and salt are not what ${account} sealed`);
  }
  // What was sealed can be anything: such votes count for nobody.
  if (!/^[01]+$/.test(votes) || votes.length !== batch.items!.length) {
    refuse('BAD_ARGUMENT', `votes must be "1" or "0" for each of ${batch.items!.length} items`);
  }
  const reviews = batch.reviews.map((one) => (one === review ? { ...one, votes } : one));
  draft.put('batch', it.batch, { ...batch, reviews });
  bounty.opened++;
  draft.emit('review_opened', { batch: it.batch, account, votes });
}

function requirePhase({ bounty, at }: BountyDraft, phase: BountyPhase): void {
  if (bounty.phase !== phase) {
    refuse('WRONG_PHASE', `bounty ${bounty.id} is in phase "${bounty.phase}", not "${phase}"`);
  }
  if (at.nowMs >= bounty.deadlineMs) {
    refuse('WRONG_PHASE', `phase "${phase}" is over and waits for bounty_tick`);
  }
}

function requireBatch(draft: BountyDraft, number: number): Batch {
  const batch = draft.get('batch', number);
  return batch ?? refuse('NOT_FOUND', `bounty ${draft.bounty.id} has no batch ${number}`);
}

function reviewerOf(draft: BountyDraft, { account }: Act): number {
  const number = placeOf(draft, account, 'r');
  return number ?? refuse('NOT_ENROLLED', `${account} does not judge bounty ${draft.bounty.id}`);
}

/** What is above goes to the ledger at once, as with the stakes of a run. */
function takeDeposit(
  draft: BountyDraft,
  it: Paid,
  yocto: bigint,
  bucket: 'bonds' | 'stakes',
  storageYocto = 0n,
): void {
  const needed = yocto + storageYocto;
  if (it.depositYocto < needed) {
    refuse('DEPOSIT_TOO_SMALL', `attach at least ${needed} yoctoNEAR`);
  }
  receiveMoney(draft.moves, 'storage', storageYocto);
  receiveMoney(draft.moves, bucket, it.depositYocto - storageYocto);
  draft.credit(it.payout ?? it.account, bucket, it.depositYocto - needed);
}

function names(it: Paid): { account: string; payout: string } {
  return { account: it.account, payout: it.payout ?? it.account };
}

/**
 * Nobody acts on both sides of a bounty, and nobody is paid for the side that it does not act on. Who
 * is only named as somebody's payout has agreed to nothing: it gets no side by that, else anybody
 * could bar it from the one that it wants.
 */
function takeSide(draft: BountyDraft, it: Paid, side: Side, number: number): void {
  for (const account of new Set(Object.values(names(it)))) {
    const known = draft.get('party', account);
    if (known !== null && !known.startsWith(side)) {
      const other = side === 'c' ? 'judges' : 'contributes to';
      refuse('NOT_YOUR_TURN', `${account} ${other} bounty ${draft.bounty.id}; nobody does both`);
    }
  }
  draft.put('party', it.account, `${side}${number}`);
}

type Side = 'c' | 'r';

/** The account's number on that side. */
function placeOf(draft: BountyDraft, account: string, side: Side): number | null {
  const party = draft.get('party', account);
  return party?.startsWith(side) ? Number(party.slice(1)) : null;
}
