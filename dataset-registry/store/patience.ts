/**
 * How long a source is waited for. Silence is not enough to tell: a source that sends one byte now
 * and then is never silent and never done. So what it sent must keep up with a minimum rate as well,
 * at every moment, which bounds the whole download by its size. Only the waiting counts, not what
 * the reader does with the bytes in between.
 */
import { unreachable } from './blob-errors.js';
import { chunkBytesPerSecondMin } from './limits.js';

export class Patience {
  private receivedBytes = 0;
  private waitedMs = 0;
  private spent = false;

  constructor(
    private readonly source: string,
    private readonly limits: { stallMs: number; graceMs: number },
  ) {}

  /** Bytes earn the source more time. */
  sawBytes(bytes: number): void {
    this.receivedBytes += bytes;
  }

  /** Whether the source was too slow on the whole: waiting again for it would be no better. */
  isSpent(): boolean {
    return this.spent;
  }

  /** The work's result; `STORE_UNREACHABLE` when it takes too long. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const { stallMs } = this.limits;
    const leftMs = Math.max(0, this.leftMs());
    const late = (): Error => {
      this.spent = leftMs < stallMs;
      const ms = Math.ceil(this.waitedMs + leftMs);
      const slow = `sent ${this.receivedBytes} bytes in ${ms} ms, too slow`;
      return unreachable(this.source, this.spent ? slow : `sent nothing for ${stallMs} ms`);
    };
    const beganMs = performance.now();
    try {
      return await within(work, Math.min(stallMs, leftMs), late);
    } finally {
      this.waitedMs += performance.now() - beganMs;
    }
  }

  private leftMs(): number {
    const earnedMs = (1_000 * this.receivedBytes) / chunkBytesPerSecondMin;
    return this.limits.graceMs + earnedMs - this.waitedMs;
  }
}

/** The work's result, or `late()` thrown when it takes longer. */
export async function within<T>(
  work: Promise<T>,
  patienceMs: number,
  late: () => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, patienceMs));
  });
  work.catch(() => {}); // It may fail after we gave up on it.
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
