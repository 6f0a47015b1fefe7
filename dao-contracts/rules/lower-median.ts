/**
 * The middle of some values; of an even count the lower of the two middle ones, so that it is one
 * of the values, the same on every machine, and a whole number where all are.
 */
export function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1]!;
}
