/** What a simulated fleet is given, and what it reports. */
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';
import type { FleetTerms } from '@commonweights/dao-contracts/rules/fleet/terms.js';

export interface FleetWorld {
  seats: number;
  /** Final rounds. */
  rounds: number;
  terms: Omit<FleetTerms, 'rounds' | 'minSeats' | 'maxSeats'>;
  /** One worker's update as published. */
  updateBytes: number;
  /** A whole aggregate, and a whole round's combined step, as published. */
  aggregateBytes: number;
  /** Of a typical machine for its inner steps. */
  trainMs: number;
  downBytesPerMs: number;
  /** Chance that a worker is away for a round, in basis points. */
  awayBps: number;
  /** Share of seats that give the same wrong answer in every panel. */
  liarsBps: number;
  seed: number;
}

export interface FleetReport {
  seats: number;
  cohorts: number;
  segments: number;
  finalRounds: number;
  cancelledRounds: number;
  events: number;
  calls: Readonly<Record<FleetEvent['kind'], number>>;
  /** Over all workers and rounds. */
  bytesDownMean: number;
  bytesUpMean: number;
  /** The most that any worker moved in one round. */
  bytesDownMost: number;
  bytesUpMost: number;
  /** Committees decided wrong, and those that a jury corrected. */
  captured: number;
  corrected: number;
  expelled: number;
  /** Most panels that one seat sat in, in one round. */
  panelsMost: number;
  roundMs: number;
}
