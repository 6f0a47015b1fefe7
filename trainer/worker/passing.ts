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
  'RUN_BUSY',
  'RUN_FULL',
  'TOO_MANY',
  'ALREADY_ACTED',
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

export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : (/^([A-Z][A-Z_]+):/.exec(error.message)?.[1] ?? null);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
