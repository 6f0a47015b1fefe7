/** Failures that pass by themselves: the world was busy, away for a moment, or had moved on. */

/** The round was cancelled or closed while it was being computed. */
export class RoundAbandoned extends Error {}

const passingCodes = new Set([
  'CHAIN_UNREACHABLE',
  'CHAIN_REFUSED',
  'RELAY_UNREACHABLE',
  'RELAY_QUOTA_SPENT',
  'RELAY_STALE',
  'STORE_UNREACHABLE',
  'UPLOAD_REFUSED',
  'BLOB_MISSING',
  // What a digest names is fixed, so other bytes, or endless ones, are a lie of whoever sent them:
  // another source may have it whole, and this one may mend.
  'BLOB_CORRUPT',
  'BLOB_TOO_LARGE',
  // This machine's own disk: whoever frees some lets it go on.
  'ENOSPC',
  'EDQUOT',
  'RUN_BUSY',
  'RUN_FULL',
  'TOO_MANY',
  'ALREADY_ACTED',
  // Asked with a view that was a block old: the seat is there.
  'ALREADY_ENROLLED',
  'AUDIT_CLOSED',
  'CHALLENGE_OPEN',
  'DISPUTE_CLOSED',
  'NOT_YOUR_TURN',
  'WRONG_PHASE',
  'WRONG_ROUND',
  'RUN_NOT_OPEN',
  'SEAT_NOT_ABSENT',
]);

/** Whether trying again can help. */
export function isPassing(error: unknown): boolean {
  return error instanceof RoundAbandoned || passingCodes.has(codeOf(error) ?? '');
}

/**
 * Whether who has a seat, and with it a stake to lose, goes on trying. Beyond what passes by itself:
 *
 * - `INSUFFICIENT_BALANCE`: nothing was sent, so asking again is free; somebody may send it money, and
 *   until then it still uploads and serves what others need. Who has no seat yet wants to hear it.
 * - `OUT_OF_GAS`: what a call has to carry out depends on what others did before it. But each try
 *   burns all of its gas, so only a few times in a row.
 *
 * Not `KEY_ALLOWANCE_SPENT`: nothing that happens elsewhere gives this key more, and a process that
 * ends is started again with the key that its owner puts there.
 */
export function isPassingWithSeat(error: unknown, { outOfGasInARow }: { outOfGasInARow: number }) {
  const code = codeOf(error);
  if (code === 'OUT_OF_GAS') return outOfGasInARow <= outOfGasMax;
  return isPassing(error) || code === 'INSUFFICIENT_BALANCE';
}

/** 300 Tgas each, some hundredths of a NEAR. */
const outOfGasMax = 3;

export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : (/^([A-Z][A-Z_]+):/.exec(error.message)?.[1] ?? null);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Clocks are set back: by `Date.now` a machine could wait for an hour that has passed already. */
export const monotonicMs = () => performance.now();
