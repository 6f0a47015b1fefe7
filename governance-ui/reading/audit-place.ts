/**
 * Whether a run has a place for somebody who wants to audit from a tab, and if not, why: told before a
 * wallet is asked for anything.
 */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { isLive } from '@commonweights/trainer/worker/choose-run.js';
import { countOf, shortNear } from '../words/amounts.js';
import { texts } from '../texts/language.js';

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
  const say = texts().contribute.places;
  if (!isLive(run)) return none(say.ended(texts().states[run.status]));
  const own = seats.filter(({ account }) => account === who.account);
  const seat = own.find(({ worker }) => worker === tabWorker);
  if (seat?.status === 'expelled') {
    return none(say.expelled(who.account!));
  }
  if (seat && seat.status !== 'left') return { kind: 'mine', seat };
  if (seat) return none(say.left(who.account!));
  if (terms.maxAuditors === 0) return none(say.noAuditors);
  if (run.status === 'enrolling') {
    if (run.nowMs >= run.enrolDeadlineMs) return none(say.drawn);
  } else {
    const active = seats.filter(({ role, status }) => role === 'auditor' && status === 'active');
    if (active.length >= terms.maxAuditors) {
      return none(say.taken(terms.maxAuditors));
    }
  }
  if (own.length >= terms.seatsPerAccount) {
    return none(
      say.full({
        ...{ account: who.account!, own: own.length },
        seats: countOf(terms.seatsPerAccount, 'seats'),
      }),
    );
  }
  const needed = terms.stakeYocto + allowanceYocto;
  if (who.balanceYocto !== null && who.balanceYocto < needed) {
    return none(
      say.poor({
        account: who.account!,
        has: shortNear(who.balanceYocto),
        needs: shortNear(needed),
      }),
    );
  }
  return { kind: 'open' };
}
