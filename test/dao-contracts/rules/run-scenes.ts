/** A run of three trainers and an auditor, brought to each of its phases. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { named, near, RunPlay, smallTerms } from './run-play.js';

export const terms = { ...smallTerms, auditedClaimsBps: 10_000 };
const accounts = ['a0.test', 'a1.test', 'a2.test'];

export function enrolCommand(account: string, changes: object = {}): RunCommand {
  const it = { account, role: 'trainer' as const, fromRound: null, depositYocto: near };
  return { kind: 'enrol', ...it, ...changes };
}

export function running(runTerms = terms, { seed = '', auditors = 1, trainers = 3 } = {}): RunPlay {
  const play = new RunPlay(runTerms, seed);
  for (const account of accounts.slice(0, trainers)) play.apply(enrolCommand(account));
  if (auditors > 0) play.apply(enrolCommand('auditor.test', { role: 'auditor' }));
  play.draw();
  return play;
}

export function committed(play = running()): RunPlay {
  for (const seat of [0, 1, 2]) play.apply(play.commitCommand(seat));
  play.apply(play.tick());
  return play;
}

export function revealed(from = running()): RunPlay {
  const play = committed(from);
  for (const seat of [0, 1, 2]) play.apply({ kind: 'reveal', ...play.opening(seat) });
  play.apply(play.tick());
  return play;
}

export function provisional(from = running()): RunPlay {
  const play = revealed(from);
  closeRound(play);
  return play;
}

/** Everybody certifies everything and names the same root. */
export function closeRound(play: RunPlay): void {
  const each = (make: (actor: { account: string; worker: string }) => RunCommand) => {
    for (const seat of [0, 1, 2]) play.apply(make(play.actor(seat)));
    play.apply(play.tick());
  };
  each((actor) => ({ kind: 'certify', ...actor, round: 1, available: [0, 1, 2] }));
  each((actor) => ({ kind: 'submit_root', ...actor, round: 1, root: named('root 1') }));
}

export function statusOf(play: RunPlay, seat: number) {
  return play.state.run.roster[seat]!.status;
}

/** What the seat does in the phase of the open round. `root`: the one it names at the end. */
export function dutyCommand(play: RunPlay, seat: number, root?: Digest): RunCommand {
  const { round, phase, revealed } = play.state.run.open!;
  const who = { ...play.actor(seat), round };
  switch (phase) {
    case 'train':
      return play.commitCommand(seat);
    case 'reveal':
      return { kind: 'reveal', ...play.opening(seat) };
    case 'certify':
      return { kind: 'certify', ...who, available: revealed };
    case 'aggregate':
      return { kind: 'submit_root', ...who, root: root ?? play.rootOf(round) };
  }
}

export function accountOf(play: RunPlay, seat: number): string {
  return play.state.seats[seat]!.account;
}
