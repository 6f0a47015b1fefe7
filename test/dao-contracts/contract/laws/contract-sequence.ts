/**
 * One generated life of a DAO: its terms, and what is tried in which order. All of it follows from
 * a seed and an index, so that a violation can be played again.
 */
import { stakeNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import type { Policy, RunTerms } from '@commonweights/dao-contracts/rules/views.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { splitMix } from '../../../support/seeded-numbers.js';
import { compareByDistance } from '../../rules/law-sequence.js';
import { smallTerms } from '../../rules/run-play.js';
import { dataset } from '../dao-driver.js';

const near = 10n ** 24n;

export interface LifeStep {
  /** Which kind of thing is done. */
  what: number;
  /** Which of the possible ones, and by whom. */
  pick: number;
  /** Which variant. */
  chance: number;
  /** How time passes first: hardly, by a deadline, by a vote. */
  wait: 'moment' | 'deadline' | 'vote';
  /** Its receipts stay on their way while later steps happen. */
  held: boolean;
}

export interface ContractSequence {
  name: string;
  terms: RunTerms;
  policy: Policy;
  steps: LifeStep[];
}

export const deadlineMs = 2_000;

export function contractSequence(seed: number, index: number): ContractSequence {
  const random = splitMix(seed, index);
  const below = (count: number) => Math.floor(random() * count);
  const oneOf = <T>(values: readonly T[]) => values[below(values.length)]!;
  const length = 15 + below(70);
  const restless = oneOf([6, 10, 25, 60]);
  const steps = Array.from({ length }, (): LifeStep => {
    const waits = below(restless) === 0;
    return {
      what: below(100),
      pick: below(1 << 20),
      chance: below(1_000),
      wait: waits ? oneOf(['deadline', 'deadline', 'vote'] as const) : 'moment',
      held: below(8) === 0,
    };
  });
  return {
    name: `seed ${seed}, sequence ${index}`,
    terms: termsOf(below, oneOf, index % 3 === 2 ? splitMix(~seed, index) : null),
    policy: {
      votingPeriodMs: 2_000,
      timelockMs: oneOf([0, 1_000, 2_000]),
      expiryMs: 20_000,
      quorumBps: oneOf([2_000, 5_000]),
      approvalBps: oneOf([5_000, 6_000]),
      bondYocto: `${oneOf([0n, 1n, near, near])}`,
      lateQuorumMs: oneOf([0, 500]),
      liveProposalsMax: oneOf([1, 2, 8]),
      licences: ['CC0-1.0'],
      tokens: [],
      rewardPerTeraFlopYoctoMax: `${near}`,
    },
    steps,
  };
}

/** `distances`: the run compares work by distance, with bounds of these numbers. */
function termsOf(
  below: (count: number) => number,
  oneOf: <T>(values: readonly T[]) => T,
  distances: (() => number) | null,
): RunTerms {
  const maxWorkers = 1 + below(3);
  const ms = deadlineMs;
  const shape = {
    datasets: [dataset.id],
    ...oneOf([
      { dataRewardYocto: '0', dataShares: [] },
      // Less than a ledger costs, or more.
      { dataRewardYocto: `${10n ** 8n}`, dataShares: [{ dataset: dataset.id, weightBps: 10_000 }] },
      { dataRewardYocto: `${near}`, dataShares: [{ dataset: dataset.id, weightBps: 10_000 }] },
    ]),
    rounds: 1 + below(3),
    minWorkers: 1 + below(maxWorkers),
    maxWorkers,
    maxAuditors: below(3),
    ...oneOf([
      { segments: 1, auditsPerClaim: 1 },
      { segments: 3, auditsPerClaim: 2 },
      { segments: 5, auditsPerClaim: 1 },
    ]),
    deadlinesMs: { enrol: ms, train: ms, reveal: ms, certify: ms, aggregate: ms, audit: ms },
    witnesses: below(3),
    challengeWindowMs: oneOf([0, 0, 1_000]),
    taintedShareBpsMax: oneOf([0, 3_400, 5_000]),
    decoyShareBps: oneOf([0, 6_000]),
    decoyFeeYocto: `${oneOf([0n, near / 211n])}`,
    localResetInterval: 1 + below(3),
    heldBackRounds: below(3),
    auditedClaimsBps: 10_000,
    rewardYocto: `${oneOf([1n, near / 7n])}`,
    auditFeeYocto: `${oneOf([1n, near / 101n])}`,
  };
  const terms: RunTerms = { ...smallTerms, ...shape };
  if (distances)
    compareByDistance(Object.assign(terms, { decoyShareBps: 6_000, segments: 5 }), distances);
  else terms.stakeYocto = `${stakeNeeded(terms) + BigInt(below(3))}`;
  for (let more = 0n; ; more = more * 2n + near) {
    const dear = withPenalties(terms, more);
    try {
      decodeRunTerms(dear, 'terms');
      return dear;
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'CHEATING_PAYS')) throw error;
      if (more > 10n ** 30n) throw error;
    }
  }
}

/** With so much more to lose. */
function withPenalties({ stakeYocto, tolerance, ...terms }: RunTerms, more: bigint): RunTerms {
  if (!tolerance) return { ...terms, stakeYocto: `${BigInt(stakeYocto) + more}` };
  const failureYocto = `${BigInt(tolerance.failureYocto) + more}`;
  const stake = BigInt(stakeYocto) + BigInt(tolerance.failuresMax + 1) * more;
  return { ...terms, stakeYocto: `${stake}`, tolerance: { ...tolerance, failureYocto } };
}
