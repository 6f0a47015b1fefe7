/**
 * What a verifier says about a release: one verdict per claim, each with its standing, so that
 * nobody takes a declaration for a proof.
 */
import type { FindingCode } from './finding-codes.js';

/**
 * `bytes`: every file is the one that the manifest names. `structure`: the files are what they say.
 * `vote`: the DAO published this manifest. `rounds`: the log of rounds is the one on chain.
 * `weights`: the weights are the last final state. `lineage`: spec, program, tokenizer and data are
 * those that were voted on. `licence`, `takedown`: what the data may be used for, still.
 * `consensus`: who vouches for the chain itself.
 */
export const CLAIMS = [
  'bytes',
  'structure',
  'vote',
  'rounds',
  'weights',
  'lineage',
  'licence',
  'takedown',
  'consensus',
] as const;

export type Claim = (typeof CLAIMS)[number];

export interface Verdict {
  readonly claim: Claim;
  /** `unknown`: could not be checked, and counts as a failure. `warn` does not. */
  readonly status: 'pass' | 'fail' | 'warn' | 'unknown';
  /** What is wrong, for programs; null where it passed. Means the same in every version. */
  readonly code: FindingCode | null;
  /** Recomputed here; said by a chain or a signer; said by the publisher. */
  readonly standing: 'proven' | 'attested' | 'declared';
  /** One sentence: what was found. */
  readonly detail: string;
}

export type Finding = Omit<Verdict, 'claim'>;
