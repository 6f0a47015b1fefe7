/**
 * What distances come to, seat by seat. One failure costs its price and the claim's pay, since the
 * numbers of two honest machines differ and a jury of machines may err with them; m failures among
 * the last n audits cost the seat. Distances within tolerance that always point the same way add up,
 * and from a bound on count as a failure too.
 */
import { changeLoss, loseForGood, pendingLossOf } from '../pending-loss.js';
import { moveMoney } from '../totals.js';
import type { RunDraft } from '../run-draft.js';
import type { Audit, Dispute, Loss, Seat } from '../run-state.js';
import { least, takeAll } from '../settlement.js';
import type { SeatDistances } from './state.js';

const noDistances: SeatDistances = { audits: [], sum: null, distrusted: false };

export function distancesOf({ distances }: Pick<Seat, 'distances'>): SeatDistances {
  return distances ?? noDistances;
}

/**
 * Whether the signed distances of the last audits, this one included, add up to more than
 * `driftBillionths · √count`: honest ones point anywhere and grow with the root, a bias with the
 * count. Integers throughout.
 */
export function drifts(draft: RunDraft, seat: number, alongBillionths: number): boolean {
  const { driftBillionths, window } = draft.terms.tolerance!;
  const { audits } = distancesOf(draft.seat(seat));
  const last = [...audits.map((one) => one.alongBillionths), alongBillionths].slice(-window);
  const sum = last.reduce((all, one) => all + one, 0);
  if (sum <= 0) return false;
  return BigInt(sum) ** 2n > BigInt(driftBillionths) ** 2n * BigInt(last.length);
}

/** Remembers an audit that ended; the oldest beyond the window is forgotten. */
export function noteMeasured(
  draft: RunDraft,
  { round, seat, segment }: Pick<Audit, 'round' | 'seat' | 'segment'>,
  it: { alongBillionths: number; sum: SeatDistances['sum']; failed: boolean },
): void {
  const { window } = draft.terms.tolerance!;
  const subject = draft.seat(seat);
  const known = distancesOf(subject);
  const { alongBillionths, failed } = it;
  const audits = [...known.audits, { round, segment, alongBillionths, failed }].slice(-window);
  subject.distances = { ...known, audits, sum: it.sum ?? known.sum };
}

/**
 * What the standing verdict against a claim takes at once; null: there is nothing to take, or another
 * dispute about the same claim has taken it. Of a seat that another verdict expelled, out of what that
 * one may give back: which verdict came first must not matter.
 */
export function lockFailure(draft: RunDraft, dispute: Dispute, number: number): Loss | null {
  const { status } = draft.roster(number);
  const seat = draft.seat(number);
  const { round, id } = dispute;
  dispute.distance = { ...dispute.distance!, expels: false };
  if (status === 'left' || sameClaim(draft, dispute).some(({ losses }) => losses.length > 0)) {
    return null;
  }
  const price = BigInt(draft.terms.tolerance!.failureYocto);
  const pending = pendingLossOf(draft, number);
  if (status === 'expelled' && !pending) return null;
  if (!pending && seat.stakeYocto < price) {
    dispute.distance = { ...dispute.distance, expels: true };
    return takeAll(draft, number, `found too far off in round ${round}`);
  }
  const stakeYocto = least(price, pending ? pending.loss.stakeYocto : seat.stakeYocto);
  if (pending) changeLoss(pending, { stakeYocto: pending.loss.stakeYocto - stakeYocto });
  else {
    seat.stakeYocto -= stakeYocto;
    seat.slashedYocto += stakeYocto;
    moveMoney(draft.moves, 'stakes', 'slashed', stakeYocto);
  }
  draft.emit('failure_priced', { round, seat: number, dispute: id, yocto: `${stakeYocto}` });
  return { seat: number, stakeYocto, held: [], expelled: false, stands: false };
}

/** Other disputes about distances of the same claim: one claim is one failure. */
function sameClaim(draft: RunDraft, { id, seat, round }: Dispute): Dispute[] {
  return draft.disputes.filter(
    (one) => one.id !== id && one.distance && one.seat === seat && one.round === round,
  );
}

/** One of them that still stands against the claim. */
export function otherAgainst(draft: RunDraft, dispute: Dispute): Dispute | undefined {
  return sameClaim(draft, dispute).find(({ verdict }) => verdict === 'against');
}

/** Whether a dispute about the same claim has ended against it. */
export function hasFailed(draft: RunDraft, seat: number, round: number): boolean {
  return distancesOf(draft.seat(seat)).audits.some((one) => one.failed && one.round === round);
}

/**
 * Nobody can change the verdict any more. Against the claim: one failure more, and the seat with it
 * when there are too many. A drift that was found is judged, and counting starts anew.
 */
export function settleFailure(draft: RunDraft, dispute: Dispute, against: boolean): Loss | null {
  const { seat: number, segment, round, distance } = dispute;
  if (number === null || !distance || !against) return null;
  const subject = draft.seat(number);
  if (distance.about === 'drift') {
    const known = distancesOf(subject);
    const audits = known.audits.map((one) => ({ ...one, alongBillionths: 0 }));
    subject.distances = { ...known, audits };
  }
  if (hasFailed(draft, number, round)) return null;
  noteMeasured(
    draft,
    { round, seat: number, segment: segment! },
    { alongBillionths: 0, sum: null, failed: true },
  );
  const failures = distancesOf(subject).audits.filter(({ failed }) => failed).length;
  if (failures < draft.terms.tolerance!.failuresMax) return null;
  const lost = takeAll(draft, number, `failed ${failures} of its last audits`);
  if (!lost) loseForGood(draft, number);
  return lost;
}

/** The claim failed and its round stands: what the seat left behind is no input to trust. */
export function distrust(draft: RunDraft, number: number): void {
  const seat = draft.seat(number);
  seat.distances = { ...distancesOf(seat), distrusted: true };
}

/** Whether its local state is to be dropped now; then it is trusted again. */
export function endsDistrust(seat: Seat): boolean {
  if (!seat.distances?.distrusted) return false;
  seat.distances = { ...seat.distances, distrusted: false };
  return true;
}
