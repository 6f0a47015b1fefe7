/** How stored records are shown (run.ts). */
import type { AuditView, RunView, SeatView } from './run.js';
import type { Applicant, Audit, Run, Seat } from './run-state.js';
import type { Amendment, RunTerms } from './run-terms.js';
import { closedRounds } from './round-opening.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { heldBackYocto } from './settlement.js';

export function viewRun(
  run: Run,
  it: { terms: RunTerms; audits: readonly Audit[]; nowMs: number; amendment?: Amendment | null },
): RunView {
  const { open, provisional } = run;
  return {
    id: run.id,
    proposal: run.proposal,
    proposer: run.proposer,
    terms: it.terms,
    budgetYocto: `${run.budgetYocto}`,
    escrowYocto: `${run.escrowYocto}`,
    paidYocto: `${run.paidYocto}`,
    status: run.status,
    pausedBecause: run.pausedBecause,
    pausedUntilMs: run.pausedUntilMs,
    relayedCalls: run.relayedCalls,
    rewinds: run.rewinds,
    amendment: it.amendment ?? null,
    closedRounds: closedRounds(run),
    finalRound: run.finalRound,
    finalRoot: run.finalRoot,
    logHead: run.logHead,
    open: open && {
      round: open.round,
      ordinal: open.ordinal,
      phase: open.phase,
      deadlineMs: open.deadlineMs,
      startRoot: open.startRoot,
      localReset: open.localReset,
      slices: open.slices,
      committed: open.committed,
      revealed: open.revealed,
      certified: open.certified,
      included: open.included,
      submitted: open.submitted,
    },
    provisional: provisional && {
      round: provisional.round,
      ordinal: provisional.ordinal,
      root: provisional.root,
      startRoot: provisional.startRoot,
      localReset: provisional.localReset,
      included: provisional.included,
      slices: provisional.slices,
    },
    audits: it.audits.map(viewAudit),
    enrolDeadlineMs: run.enrolDeadlineMs,
    nextRound: run.nextRound,
    nowMs: it.nowMs,
  };
}

function viewAudit(audit: Audit): AuditView {
  const { round, seat, segment, auditor, state, deadlineMs, startLeaf, answer } = audit;
  return {
    round,
    seat,
    segment,
    auditor,
    state,
    deadlineMs,
    startLeaf,
    answer,
    answered: audit.answered,
    openedLeaf: audit.openedLeaf,
    jury: (audit.jury ?? []).map((juror) => ({ seat: juror.seat, answered: juror.answered })),
  };
}

export function viewSeat(seat: Seat, it: { run: Run }): SeatView {
  const { role, status, fromRound } = it.run.roster[seat.seat]!;
  return {
    seat: seat.seat,
    account: seat.account,
    worker: seat.worker,
    payout: seat.payout,
    operator: seat.operator ?? seat.account,
    earnsStake: seat.earnsStake,
    role,
    status,
    fromRound,
    stakeYocto: `${seat.stakeYocto}`,
    heldBackYocto: `${heldBackYocto(seat)}`,
    earnedYocto: `${seat.earnedYocto}`,
    slashedYocto: `${seat.slashedYocto}`,
    verifiedRounds: seat.verifiedRounds,
    auditsRight: seat.auditsRight,
    auditsWrong: seat.auditsWrong,
    localOut: seat.localOut,
    claim: seat.claim,
    previousClaim: seat.previousClaim,
  };
}

/** Before the draw: what a seat of this applicant would look like. */
export function viewApplicant(applicant: Applicant, index: number, terms: RunTerms): SeatView {
  return {
    seat: index,
    account: applicant.account,
    worker: applicant.worker,
    payout: applicant.payout,
    operator: applicant.account,
    earnsStake: applicant.earnsStake,
    role: applicant.role,
    status: 'applied',
    fromRound: applicant.fromRound,
    stakeYocto: applicant.earnsStake ? '0' : terms.stakeYocto,
    heldBackYocto: '0',
    earnedYocto: '0',
    slashedYocto: '0',
    verifiedRounds: 0,
    auditsRight: 0,
    auditsWrong: 0,
    localOut: ZERO_LOCAL_STATE,
    claim: null,
    previousClaim: null,
  };
}
