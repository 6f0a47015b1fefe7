/** What a seat owes the run now: the simulator's own reading of the chain, without views. */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { pauseEndsMs } from '@commonweights/dao-contracts/rules/round-opening.js';
import type { Dispute, OpenRound } from '@commonweights/dao-contracts/rules/run-state.js';
import type { Duty } from './behaviour.js';

export function dutiesOf(state: Readonly<RunState>, seat: number): Duty[] {
  const { run } = state;
  const entry = run.roster[seat];
  if (!entry) return [];
  const active = entry.status === 'active';
  const duties: Duty[] = [];
  for (const audit of state.audits) {
    const { round } = audit;
    if (audit.seat === seat && audit.state === 'material') {
      duties.push({ kind: 'deliver', round, audit });
    }
    if (audit.seat === seat && audit.state === 'opening') {
      duties.push({ kind: 'open', round, audit });
    }
    if (audit.seat === seat && audit.state === 'uncover') {
      duties.push({ kind: 'uncover', round, audit });
    }
    if (!active) continue;
    if (audit.auditor === seat && audit.state === 'measure') {
      duties.push({ kind: 'measure', round, audit });
    }
    if (audit.auditor === seat && audit.state === 'answer') {
      duties.push({ kind: 'answer', round, audit });
    }
  }
  for (const dispute of state.disputes) {
    const { round } = dispute;
    const sits = dispute.panel?.some((one) => one.seat === seat && !one.answered);
    if (active && sits) duties.push({ kind: 'judge', round, dispute });
    if (lost(dispute, seat)) duties.push({ kind: 'appeal', round, dispute });
  }
  const { provisional } = run;
  // Whoever is absent can challenge as anybody can.
  const gone = entry.status === 'expelled' || entry.status === 'left';
  if (!gone && provisional?.revealed.includes(seat)) {
    duties.push({ kind: 'challenge', round: provisional.round });
  }
  if (entry.status === 'absent') duties.push({ kind: 'rejoin', round: run.nextRound });
  if (active && run.open) duties.push(...roundDuties(run.open, seat));
  return duties;
}

/** Whether this seat may appeal against the verdict that stands. */
function lost(dispute: Readonly<Dispute>, seat: number): boolean {
  if (dispute.stage !== 'window') return false;
  if (dispute.verdict === 'against') return dispute.defendants.includes(seat);
  return dispute.plaintiffMayAppeal && dispute.plaintiffSeat === seat;
}

function roundDuties(open: OpenRound, seat: number): Duty[] {
  const { round } = open;
  const owes = (before: readonly number[], done: readonly number[]) =>
    before.includes(seat) && !done.includes(seat);
  switch (open.phase) {
    case 'train': {
      const mine = open.slices.find((one) => one.seat === seat);
      if (!mine || open.committed.includes(seat)) return [];
      return [{ kind: 'train', round, slice: mine.slice }];
    }
    case 'reveal':
      return owes(open.committed, open.revealed) ? [{ kind: 'reveal', round }] : [];
    case 'certify':
      return owes(open.witnesses, open.certified) ? [{ kind: 'certify', round }] : [];
    case 'aggregate':
      return owes(open.revealed, open.submitted) ? [{ kind: 'submit-root', round }] : [];
  }
}

/** When a tick may be due next although nobody acts; null: never. */
export function nextDeadlineMs(state: Readonly<RunState>, nowMs: number): number | null {
  const { run, audits, disputes } = state;
  const times = [...audits, ...disputes].map((one) => one.deadlineMs);
  if (run.open) times.push(run.open.deadlineMs);
  if (run.provisional) times.push(run.provisional.challengeUntilMs);
  if (run.status === 'enrolling') times.push(run.enrolDeadlineMs);
  if (run.pausedUntilMs !== null) times.push(run.pausedUntilMs);
  const pauseEnds = pauseEndsMs(run);
  if (pauseEnds !== null) times.push(pauseEnds);
  const later = times.filter((at) => at > nowMs);
  return later.length === 0 ? null : Math.min(...later);
}

/**
 * Whether it is worth asking the rules if a tick is due: cheap, and "yes" too often rather than
 * once too seldom. Most commands leave others to be waited for.
 */
export function tickMayBeDue(state: Readonly<RunState>, nowMs: number): boolean {
  const { run, audits, disputes } = state;
  const { open, provisional } = run;
  if (run.status !== 'running' || !open || nowMs >= open.deadlineMs) return true;
  const isActive = (seat: number) => run.roster[seat]!.status === 'active';
  let waits = 0;
  for (const audit of audits) {
    if (audit.state === 'passed' || audit.state === 'failed') continue;
    if (nowMs >= audit.deadlineMs || !isActive(audit.auditor)) return true;
    waits++;
  }
  for (const { panel, deadlineMs } of disputes) {
    if (panel === null || nowMs >= deadlineMs) return true;
  }
  if (provisional && waits === 0 && nowMs >= provisional.challengeUntilMs) return true;
  const [expected, acted] = {
    train: [open.slices.map(({ seat }) => seat), open.committed],
    reveal: [open.committed, open.revealed],
    certify: [open.witnesses, open.certified],
    aggregate: [open.certified, open.submitted],
  }[open.phase] as [number[], number[]];
  return acted.length >= expected.filter(isActive).length;
}
