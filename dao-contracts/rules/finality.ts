/** What becomes of a provisional round once its audits are closed: final, or rewound. */
import { applyAmendment } from './amendment.js';
import { recordOverheadBytes } from './budget.js';
import type { RunDraft } from './run-draft.js';
import type { ClaimRecord } from './run.js';
import type { Audit, ProvisionalRound } from './run-state.js';
import { abortOpenRound, openRound, returnSlices, stopIfHopeless } from './round-opening.js';
import { distributePot, payAuditFees, payRound, settleRun } from './settlement.js';

export function isClosed(audit: Audit): boolean {
  return audit.state === 'passed' || audit.state === 'failed';
}

/** Closes the provisional round if all its audits are closed. Returns whether it did. */
export function closeProvisional(draft: RunDraft): boolean {
  const { run } = draft;
  const round = run.provisional;
  if (!round) return false;
  const audits = draft.audits.filter((audit) => audit.round === round.round);
  if (!audits.every(isClosed)) return false;

  const failed = audits.filter((audit) => audit.state === 'failed').map((audit) => audit.seat);
  const rewound = round.included.some((seat) => failed.includes(seat));
  const fees = payAuditFees(draft, audits);
  const storage = appendClosedRecord(draft, { round, audits, rewound });
  const honest = round.included.filter((seat) => draft.roster(seat).status !== 'expelled');
  draft.audits = draft.audits.filter((audit) => audit.round !== round.round);
  let owed = rewound ? fees + storage : 0n;
  for (const audit of audits) {
    const costsARound = audit.state === 'failed' && round.included.includes(audit.seat);
    owed -= distributePot(draft, audit, {
      toEscrowYocto: costsARound ? owed : 0n,
      honest: costsARound ? honest : [],
    });
  }
  run.provisional = null;
  if (rewound) rewind(draft, round);
  else finalise(draft, round);
  return true;
}

function finalise(draft: RunDraft, round: ProvisionalRound): void {
  const { run } = draft;
  run.finalRounds++;
  run.finalRound = round.round;
  run.finalRoot = round.root;
  payRound(draft, round);
  // With new terms waiting, no round opened beside this one: they hold from the next on.
  const amended = run.amendment && !run.open;
  if (amended) applyAmendment(draft);
  if (run.finalRounds < draft.terms.rounds) {
    if (amended && run.status === 'running') openRound(draft);
    return;
  }
  settleRun(draft);
  run.status = 'completed';
  draft.emit('run_completed', { finalRound: run.finalRound, finalRoot: run.finalRoot });
}

/** Back to the last final root: this round and the open one after it never happened. */
function rewind(draft: RunDraft, round: ProvisionalRound): void {
  const { run } = draft;
  run.cancelledRounds++;
  run.resetNext = true;
  // The slices of seats that were not included went back when the round became provisional.
  returnSlices(
    draft,
    round.slices.filter(({ seat }) => round.included.includes(seat)),
  );
  abortOpenRound(draft);
  stopIfHopeless(draft);
  if (run.status === 'running') openRound(draft);
}

/** Returns what the record's storage cost. */
function appendClosedRecord(
  draft: RunDraft,
  it: { round: ProvisionalRound; audits: readonly Audit[]; rewound: boolean },
): bigint {
  const { run } = draft;
  const { round, audits } = it;
  return draft.appendRecord(
    {
      // Who was drawn first: whether it was replaced can depend on who was faster.
      audits: audits.map(({ seat, segment, auditor, replaced, state }) => ({
        auditor: replaced ?? auditor,
        seat,
        segment,
        verdict: verdictOf(state),
      })),
      claims: [...round.revealed]
        .sort((a, b) => a - b)
        .map((seat) => claimRecord(draft, round, audits, seat)),
      outcome: it.rewound ? 'rewound' : 'final',
      previous: run.logHead,
      root: round.root,
      round: round.round,
      run: run.id,
      startRoot: round.startRoot,
      version: 1,
    },
    recordOverheadBytes,
  );
}

function claimRecord(
  draft: RunDraft,
  round: ProvisionalRound,
  audits: readonly Audit[],
  number: number,
): ClaimRecord {
  const seat = draft.seat(number);
  const claim = [seat.claim, seat.previousClaim].find((one) => one?.round === round.round);
  if (!claim?.revealed)
    throw new Error(`BUG: seat ${number} lost its claim of round ${round.round}`);
  const { update, updateBytes, localIn, localOut, traceRoot } = claim.revealed;
  const audit = audits.find((one) => one.seat === number);
  return {
    account: seat.account,
    commitment: claim.commitment,
    included: round.included.includes(number),
    localIn,
    localOut,
    seat: number,
    slice: round.slices.find((one) => one.seat === number)!.slice,
    traceRoot,
    update,
    updateBytes,
    verdict: audit ? verdictOf(audit.state) : 'unaudited',
  };
}

function verdictOf(state: Audit['state']): 'passed' | 'failed' {
  return state === 'failed' ? 'failed' : 'passed';
}
