/** A mean over seeds and its standard error; of one seed alone there is none. */
export interface MeanAndError {
  readonly mean: number;
  /** NaN where there is one value. */
  readonly error: number;
  readonly count: number;
}

export function meanAndError(values: readonly number[]): MeanAndError {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, error: Math.sqrt(squares / (count - 1) / count), count };
}
