/** The time between a vote and its execution, in which whoever disagrees can still act. */
import type { Action } from './actions.js';

/**
 * Kinds that need no timelock: they move no money out of the DAO, change neither who decides nor
 * how, and gain nothing from waiting. Whatever is not named here waits.
 */
const immediate: readonly Action['kind'][] = [
  'publish-release',
  'revoke-release',
  'stop-run',
  'pause-run',
];

export function waits(kind: Action['kind']): boolean {
  return !immediate.includes(kind);
}
