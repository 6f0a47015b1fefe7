/**
 * What distances come to, seat by seat. One failure costs its price and the claim's pay, since the
 * numbers of two honest machines differ and a jury of machines may err with them; m failures among
 * the last n audits cost the seat. Distances within tolerance that always point the same way add up,
 * and from a bound on count as a failure too.
 */
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

/** What the standing verdict against a claim takes at once; null: there is nothing to take. */
export function lockFailure(draft: RunDraft, dispute: Dispute, number: number): Loss | null {
  const { status } = draft.roster(number);
  const seat = draft.seat(number);
  const price = BigInt(draft.terms.tolerance!.failureYocto);
  const expels = status === 'expelled' || seat.stakeYocto < price;
  dispute.distance = { ...dispute.distance!, expels };
  if (status === 'left') return null;
  if (expels) return takeAll(draft, number, `found too far off in round ${dispute.round}`);
  const stakeYocto = least(price, seat.stakeYocto);
  seat.stakeYocto -= stakeYocto;
  seat.slashedYocto += stakeYocto;
  moveMoney(draft.moves, 'stakes', 'slashed', stakeYocto);
  const { round, id } = dispute;
  draft.emit('failure_priced', { round, seat: number, dispute: id, yocto: `${stakeYocto}` });
  return { seat: number, stakeYocto, held: [], expelled: false, stands: false };
}

/**
 * Nobody can change the verdict any more. Against the claim: one failure more, and the seat with it
 * when there are too many. Where its drift was in question, counting starts anew either way.
 */
export function settleFailure(draft: RunDraft, dispute: Dispute, against: boolean): Loss | null {
  const { seat: number, segment, round, distance } = dispute;
  if (number === null || !distance) return null;
  if (against) {
    noteMeasured(
      draft,
      { round, seat: number, segment: segment! },
      { alongBillionths: 0, sum: null, failed: true },
    );
  }
  const subject = draft.seat(number);
  if (distance.about === 'drift') {
    const known = distancesOf(subject);
    const audits = known.audits.map((one) => ({ ...one, alongBillionths: 0 }));
    subject.distances = { ...known, audits };
  }
  const failures = distancesOf(subject).audits.filter(({ failed }) => failed).length;
  if (!against || failures < draft.terms.tolerance!.failuresMax) return null;
  return takeAll(draft, number, `failed ${failures} of its last audits`);
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
