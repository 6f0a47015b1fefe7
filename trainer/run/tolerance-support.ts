/**
 * What bounds of the tolerance class the calibration supports (docs/protocol/tolerance.md): tight ones
 * fail honest machines, wide ones let steps be left out. The contract knows no steps and checks the
 * least; a draft says how many a segment has.
 */
import { checkTolerance } from '@commonweights/dao-contracts/rules/tolerance/terms.js';
import {
  driftBillionthsMin,
  failuresMin,
  toleranceBillionthsMin,
} from '@commonweights/dao-contracts/rules/limits.js';
import type { RunDraft } from './run-draft.js';

/** Of a segment of so many steps, one is about such a part of the change; a quarter of it is found. */
function widestBillionths(steps: number): number {
  return Math.floor(1e9 / (4 * steps));
}

/** Errors: `BAD_RUN_SPEC`, and those of the contract's own check. */
export function checkToleranceDraft(draft: RunDraft): void {
  const { tolerance, inner, economics } = draft;
  if (!tolerance) return;
  const steps = inner.stepsPerRound / inner.segments;
  const { toleranceBillionths, driftBillionths, window, failuresMax } = tolerance;
  for (const [name, value] of Object.entries({ toleranceBillionths, driftBillionths, window })) {
    if (!Number.isSafeInteger(value) || value < 1) throw bad(name, 'must be an integer above 0');
  }
  if (!Number.isSafeInteger(failuresMax) || failuresMax < failuresMin) {
    throw bad('failuresMax', `must be an integer from ${failuresMin} on`);
  }
  if (!/^(0|[1-9][0-9]{0,38})$/.test(String(tolerance.failureYocto))) {
    throw bad('failureYocto', 'must be a natural number as a decimal string');
  }
  if (toleranceBillionths < toleranceBillionthsMin) {
    throw bad('toleranceBillionths', `honest engines need ${toleranceBillionthsMin} at least`);
  }
  if (toleranceBillionths > widestBillionths(steps)) {
    throw bad(
      'toleranceBillionths',
      `a step of a segment of ${steps} could be left out; at most ${widestBillionths(steps)}, ` +
        'or take more segments',
    );
  }
  // A juror asks for half of the mean; what honest engines always lean by must stay below that.
  const least = Math.ceil(driftBillionthsMin * Math.sqrt(window / 4));
  if (driftBillionths < least) {
    throw bad('driftBillionths', `over ${window} audits honest engines need ${least} at least`);
  }
  const stakeYocto = BigInt(economics.stakeYocto);
  checkTolerance(tolerance, { stakeYocto, cancelledYocto: 0n });
}

function bad(field: string, why: string): Error {
  return new Error(`BAD_RUN_SPEC: tolerance.${field}: ${why}; see docs/protocol/tolerance.md`);
}
