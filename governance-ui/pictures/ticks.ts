/** Where the marks beside a picture stand. */

/** Round numbers between two bounds, few enough to be read: 1, 2 or 5 times a power of ten apart. */
export function ticksBetween(low: number, high: number, most: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough)!;
  const first = Math.ceil(low / step);
  const ticks: number[] = [];
  for (let at = first; at * step <= high && ticks.length <= most; at++) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}
