/**
 * How far reviewers agree: Krippendorff's alpha for yes and no, exactly. With n votes on items that
 * had at least two, y of them yes and z no, and on item u m(u) votes of which y(u) and z(u):
 *
 *     alpha = 1 − (n − 1) · Σ y(u)·z(u) / (m(u) − 1) ÷ (y·z)
 *
 * The sum is kept in sixtieths, which all of 1/1 … 1/6 are whole numbers of: three integers, however
 * many items there are. (K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.)
 */
import type { Agreement } from './state.js';

/** Counts one item's votes. Changes `agreement`. */
export function countVotes(agreement: Agreement, it: { yes: number; no: number }): void {
  const votes = it.yes + it.no;
  if (votes < 2) return;
  agreement.yes += it.yes;
  agreement.no += it.no;
  agreement.disagreement60 += (it.yes * it.no * 60) / (votes - 1);
}

/** In basis points, rounded down; null while there is nothing to tell chance from: all said the same. */
export function alphaBps({ yes, no, disagreement60 }: Agreement): number | null {
  const expected = 60n * BigInt(yes) * BigInt(no);
  if (expected === 0n) return null;
  const observed = BigInt(yes + no - 1) * BigInt(disagreement60) * 10_000n;
  return 10_000 - Number((observed + expected - 1n) / expected);
}
