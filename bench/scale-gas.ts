/**
 * What calls cost, for `bench/scale.ts`: medians of `npm run bench -- gas 16 63` of 28 November 2026,
 * in Tgas of the contract's receipts, loading included. A tick is two of them: its own and the one
 * that it sends to itself. A flat run's record holds all of its seats, so what its calls cost grows
 * with them in a straight line.
 */
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';

interface Measured {
  at16: number;
  at63: number;
}

/** Tgas by method, in a run of 16 and of 63 seats; `drawing`: the dearest tick, which draws audits. */
const flat = {
  commit: { at16: 3.75, at63: 3.96 },
  reveal: { at16: 4.29, at63: 4.56 },
  certify: { at16: 3.71, at63: 4.43 },
  submitRoot: { at16: 3.64, at63: 4.2 },
  tick: { at16: 10.58, at63: 42.54 },
  drawing: { at16: 32.17, at63: 103.03 },
  deliver: { at16: 5.96, at63: 9.17 },
  answer: { at16: 5.57, at63: 10.28 },
  open: { at16: 6.99, at63: 12.65 },
  enrol: { at16: 4.2, at63: 5.52 },
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
