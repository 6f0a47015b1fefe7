/** Plays one generated sequence (law-sequence.ts) against the laws, and counts what it visits. */
import { isDeepStrictEqual } from 'node:util';
import { cancelledRoundsMax } from '@commonweights/dao-contracts/rules/budget.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import type { RunCommand, RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { crashPointOf, honestAccount, honestDuty, type CrashPoint } from './honest-seat.js';
import type { LawSequence, Step } from './law-sequence.js';
import { count, emptyTally, type LawTally } from './law-tally.js';
import { checkAfterlife, checkExits } from './run-exits.js';
import { broken, expect, isOver } from './law-names.js';
import { lossCauses, RunLaws, type LossCause } from './run-laws.js';
import { near, RunPlay } from './run-play.js';
import { allTransitions, transitionsOf } from './run-transitions.js';

const known = new Set(allTransitions);

/** What is played; tests of the laws pass one that breaks them. */
export type MakePlay = (sequence: LawSequence) => RunPlay;

export interface PlayOptions {
  tally?: LawTally;
  makePlay?: MakePlay | undefined;
  /** Called with every command before it is tried. */
  onCommand?: (nowMs: number, command: RunCommand) => void;
}

const makeRunPlay: MakePlay = ({ terms, name, votes }) => {
  const play = new RunPlay(terms, name);
  play.ownersAct = true;
  play.votes = votes;
  // What amendments and rewinds may cost: each brings what the rules ask for out of it.
  play.grant(1_000_000n * near);
  return play;
};

/** One sequence in play: throws as soon as a law is broken. Returns the commands applied. */
export function playSequence(sequence: LawSequence, it: PlayOptions = {}): RunCommand[] {
  const { steps, honest, terms } = sequence;
  const { tally = emptyTally(), makePlay = makeRunPlay } = it;
  const play = makePlay(sequence);
  const watched = new RunLaws(play);
  const applied: RunCommand[] = [];
  let crashed: CrashPoint | null = null;
  let slashedAtCrash = 0n;
  const causes = new Set<LossCause>();

  const apply = (command: RunCommand, sample: boolean): boolean => {
    const before = play.state;
    const copy = sample ? structuredClone(before) : null;
    it.onCommand?.(play.nowMs, command);
    try {
      play.apply(command);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (play.state !== before) broken('refused', command.kind);
      count(tally.refused, command.kind);
      count(tally.codes, error.code);
      return false;
    } finally {
      // Refused or not: what it was given is what it was.
      if (copy && !isDeepStrictEqual(copy, before)) broken('refused', `${command.kind} (input)`);
      if (copy) tally.copiesChecked++;
    }
    applied.push(command);
    count(tally.applied, command.kind);
    if ('depositYocto' in command && 'account' in command) {
      watched.deposit(command.account, command.depositYocto);
      if (command.kind !== 'enrol') watched.bonded(command.account);
    }
    watched.check(before);
    noteTransitions(tally, before, play);
    if (honest) checkHonest(play, before, { crashed, causes, by: command.kind });
    return true;
  };

  let stepsAfterEnd = 0;
  for (const [index, step] of steps.entries()) {
    // Enough to see that nothing moves any more.
    if (isOver(play.state) && ++stepsAfterEnd > 6) break;
    if (honest && crashed === null && index >= honest.crashAt) {
      crashed = crashPointOf(play);
      slashedAtCrash = honestSeat(play)?.slashedYocto ?? 0n;
    }
    const alive = honest !== null && crashed === null;
    if (step.wait) {
      if (alive) actHonestly(play, honest.role, apply);
      play.nowMs += 1_000;
    }
    const command = commandOf(play, sequence, { step, alive });
    if (command) apply(command, index % 97 === 5);
    if (index % 61 === 60) noteExits(tally, play);
  }
  noteExits(tally, play);
  if (honest && crashed !== null) noteCrash(tally, play, { point: crashed, causes });
  if (crashed === 'nothing owed' && causes.size === 1 && causes.has('silent as auditor')) {
    const lost = (honestSeat(play)?.slashedYocto ?? 0n) - slashedAtCrash;
    const tenth = BigInt(terms.stakeYocto) / 10n;
    expect('crash', lost <= tenth, () => `${lost} yoctoNEAR for silence, a tenth is ${tenth}`);
  }
  if (sequence.manner === 'lost') checkHopeless(play, steps);
  return applied;
}

function commandOf(
  play: RunPlay,
  { manner, honest, terms }: LawSequence,
  it: { step: Step; alive: boolean },
): RunCommand | null {
  const { pick, chance } = it.step;
  let candidates = play.candidates(manner === 'wild' ? chance - (chance % 8) : chance);
  // The clock more often than once in many, where nobody else hurries.
  if (manner === 'idle' && pick % 3 === 0) candidates = candidates.slice(0, 1);
  const command = candidates[(pick >> 2) % candidates.length]!();
  const by = 'account' in command ? command.account : null;
  // Nobody else signs for the honest seat, and a machine that failed signs nothing.
  if (honest && by === honestAccount) {
    return it.alive ? honestDuty(play, honest.role) : null;
  }
  if (manner === 'lost') {
    if (command.kind === 'stop') return play.tick();
    // Who is silent would be absent, and the run would pause; who has nothing is not.
    if (command.kind === 'certify') return { ...command, available: [] };
    if (command.kind === 'tick') play.nowMs += play.state.run.open?.phase === 'certify' ? 1_000 : 0;
  }
  // Without a deposit a seat earns its stake.
  if (command.kind === 'enrol' && command.depositYocto === 0n) return command;
  if (command.kind === 'enrol' && chance % 7 === 3) {
    return { ...command, fromRound: chance % 80, depositYocto: BigInt(terms.stakeYocto) };
  }
  if (command.kind === 'enrol' && chance % 4 !== 0) {
    return { ...command, depositYocto: BigInt(terms.stakeYocto) + BigInt(chance) };
  }
  return command;
}

function actHonestly(
  play: RunPlay,
  role: 'trainer' | 'auditor',
  apply: (command: RunCommand, sample: boolean) => boolean,
): void {
  // A round's acts and an audit's, for every claim of two rounds: far fewer than this.
  for (let acts = 0; acts < 64; acts++) {
    const duty = honestDuty(play, role);
    if (!duty) return;
    const accepted = apply(duty, false);
    if (!accepted && duty.kind !== 'enrol') broken('accepted', JSON.stringify(duty.kind));
    if (!accepted) return;
  }
  broken('accepted', 'the duties of the honest seat never end');
}

function checkHonest(
  play: RunPlay,
  before: RunState,
  it: { crashed: CrashPoint | null; causes: Set<LossCause>; by: RunCommand['kind'] },
): void {
  const seat = honestSeat(play);
  if (!seat || seat.slashedYocto === (before.seats[seat.seat]?.slashedYocto ?? 0n)) return;
  const causes = lossCauses(before, { seat: seat.seat, nowMs: play.nowMs, by: it.by });
  for (const cause of causes) it.causes.add(cause);
  const overruled = causes.some((one) => one.startsWith('overruled') || one.endsWith('jury'));
  if (it.crashed === null && !overruled) broken('honest', causes.join(', '));
  const free = it.crashed === 'nothing owed' || it.crashed === 'it owes an answer as juror';
  if (!free) return;
  const grave = causes.filter((cause) => cause !== 'silent as auditor' && !cause.endsWith('jury'));
  if (grave.length > 0 && !overruled) broken('crash', grave.join(', '));
}

function noteTransitions(tally: LawTally, before: RunState, play: RunPlay): void {
  for (const line of transitionsOf(before, play.state, play.effects?.records ?? [])) {
    if (!known.has(line)) throw new Error(`LAW_BROKEN: only listed transitions happen: ${line}`);
    count(tally.transitions, line);
  }
}

function noteExits(tally: LawTally, play: RunPlay): void {
  if (isOver(play.state)) return checkAfterlife(play);
  tally.exitsChecked++;
  tally.ticksMost = Math.max(tally.ticksMost, checkExits(play));
}

function noteCrash(
  tally: LawTally,
  play: RunPlay,
  it: { point: CrashPoint; causes: ReadonlySet<LossCause> },
): void {
  let costs = tally.crashes.get(it.point);
  if (!costs) {
    costs = { crashes: 0, lostNothing: 0, lostPart: 0, lostAll: 0, causes: new Map() };
    tally.crashes.set(it.point, costs);
  }
  const { run } = play.state;
  const seat = honestSeat(play);
  costs.crashes++;
  if (!seat || seat.slashedYocto === 0n) costs.lostNothing++;
  else if (run.roster[seat.seat]!.status === 'expelled') costs.lostAll++;
  else costs.lostPart++;
  for (const cause of it.causes) count(costs.causes, cause);
}

/** Whoever only ever cancels rounds gets the run stopped, not its escrow. */
function checkHopeless(play: RunPlay, steps: readonly Step[]): void {
  const { run, terms } = play.state;
  const max = cancelledRoundsMax(terms);
  if (run.cancelledRounds > max) broken('exit', `${run.cancelledRounds} rounds were cancelled`);
  if (run.cancelledRounds === max && run.status !== 'stopped') {
    broken('exit', `${run.status} after ${max} cancelled rounds (${steps.length} steps)`);
  }
}

function honestSeat({ state }: RunPlay) {
  return state.seats.find((one) => one.account === honestAccount);
}
