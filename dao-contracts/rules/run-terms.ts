/**
 * What a vote fixes about a run: artefacts by digest, sizes, deadlines and prices. Everything that
 * the chain needs to coordinate and pay; the recipe itself lies in the run spec's blob.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { ToleranceTerms } from './tolerance/terms.js';

export interface RunTerms {
  spec: Digest;
  program: Digest;
  fingerprint: Digest;
  tokenizer: Digest;
  initialRoot: Digest;
  /** Ids of registered, active datasets whose concluded licence the policy allows. */
  datasets: string[];
  /** Final rounds wanted. */
  rounds: number;
  minWorkers: number;
  maxWorkers: number;
  maxAuditors: number;
  /** A slice is the data of one worker in one round. */
  slicesPerEpoch: number;
  /** Of a round's inner steps, for the trace. */
  segments: number;
  /** Local state must be ZERO when (round − 1) mod this is 0. */
  localResetInterval: number;
  deadlinesMs: DeadlinesMs;
  /** Probability of each claim of a round to be audited; 10000: all are. */
  auditedClaimsBps: number;
  /** How many of those who revealed certify the updates, by lot; 0: everybody. */
  witnesses: number;
  /** A provisional round stays open to challenges at least so long, even if its audits pass. */
  challengeWindowMs: number;
  /** Included claims that may fail and the round still becomes final; above that it is rewound. */
  taintedShareBpsMax: number;
  /** Of an audited claim: each one segment, by an auditor of its own where there are enough. */
  auditsPerClaim: number;
  /** Of a seat's rounds so many may pay a decoy; 0: decoys pay nothing. */
  decoyShareBps: number;
  /** For the auditor that computed what a decoy covered, beside its fee. */
  decoyFeeYocto: string;
  stakeYocto: string;
  /** Per verified update. */
  rewardYocto: string;
  /** Per audit answered rightly. */
  auditFeeYocto: string;
  /** W: the pay of the last W final rounds stays locked. */
  heldBackRounds: number;
  /** What one worker's round costs it, as the proposer declares: the most that cheating saves. */
  computeCostYocto: string;
  /** Floating-point operations of one worker's round, counted from the program; decimal string. */
  flopsPerRound: string;
  /** Machines that one account may enrol. */
  seatsPerAccount: number;
  /** What a relayer gets for bringing a seat's call; 0: nothing. */
  relayFeeYocto: string;
  /** Relayed calls of one seat that are paid for, between one round's opening and the next. */
  relayedCallsPerRound: number;
  /** Trainers, ever, that may enrol without a stake and earn it. */
  earnedStakeSeatsMax: number;
  /** For the data of each final round, over all shares; 0: nothing. A multiple of 10^8. */
  dataRewardYocto: string;
  /** Whose contributors it is for: datasets that the run is trained on, or that those descend from. */
  dataShares: DataShare[];
  /** What amendments replaced: final rounds up to `through` ran by `spec`. Absent: none did. */
  formerSpecs?: { through: number; spec: Digest }[];
  /** Absent: the exact class, in which results are compared by digest. */
  tolerance?: ToleranceTerms;
}

export interface DataShare {
  dataset: string;
  /** Of `dataRewardYocto`; 10000 together. */
  weightBps: number;
}

/** What a vote can change of a run under way; each field with its new value, changed or not. */
export type Amendment = Pick<
  RunTerms,
  | 'spec'
  | 'rounds'
  | 'maxWorkers'
  | 'deadlinesMs'
  | 'auditedClaimsBps'
  | 'rewardYocto'
  | 'auditFeeYocto'
  | 'flopsPerRound'
>;

export interface DeadlinesMs {
  enrol: number;
  train: number;
  reveal: number;
  certify: number;
  aggregate: number;
  audit: number;
}
