/**
 * Compute and links, modelled: how long steps, transfers and outages take. A duty is delayed by an
 * outage with a small probability; outages are bounded, so that a machine whose outages are shorter
 * than the deadlines must never be punished (and one that dies is a case of its own).
 */
import type { RandomStream } from './random-stream.js';

export interface Machine {
  stepMs: number;
  upBytesPerMs: number;
  downBytesPerMs: number;
  latencyMs: number;
  /** Probability that an outage delays one duty. */
  outageRate: number;
  outageMs: number;
}

/** Home connections and processors that differ by a factor of four. */
export function drawMachine(random: RandomStream): Machine {
  return {
    stepMs: 1_000 + 3_000 * random.uniform(),
    upBytesPerMs: 1_000 + 4_000 * random.uniform(),
    downBytesPerMs: 4_000 + 16_000 * random.uniform(),
    latencyMs: 20 + 180 * random.uniform(),
    outageRate: 0.005,
    outageMs: 20 * 60_000,
  };
}

/** With jitter of ±10 %. */
export function computeMs(machine: Machine, steps: number, random: RandomStream): number {
  return Math.round(machine.stepMs * steps * (0.9 + 0.2 * random.uniform()));
}

export function downloadMs(machine: Machine, bytes: number): number {
  return Math.round(machine.latencyMs + bytes / machine.downBytesPerMs);
}

export function uploadMs(machine: Machine, bytes: number): number {
  return Math.round(machine.latencyMs + bytes / machine.upBytesPerMs);
}

/** 0 mostly; at most twice the machine's `outageMs`. */
export function drawOutageMs(machine: Machine, random: RandomStream): number {
  const length = Math.round(machine.outageMs * 2 * random.uniform());
  return random.uniform() < machine.outageRate ? length : 0;
}
