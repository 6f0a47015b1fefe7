/**
 * One generated sequence of commands for the laws of a run: its terms, what is done in which order,
 * how time passes, and one honest seat that acts in time until its machine fails, if it ever does.
 * All of it follows from a seed and an index, so that a violation can be played again.
 */
import { cancelledRoundYocto, stakeNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run.js';
import { splitMix } from '../../support/seeded-numbers.js';
import { near, smallTerms } from './run-play.js';

/** How people behave: `lost` never certify, so that the run cancels round after round. */
export type Manner = 'busy' | 'slow' | 'idle' | 'wild' | 'lost';

export interface Step {
  /** Which of the possible commands. */
  pick: number;
  /** Which variant of it. */
  chance: number;
  /** Whether a whole deadline passes first. */
  wait: boolean;
}

export interface LawSequence {
  name: string;
  terms: RunTerms;
  manner: Manner;
  /** Whether account 0 is honest, and from which step on its machine is dead. */
  honest: { role: 'trainer' | 'auditor'; crashAt: number } | null;
  /** What the DAO votes on besides stopping the run; `all`: it amends and rewinds it, too. */
  votes: 'pauses' | 'all';
  steps: Step[];
}

export function sequenceOf(seed: number, index: number): LawSequence {
  const random = splitMix(seed, index);
  const below = (count: number) => Math.floor(random() * count);
  const oneOf = <T>(values: readonly T[]) => values[below(values.length)]!;

  const lost = below(400) === 0;
  const manner = lost ? 'lost' : oneOf(['busy', 'busy', 'slow', 'idle', 'wild'] as const);
  const maxWorkers = lost ? 1 : 1 + below(4);
  const shape = {
    rounds: lost ? 1 : 1 + below(4),
    minWorkers: lost ? 1 : 1 + below(maxWorkers),
    maxWorkers,
    maxAuditors: below(3),
    ...oneOf([
      { segments: 1, auditsPerClaim: 1 },
      { segments: 3, auditsPerClaim: 2 },
      { segments: 5, auditsPerClaim: 1 },
      { segments: 5, auditsPerClaim: 2 },
    ]),
    witnesses: below(4),
    challengeWindowMs: oneOf([0, 400, 3_000]),
    taintedShareBpsMax: oneOf([0, 3_400, 5_000]),
    decoyShareBps: oneOf([0, 6_000]),
    decoyFeeYocto: `${oneOf([0n, near / 211n])}`,
    localResetInterval: 1 + below(3),
    heldBackRounds: below(4),
    auditedClaimsBps: oneOf([0, 5_000, 10_000, 10_000]),
    rewardYocto: `${oneOf([0n, 1n, near / 7n, near * 3n])}`,
    auditFeeYocto: `${oneOf([0n, 1n, near / 101n, near])}`,
  };
  const terms: RunTerms = { ...smallTerms, ...shape };
  // Odd, so that a tenth and equal parts have remainders.
  terms.stakeYocto = `${stakeNeeded(terms) + oneOf([0n, 1n, near, 7n * near + 3n])}`;

  // Of its own numbers, so that sequences of the exact class stay what they were.
  if (index % 4 === 3 && !lost) compareByDistance(terms, splitMix(~seed, index));

  requireProposable(terms);

  const length = lost ? 600 : 40 + below(260);
  const waitOneIn = { busy: 40, slow: 12, idle: 4, wild: 16, lost: 12 }[manner];
  const steps = Array.from({ length }, () => ({
    pick: below(1 << 20),
    chance: below(1_000),
    wait: below(waitOneIn) === 0,
  }));
  const honest =
    lost || below(3) === 0
      ? null
      : { role: oneOf(['trainer', 'trainer', 'auditor'] as const), crashAt: below(2 * length) };
  // Whoever never finishes a round is to find out what becomes of the run without a vote.
  const votes = lost ? 'pauses' : oneOf(['pauses', 'all', 'all'] as const);
  return { name: `seed ${seed}, sequence ${index}`, terms, manner, honest, votes, steps };
}

export function compareByDistance(terms: RunTerms, random: () => number): void {
  const oneOf = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const failuresMax = oneOf([2, 2, 3]);
  const failureYocto = cancelledRoundYocto(terms) + oneOf([0n, 1n, near]);
  const more = oneOf([0n, 1n, near / 3n]);
  terms.tolerance = {
    ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, failuresMax },
    ...{ window: failuresMax + oneOf([0, 1, 6]), failureYocto: `${failureYocto}` },
  };
  terms.stakeYocto = `${BigInt(failuresMax) * failureYocto + stakeNeeded(terms) + more}`;
}

/**
 * Generated terms are ones that a proposal could have, but for their prices: a law holds under
 * terms that make cheating pay, too.
 */
function requireProposable(terms: RunTerms): void {
  try {
    decodeRunTerms(terms, 'terms');
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'CHEATING_PAYS')) throw error;
  }
}
