/**
 * docs/protocol/exact-arithmetic.md once more, in plain JavaScript: numbers of single precision are
 * rounded by `fround` after each operation, those of double precision are JavaScript's own.
 */
const f = Math.fround;
const blockDepth = 256;

/** a [m, k] · b [k, n]. */
export function product(it: {
  m: number;
  n: number;
  k: number;
  a: (i: number, k: number) => number;
  b: (k: number, j: number) => number;
}): Float32Array {
  const { m, n, k: depth, a, b } = it;
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let from = 0; from < depth; from += blockDepth) {
        let sum = 0;
        for (let k = from; k < Math.min(depth, from + blockDepth); k++) {
          sum = f(sum + f(a(i, k) * b(k, j)));
        }
        total = from === 0 ? sum : f(total + sum);
      }
      c[i * n + j] = total;
    }
  }
  return c;
}

/** Of neighbouring elements, before it is rounded. */
export function sumOfRow(x: ArrayLike<number>): number {
  const s = new Array<number>(8).fill(0);
  for (let i = 0; i < x.length; i++) s[i % 8] = s[i % 8]! + x[i]!;
  const half = (at: number) => s[at]! + s[at + 4]! + (s[at + 2]! + s[at + 6]!);
  return half(0) + half(1);
}

/** Of elements that lie apart, before it is rounded. */
export function sumOfColumn(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum;
}

const coefficients = [1.38888889e-3, 8.33333333e-3, 4.16666667e-2, 0.166666667, 0.5, 1, 1].map(f);

export function exponential(x: number): number {
  const kept = x < f(-87.3) ? f(-87.3) : f(88.3) < x ? f(88.3) : x;
  const shifted = f(f(kept * f(1.44269504)) + 12582912);
  const n = f(shifted - 12582912);
  let r = f(kept - f(n * f(0.693145751953125)));
  r = f(r - f(n * f(1.42860682e-6)));
  let y = f(1.98412698e-4);
  for (const coefficient of coefficients) y = f(f(y * r) + coefficient);
  return x < f(-87.3) ? 0 : f(y * powerOfTwo(n));
}

function powerOfTwo(n: number): number {
  let power = 1;
  for (let i = 0; i < Math.abs(n); i++) power = n > 0 ? power * 2 : power / 2;
  return power;
}

export function sigmoid(x: number): number {
  return f(1 / f(1 + exponential(-x)));
}

export function softmax(row: Float32Array): Float32Array {
  const most = row.reduce((a, b) => (a < b ? b : a));
  const powers = row.map((x) => exponential(f(x - most)));
  const share = f(1 / sumOfRow(powers));
  return powers.map((x) => f(x * share));
}

export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let [n, m] = [0, x];
  while (m >= 2) [m, n] = [m / 2, n + 1];
  while (m < 1) [m, n] = [m * 2, n - 1];
  if (m > 1.41421356) [m, n] = [m / 2, n + 1];
  const s = (m - 1) / (m + 1);
  let series = 1 / 11;
  for (let odd = 9; odd >= 1; odd -= 2) series = series * (s * s) + 1 / odd;
  return f(n * 0.6931471805599453 + 2 * s * series);
}
