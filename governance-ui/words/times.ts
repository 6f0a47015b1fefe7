/**
 * Times of the chain in words. A local chain has a clock of its own, which can be far from the
 * reader's, so deadlines are told as what is left, by the chain's clock.
 */
import { languageNow, texts } from '../texts/language.js';

const units = [
  { ms: 86_400_000, unit: 'day' },
  { ms: 3_600_000, unit: 'hour' },
  { ms: 60_000, unit: 'minute' },
  { ms: 1_000, unit: 'second' },
] as const;

/** The two largest units: `2 hours 5 minutes`. */
export function formatSpan(spanMs: number): string {
  const { join, moment, none } = texts().common.spans;
  let left = Math.max(0, Math.floor(spanMs / 1000) * 1000);
  const parts: string[] = [];
  for (const { ms, unit } of units) {
    const count = Math.floor(left / ms);
    left -= count * ms;
    if (count > 0) parts.push(formatUnit(count, unit));
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? join(parts) : spanMs > 0 ? moment : none;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatUnit(count: number, unit: string): string {
  const key = `${languageNow()} ${unit}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(languageNow(), { style: 'unit', unit, unitDisplay: 'long' });
    formats.set(key, format);
  }
  return format.format(count);
}

/** `in 5 minutes`, `5 minutes ago`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const { ahead, past } = texts().common.spans;
  return atMs > nowMs ? ahead(formatSpan(atMs - nowMs)) : past(formatSpan(nowMs - atMs));
}

export function formatUtc(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `${ms} ms`;
  const format = new Intl.DateTimeFormat(languageNow(), {
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    ...{ hourCycle: 'h23', timeZone: 'UTC' },
  });
  return texts().common.utc(format.format(date));
}
