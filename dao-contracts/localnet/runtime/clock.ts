/**
 * The time of blocks. The logical clock starts at a fixed moment and moves one second per block,
 * so that a run does not depend on how fast the machine is; the system clock is the wall's. Both
 * can be moved forward, never back.
 */

export type ClockKind = 'logical' | 'system';

/** 2026-01-01T00:00:00Z. */
export const genesisTimeNs = 1_767_225_600_000_000_000n;
/** 2200-01-01: well inside what 64 bits of nanoseconds hold. */
export const latestTimeNs = 7_258_118_400_000_000_000n;
export const blockNs = 1_000_000_000n;

export class Clock {
  /** How far the system clock was moved forward. */
  private aheadNs = 0n;

  constructor(
    readonly kind: ClockKind,
    private lastNs: bigint,
  ) {
    // A chain that was moved forward and restarted goes on from where it was.
    const wallNs = wallTimeNs();
    if (kind === 'system' && lastNs > wallNs) this.aheadNs = lastNs - wallNs;
  }

  /** The time of the next block, which it becomes the last of. */
  next(): bigint {
    if (this.kind === 'logical') {
      this.lastNs += blockNs;
    } else {
      const nowNs = wallTimeNs() + this.aheadNs;
      this.lastNs = nowNs > this.lastNs ? nowNs : this.lastNs + 1n;
    }
    return this.lastNs;
  }

  /** What a view sees. */
  now(): bigint {
    if (this.kind === 'logical') return this.lastNs;
    const nowNs = wallTimeNs() + this.aheadNs;
    return nowNs > this.lastNs ? nowNs : this.lastNs;
  }

  /** Moves forward and returns the time of the block that says so. */
  advance(durationNs: bigint): bigint {
    if (this.kind === 'system') {
      this.aheadNs += durationNs;
      return this.next();
    }
    this.lastNs += durationNs;
    return this.lastNs;
  }
}

/** Of genesis. */
export function firstTimeNs(kind: ClockKind): bigint {
  return kind === 'logical' ? genesisTimeNs : wallTimeNs();
}

function wallTimeNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
