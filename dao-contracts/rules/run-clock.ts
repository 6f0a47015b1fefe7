/**
 * The clock of a run stands still while a call's work is left to ticks (work.ts): nobody can act
 * then, and nobody is late. Times of audits and of disputes are kept by it. There may be many, and
 * giving each its time back would be work itself.
 */
import type { Run } from './run-state.js';

type Clock = Pick<Run, 'busyMs'>;

/** By the run's clock, what the block time `atMs` is. */
export function runTimeOf({ busyMs }: Clock, atMs: number): number {
  return atMs - busyMs;
}

/** The block time at which the run's clock shows this, if it does not stand still again before. */
export function blockTimeOf({ busyMs }: Clock, runMs: number): number {
  return runMs + busyMs;
}
