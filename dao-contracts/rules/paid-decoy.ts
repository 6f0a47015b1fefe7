/** Which decoys the run pays for: those that a commitment's secret drew, within their seat's share. */
import { opensCommitment } from './audit-step.js';
import { decoysOfSeatMax, decoysPaidMax } from './budget.js';
import { drawDecoyWith, saltWith } from './decoy.js';
import { refuse } from './errors.js';
import type { RevealedClaim } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Audit } from './run-state.js';

/** `audit` found what a decoy at leaf `index` covers; `secret` shows that the decoy counts. */
export function countDecoy(
  draft: RunDraft,
  it: { audit: Audit; claim: RevealedClaim; index: number },
  secret: string,
): void {
  const { terms } = draft;
  const { round, seat } = it.audit;
  const subject = draft.seat(seat);
  const drawn = drawDecoyWith(
    { secret, round, segments: terms.segments, shareBps: terms.decoyShareBps },
    draft.at,
  );
  const salt = saltWith(secret, draft.at);
  const { audit, claim } = it;
  if (drawn !== it.index || !opensCommitment(draft, claim, { audit, subject, salt })) {
    refuse('BAD_OPENING', 'this secret is not that of the commitment, or draws no decoy here');
  }
  if (payDecoy(draft, audit)) audit.decoy = true;
}

/** Whether the run pays for this one, too: within the shares of its seat and of the run. */
export function payDecoy(draft: RunDraft, { round, seat }: Pick<Audit, 'round' | 'seat'>): boolean {
  const { terms, run } = draft;
  const subject = draft.seat(seat);
  if (subject.decoysPaid >= decoysOfSeatMax(terms, round)) return false;
  if (run.decoysPaid >= decoysPaidMax(terms)) return false;
  subject.decoysPaid++;
  run.decoysPaid++;
  return true;
}
