/** A time of the chain: how far from now, the date on hover. */
import { formatRelative, formatUtc } from '../words/times.js';
import { texts } from '../texts/language.js';

export function ChainTime({ atMs, nowMs }: { atMs: number; nowMs: number }) {
  return (
    <time title={texts().common.chainClock(formatUtc(atMs))} dateTime={isoOf(atMs)}>
      {formatRelative(atMs, nowMs)}
    </time>
  );
}

function isoOf(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
