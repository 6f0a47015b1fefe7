/** When a release may be used: apart from the checks, so that the page need not load those. */
import type { Verdict } from '@commonweights/trainer/release/verdict.js';

/** Whether every claim was checked and holds; warnings do not count against it. */
export function holds(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ status }) => status === 'pass' || status === 'warn');
}

/** Whether its files are those that the manifest names: what is not can be told nothing of. */
export function bytesHold(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ claim, status }) => claim === 'bytes' && status === 'pass');
}
