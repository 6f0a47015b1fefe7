/**
 * What an account showed in runs that the DAO funded. It cannot be sent, bought or borrowed: it grows
 * by verified rounds and right audits, is lost by slashes and wrong audits, and fades. Pure integers.
 *
 * - **Decay.** points(t + s) = floor(points(t) × 2^(−s / halfLife)), `s` in whole seconds, with a half-life of
 *   2^24 seconds (194.2 days). The factor is a product over the bits of `s`: bit k contributes the
 *   constant 2^(−2^k / 2^24), rounded down to 64 binary places. A power of two for the half-life makes
 *   the exponents of those constants exact, so that decay composes: decay(a + b) differs from
 *   decay(decay(a), b) by at most one point.
 * - **Gain.** A run gives raw = min(cap of a run, 1,000 × verified rounds + 300 × right audits), and of it
 *   floor(raw × (max − points) / max) are added: near the maximum, more runs add nearly nothing.
 * - **Loss.** A wrong audit takes 5,000, an expulsion half of the points and 20,000 more; never below zero.
 * - **Share.** What counts of it is at most a twentieth of all accounts' points together.
 */
import {
  reputationMax,
  reputationOfRunMax,
  reputationPerAudit,
  reputationPerRound,
  reputationShareMaxBps,
} from './limits.js';
import type { ReputationView } from './views.js';

export interface Reputation {
  account: string;
  points: bigint;
  /** Up to when decay was applied: whole seconds, in milliseconds. */
  atMs: number;
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  /** Seats that were expelled. */
  slashes: number;
}

/** All accounts' points together, fading as they do. */
export interface ReputationTotal {
  points: bigint;
  atMs: number;
}

/** What one account's seats of one run add up to. */
export interface RunConduct {
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  slashes: number;
}

export function noReputation(account: string, nowMs: number): Reputation {
  const counts = { verifiedRounds: 0, auditsRight: 0, auditsWrong: 0, slashes: 0 };
  return { account, points: 0n, atMs: wholeSecondsMs(nowMs), ...counts };
}

/** Changes both by what a run ended with for an account. Points never fall below zero. */
export function settleReputation(
  it: { reputation: Reputation; total: ReputationTotal },
  conduct: RunConduct,
  nowMs: number,
): { reputation: Reputation; total: ReputationTotal } {
  const reputation = fadeReputation(it.reputation, nowMs);
  const total = fadeTotal(it.total, nowMs);
  const before = reputation.points;
  const kept = takeLosses(before, conduct);
  const points = kept + gainOf(kept, conduct);
  const changed = total.points + points - before;
  return {
    reputation: {
      ...reputation,
      points,
      verifiedRounds: reputation.verifiedRounds + conduct.verifiedRounds,
      auditsRight: reputation.auditsRight + conduct.auditsRight,
      auditsWrong: reputation.auditsWrong + conduct.auditsWrong,
      slashes: reputation.slashes + conduct.slashes,
    },
    // The sum fades by one rounding, its parts by one each: it is never below any of them.
    total: { ...total, points: changed < points ? points : changed },
  };
}

function takeLosses(points: bigint, { auditsWrong, slashes }: RunConduct): bigint {
  let left = points - BigInt(auditsWrong) * lostPerWrongAudit;
  for (let i = 0; i < slashes && left > 0n; i++) left = left / 2n - lostPerSlash;
  return left < 0n ? 0n : left;
}

const lostPerWrongAudit = 5_000n;
const lostPerSlash = 20_000n;

function gainOf(points: bigint, { verifiedRounds, auditsRight }: RunConduct): bigint {
  const work =
    BigInt(verifiedRounds) * reputationPerRound + BigInt(auditsRight) * reputationPerAudit;
  const raw = work < reputationOfRunMax ? work : reputationOfRunMax;
  return (raw * (reputationMax - points)) / reputationMax;
}

/** What counts of an account's points now: no more than its share of all. */
export function standingOf(
  it: { reputation: Reputation; total: ReputationTotal },
  nowMs: number,
): bigint {
  const { points } = fadeReputation(it.reputation, nowMs);
  const most = (fadeTotal(it.total, nowMs).points * reputationShareMaxBps) / 10_000n;
  return points < most ? points : most;
}

/** As of `nowMs`. */
export function viewReputation(
  it: { reputation: Reputation; total: ReputationTotal },
  nowMs: number,
): ReputationView {
  const { account, verifiedRounds, auditsRight, auditsWrong, slashes, points } = fadeReputation(
    it.reputation,
    nowMs,
  );
  return {
    account,
    ...{ verifiedRounds, auditsRight, auditsWrong, slashes },
    points: `${points}`,
    standing: `${standingOf(it, nowMs)}`,
    totalPoints: `${fadeTotal(it.total, nowMs).points}`,
  };
}

function fadeReputation(reputation: Reputation, nowMs: number): Reputation {
  return { ...reputation, ...faded(reputation, nowMs) };
}

function fadeTotal(total: ReputationTotal, nowMs: number): ReputationTotal {
  return faded(total, nowMs);
}

function faded(it: { points: bigint; atMs: number }, nowMs: number): ReputationTotal {
  const atMs = wholeSecondsMs(nowMs);
  if (atMs <= it.atMs) return { points: it.points, atMs: it.atMs };
  return { points: decay(it.points, (atMs - it.atMs) / 1_000), atMs };
}

/** Whole seconds only: what is left of one counts at the next change. */
function wholeSecondsMs(ms: number): number {
  return ms - (ms % 1_000);
}

const halfLifeBits = 24;
export const halfLifeSeconds = 1 << halfLifeBits;

/** `points` after so many whole seconds, rounded down. */
export function decay(points: bigint, seconds: number): bigint {
  const halvings = Math.floor(seconds / halfLifeSeconds);
  if (halvings >= 64) return 0n;
  return (points * factorOf(seconds % halfLifeSeconds)) >> (64n + BigInt(halvings));
}

/** 2^64 × 2^(t / half-life), `t` in whole seconds: points fade as fast as it grows. */
export function growth(atMs: number): bigint {
  const seconds = Math.floor(atMs / 1_000);
  const halvings = Math.ceil(seconds / halfLifeSeconds);
  return factorOf(halvings * halfLifeSeconds - seconds) << BigInt(halvings);
}

/** 2^64 × 2^(−s / half-life) of less than one half-life, rounded down. */
function factorOf(seconds: number): bigint {
  let rest = seconds;
  let factor = one;
  for (let bit = halfLifeBits - 1; bit >= 0; bit--) {
    const worth = 1 << bit;
    if (rest < worth) continue;
    rest -= worth;
    factor = (factor * factors[halfLifeBits - 1 - bit]!) >> 64n;
  }
  return factor;
}

const one = 1n << 64n;

/** floor(2^64 × 2^(−1/2)), floor(2^64 × 2^(−1/4)), …: each is the root of the one before. */
const factors: readonly bigint[] = Array.from({ length: halfLifeBits }).reduce<bigint[]>((list) => {
  const last = list.at(-1) ?? one >> 1n;
  return [...list, squareRoot(last << 64n)];
}, []);

/** floor(√n), by Newton's iteration from above; it falls until it is there. */
function squareRoot(n: bigint): bigint {
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
