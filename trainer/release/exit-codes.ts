/**
 * Exit codes of `pull` and `verify`: one per claim, so that a script can tell a broken download
 * from a missing vote. What could not be checked counts as failed.
 */
import type { Claim, Verdict } from './verdict.js';

export const EXIT_CODES: Readonly<Record<Claim, number>> = {
  bytes: 20,
  structure: 21,
  vote: 22,
  rounds: 23,
  weights: 24,
  lineage: 25,
  licence: 26,
  takedown: 27,
  // Says who vouches for the chain; without a chain it is the vote that is unknown.
  consensus: 22,
};

/** 0 when every claim passed or only warned, else the code of the first that did not. */
export function exitCodeOf(verdicts: readonly Verdict[]): number {
  // No verdicts is no verification.
  if (verdicts.length === 0) return EXIT_CODES.bytes;
  const bad = verdicts.find(({ status }) => status === 'fail' || status === 'unknown');
  return bad ? EXIT_CODES[bad.claim] : 0;
}
