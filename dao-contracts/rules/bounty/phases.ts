/**
 * How a bounty goes on: by its clock, or as soon as everybody has acted. Anybody may call the tick
 * that moves it; what is due for many (batches, stakes) is done a bounded piece at each.
 */
import {
  formatDigest,
  digestBytes,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from '../errors.js';
import { batchAcceptedBpsMin, reviewersPerTick } from '../limits.js';
import { moveMoney } from '../totals.js';
import { alphaBps, countVotes } from './agreement.js';
import { appendItems, itemName, rootOfPeaks } from './items-tree.js';
import { panelOf } from './panel.js';
import type { BountyPhase } from './bounty-view.js';
import { unclaimed, type Batch, type BountyDraft } from './state.js';

export function tickBounty(draft: BountyDraft): void {
  const { bounty } = draft;
  switch (bounty.phase) {
    case 'submit':
      return moveWhenDue(draft, 'reveal', false);
    case 'reveal':
      return endReveal(draft);
    case 'review':
      return moveWhenDue(draft, 'open', bounty.sealed === bounty.revealed * draft.terms.reviewers);
    case 'open':
      return moveWhenDue(draft, 'tally', bounty.opened === bounty.sealed);
    case 'tally':
      if (bounty.settled < bounty.batches) settleBatch(draft, bounty.settled++);
      if (bounty.settled < bounty.batches) return;
      bounty.settled = 0;
      bounty.itemsRoot = rootOfPeaks(bounty.peaks, draft.at.hash);
      return moveTo(draft, 'pay');
    case 'pay':
      return payReviewers(draft);
    case 'closed':
      return refuse('WRONG_PHASE', `bounty ${bounty.id} is closed`);
  }
}

function moveWhenDue(draft: BountyDraft, next: BountyPhase, everybodyActed: boolean): void {
  const { bounty, at } = draft;
  if (!everybodyActed && at.nowMs < bounty.deadlineMs) {
    refuse('WRONG_PHASE', `phase "${bounty.phase}" lasts until ${bounty.deadlineMs} ms`);
  }
  moveTo(draft, next);
}

function moveTo(draft: BountyDraft, phase: BountyPhase): void {
  const { bounty, terms, at } = draft;
  bounty.phase = phase;
  const windows: Partial<Record<BountyPhase, number>> = terms.windowsMs;
  const windowMs = windows[phase];
  bounty.deadlineMs = windowMs === undefined ? 0 : at.nowMs + windowMs;
  draft.emit('bounty_moved', { phase });
}

/** Reviewers are drawn once nobody can hand in or apply any more. Too few: nothing is decided. */
function endReveal(draft: BountyDraft): void {
  const { bounty, terms, at } = draft;
  const canReview = bounty.revealed > 0 && bounty.reviewers >= terms.reviewers;
  moveWhenDue(draft, canReview ? 'review' : 'tally', bounty.revealed === bounty.batches);
  if (canReview) bounty.seed = formatDigest(at.seed).slice(7);
}

export function panelOfBatch({ bounty, terms, at }: BountyDraft, batch: number): number[] {
  const seed = digestBytes(`sha256:${bounty.seed}` as Digest);
  return panelOf({ seed, batch, size: terms.reviewers, of: bounty.reviewers }, at.hash);
}

/** Pays a batch, its bond and its reviewers, each once: `settled` never goes back. */
function settleBatch(draft: BountyDraft, number: number): void {
  const { terms } = draft;
  const batch = draft.get('batch', number)!;
  const contributor = draft.get('contributor', batch.contributor)!;
  const { outcome, wanted } = judge(draft, number, batch);
  const accepted = outcome.split('1').length - 1;
  draft.pay(contributor.payout, BigInt(accepted) * BigInt(terms.priceYocto));
  const bond = BigInt(terms.bondYocto);
  if (wanted) draft.credit(contributor.payout, 'bonds', bond);
  else moveMoney(draft.moves, 'bonds', 'treasury', bond);
  draft.put('batch', number, { ...batch, outcome });
  draft.put('contributor', batch.contributor, {
    ...contributor,
    accepted: contributor.accepted + accepted,
  });
  const { account } = contributor;
  draft.emit('batch_settled', { batch: number, account, outcome, bondReturned: wanted });
}

/**
 * `wanted`: it was revealed, and as much of it was agreed to as must be. A batch that is turned down as
 * a whole, or not decided, keeps none of its items from who handed them in later.
 */
function judge(
  draft: BountyDraft,
  number: number,
  batch: Batch,
): { outcome: string; wanted: boolean } {
  const { bounty, terms, at } = draft;
  const { items } = batch;
  if (!items) return { outcome: '', wanted: false };
  const nothing = '0'.repeat(items.length);
  if (bounty.seed === null) return { outcome: nothing, wanted: true };
  const { decided, agreed } = countBatch(draft, number, { ...batch, items });
  const share = agreed.filter((one) => one).length;
  const wanted = !decided || share * 10_000 >= batchAcceptedBpsMin * items.length;
  const stands = decided && wanted;
  const mine = items.map((item) => claimItem(draft, item, { number, stands }));
  if (!stands) return { outcome: nothing, wanted };
  const accepted: Digest[] = [];
  let outcome = '';
  items.forEach((item, i) => {
    const counts = agreed[i]! && mine[i]! && bounty.accepted + accepted.length < terms.items;
    if (counts) accepted.push(item);
    outcome += counts ? '1' : '0';
  });
  bounty.peaks = appendItems(bounty.peaks, { items: accepted, count: bounty.accepted }, at.hash);
  bounty.accepted += accepted.length;
  return { outcome, wanted };
}

/** Whether the item is this batch's to be paid for: the first that has it and stands as a whole. */
function claimItem(
  draft: BountyDraft,
  item: Digest,
  it: { number: number; stands: boolean },
): boolean {
  const name = itemName(item);
  const first = draft.get('item', name);
  if (first !== it.number && first !== unclaimed) return false;
  const next = it.stands ? it.number : unclaimed;
  if (next !== first) draft.put('item', name, next);
  return true;
}

/** Which items the panel agreed to; its reviewers get what they earned on the way. */
function countBatch(
  draft: BountyDraft,
  number: number,
  batch: Batch & { items: Digest[] },
): { decided: boolean; agreed: boolean[] } {
  const { bounty, terms } = draft;
  const opened = batch.reviews.filter(({ votes }) => votes !== null);
  const decided = 2 * opened.length > terms.reviewers;
  const withMajority = new Map(opened.map(({ reviewer }) => [reviewer, 0]));
  const agreed = batch.items.map((_, i) => {
    const yes = opened.filter(({ votes }) => votes![i] === '1').length;
    const no = opened.length - yes;
    countVotes(bounty.agreement, { yes, no });
    for (const { reviewer, votes } of opened) {
      const [same, other] = votes![i] === '1' ? [yes, no] : [no, yes];
      if (!decided || same >= other) {
        withMajority.set(reviewer, withMajority.get(reviewer)! + 1);
      }
    }
    return decided && yes * 10_000 >= terms.agreementBps * opened.length;
  });
  for (const reviewer of panelOfBatch(draft, number)) {
    creditReviewer(draft, reviewer, withMajority.get(reviewer) ?? null);
  }
  return { decided, agreed };
}

/** `votes` with the majority; null: it was drawn and said nothing. */
function creditReviewer(draft: BountyDraft, number: number, votes: number | null): void {
  const { terms } = draft;
  const reviewer = draft.get('reviewer', number)!;
  const stake = BigInt(terms.stakeYocto);
  const { stakeYocto } = reviewer;
  if (votes === null) {
    const fine = stake / 10n < stakeYocto ? stake / 10n : stakeYocto;
    moveMoney(draft.moves, 'stakes', 'treasury', fine);
    const missed = reviewer.missed + 1;
    draft.put('reviewer', number, { ...reviewer, missed, stakeYocto: stakeYocto - fine });
  } else {
    const earnedYocto = reviewer.earnedYocto + BigInt(votes) * BigInt(terms.reviewFeeYocto);
    draft.put('reviewer', number, { ...reviewer, earnedYocto });
  }
}

/** The next reviewers get what they earned and what is left of their stakes; then all is over. */
function payReviewers(draft: BountyDraft): void {
  const { bounty } = draft;
  const end = Math.min(bounty.reviewers, bounty.settled + reviewersPerTick);
  for (; bounty.settled < end; bounty.settled++) {
    const reviewer = draft.get('reviewer', bounty.settled)!;
    const { payout, stakeYocto, earnedYocto } = reviewer;
    draft.pay(payout, earnedYocto);
    draft.credit(payout, 'stakes', stakeYocto);
    draft.put('reviewer', bounty.settled, { ...reviewer, stakeYocto: 0n });
  }
  if (end < bounty.reviewers) return;
  draft.spend('treasury', bounty.escrowYocto);
  bounty.phase = 'closed';
  const { accepted, itemsRoot, agreement } = bounty;
  draft.emit('bounty_closed', { accepted, itemsRoot, alphaBps: alphaBps(agreement) });
}
