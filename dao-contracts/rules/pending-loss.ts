/**
 * What an expelled seat may still get back: the loss that a verdict took, which a later one may give
 * back, and the rewards of rounds that became final meanwhile with its work in them. Both wait with
 * the dispute whose verdict expelled it. Law: a seat has one such loss at most.
 */
import type { RunDraft } from './run-draft.js';
import type { Dispute, Loss, Owed } from './run-state.js';

export interface PendingLoss {
  dispute: Dispute;
  loss: Loss;
}

/** Null: the seat is not expelled, or nothing gives back what it lost. */
export function pendingLossOf(draft: RunDraft, seat: number): PendingLoss | null {
  if (draft.roster(seat).status !== 'expelled') return null;
  for (const dispute of draft.disputes) {
    const loss = dispute.losses.find((one) => one.seat === seat && one.expelled && !one.stands);
    if (loss) return { dispute, loss };
  }
  return null;
}

/** Something that nobody can appeal against expels the seat, too. */
export function loseForGood(draft: RunDraft, seat: number): void {
  const pending = pendingLossOf(draft, seat);
  if (pending) changeLoss(pending, { stands: true });
}

export function changeLoss({ dispute, loss }: PendingLoss, changes: Partial<Loss>): void {
  dispute.losses = dispute.losses.map((one) => (one === loss ? { ...one, ...changes } : one));
}

/** A final round does not pay the seat now; it will, once it is cleared. */
export function owe(draft: RunDraft, it: Owed): void {
  const pending = pendingLossOf(draft, it.seat);
  if (pending) addOwed(pending.dispute, it);
}

/** A sum that was owed by one dispute is owed by this one. */
export function addOwed(dispute: Dispute, it: Owed): void {
  const known = dispute.owed.find(({ seat }) => seat === it.seat);
  if (!known) {
    dispute.owed.push(it);
    return;
  }
  known.yocto += it.yocto;
  known.rounds += it.rounds;
}
