/**
 * What calls cost, for `bench/scale.ts`: medians over runs of 16 and of 63 workers of the contract as
 * it is, in Tgas of its receipts, loading included. A tick is two of them: its own and the one that
 * it sends to itself. A flat run's record holds all of its seats, so what its calls cost grows with
 * them in a straight line; a tick does as much as it has room for, so more seats take more ticks.
 */
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';
import { playCohort } from '@commonweights/test/dao-contracts/contract/gas-cohort.js';

interface Measured {
  at16: number;
  at63: number;
}

const methods = {
  commit: 'commit',
  reveal: 'reveal',
  certify: 'certify',
  submitRoot: 'submit_root',
  deliver: 'deliver',
  answer: 'answer',
  open: 'open',
  enrol: 'enrol',
  claim: 'claim',
} as const;

/** A run's ticks of one round, all together; and how many they are. */
const [few, many] = [await measure(16), await measure(63)];
const flat = Object.fromEntries(
  Object.keys(few).map((call) => [call, { at16: few[call]!, at63: many[call]! }]),
) as Record<FlatCall, Measured>;

async function measure(workers: number): Promise<Record<string, number>> {
  const { calls } = await playCohort(workers);
  const gasOf = (method: string) =>
    calls.flatMap((call) => (call.method === method ? [call.gas / 1e12] : []));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const rounds = gasOf('commit').length / workers;
  const found = Object.entries(methods).map(([call, method]) => {
    const its = gasOf(method).sort((a, b) => a - b);
    return [call, its[its.length >> 1]!];
  });
  return {
    ...(Object.fromEntries(found) as Record<string, number>),
    roundTicks: (sum(gasOf('tick')) + sum(gasOf('on_tick'))) / rounds,
    ticks: gasOf('on_tick').length / rounds,
  };
}

export type FlatCall = keyof typeof methods | 'roundTicks' | 'ticks';

/** The protocol's lowest gas price. */
export const nearPerTgas = 0.0001;

export function flatTgas(call: FlatCall, seats: number): number {
  const { at16, at63 } = flat[call];
  return at16 + ((at63 - at16) * (seats - 16)) / (63 - 16);
}

/**
 * There is no fleet contract yet, so this is an estimate: a call on a record of at most 64 places
 * costs what the flat run's call of the same kind costs at that size; one that draws or closes, what
 * a third of a round's ticks cost together. A jury's record has 255 places: four times as dear.
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
      return flatTgas('roundTicks', places) / 3;
    case 'challenge':
    case 'tick-dispute':
      return 4 * tickTgas(63);
    case 'tick':
    case 'tick-cohort':
    case 'tick-segment':
    case 'fold':
    case 'stop':
    case 'refund':
      return tickTgas(places);
  }
}

function tickTgas(places: number): number {
  return flatTgas('roundTicks', places) / flatTgas('ticks', places);
}
