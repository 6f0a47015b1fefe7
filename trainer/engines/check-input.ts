/** What every engine refuses before it computes: an id outside the vocabulary, a state too short. */
import type { InnerState } from './engine.js';

export function checkTokens(tokens: Int32Array, length: number, vocabSize: number): void {
  if (tokens.length !== length) {
    throw new Error(`BAD_BATCH: ${tokens.length} tokens where the program takes ${length}`);
  }
  for (const token of tokens) {
    if (token < 0 || token >= vocabSize) {
      throw new Error(
        `BAD_TOKEN: ${token} is not below the vocabulary's ${vocabSize}; ` +
          'the data was packed with another tokenizer',
      );
    }
  }
}

export function checkState(state: InnerState, length: number): void {
  for (const part of ['params', 'firstMoment', 'secondMoment'] as const) {
    if (state[part].length !== length) {
      throw new Error(
        `BAD_STATE: ${part} has ${state[part].length} values where the model has ${length}`,
      );
    }
  }
  if (!Number.isSafeInteger(state.steps) || state.steps < 0) {
    throw new Error(`BAD_STATE: steps ${state.steps} is not a natural number`);
  }
}
