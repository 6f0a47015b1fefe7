/**
 * Numbers as people read them, in the language in use: money, weights, shares, bytes, digests. Exact
 * values stay at hand.
 */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { languageNow, texts } from '../texts/language.js';

const yoctoPerTenThousandth = 10n ** 20n;

/** One for each language and way of writing: making one takes longer than using it. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${languageNow()} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(languageNow(), options)));
  return format;
}

/**
 * NEAR with at most four decimals, cut and not rounded up: a page must never show more money than
 * there is. The exact amount is `formatNear`.
 */
export function shortNear(yocto: bigint): string {
  if (yocto < 0n) return `−${shortNear(-yocto)}`;
  if (yocto > 0n && yocto < yoctoPerTenThousandth) {
    return texts().common.less(`${formatExactly('0.0001')} NEAR`);
  }
  const text = formatNear(yocto - (yocto % yoctoPerTenThousandth)).replace(/ NEAR$/, '');
  return `${formatExactly(text)} NEAR`;
}

/** A decimal number in digits, with the separators of the language and not a digit lost. */
function formatExactly(digits: string): string {
  return formatOf({ maximumFractionDigits: 20 }).format(digits as `${number}`);
}

/** A whole number in digits, however long. */
export function groupThousands(digits: string): string {
  return /^\d+$/.test(digits) ? formatOf().format(BigInt(digits)) : digits;
}

/** `3333` of 10,000 → `33.33 %`. */
export function formatBps(bps: number): string {
  return `${formatOf({ maximumFractionDigits: 2 }).format(bps / 100)} %`;
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
  const digits = unit === 0 ? 0 : 1;
  const format = formatOf({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format.format(value)} ${units[unit]!}`;
}

/** `sha256:9f3ab…04c1`: enough to compare by eye; the whole one is a hover or a copy away. */
export function shortDigest(digest: string): string {
  const match = /^([a-z0-9]+:)?([0-9a-f]{64})$/.exec(digest);
  return match ? `${match[2]!.slice(0, 6)}…${match[2]!.slice(-4)}` : digest.slice(0, 24);
}

type Counted = keyof ReturnType<typeof texts>['common']['counts'];

/** `3 rounds`, `1 round`. */
export function countOf(number: number, what: Counted): string {
  return texts().common.counts[what](groupThousands(`${number}`), number);
}

/** A figure that was estimated, to three digits. */
export function formatFew(value: number): string {
  return formatOf({ maximumSignificantDigits: 3 }).format(value);
}

/** A measured figure with so many decimals, all of them shown. */
export function formatFixed(value: number, decimals: number): string {
  return formatOf({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(
    value,
  );
}
