/**
 * A seat that does what the protocol asks, in time, and truthfully: the one that the laws protect.
 * What it owes now is read from the state alone, like a worker reads it from the chain.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunPlay } from './run-play.js';
import { deliveredLeaf, honestMeasure, sealFor, uncovered } from './tolerance/distance-acts.js';

export const honestAccount = 'a0.test';

/** The next thing that the seat owes, or null. */
export function honestDuty(play: RunPlay, role: 'trainer' | 'auditor'): RunCommand | null {
  const { run, seats, applicants, terms } = play.state;
  const account = honestAccount;
  const number = seats.find((seat) => seat.account === account)?.seat;
  if (number === undefined) {
    const may = run.status === 'enrolling' && play.nowMs < run.enrolDeadlineMs;
    if (!may || applicants.some((one) => one.account === account)) return null;
    const depositYocto = BigInt(terms.stakeYocto);
    return { kind: 'enrol', account, worker: '', role, fromRound: null, depositYocto };
  }
  if (run.roster[number]!.status !== 'active') return null;
  return roundDuty(play, number) ?? auditDuty(play, number);
}

function roundDuty(play: RunPlay, seat: number): RunCommand | null {
  const { open } = play.state.run;
  if (!open?.slices.some((one) => one.seat === seat)) return null;
  const who = { account: honestAccount, worker: '', round: open.round };
  switch (open.phase) {
    case 'train':
      return open.committed.includes(seat) ? null : play.commitCommand(seat);
    case 'reveal':
      if (!open.committed.includes(seat) || open.revealed.includes(seat)) return null;
      return { kind: 'reveal', ...play.opening(seat) };
    case 'certify':
      if (!open.witnesses.includes(seat) || open.certified.includes(seat)) return null;
      return { kind: 'certify', ...who, available: open.revealed };
    case 'aggregate':
      if (!open.revealed.includes(seat) || open.submitted.includes(seat)) return null;
      return { kind: 'submit_root', ...who, root: play.rootOf(open.round) };
  }
}

function auditDuty(play: RunPlay, mine: number): RunCommand | null {
  for (const audit of play.state.audits) {
    const { round, seat, segment, state } = audit;
    const step = { account: honestAccount, worker: '', round, seat, segment };
    if (seat === mine && state === 'material' && play.state.terms.tolerance) {
      return { kind: 'deliver', ...step, ...deliveredLeaf(play, round, seat, segment) };
    }
    if (seat === mine && state === 'uncover') {
      return { kind: 'uncover', ...step, ...uncovered(play, audit) };
    }
    if (state === 'measure' && audit.auditor === mine) {
      return honestMeasure(play, audit);
    }
    if (seat === mine && state === 'material') {
      const { leaf, proof, nonce } = play.openedLeaf(round, seat, segment);
      return { kind: 'deliver', ...step, leaf, proof, nonce };
    }
    if (seat === mine && state === 'opening') {
      return { kind: 'open', ...step, ...play.openedLeaf(round, seat, segment + 1) };
    }
    if (state === 'answer' && audit.auditor === mine) {
      const exact = play.trace(round, seat)[segment + 1]!;
      const leaf = play.state.terms.tolerance ? sealFor(audit) : exact;
      return { kind: 'answer', ...step, leaf };
    }
  }
  for (const dispute of play.state.disputes) {
    if (!dispute.panel?.some((juror) => juror.seat === mine && !juror.answered)) continue;
    const { id } = dispute;
    return {
      kind: 'judge',
      account: honestAccount,
      worker: '',
      dispute: id,
      answer: play.truth(dispute),
    };
  }
  return null;
}

/** What dies with the machine: what its seat owes others, as the protocol prices it. */
export const crashPoints = [
  'before it had a seat',
  'nothing owed',
  'committed, not revealed',
  'revealed, round still open',
  'its claim awaits the verdict',
  'its claim is being audited',
  'it owes an answer as auditor',
  'it owes an answer as juror',
  'seat gone already',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

export function crashPointOf(play: RunPlay): CrashPoint {
  const { run, seats, audits, disputes } = play.state;
  const number = seats.find((seat) => seat.account === honestAccount)?.seat;
  if (number === undefined) return 'before it had a seat';
  if (run.roster[number]!.status !== 'active') return 'seat gone already';
  const isOpen = ({ state }: { state: string }) => state !== 'passed' && state !== 'failed';
  if (audits.some((audit) => audit.seat === number && isOpen(audit))) {
    return 'its claim is being audited';
  }
  const { open } = run;
  if (open?.committed.includes(number) && !open.revealed.includes(number)) {
    return 'committed, not revealed';
  }
  const waits = ({ state }: { state: string }) => state === 'answer' || state === 'measure';
  if (audits.some((audit) => audit.auditor === number && waits(audit))) {
    return 'it owes an answer as auditor';
  }
  if (open?.revealed.includes(number)) return 'revealed, round still open';
  if (run.provisional?.included.includes(number)) return 'its claim awaits the verdict';
  const juror = disputes.some(({ panel }) =>
    panel?.some((one) => one.seat === number && !one.answered),
  );
  return juror ? 'it owes an answer as juror' : 'nothing owed';
}
