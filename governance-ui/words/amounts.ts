/** Numbers as people read them: money, weights, shares, bytes, digests. Exact values stay at hand. */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { languageNow } from '../texts/language.js';

const yoctoPerTenThousandth = 10n ** 20n;

/**
 * NEAR with at most four decimals, cut and not rounded up: a page must never show more money than
 * there is. The exact amount is `formatNear`.
 */
export function shortNear(yocto: bigint): string {
  if (yocto < 0n) return `−${shortNear(-yocto)}`;
  if (yocto > 0n && yocto < yoctoPerTenThousandth) return '< 0.0001 NEAR';
  const text = formatNear(yocto - (yocto % yoctoPerTenThousandth)).replace(/ NEAR$/, '');
  const [whole = '0', part] = text.split('.');
  return `${groupThousands(whole)}${part ? `.${part}` : ''} NEAR`;
}

/** Decimal digits with thin spaces between thousands. */
export function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `3333` of 10,000 → `33.33 %`. */
export function formatBps(bps: number): string {
  return `${bps / 100} %`;
}

/** Hundredths of a per cent, rounded down; 0 of nothing. */
export function shareBps(part: bigint, whole: bigint): number {
  return whole > 0n ? Number((part * 10_000n) / whole) : 0;
}

/** A weight as the chain writes it; what is no number counts as none. */
export function parseWeight(text: string): bigint {
  return /^\d{1,40}$/.test(text) ? BigInt(text) : 0n;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]!}`;
}

/** `sha256:9f3ab…04c1`: enough to compare by eye; the whole one is a hover or a copy away. */
export function shortDigest(digest: string): string {
  const match = /^([a-z0-9]+:)?([0-9a-f]{64})$/.exec(digest);
  return match ? `${match[2]!.slice(0, 6)}…${match[2]!.slice(-4)}` : digest.slice(0, 24);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${groupThousands(String(count))} ${count === 1 ? one : many}`;
}

/** A figure that was estimated, to three digits. */
export function formatFew(value: number): string {
  return new Intl.NumberFormat(languageNow(), { maximumSignificantDigits: 3 }).format(value);
}
