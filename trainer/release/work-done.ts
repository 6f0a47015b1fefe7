/** Who did what in a run, added up from the records of its rounds. */
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { RunSpec } from '../run/run-spec.js';

export interface WorkDone {
  readonly account: string;
  /** That the weights are made of: included in a round that stands. */
  readonly updates: number;
  /** Of all its claims, in rounds that were undone too. */
  readonly passed: number;
  readonly failed: number;
}

/** Most updates first; equal ones by name. */
export function tallyWork(rounds: readonly RoundRecord[]): WorkDone[] {
  const sums = new Map<string, { updates: number; passed: number; failed: number }>();
  const standing = new Set(standingRounds(rounds));
  for (const round of rounds) {
    for (const { account, included, verdict } of round.claims) {
      const sum = sums.get(account) ?? { updates: 0, passed: 0, failed: 0 };
      if (standing.has(round) && included) sum.updates++;
      if (verdict === 'passed') sum.passed++;
      if (verdict === 'failed') sum.failed++;
      sums.set(account, sum);
    }
  }
  return [...sums]
    .map(([account, sum]) => ({ account, ...sum }))
    .sort((a, b) => b.updates - a.updates || (a.account < b.account ? -1 : 1));
}

/** Steps × sequences × tokens of every update that counts; what was seen twice counts twice. */
export function trainedTokens(spec: RunSpec, rounds: readonly RoundRecord[]): number {
  const updates = standingRounds(rounds).reduce(
    (sum, { claims }) => sum + claims.filter(({ included }) => included).length,
    0,
  );
  const { stepsPerRound, batchSize } = spec.inner;
  return updates * stepsPerRound * batchSize * spec.model.contextLength;
}
