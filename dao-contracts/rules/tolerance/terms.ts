/**
 * What a vote fixes about a run whose results are compared by distance. Without these terms a run is
 * of the exact class: digests are compared, and nothing of this folder applies to it.
 */
import { amount, integer, record, type Decoder } from '../decoding.js';
import { refuse } from '../errors.js';
import {
  distancesKeptMax,
  driftBillionthsMin,
  failuresMin,
  toleranceBillionthsMax,
  toleranceBillionthsMin,
} from '../limits.js';

export interface ToleranceTerms {
  /** Relative L2 distance of two ends of a segment that is still one computation, in billionths. */
  toleranceBillionths: number;
  /** What signed distances of a seat may add up to, by the root of their count, in billionths. */
  driftBillionths: number;
  /** n: audits of a seat that are remembered, for its drift and for its failures. */
  window: number;
  /** m: failures among them that cost the seat. */
  failuresMax: number;
  /** What one failure costs, out of the stake. */
  failureYocto: string;
}

export const decodeTolerance: Decoder<ToleranceTerms> = record<ToleranceTerms>({
  toleranceBillionths: integer(toleranceBillionthsMin, toleranceBillionthsMax),
  driftBillionths: integer(driftBillionthsMin, toleranceBillionthsMax),
  window: integer(failuresMin, distancesKeptMax),
  failuresMax: integer(failuresMin, distancesKeptMax),
  failureYocto: amount,
});

/** `cancelledYocto`: what a round has cost the escrow that a failure cancels. Error: `BAD_TERMS`. */
export function checkTolerance(
  tolerance: ToleranceTerms,
  it: { stakeYocto: bigint; cancelledYocto: bigint },
): void {
  const { toleranceBillionths, driftBillionths, window, failuresMax } = tolerance;
  const failureYocto = BigInt(tolerance.failureYocto);
  if (failuresMax > window) {
    refuse('BAD_TERMS', `failuresMax ${failuresMax} is above the window of ${window} audits`);
  }
  if (driftBillionths > toleranceBillionths) {
    refuse('BAD_TERMS', 'driftBillionths must be at most toleranceBillionths, or it finds nothing');
  }
  if (failureYocto < it.cancelledYocto) {
    refuse(
      'BAD_TERMS',
      `failureYocto must be at least ${it.cancelledYocto}: it pays for its round`,
    );
  }
  if (it.stakeYocto < BigInt(failuresMax) * failureYocto) {
    refuse('BAD_TERMS', `stakeYocto must cover ${failuresMax} failures of ${failureYocto} each`);
  }
}
