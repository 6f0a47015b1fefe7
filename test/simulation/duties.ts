/** What a seat owes the run now: the simulator's own reading of the chain, without views. */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Audit, OpenRound } from '@commonweights/dao-contracts/rules/run-state.js';
import type { Duty } from './behaviour.js';

export function dutiesOf(state: Readonly<RunState>, seat: number): Duty[] {
  const { run } = state;
  const entry = run.roster[seat];
  if (!entry || (run.status !== 'running' && run.status !== 'paused')) return [];
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
    if (!active) continue;
    if (audit.auditor === seat && audit.state === 'answer') {
      duties.push({ kind: 'answer', round, audit });
    }
    if (audit.state === 'disputed' && audit.jury?.some((one) => one.seat === seat && !one.answered))
      duties.push({ kind: 'judge', round, audit });
  }
  if (entry.status === 'absent') duties.push({ kind: 'rejoin', round: run.nextRound });
  if (active && run.open) duties.push(...roundDuties(run.open, seat));
  return duties;
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
      return owes(open.revealed, open.certified) ? [{ kind: 'certify', round }] : [];
    case 'aggregate':
      return owes(open.certified, open.submitted) ? [{ kind: 'submit-root', round }] : [];
  }
}

/** Whether a tick would move something now. Checked against the rules: a due tick must move. */
export function tickIsDue(state: Readonly<RunState>, nowMs: number): boolean {
  const { run, terms, applicants } = state;
  if (run.status === 'completed' || run.status === 'stopped') return false;
  if (run.status === 'enrolling') {
    const count = (role: string) => applicants.filter((one) => one.role === role).length;
    const full = count('trainer') >= terms.maxWorkers && count('auditor') >= terms.maxAuditors;
    return full || nowMs >= run.enrolDeadlineMs;
  }
  if (state.audits.some((audit) => auditIsDue(state, audit, nowMs))) return true;
  const { open } = run;
  if (!open) {
    if (run.status !== 'paused') return false;
    const active = run.roster.filter((one) => one.role === 'trainer' && one.status === 'active');
    return active.length >= terms.minWorkers;
  }
  if (open.phase === 'aggregate' && run.provisional) return false;
  return nowMs >= open.deadlineMs || everybodyActed(state, open);
}

function auditIsDue(state: Readonly<RunState>, audit: Audit, nowMs: number): boolean {
  if (audit.state === 'passed' || audit.state === 'failed') return false;
  if (audit.state === 'disputed' && audit.jury === null) return true;
  const lost = state.run.roster[audit.auditor]!.status === 'expelled';
  return nowMs >= audit.deadlineMs || (audit.state === 'answer' && lost);
}

function everybodyActed(state: Readonly<RunState>, open: OpenRound): boolean {
  const [expected, acted] = {
    train: [open.slices.map(({ seat }) => seat), open.committed],
    reveal: [open.committed, open.revealed],
    certify: [open.revealed, open.certified],
    aggregate: [open.certified, open.submitted],
  }[open.phase] as [number[], number[]];
  const living = expected.filter((seat) => state.run.roster[seat]!.status === 'active');
  return acted.length >= living.length && living.every((seat) => acted.includes(seat));
}

/** When a tick may be due next although nobody acts; null: never. */
export function nextDeadlineMs(state: Readonly<RunState>, nowMs: number): number | null {
  const { run } = state;
  const times = state.audits
    .filter((audit) => audit.state !== 'passed' && audit.state !== 'failed')
    .map((audit) => audit.deadlineMs);
  if (run.open && !(run.open.phase === 'aggregate' && run.provisional)) {
    times.push(run.open.deadlineMs);
  }
  if (run.status === 'enrolling') times.push(run.enrolDeadlineMs);
  const later = times.filter((at) => at > nowMs);
  return later.length === 0 ? null : Math.min(...later);
}
