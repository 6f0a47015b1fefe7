/**
 * Cosines and sines of rotary position embeddings from our own arithmetic: `Math.cos` and `Math.pow`
 * may differ between JavaScript engines, `+ − × ÷` do not. Frequencies are powers of a root found
 * by Newton's method, first angles come from Taylor series, later positions by turning further.
 */

/** Tables [positions, width ÷ 2]; the same values serve both halves of a head. */
export function rotaryTables(options: { positions: number; width: number; theta: number }): {
  cosine: Float32Array;
  sine: Float32Array;
} {
  const { positions, width, theta } = options;
  const half = width / 2;
  const ratio = rootOf(1 / theta, half);
  const cosine = new Float32Array(positions * half);
  const sine = new Float32Array(positions * half);
  let frequency = 1;
  for (let i = 0; i < half; i++) {
    const step = { cosine: cosineOf(frequency), sine: sineOf(frequency) };
    let c = 1;
    let s = 0;
    for (let position = 0; position < positions; position++) {
      cosine[position * half + i] = c;
      sine[position * half + i] = s;
      const turned = c * step.cosine - s * step.sine;
      s = s * step.cosine + c * step.sine;
      c = turned;
    }
    frequency *= ratio;
  }
  return { cosine, sine };
}

/** The positive `degree`-th root of a number in (0, 1], by Newton's method from above. */
function rootOf(value: number, degree: number): number {
  let root = 1;
  // Far from the root each step still shrinks it by (1 − 1 ÷ degree): a bound for every input.
  for (let i = 0; i < 200 * degree + 1000; i++) {
    const next = root - (root - value / power(root, degree - 1)) / degree;
    if (next >= root) return root;
    root = next;
  }
  return root;
}

/** A natural power by repeated squaring, always in the same order. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

const taylorTerms = 13;

/** For angles in [0, 1], where 13 terms reach double precision. */
function cosineOf(angle: number): number {
  let sum = 0;
  let term = 1;
  for (let i = 0; i < taylorTerms; i++) {
    sum += term;
    term *= -(angle * angle) / ((2 * i + 1) * (2 * i + 2));
  }
  return sum;
}

function sineOf(angle: number): number {
  let sum = 0;
  let term = angle;
  for (let i = 0; i < taylorTerms; i++) {
    sum += term;
    term *= -(angle * angle) / ((2 * i + 2) * (2 * i + 3));
  }
  return sum;
}
