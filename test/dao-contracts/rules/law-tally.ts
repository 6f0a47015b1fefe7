/** What a search for broken laws has visited, counted. */
import type { CrashPoint } from './honest-seat.js';
import type { LossCause } from './run-laws.js';
import { allTransitions } from './run-transitions.js';

/** What a machine that failed at a point cost its seat, over all sequences. */
export interface CrashCosts {
  crashes: number;
  lostNothing: number;
  lostPart: number;
  lostAll: number;
  causes: Map<LossCause, number>;
}

export interface LawTally {
  sequences: number;
  applied: Map<string, number>;
  refused: Map<string, number>;
  codes: Map<string, number>;
  transitions: Map<string, number>;
  crashes: Map<CrashPoint, CrashCosts>;
  exitsChecked: number;
  /** Most ticks by strangers, a deadline apart, that any state needed to leave its phase. */
  ticksMost: number;
  copiesChecked: number;
}

export function neverVisited(tally: LawTally): string[] {
  return allTransitions.filter((transition) => !tally.transitions.has(transition));
}

export function emptyTally(): LawTally {
  return {
    sequences: 0,
    applied: new Map(),
    refused: new Map(),
    codes: new Map(),
    transitions: new Map(),
    crashes: new Map(),
    exitsChecked: 0,
    ticksMost: 0,
    copiesChecked: 0,
  };
}

export function count<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
