/**
 * Whose a seat is. Three accounts stand behind one: the **owner** enrolled and staked, the
 * **operator** signs the work (the owner itself unless it named another), the **payout** account
 * gets the money. Only the owner changes the other two, and only with one yoctoNEAR attached: a
 * function-call key cannot attach deposits, so a stolen worker key can redirect nothing.
 */
import { refuse } from './errors.js';
import { payoutChangesMax } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { RosterEntry, Seat } from './run-state.js';
import { seatName, type Actor } from './seat-name.js';
import { receiveMoney } from './totals.js';

export interface OwnerCall extends Actor {
  depositYocto: bigint;
}

export function setPayout(draft: RunDraft, it: OwnerCall & { payout: string }): void {
  const seat = ownSeat(draft, it);
  if (seat.payout === it.payout) {
    refuse('ALREADY_ACTED', `${it.payout} is what seat ${seat.seat} pays to already`);
  }
  if (seat.payoutChanges >= payoutChangesMax) {
    refuse('TOO_MANY', `seat ${seat.seat} changed its payout account ${payoutChangesMax} times`);
  }
  seat.payoutChanges++;
  seat.payout = it.payout;
  draft.roster(seat.seat).payee = draft.partyOf(it.payout);
  draft.emit('payout_set', { seat: seat.seat, payout: it.payout });
}

/** From now on `operator` acts for the seat and nobody else; the owner's own name gives it back. */
export function setOperator(draft: RunDraft, it: OwnerCall & { operator: string }): void {
  const seat = ownSeat(draft, it);
  const { worker, account } = seat;
  const now = seat.operator ?? account;
  if (now === it.operator) {
    refuse('ALREADY_ACTED', `${it.operator} operates seat ${seat.seat} already`);
  }
  if (it.operator !== account) checkNameIsFree(draft, { account: it.operator, worker });
  if (seat.operator !== null) draft.operators.set(seatName({ account: now, worker }), null);
  seat.operator = it.operator === account ? null : it.operator;
  if (seat.operator !== null) {
    draft.operators.set(seatName({ account: it.operator, worker }), seat.seat);
  }
  draft.emit('operator_set', { seat: seat.seat, operator: it.operator });
}

/** Else one call could mean either of two seats that others own. */
function checkNameIsFree(draft: RunDraft, actor: Actor): void {
  if (draft.source.seatOf(actor) !== null || draft.source.seatOperatedBy(actor) !== null) {
    refuse('ALREADY_ENROLLED', `${seatName(actor)} has a seat; an absent one can rejoin`);
  }
}

/**
 * Nobody asks who is named as operator. So that it keeps nobody out, or at work for others, whoever
 * enrols acts for its own seat, and the other one is its owner's again.
 */
export function giveBackOperated(draft: RunDraft, actor: Actor): void {
  const number = draft.source.seatOperatedBy(actor);
  if (number === null) return;
  const seat = draft.seat(number);
  seat.operator = null;
  draft.operators.set(seatName(actor), null);
  draft.emit('operator_set', { seat: number, operator: seat.account });
}

function ownSeat(draft: RunDraft, it: OwnerCall): Seat {
  if (it.depositYocto !== 1n) {
    refuse('ONE_YOCTO_NEEDED', 'attach exactly 1 yoctoNEAR, which needs a full-access key');
  }
  receiveMoney(draft.moves, 'treasury', 1n);
  const number = draft.source.seatOf(it);
  if (number === null) {
    return refuse('NOT_ENROLLED', `${seatName(it)} owns no seat in run ${draft.run.id}`);
  }
  const { status } = draft.roster(number);
  if (status === 'expelled' || status === 'left') {
    refuse('RUN_NOT_OPEN', `seat ${number} is ${status}; nothing more is paid or done for it`);
  }
  return draft.seat(number);
}

/**
 * Whether two seats belong to the same account, or money of both reaches one. Such a pair never
 * judges each other's work.
 */
export function sameParty(a: RosterEntry, b: RosterEntry): boolean {
  return a.owner === b.owner || a.payee === b.payee || a.owner === b.payee || a.payee === b.owner;
}

/** Whether `seat` is one of `others` or of the same party as one of them. */
export function isRelated(
  roster: readonly RosterEntry[],
  seat: number,
  others: readonly (number | null)[],
): boolean {
  return others.some(
    (one) => one !== null && (one === seat || sameParty(roster[one]!, roster[seat]!)),
  );
}
