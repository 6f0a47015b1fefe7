/** Lists are read in pages; ids count from 1, offsets from 0. */
export function listIds(page: { from: number; limit: number }, count: number): number[] {
  const length = Math.max(0, Math.min(page.limit, count - page.from));
  return Array.from({ length }, (_, i) => page.from + 1 + i);
}
