/**
 * That every state has a way out: with nobody acting but strangers who call `tick`, time alone ends
 * every phase and leads a running run to a pause or an end; and a paused run leaves its pause by
 * who comes back, by a vote, by time, and by nothing that only one person could do.
 */
import { pauseMsMax, rejoinsMax, resolutionMs } from '@commonweights/dao-contracts/rules/limits.js';
import {
  stepRun,
  type RunCommand,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import { broken, isOver } from './law-names.js';
import { purses } from './money-laws.js';
import type { RunPlay } from './run-play.js';

/** Deliver, answer, answer of the replacement, jury drawn, jury due, and the phase itself. */
const ticksPerPhaseMax = 10;
/** Phases of the open round, and of those that open by themselves before nobody is active. */
const phasesMax = 40;

/** Returns the most ticks that one phase took. The play itself is not changed. */
export function checkExits(play: RunPlay): number {
  let { state } = play;
  let { nowMs } = play;
  const at = (command: RunCommand) => {
    const { state: after } = stepRun(state, command, { ...play.context(), nowMs });
    state = after;
  };
  const tick = () => {
    nowMs += 1_500;
    const { open } = state.run;
    at({ kind: 'tick', round: open?.round ?? null, phase: open?.phase ?? null });
  };

  let most = 0;
  let phases = 0;
  for (let ticks = 0; isMoving(state);) {
    const was = placeOf(state);
    tick();
    ticks++;
    if (ticks > ticksPerPhaseMax) broken('ends', `still at ${was} after ${ticks} ticks`);
    if (placeOf(state) === was) continue;
    most = Math.max(most, ticks);
    ticks = 0;
    if (++phases > phasesMax) broken('exit', `still running after ${phases} phases without acts`);
  }
  if (!isOver(state)) {
    // A pause by vote ends by itself, at the latest then.
    nowMs = Math.max(nowMs, state.run.pausedUntilMs ?? 0);
    checkForsaken(play, state, nowMs);
    checkPause(state, { at, tick, state: () => state });
  }
  return most;
}

/** Money that a verdict has locked outlives a run, but not for longer than the DAO has to speak. */
export function checkAfterlife(play: RunPlay): void {
  let { state, nowMs } = play;
  for (let ticks = 0; state.disputes.length > 0; ticks++) {
    if (ticks > 2) broken('settled', `${state.disputes.length} disputes outlive the DAO's time`);
    nowMs += resolutionMs;
    const command = { kind: 'tick', round: null, phase: null } as const;
    ({ state } = stepRun(state, command, { ...play.context(), nowMs }));
  }
  for (const [name, yocto] of Object.entries(purses(state))) {
    // Contributors of data take what is theirs when they like.
    if (name !== 'dataShares' && yocto !== 0n) broken('settled', `${name} holds ${yocto} for ever`);
  }
}

/** A pause with audits or juries still open is a state that time moves, too: some may be expelled. */
function isMoving(state: RunState): boolean {
  if (isOver(state)) return false;
  const { status, provisional } = state.run;
  const judging = state.disputes.some(({ stage }) => stage !== 'dao');
  return status !== 'paused' || provisional !== null || judging;
}

function placeOf({ run, disputes }: RunState): string {
  const { status, open, provisional, finalRounds } = run;
  const phase = open ? `${open.round} ${open.phase}` : 'no round';
  const judged = disputes.map(({ id, stage, level }) => `${id} ${stage} ${level}`).join(' ');
  const past = `provisional ${provisional?.round ?? '-'}, final ${finalRounds}`;
  return `${status}, ${phase}, ${past}, disputes ${judged}`;
}

/** Nobody comes back and nobody votes: time alone lets go of stakes and escrow. */
function checkForsaken(play: RunPlay, paused: RunState, nowMs: number): void {
  const command = { kind: 'tick', round: null, phase: null } as const;
  const at = { ...play.context(), nowMs: nowMs + pauseMsMax };
  const { state } = stepRun(paused, command, at);
  if (state.run.status === 'paused') broken('exit', 'a pause that time does not end');
}

function checkPause(
  paused: RunState,
  it: { at: (command: RunCommand) => void; tick: () => void; state: () => RunState },
): void {
  const { run, seats, terms } = paused;
  const trainers = run.roster.flatMap(({ role, status }, seat) =>
    role === 'trainer' && (status === 'active' || (status === 'absent' && canReturn(seat)))
      ? [{ seat, status }]
      : [],
  );
  function canReturn(seat: number): boolean {
    return seats[seat]!.rejoins < rejoinsMax;
  }
  if (trainers.length >= terms.minWorkers) {
    let active = trainers.filter(({ status }) => status === 'active').length;
    for (const { seat, status } of trainers) {
      if (status === 'active' || active >= terms.maxWorkers) continue;
      const { account, operator, worker } = seats[seat]!;
      it.at({ kind: 'rejoin', account: operator ?? account, worker });
      active++;
    }
    it.tick();
    const after = it.state().run;
    // Paused by a vote, its last round may become final meanwhile.
    if (after.status === 'completed') return;
    const moves = after.status === 'running' && after.open !== null;
    if (!moves) broken('exit', `${after.status} with ${active} trainers back`);
  }
  it.at({ kind: 'stop' });
  const { status, escrowYocto } = it.state().run;
  if (status !== 'stopped' || escrowYocto !== 0n) {
    broken('exit', `${status} with ${escrowYocto} in escrow after the vote to stop it`);
  }
}
