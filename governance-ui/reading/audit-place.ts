/**
 * Whether a run has a place for somebody who wants to audit from a tab, and if not, why: told before a
 * wallet is asked for anything.
 */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { isLive } from '@commonweights/trainer/worker/choose-run.js';
import { plural, shortNear } from '../words/amounts.js';

/** The label of a tab's seat among its account's machines. */
export const tabWorker = 'tab';

export type AuditPlace =
  /** It has a seat already; a stake hangs on it. */
  | { readonly kind: 'mine'; readonly seat: SeatView }
  | { readonly kind: 'open' }
  | { readonly kind: 'none'; readonly why: string };

export interface Candidate {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
}

/** Fees of some hundred calls, beside the stake. */
export const allowanceYocto = 10n ** 24n;

export function placeFor(
  { run, seats }: Candidate,
  who: { account: string | null; balanceYocto: bigint | null },
): AuditPlace {
  const none = (why: string): AuditPlace => ({ kind: 'none', why });
  const { terms } = run;
  if (!isLive(run)) return none(`It is ${run.status}.`);
  const own = seats.filter(({ account }) => account === who.account);
  const seat = own.find(({ worker }) => worker === tabWorker);
  if (seat?.status === 'expelled') {
    return none(`The seat of ${who.account} was expelled, and is not given again.`);
  }
  if (seat && seat.status !== 'left') return { kind: 'mine', seat };
  if (seat) return none(`${who.account} has left it; a seat is given once.`);
  if (terms.maxAuditors === 0) return none('It has no auditors: its trainers audit each other.');
  if (run.status === 'enrolling') {
    if (run.nowMs >= run.enrolDeadlineMs) return none('Its seats are about to be drawn.');
  } else {
    const active = seats.filter(({ role, status }) => role === 'auditor' && status === 'active');
    if (active.length >= terms.maxAuditors) {
      return none(`All places for auditors (${terms.maxAuditors}) are taken.`);
    }
  }
  if (own.length >= terms.seatsPerAccount) {
    return none(
      `${who.account} has ${own.length} of ${plural(terms.seatsPerAccount, 'seat')} that an account ` +
        'may have in it.',
    );
  }
  const needed = terms.stakeYocto + allowanceYocto;
  if (who.balanceYocto !== null && who.balanceYocto < needed) {
    return none(
      `${who.account} has ${shortNear(who.balanceYocto)}, and stake and fees take ${shortNear(needed)}.`,
    );
  }
  return { kind: 'open' };
}
