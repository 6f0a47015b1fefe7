/** Runs with a dispute in them, of any size, and a jury that says what it is told to. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { appealCost } from '@commonweights/dao-contracts/rules/dispute.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { named, near, RunPlay } from './run-play.js';
import { accountOf, dutyCommand, terms } from './run-scenes.js';

export const crowdTerms = { ...terms, maxWorkers: 12, maxAuditors: 2, auditedClaimsBps: 10_000 };

/** `trainers` and `auditors` whose first round is provisional. */
export function crowd(
  { trainers = 12, auditors = 2, seed = '' } = {},
  runTerms = crowdTerms,
): RunPlay {
  const changes = { maxWorkers: trainers, maxAuditors: auditors };
  const play = new RunPlay({ ...runTerms, ...changes }, seed);
  const enrol = (name: string, role: 'trainer' | 'auditor') =>
    play.apply({ kind: 'enrol', account: name, role, fromRound: null, depositYocto: near });
  for (let i = 0; i < trainers; i++) enrol(`t${i}.test`, 'trainer');
  for (let i = 0; i < auditors; i++) enrol(`x${i}.test`, 'auditor');
  play.draw();
  playRound(play);
  return play;
}

export function playRound(play: RunPlay, root?: Digest): void {
  const seats = play.state.run.open!.slices.map(({ seat }) => seat);
  // Train, reveal, certify, aggregate.
  for (let phase = 0; phase < 4; phase++) {
    for (const seat of seats) play.apply(dutyCommand(play, seat, root));
    play.apply(play.tick());
  }
}

/** Passes all audits of the provisional round but that of `except`. */
export function passAudits(play: RunPlay, except: number | null = null): void {
  for (const audit of play.state.audits) {
    if (audit.seat !== except && audit.state === 'material') playAudit(play, audit, 'right');
  }
}

export function playAudit(
  play: RunPlay,
  {
    round,
    seat,
    segment,
    auditor,
  }: { round: number; seat: number; segment: number; auditor: number },
  said: 'right' | 'wrong' | 'null',
): void {
  const step = { round, seat, segment };
  const account = accountOf(play, seat);
  const start = play.openedLeaf(round, seat, segment);
  const opened = play.openedLeaf(round, seat, segment + 1);
  const leaf = { right: opened.leaf, wrong: named('wrong'), null: null }[said];
  play.apply({ kind: 'deliver', account, ...step, leaf: start.leaf, proof: start.proof });
  play.apply({ kind: 'answer', account: accountOf(play, auditor), ...step, leaf });
  play.apply({ kind: 'open', account, ...step, ...opened });
}

/** The audit of seat 0 is disputed, the others have passed. */
export function disputed(play = crowd(), said: 'wrong' | 'null' = 'wrong'): RunPlay {
  passAudits(play, 0);
  playAudit(
    play,
    play.state.audits.find(({ seat }) => seat === 0)!,
    said,
  );
  return play;
}

export function theDispute(play: RunPlay): Dispute {
  return play.state.disputes[0]!;
}

/** Draws the jury if it is not drawn yet; then each juror answers until the panel has decided. */
export function jurySays(play: RunPlay, answer: Digest | null): number[] {
  if (theDispute(play).panel === null) play.apply(tickOnly);
  const { id, panel } = theDispute(play);
  for (const { seat } of panel!) {
    const now = play.state.disputes.find((one) => one.id === id);
    if (now?.panel === null || now === undefined) break;
    play.apply({ kind: 'judge', account: accountOf(play, seat), dispute: id, answer });
  }
  return panel!.map(({ seat }) => seat);
}

/** Moves audits and disputes, never a phase. */
export const tickOnly: RunCommand = { kind: 'tick', round: null, phase: null };

export function costOf(play: RunPlay): bigint {
  const { run, disputes } = play.state;
  const { bondYocto, storageYocto } = appealCost(run, play.state.terms, disputes[0]!);
  return bondYocto + storageYocto;
}

export function appealBy(play: RunPlay, account: string): void {
  const { id } = theDispute(play);
  play.apply({ kind: 'appeal', account, dispute: id, depositYocto: costOf(play) });
}

export function refusalOf(play: RunPlay, command: RunCommand): string {
  try {
    play.apply(command);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}
