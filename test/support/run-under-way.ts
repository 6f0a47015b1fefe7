/**
 * A run in any state that random events can bring it to, seen as a worker sees it, and a worker that
 * does what it owes honestly. Drives the rules themselves, so what a worker believes is held against
 * what the contract would say.
 */
import fc from 'fast-check';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { viewApplicant, viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';
import type { Duty } from '@commonweights/trainer/worker/duty.js';
import { busyTerms, named, near, RunPlay } from '../dao-contracts/rules/run-play.js';

/** Which of the possible events comes next, in which variant, and how long after. */
export const someEvents = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000), fc.nat(20)), {
  minLength: 1,
  maxLength: 250,
  size: 'max',
});

/** Plays the events; `after` sees the run after each that was not refused, and after time passed. */
export function playEvents(
  events: readonly (readonly [number, number, number])[],
  after: (play: RunPlay, command: RunCommand | null) => void = () => {},
): RunPlay {
  const play = new RunPlay(busyTerms);
  for (const [pick, chance, wait] of events) {
    if (wait === 0) {
      play.nowMs += 1_000;
      after(play, null);
    }
    const candidates = play.candidates(chance);
    const command = candidates[pick % candidates.length]!();
    if (attempt(play, command) === null) after(play, command);
  }
  return play;
}

/** Null when it was done, else why it was refused. */
export function attempt(play: RunPlay, command: RunCommand): Refusal | null {
  try {
    play.apply(command);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

export function lookAt(play: Pick<RunPlay, 'state' | 'nowMs'>): {
  run: RunView;
  seats: SeatView[];
} {
  const { run, terms, seats, audits, disputes, applicants } = play.state;
  const shown =
    run.status === 'enrolling'
      ? applicants.map((one, i) => viewApplicant(one, i, terms))
      : seats.map((seat) => viewSeat(seat, { run }));
  const view = viewRun(run, { terms, audits, disputes, nowMs: play.nowMs });
  return structuredClone({ run: fromWire(view), seats: fromWire(shown) });
}

/** The call by which an honest `account` does its duty; null when there is none to make. */
export function callFor(play: RunPlay, account: string, duty: Duty): RunCommand | null {
  const seat = play.state.seats.find((one) => one.account === account)?.seat ?? -1;
  const proof = ({ round, segment }: { round: number; segment: number }, index: number) => {
    const { leaf, proof, nonce } = play.openedLeaf(round, seat, index);
    return { account, round, seat, segment, leaf, proof, nonce };
  };
  switch (duty.kind) {
    case 'enrol':
      return { kind: 'enrol', account, role: 'trainer', fromRound: null, depositYocto: near };
    case 'rejoin':
      return { kind: 'rejoin', account };
    case 'tick':
      return play.tick();
    case 'train':
      return play.commitCommand(seat);
    case 'reveal':
      return { kind: 'reveal', ...play.opening(seat) };
    case 'certify':
      return { kind: 'certify', account, round: duty.round, available: [...duty.revealed] };
    case 'submit-root':
      return { kind: 'submit_root', account, round: duty.round, root: named(`root ${duty.round}`) };
    case 'deliver':
      return { kind: 'deliver', ...proof(duty.audit, duty.audit.segment) };
    case 'open': {
      const { round, segment } = duty.audit;
      const step = { account, round, seat, segment };
      return { kind: 'open', ...step, ...play.openedLeaf(round, seat, segment + 1) };
    }
    case 'answer': {
      const { round, seat: subject, segment } = duty.audit;
      const leaf = play.trace(round, subject)[segment + 1]!;
      return { kind: 'answer', account, round, seat: subject, segment, leaf };
    }
    case 'appeal': {
      const depositYocto = 2n * BigInt(duty.dispute.appealYocto!);
      return { kind: 'appeal', account, dispute: duty.dispute.id, depositYocto };
    }
    case 'judge': {
      const dispute = play.state.disputes.find(({ id }) => id === duty.dispute.id)!;
      return { kind: 'judge', account, dispute: dispute.id, answer: play.truth(dispute) };
    }
    case 'challenge-root':
    case 'measure':
    case 'uncover':
      return null;
    case 'wait':
    case 'finish':
      return null;
  }
}
