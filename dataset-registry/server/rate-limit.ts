/**
 * How often one address may ask. Each has a bucket of tokens that fills at a steady rate; a request takes
 * some, and one that finds too few is refused with when to come back. Law: over any time `t`, an address
 * is let through for at most `burst + perSecond · t` tokens.
 */
import { addressesMax } from './limits.js';

export interface Rate {
  /** Tokens that an address gets back each second. */
  perSecond: number;
  /** Tokens that it has at most. */
  burst: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export class RateLimit {
  /** In the order of their last request: the first has waited longest. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly addressesHeldMax = addressesMax,
  ) {}

  /** Null when the request may go on, else milliseconds until it might. */
  take(address: string, tokens: number, nowMs: number): number | null {
    const { perSecond, burst } = this.rate;
    const last = this.buckets.get(address) ?? { tokens: burst, atMs: nowMs };
    // A clock that was set back gives nothing.
    const gained = (Math.max(0, nowMs - last.atMs) * perSecond) / 1_000;
    const bucket = { tokens: Math.min(burst, last.tokens + gained), atMs: nowMs };
    const isLet = bucket.tokens >= tokens;
    if (isLet) bucket.tokens -= tokens;
    this.buckets.delete(address);
    this.buckets.set(address, bucket);
    if (this.buckets.size > this.addressesHeldMax) this.forgetOne();
    return isLet ? null : Math.ceil(((tokens - bucket.tokens) * 1_000) / perSecond);
  }

  /** Whoever was silent longest: its bucket has filled most. */
  private forgetOne(): void {
    const [first] = this.buckets.keys();
    this.buckets.delete(first!);
  }
}
