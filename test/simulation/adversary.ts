/**
 * What an adversary is: who of the cohort belongs to it, what it hopes for, and how often the
 * protocol should find it, by a formula that the simulation is held against.
 */
import type { SeatRole } from '@commonweights/dao-contracts/rules/run.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Contributor } from './agent.js';
import type { Behaviour } from './behaviour.js';
import type { SimulatedRun } from './scenario.js';

export interface CrewMember {
  role: SeatRole;
  behaviour: Behaviour;
}

export interface Expectation {
  /** Probability that one exposed breach is found; null: nothing here is a breach to find. */
  rate: number | null;
  formula: string;
  /** NEAR per seat and run, where a formula says so. */
  profit?: number;
}

/** What comes of it where nobody is to be found guilty, counted over a run, and how often it should. */
export interface Effect {
  what: string;
  rate(terms: RunTerms): number;
  count(run: SimulatedRun, contributors: readonly Contributor[]): { hits: number; trials: number };
}

export type SettingName = 'main' | 'quarter' | 'large' | 'guarded' | 'distance';

export interface Adversary {
  name: string;
  /** Where it has something to attack; by default everywhere but in `guarded`. */
  settings?: readonly SettingName[];
  effect?: Effect;
  /** One line for the table. The file's head says it in prose. */
  hopes: string;
  /** New behaviours for one run. */
  cast(terms: RunTerms): CrewMember[];
  expects(terms: RunTerms): Expectation;
  /** Probability that it gets more than half of the trainers' seats. */
  captures?(terms: RunTerms): number;
  /** Applicants beyond the places there are: honest ones apply for all places besides. */
  crowds?: boolean;
  /** More of them than the terms assume: what is measured bounds nothing. */
  beyondTerms?: boolean;
  /** Found by what it did several times: no single breach has a chance of its own. */
  findsLate?: boolean;
  /** Why no stake prices this, and what bounds it. */
  unpriced?: string;
}

/** Cheats that act alone: one in a small run, one of twelve in a large one. */
export function someTrainers(terms: RunTerms, make: () => Behaviour): CrewMember[] {
  const count = Math.max(1, Math.floor(terms.maxWorkers / 12));
  return members('trainer', count, make);
}

export function someAuditors(terms: RunTerms, make: () => Behaviour): CrewMember[] {
  const count = Math.max(1, Math.floor(terms.maxAuditors / 8));
  return members('auditor', count, make);
}

export function members(role: SeatRole, count: number, make: () => Behaviour): CrewMember[] {
  return Array.from({ length: count }, () => ({ role, behaviour: make() }));
}
