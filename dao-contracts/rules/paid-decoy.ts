/** Which decoys the run pays for: those that a commitment's secret drew, within their seat's share. */
import { decoysOfSeatMax, decoysPaidMax } from './budget.js';
import { drawDecoyWith, saltWith } from './decoy.js';
import { refuse } from './errors.js';
import { commitmentWith } from './opening.js';
import type { RevealedClaim } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Audit, Seat } from './run-state.js';

/** `audit` found what a decoy at leaf `index` covers; `secret` shows that the decoy counts. */
export function countDecoy(
  draft: RunDraft,
  it: { audit: Audit; claim: RevealedClaim; index: number },
  secret: string,
): void {
  const { terms, run } = draft;
  const { round, seat } = it.audit;
  const subject = draft.seat(seat);
  const drawn = drawDecoyWith(
    { secret, round, segments: terms.segments, shareBps: terms.decoyShareBps },
    draft.at,
  );
  if (drawn !== it.index || !isSecretOf(draft, it.claim, { secret, round, subject })) {
    refuse('BAD_OPENING', 'this secret is not that of the commitment, or draws no decoy here');
  }
  if (subject.decoysPaid >= decoysOfSeatMax(terms, round)) return;
  if (run.decoysPaid >= decoysPaidMax(terms)) return;
  subject.decoysPaid++;
  run.decoysPaid++;
  it.audit.decoy = true;
}

function isSecretOf(
  draft: RunDraft,
  claim: RevealedClaim,
  it: { secret: string; round: number; subject: Seat },
): boolean {
  const { contract } = draft.at;
  const { account, claim: latest, previousClaim } = it.subject;
  const committed = [latest, previousClaim].find((one) => one?.round === it.round)?.commitment;
  const salt = saltWith(it.secret, draft.at);
  const opening = { contract, run: draft.run.id, round: it.round, account, ...claim, salt };
  return commitmentWith(opening, draft.at) === committed;
}
