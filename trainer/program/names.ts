/** Names of a program's inputs and outputs: what an engine must know to run the graphs. */

export const stepInputNames = {
  /** int32 [batch, context + 1]. */
  tokens: 'tokens',
  learningRate: 'learning_rate',
  biasCorrection1: 'bias_correction_1',
  biasCorrection2: 'bias_correction_2',
} as const;

export const resultNames = {
  loss: 'loss',
  gradientNorm: 'gradient_norm',
  weight: (tensor: string): string => tensor,
  first: (tensor: string): string => `first_moment.${tensor}`,
  second: (tensor: string): string => `second_moment.${tensor}`,
  next: (input: string): string => `next.${input}`,
} as const;

/** Inputs and outputs of the graph of generation. */
export const decodeNames = {
  token: 'token',
  position: 'position',
  place: 'place',
  keep: 'keep',
  hide: 'hide',
  logits: 'logits',
  keys: (layer: number): string => `keys.${layer}`,
  values: (layer: number): string => `values.${layer}`,
  next: (input: string): string => `next.${input}`,
} as const;
