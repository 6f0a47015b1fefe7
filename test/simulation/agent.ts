/** A contributor with its machine and its luck, as the simulator keeps it between its looks. */
import type { SeatRole } from '@commonweights/dao-contracts/rules/run.js';
import type { Behaviour, Duty } from './behaviour.js';
import { drawMachine, type Machine } from './machine.js';
import { RandomStream } from './random-stream.js';

export interface Contributor {
  account: string;
  role: SeatRole;
  behaviour: Behaviour;
  /** Belongs to the adversary. */
  crew: boolean;
}

export interface Agent extends Contributor {
  machine: Machine;
  random: RandomStream;
  /** Duties that were responded to, with their rounds. */
  handled: Map<string, number>;
  nextLookMs: number;
}

/** Duties remembered as responded to, before old ones are forgotten. */
const handledMax = 64;
/** Rounds after which a duty cannot be due any more. */
const roundsKept = 4;

export function hireAgents(contributors: readonly Contributor[], seed: string): Agent[] {
  return contributors.map((contributor) => {
    const random = new RandomStream(seed, 'machine', contributor.account);
    const machine = drawMachine(random);
    return { ...contributor, machine, random, handled: new Map(), nextLookMs: Infinity };
  });
}

export function forgetOldDuties(agent: Agent, nextRound: number): void {
  if (agent.handled.size < handledMax) return;
  for (const [key, round] of agent.handled) {
    if (round < nextRound - roundsKept) agent.handled.delete(key);
  }
}

export function keyOf(duty: Duty): string {
  if ('audit' in duty) {
    const { round, seat, segment, auditor, distance } = duty.audit;
    // Below a decoy is measured once more.
    const again = distance?.planted ? ' again' : '';
    return `${duty.kind} ${round} ${seat} ${segment} ${auditor}${again}`;
  }
  if ('dispute' in duty) return `${duty.kind} #${duty.dispute.id} ${duty.dispute.level}`;
  return `${duty.kind} ${duty.round}`;
}
