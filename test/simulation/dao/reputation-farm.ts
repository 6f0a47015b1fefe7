/**
 * Standing, farmed with cheap runs: trivial programs, verified rounds without end, on one account
 * or on many. The rules are those of reputation.ts. What it costs is the votes that fund the runs
 * and the computing; what it brings is bounded by the cap of a run, the maximum of an account and
 * the share of all. Many accounts are not bounded by the share of each.
 */
import {
  reputationOfRunMax,
  reputationPerRound,
} from '@commonweights/dao-contracts/rules/limits.js';
import {
  noReputation,
  settleReputation,
  standingOf,
  type Reputation,
  type ReputationTotal,
} from '@commonweights/dao-contracts/rules/reputation.js';

const dayMs = 86_400_000;

export interface Farm {
  accounts: number;
  /** Cheap runs, one a week, in each of which every account has a seat. */
  runs: number;
  /** Verified rounds of each seat in each run. */
  rounds: number;
}

export interface FarmYield extends Farm {
  /** Of an account, in the end. */
  points: number;
  /** What counts of it, and of all of the farm's accounts together, as shares of all points. */
  standingShare: number;
  farmShare: number;
  /** Verified rounds computed for each 1,000 points that count. */
  roundsPerThousand: number;
}

/** Honest accounts that have each served two hundred rounds a month for a year. */
const honestAccounts = 100;
const honestMonths = 12;

export function farmReputation({ accounts, runs, rounds }: Farm): FarmYield {
  let total: ReputationTotal = { points: 0n, atMs: 0 };
  let nowMs = 0;
  const serve = (reputation: Reputation, verifiedRounds: number): Reputation => {
    const conduct = { verifiedRounds, auditsRight: 0, auditsWrong: 0, slashes: 0 };
    const after = settleReputation({ reputation, total }, conduct, nowMs);
    total = after.total;
    return after.reputation;
  };
  let honest = Array.from({ length: honestAccounts }, (_, i) => noReputation(`h${i}`, 0));
  for (let month = 0; month < honestMonths; month++) {
    nowMs += 30 * dayMs;
    honest = honest.map((one) => serve(one, 200));
  }
  let farm = Array.from({ length: accounts }, (_, i) => noReputation(`f${i}`, nowMs));
  for (let run = 0; run < runs; run++) {
    nowMs += 7 * dayMs;
    farm = farm.map((one) => serve(one, rounds));
  }
  const standings = farm.map((reputation) => standingOf({ reputation, total }, nowMs));
  const counted = standings.reduce((sum, one) => sum + one, 0n);
  const share = (points: bigint) => Number((points * 1_000_000n) / total.points) / 1_000_000;
  return {
    ...{ accounts, runs, rounds },
    points: Number(farm[0]!.points),
    standingShare: share(standings[0]!),
    farmShare: share(counted),
    roundsPerThousand: (accounts * runs * rounds * 1_000) / Number(counted),
  };
}

/** Rounds of a seat beyond which a run brings nothing more. */
export const roundsOfRunMax = Number(reputationOfRunMax / reputationPerRound);

export function farms(): FarmYield[] {
  const tried: [number, number, number][] = [
    [1, 1, 200],
    [1, 1, 2_000],
    [1, 52, 200],
    [1, 520, 200],
    [20, 52, 200],
    [100, 52, 200],
  ];
  return tried.map(([accounts, runs, rounds]) => farmReputation({ accounts, runs, rounds }));
}
