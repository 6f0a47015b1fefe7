/** How stored records are shown (run.ts). */
import type { AuditView, DisputeView, RunView, SeatView } from './run.js';
import type { Applicant, Audit, Dispute, Juror, Run, Seat } from './run-state.js';
import type { Amendment, RunTerms } from './run-terms.js';
import { specOfFinal } from './amendment.js';
import { closedRounds, pauseEndsMs } from './round-opening.js';
import { blockTimeOf } from './run-clock.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { challengeCost } from './challenge.js';
import { SeatPool } from './active-seats.js';
import { appealCost, type BondCost } from './dispute.js';
import { disputesShownMax } from './limits.js';
import { heldBackYocto, lostYocto } from './settlement.js';

export function viewRun(
  run: Run,
  it: {
    terms: RunTerms;
    audits: readonly Audit[];
    disputes: readonly Dispute[];
    nowMs: number;
    amendment?: Amendment | null;
    /** Which of the disputes; default: the first ones. */
    shown?: { from: number; limit: number };
  },
): RunView {
  const { from, limit } = it.shown ?? { from: 0, limit: disputesShownMax };
  const { open, provisional } = run;
  const { formerSpecs, ...terms } = it.terms;
  void formerSpecs;
  return {
    id: run.id,
    proposal: run.proposal,
    proposer: run.proposer,
    terms,
    budgetYocto: `${run.budgetYocto}`,
    escrowYocto: `${run.escrowYocto}`,
    paidYocto: `${run.paidYocto}`,
    status: run.status,
    pausedBecause: run.pausedBecause,
    pausedUntilMs: run.pausedUntilMs,
    pauseEndsMs: pauseEndsMs(run),
    relayedCalls: run.relayedCalls,
    dataRounds: run.dataRounds,
    rewinds: run.rewinds,
    amendment: it.amendment ?? null,
    closedRounds: closedRounds(run),
    finalRound: run.finalRound,
    finalRoot: run.finalRoot,
    finalSpec: specOfFinal(run, it.terms),
    logHead: run.logHead,
    open: open && {
      round: open.round,
      ordinal: open.ordinal,
      phase: open.phase,
      deadlineMs: open.deadlineMs,
      startRoot: open.startRoot,
      localReset: open.localReset,
      slices: open.slices,
      committed: [...open.committed],
      revealed: [...open.revealed],
      witnesses: open.witnesses,
      certified: [...open.certified],
      included: open.included,
      submitted: [...open.submitted],
    },
    provisional: provisional && {
      round: provisional.round,
      ordinal: provisional.ordinal,
      root: provisional.root,
      startRoot: provisional.startRoot,
      localReset: provisional.localReset,
      included: provisional.included,
      slices: provisional.slices,
      namedBy: provisional.namedBy,
      struck: provisional.struck,
      challengeUntilMs: provisional.challengeUntilMs,
      challengeYocto: yoctoOf(challengeCost(it.terms)),
    },
    audits: viewAudits(run, it),
    disputes: viewDisputes(run, {
      terms: it.terms,
      disputes: it.disputes.slice(from, from + limit),
    }),
    moreDisputes: it.disputes.length > from + limit,
    enrolDeadlineMs: run.enrolDeadlineMs,
    busy: run.work.length > 0,
    nextRound: run.nextRound,
    nowMs: it.nowMs,
  };
}

/** Of many audits and many disputes: each is looked at once. */
function viewAudits(
  run: Run,
  it: { audits: readonly Audit[]; disputes: readonly Dispute[] },
): AuditView[] {
  const nameOf = ({ round, seat, segment }: Audit | Dispute) => `${round}/${seat}/${segment}`;
  const judged = it.disputes.filter(({ kind, stage }) => kind === 'audit' && stage === 'jury');
  const panels = new Map(judged.map((one) => [nameOf(one), one.panel]));
  return it.audits.map((audit) => viewAudit(audit, run, panels.get(nameOf(audit)) ?? null));
}

function viewAudit(audit: Audit, run: Run, panel: readonly Juror[] | null): AuditView {
  const { round, seat, segment, auditor, state, startLeaf, answer } = audit;
  return {
    round,
    seat,
    segment,
    auditor,
    state,
    deadlineMs: blockTimeOf(run, audit.deadlineMs),
    startLeaf,
    answer,
    answered: audit.answered,
    openedLeaf: audit.openedLeaf,
    ...(audit.distance ? { distance: audit.distance } : {}),
    jury: shownPanel(panel),
  };
}

function shownPanel(panel: readonly Juror[] | null): { seat: number; answered: boolean }[] {
  return (panel ?? []).map(({ seat, answered }) => ({ seat, answered }));
}

function viewDisputes(
  run: Run,
  { disputes, terms }: { disputes: readonly Dispute[]; terms: RunTerms },
): DisputeView[] {
  if (disputes.length === 0) return [];
  const pool = new SeatPool(run);
  return disputes.map((dispute) => viewDispute(dispute, { run, terms, pool }));
}

function viewDispute(
  dispute: Dispute,
  it: { run: Run; terms: RunTerms; pool: SeatPool },
): DisputeView {
  const { id, round, ordinal, kind, seat, segment, startLeaf, claimed, other } = dispute;
  const { plaintiff, plaintiffSeat, defendants, stage, level, verdict } = dispute;
  const deadlineMs = blockTimeOf(it.run, dispute.deadlineMs);
  const locked = dispute.losses.reduce((sum, one) => sum + lostYocto(one), 0n);
  const bonds = dispute.bonds.reduce((sum, one) => sum + one.bondYocto, 0n);
  return {
    ...{ id, round, ordinal, kind, seat, segment, startLeaf, claimed, other },
    ...(dispute.distance ? { distance: dispute.distance } : {}),
    ...{ plaintiff, plaintiffSeat, defendants, stage, level, deadlineMs, verdict },
    panel: shownPanel(dispute.panel),
    acted: dispute.acted,
    lockedYocto: `${locked}`,
    bondsYocto: `${bonds}`,
    appealYocto:
      stage === 'window' ? yoctoOf(appealCost(it.run, it.terms, dispute, it.pool)) : null,
  };
}

function yoctoOf({ bondYocto, storageYocto }: BondCost): string {
  return `${bondYocto + storageYocto}`;
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
    ...(seat.distances ? { distances: seat.distances } : {}),
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
