/**
 * The clock of a run. Anyone may call it; it moves a phase only when everybody who can still act
 * did, or the deadline passed. All randomness comes from the block in which it moves.
 */
import { planAudits } from './audit.js';
import { hasPlace } from './dispute-places.js';
import { movableDisputes } from './dispute.js';
import { drawSeats } from './enrolment.js';
import { unreachable } from './errors.js';
import { closeProvisional, completeIfDone } from './finality.js';
import { countSeats, namersOf, noSeats, setOfSeats } from './seat-set.js';
import { deadlineOf, endPace, lateAfter } from './pace.js';
import { closedRounds, openRound, pauseRun, returnSlices } from './round-opening.js';
import type { Phase, TickResult } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { OpenRound } from './run-state.js';
import { depositSlashed, expel } from './settlement.js';
import { dismissMissed, miss } from './silence.js';

export interface Tick {
  /** What the caller believes current; a phase that moved already is left alone. */
  round: number | null;
  phase: Phase | null;
}

/** Where work is left, a tick goes on with it and does nothing else. */
export function tick(draft: RunDraft, it: Tick): void {
  const { run } = draft;
  if (run.work.length > 0) {
    draft.moved = true;
    return;
  }
  const disputes = () => {
    draft.plan({ do: 'move-disputes', left: movableDisputes(draft) });
  };
  switch (run.status) {
    case 'completed':
    case 'stopped':
      return disputes();
    case 'enrolling':
      draft.moved = drawSeats(draft);
      return;
    case 'paused':
    case 'running': {
      const believed = run.open
        ? run.open.round === it.round && run.open.phase === it.phase
        : it.phase === null;
      if (areAuditsDue(draft)) planAudits(draft);
      disputes();
      draft.plan({ do: 'move-round', round: believed }, { do: 'stop-forsaken' });
      return;
    }
    default:
      return unreachable(run.status);
  }
}

function areAuditsDue(draft: RunDraft): boolean {
  const {
    run: { provisional },
    at,
  } = draft;
  if (!provisional || provisional.auditsOpen === 0) return false;
  return at.nowMs >= provisional.auditsDueMs || (provisional.crowded && hasPlace(draft));
}

export function tickResult(draft: RunDraft): TickResult {
  const { status, open, work } = draft.run;
  const { round = null, phase = null } = open ?? {};
  return { status, round, phase, moved: draft.moved, busy: work.length > 0 };
}

/** One thing at a time: what has closed something leaves the open round to the next tick. */
export function moveRound(draft: RunDraft, { round }: { round: boolean }): void {
  if (closeProvisional(draft) || completeIfDone(draft) || (round && tickRound(draft))) {
    draft.moved = true;
  }
}

function tickRound(draft: RunDraft): boolean {
  const { run } = draft;
  if (!run.open) {
    // Whatever it did it says: it may also amend the terms and find that the pause goes on.
    const said = draft.events.length;
    openRound(draft, true);
    return draft.events.length > said;
  }
  switch (run.open.phase) {
    case 'train':
      return closeTrain(draft, run.open);
    case 'reveal':
      return closeReveal(draft, run.open);
    case 'certify':
      return closeCertify(draft, run.open);
    case 'aggregate':
      return closeAggregate(draft, run.open);
    default:
      return unreachable(run.open.phase);
  }
}

function closeTrain(draft: RunDraft, open: OpenRound): boolean {
  const trainers = open.slices.map(({ seat }) => seat);
  const missing = missingFrom(draft, trainers, open.committed);
  if (missing.length > 0 && !due(draft, open)) return false;
  endPace(draft, open, open.committed.length);
  draft.plan({ do: 'make-absent', left: missing, round: open.round }, { do: 'end-train' });
  return true;
}

export function endTrain(draft: RunDraft): void {
  const open = draft.run.open!;
  const { minWorkers } = draft.terms;
  const committed = open.committed.filter((seat) => draft.isActive(seat)).length;
  if (committed < minWorkers) {
    pauseRun(draft, `${committed} trainers committed where ${minWorkers} are needed`);
  } else enter(draft, open, 'reveal');
}

function closeReveal(draft: RunDraft, open: OpenRound): boolean {
  const missing = missingFrom(draft, open.committed, open.revealed);
  if (missing.length > 0 && !due(draft, open)) return false;
  endPace(draft, open, open.revealed.length);
  draft.plan({ do: 'expel-silent', left: missing, round: open.round }, { do: 'end-reveal' });
  return true;
}

export function expelSilent(draft: RunDraft, seat: number, round: number): void {
  const yocto = expel(draft, seat, `did not reveal in round ${round}`);
  depositSlashed(draft, { seat, yocto });
}

export function endReveal(draft: RunDraft): void {
  const open = draft.run.open!;
  // Who is left alone would be the majority of one: it would certify itself and name any root.
  const { minWorkers } = draft.terms;
  const revealed = open.revealed.filter((seat) => draft.isActive(seat)).length;
  if (revealed < minWorkers) {
    pauseRun(draft, `${revealed} trainers revealed where ${minWorkers} are needed`);
  } else {
    drawWitnesses(draft, open);
    open.nameable = setOfSeats(open.revealed);
    enter(draft, open, 'certify');
  }
}

/**
 * A committee of those who revealed, by lot; everybody where the terms want none or too many. It is
 * drawn after all have revealed, so that nobody reveals to friends alone.
 */
function drawWitnesses(draft: RunDraft, open: OpenRound): void {
  const { witnesses } = draft.terms;
  const may = open.revealed.filter((seat) => draft.isActive(seat)).sort((a, b) => a - b);
  if (witnesses === 0 || witnesses >= may.length) {
    open.witnesses = may;
    return;
  }
  const drawn = Array.from({ length: witnesses }, () => draft.draw.take(may)!);
  open.witnesses = drawn.sort((a, b) => a - b);
  draft.emit('witnesses_drawn', { round: open.round, witnesses: open.witnesses });
}

function closeCertify(draft: RunDraft, open: OpenRound): boolean {
  const missing = missingFrom(draft, open.witnesses, open.certified);
  if (missing.length > 0 && !due(draft, open)) return false;
  endPace(draft, open, open.certified.length);
  for (const seat of missing) miss(draft, seat, open.round);
  const { revealed, certified, named } = open;
  const namers = namersOf(revealed, certified, named);
  const voters = votersOf(open);
  open.witnessed = revealed
    .map((seat, i) => ({ seat, by: namers[i]! }))
    .filter(({ seat, by }) => draft.isActive(seat) && 2 * countSeats(by) > voters)
    .sort((a, b) => a.seat - b.seat);
  open.included = open.witnessed.map(({ seat }) => seat);
  open.named = [];
  open.nameable = noSeats;
  if (open.included.length === 0) {
    pauseRun(draft, 'no update was certified by more than half of the witnesses');
  } else enter(draft, open, 'aggregate');
  return true;
}

function closeAggregate(draft: RunDraft, open: OpenRound): boolean {
  const { run } = draft;
  // One provisional round at a time: a rewind cancels it and this one, never more.
  if (run.provisional) return false;
  // A witness that did not certify has crashed, it seems: it may name a root, but is not waited for.
  const awaited = open.revealed.filter(
    (seat) => !open.witnesses.includes(seat) || open.certified.includes(seat),
  );
  const missing = missingFrom(draft, awaited, open.submitted);
  if (missing.length > 0 && !due(draft, open)) return false;
  endPace(draft, open, open.submitted.length);
  const agreed = open.roots.find(({ by }) => 2 * by.length > open.revealed.length);
  if (!agreed) {
    pauseRun(draft, 'no root was named by more than half of those who revealed');
    return true;
  }
  // Where no root is agreed silence is nobody's fault: what was certified could perhaps not be had.
  for (const seat of missing) miss(draft, seat, open.round);
  const { round, ordinal, startRoot, localReset, slices, revealed } = open;
  const included = open.included!;
  run.provisional = {
    round,
    ordinal,
    root: agreed.root,
    startRoot,
    localReset,
    included,
    slices,
    revealed: [...revealed],
    struck: null,
    sinceMs: draft.at.nowMs,
    challengeUntilMs: draft.at.nowMs + draft.terms.challengeWindowMs,
    audits: 0,
    auditsOpen: 0,
    auditsDueMs: 0,
    crowded: false,
    failed: noSeats,
    silent: noSeats,
    namedBy: agreed.by,
    witnessed: open.witnessed,
    committee: isCommittee(open) ? open.witnesses : [],
    challenges: { root: 0, update: 0 },
  };
  run.open = null;
  dismissMissed(draft, open);
  returnSlices(
    draft,
    slices.filter(({ seat }) => !included.includes(seat)),
  );
  draft.emit('round_provisional', { round, root: agreed.root, included });
  draft.plan(
    // Only included claims are audited, so what another one says it left behind is no input to trust.
    { do: 'forget-state', left: revealed.filter((seat) => !included.includes(seat)) },
    { do: 'end-distrust', left: draft.terms.tolerance ? [...included] : [] },
    { do: 'draw-audits', left: [...included] },
    { do: 'close-provisional' },
    { do: 'open-beside' },
  );
  return true;
}

/** Beside the provisional round. */
export function openBeside(draft: RunDraft): void {
  const { run, terms } = draft;
  if (run.status === 'running' && !run.open && closedRounds(run) < terms.rounds) openRound(draft);
}

/**
 * More than half of the committee; where there is none, of those who revealed, as for the root.
 * Counted over those who voted, whoever keeps the others from voting would decide alone; the
 * revealers are the last ones whom silence cost their stake. One of three to five may crash and the
 * round still closes.
 */
function votersOf(open: OpenRound): number {
  return (isCommittee(open) ? open.witnesses : open.revealed).length;
}

function isCommittee({ witnesses, revealed }: OpenRound): boolean {
  return witnesses.length < revealed.length;
}

function enter(draft: RunDraft, open: OpenRound, phase: Exclude<Phase, 'train'>): void {
  open.phase = phase;
  open.halfMs = null;
  open.sinceMs = draft.at.nowMs;
  open.expected = { reveal: open.committed, certify: open.witnesses, aggregate: open.revealed }[
    phase
  ].length;
  open.lateAfterMs = lateAfter(draft, phase);
  open.mostMs = draft.terms.deadlinesMs[phase];
  open.deadlineMs = open.sinceMs + deadlineOf(draft, phase, phase === 'reveal');
  draft.emit('phase_moved', { round: open.round, phase });
}

/** Who of `expected` can still act and has not. */
function missingFrom(
  draft: RunDraft,
  expected: readonly number[],
  acted: readonly number[],
): number[] {
  return expected.filter((seat) => draft.isActive(seat) && !acted.includes(seat));
}

function due(draft: RunDraft, open: OpenRound): boolean {
  return draft.at.nowMs >= open.deadlineMs;
}
