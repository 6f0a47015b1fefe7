/**
 * Cosines and sines of rotary position embeddings from our own arithmetic: `Math.cos` and `Math.pow`
 * may differ between JavaScript engines, `+ − × ÷` do not. Frequencies are powers of a root found
 * by Newton's method, first angles come from Taylor series, later positions by turning further.
 */

/** How a model that was trained on shorter contexts turns its positions more slowly. */
export type RotaryScaling =
  /** All frequencies divided by `factor` (Chen et al., "Position interpolation", 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /**
   * Only low frequencies divided, a smooth way between (Llama 3.1): bounds are counts of turns
   * within the original context.
   */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalContextLength: number;
    };

/** Tables [positions, width ÷ 2]; the same values serve both halves of a head. */
export function rotaryTables(options: {
  positions: number;
  width: number;
  theta: number;
  scaling?: RotaryScaling;
}): { cosine: Float32Array; sine: Float32Array } {
  const { positions, width, theta, scaling } = options;
  const half = width / 2;
  const ratio = rootOf(1 / theta, half);
  const cosine = new Float32Array(positions * half);
  const sine = new Float32Array(positions * half);
  let frequency = 1;
  for (let i = 0; i < half; i++) {
    const turn = scaling ? scaledFrequency(frequency, scaling) : frequency;
    const step = { cosine: cosineOf(turn), sine: sineOf(turn) };
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

function scaledFrequency(frequency: number, scaling: RotaryScaling): number {
  const slow = frequency / scaling.factor;
  if (scaling.kind === 'linear') return slow;
  const { lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const turns = (originalContextLength * frequency) / (2 * Math.PI);
  if (turns < lowFrequencyFactor) return slow;
  if (turns > highFrequencyFactor) return frequency;
  const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return (1 - share) * slow + share * frequency;
}

/** Throws `BAD_MODEL`. */
export function checkRotaryScaling(scaling: RotaryScaling): void {
  const refuse = (fact: string): never => {
    throw new Error(`BAD_MODEL: ropeScaling: ${fact}; correct the model in the run spec`);
  };
  if (scaling.kind !== 'linear' && scaling.kind !== 'llama3') {
    refuse(`kind ${String((scaling as { kind: unknown }).kind)} is not "linear" or "llama3"`);
  }
  if (!(scaling.factor >= 1 && scaling.factor <= 1024)) {
    refuse(`factor ${scaling.factor} is not from 1 to 1024`);
  }
  if (scaling.kind !== 'llama3') return;
  const { lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength } = scaling;
  if (!(low > 0 && high > low && high <= 1e6)) refuse(`factors ${low} and ${high} are no range`);
  if (!Number.isInteger(originalContextLength) || originalContextLength < 1) {
    refuse(`originalContextLength ${originalContextLength} is no count of positions`);
  }
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

/** For angles in [0, 1]. */
export function sineOf(angle: number): number {
  let sum = 0;
  let term = angle;
  for (let i = 0; i < taylorTerms; i++) {
    sum += term;
    term *= -(angle * angle) / ((2 * i + 2) * (2 * i + 3));
  }
  return sum;
}
