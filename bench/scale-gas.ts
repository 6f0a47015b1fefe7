/**
 * What calls cost, for `bench/scale.ts`: medians of `npm run bench -- gas 5 16` and `-- gas 63` of
 * 28 November 2026, in Tgas of the contract's own execution. A flat run's record holds all of its
 * seats, so what its calls cost grows with them in a straight line.
 */
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';

interface Measured {
  at16: number;
  at63: number;
}

/** Tgas by method, in a run of 16 and of 63 seats; `drawing`: the tick that draws the audits. */
const flat = {
  commit: { at16: 5.11, at63: 8.77 },
  reveal: { at16: 6.16, at63: 10.37 },
  certify: { at16: 5.62, at63: 11.27 },
  submitRoot: { at16: 5.7, at63: 11.17 },
  tick: { at16: 5.72, at63: 11.72 },
  drawing: { at16: 25.7, at63: 104.84 },
  deliver: { at16: 10.73, at63: 27.47 },
  answer: { at16: 9.9, at63: 26.72 },
  open: { at16: 11.15, at63: 28.04 },
  enrol: { at16: 4.66, at63: 5.78 },
  claim: { at16: 3.53, at63: 3.54 },
} as const satisfies Record<string, Measured>;

export type FlatCall = keyof typeof flat;

/** The most that a call can burn (protocol parameters of the embedded node). */
export const tgasOfACallMax = 1_000;
/** The protocol's lowest gas price. */
export const nearPerTgas = 0.0001;

export function flatTgas(call: FlatCall, seats: number): number {
  const { at16, at63 } = flat[call];
  return at16 + ((at63 - at16) * (seats - 16)) / (63 - 16);
}

/**
 * There is no fleet contract yet, so this is an estimate: a call on a record of at most 64 places
 * costs what the flat run's call of the same kind costs at that size; a call that draws, what the
 * drawing tick costs. A jury's record has 255 places: its calls are taken four times as dear.
 */
export function fleetTgas(kind: FleetEvent['kind'], places: number): number {
  switch (kind) {
    case 'enrol':
      return flatTgas('enrol', 63);
    case 'claim':
    case 'collect':
      return flatTgas('claim', 63);
    case 'commit':
    case 'rejoin':
    case 'leave':
    case 'seal':
      return flatTgas('commit', places);
    case 'reveal':
    case 'open-answer':
      return flatTgas('reveal', places);
    case 'certify':
      return flatTgas('certify', places);
    case 'close':
      return flatTgas('submitRoot', places);
    case 'open-cohort':
    case 'open-segment':
    case 'cohort-audited':
    case 'settle':
      return flatTgas('drawing', places);
    case 'challenge':
    case 'tick-dispute':
      return 4 * flatTgas('tick', 63);
    case 'tick':
    case 'tick-cohort':
    case 'tick-segment':
    case 'fold':
    case 'stop':
    case 'refund':
      return flatTgas('tick', places);
  }
}
