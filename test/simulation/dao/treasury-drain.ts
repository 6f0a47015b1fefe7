/**
 * A proposer sells trivial steps dear to the treasury, its own machines being the workers. The work
 * is honest, so no stake stands against it: the vote does, and the policy's cap on what a teraFLOP
 * may cost. Tried are all the ways to be paid, each as high as the rules let through; what gets
 * through is played as a run in which every seat is the proposer's.
 */
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { checkPrice } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { honestOnly } from '../adversaries/adversary-list.js';
import { contributorsOf } from '../measure.js';
import { settings } from '../settings.js';
import { simulateRun } from '../simulate-run.js';

const near = 10n ** 24n;
const flops = 10n ** 12n;

/** Of the attempts: what is asked, what says no, and what one worker's round costs the treasury. */
export interface DrainAttempt {
  asks: string;
  refused: string | null;
  /** NEAR that left for each verified update, and what computing it cost its worker. */
  paidNear: number;
  costNear: number;
}

/** A round is one teraFLOP, and the policy allows one NEAR for it: what the main job pays. */
const policy = { rewardPerTeraFlopYoctoMax: `${near}` };

/** S = 8 segments of 0.6 NEAR of computing each round; every claim audited. */
export function tryToDrain(seed = 'seed 1'): DrainAttempt[] {
  const cap = `${near}`;
  const base: RunTerms = { ...settings.main.terms, flopsPerRound: `${flops}` };
  // Three audits of a claim of all their fees have to leave every priced attack losing.
  const dear = { ...base, auditsPerClaim: 3, stakeYocto: `${60n * near}` };
  const calls = { relayedCallsPerRound: 10, relayFeeYocto: `${near / 10n}` };
  const asked: [string, Partial<RunTerms>, RunTerms][] = [
    ['a reward at the cap', { rewardYocto: cap }, base],
    ['a reward one yocto above', { rewardYocto: `${near + 1n}` }, base],
    ['a tenfold reward', { rewardYocto: `${10n * near}` }, base],
    ['an audit fee above the cap', { auditFeeYocto: `${near + 1n}` }, base],
    ['a decoy fee above the cap', { decoyShareBps: 10_000, decoyFeeYocto: `${near + 1n}` }, base],
    ['relayed calls above the cap', { ...calls, relayFeeYocto: `${near}` }, base],
    ['all audit fees at the cap', { auditFeeYocto: cap }, dear],
    [
      'all of it at the cap, every round with a decoy',
      { auditFeeYocto: cap, decoyShareBps: 10_000, decoyFeeYocto: cap, ...calls },
      dear,
    ],
  ];
  return asked.map(([asks, changes, terms]) => attempt(asks, { ...terms, ...changes }, seed));
}

function attempt(asks: string, terms: RunTerms, seed: string): DrainAttempt {
  try {
    // Some of these would be refused for other reasons, too.
    checkPrice(terms, policy);
    decodeRunTerms(terms, 'terms');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { asks, refused: error.code, paidNear: 0, costNear: 0 };
  }
  const { recipe, stepCostYocto } = settings.main;
  const contributors = contributorsOf(honestOnly, { ...settings.main, terms }, seed);
  const { chain, steps } = simulateRun({ terms, recipe, contributors }, seed);
  const updates = chain.state.seats.reduce((sum, { verifiedRounds }) => sum + verifiedRounds, 0);
  const inNear = (yocto: bigint) => Number(yocto / 10n ** 15n) / 1e9;
  const computed = [...steps.values()].reduce((sum, count) => sum + count, 0);
  return {
    asks,
    refused: null,
    paidNear: inNear(chain.state.run.paidYocto) / updates,
    costNear: (inNear(stepCostYocto) * computed) / updates,
  };
}
