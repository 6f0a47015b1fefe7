/**
 * Times of the chain in words. A local chain has a clock of its own, which can be far from the
 * reader's, so deadlines are told as what is left, by the chain's clock.
 */
const units = [
  { ms: 86_400_000, one: 'day' },
  { ms: 3_600_000, one: 'hour' },
  { ms: 60_000, one: 'minute' },
  { ms: 1_000, one: 'second' },
] as const;

/** The two largest units: `2 hours 5 minutes`. */
export function formatSpan(spanMs: number): string {
  let left = Math.max(0, Math.floor(spanMs / 1000) * 1000);
  const parts: string[] = [];
  for (const { ms, one } of units) {
    const count = Math.floor(left / ms);
    left -= count * ms;
    if (count > 0) parts.push(`${count} ${one}${count === 1 ? '' : 's'}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || (spanMs > 0 ? 'a moment' : 'no time');
}

/** `in 5 minutes`, `5 minutes ago`. */
export function formatRelative(atMs: number, nowMs: number): string {
  return atMs > nowMs ? `in ${formatSpan(atMs - nowMs)}` : `${formatSpan(nowMs - atMs)} ago`;
}

export function formatUtc(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `${ms} ms`;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
