/**
 * Text from a model: the next token is drawn again and again from the engine's logits. The draw is
 * seeded, so a sample can be repeated on one machine; bits of it are nobody's protocol.
 */
import { drawBlock, keyOf } from '../program/counter-random.js';
import type { LlamaConfig } from '../program/training-program.js';

/** Gives the logits of the token after `tokens`; at most the last `contextLength` are seen. */
export interface LogitsSource {
  readonly model: LlamaConfig;
  next(tokens: readonly number[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const samplingStream = 0x73616d70;
const tokensMax = 100_000;

export async function generate(options: {
  readonly source: LogitsSource;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** 0 takes the likeliest token always. */
  readonly temperature: number;
  /** Only the `topK` likeliest tokens can be drawn. */
  readonly topK: number;
  /** Only the likeliest tokens that together have this probability; 1 when absent: all. */
  readonly topP?: number;
  readonly seed: number;
  /** Ends the text when drawn; not part of the result. */
  readonly stopToken?: number;
  /** Each token as it is drawn. */
  readonly onToken?: (token: number) => void;
  readonly signal?: AbortSignal;
}): Promise<number[]> {
  const { source, prompt, maxTokens, temperature, topK, topP = 1, seed } = options;
  if (prompt.length === 0) throw new Error('EMPTY_PROMPT: give at least one token to go on from');
  if (!Number.isInteger(maxTokens) || maxTokens < 0 || maxTokens > tokensMax) {
    throw new Error(`BAD_SAMPLING: maxTokens ${maxTokens} is not from 0 to ${tokensMax}`);
  }
  if (!(temperature >= 0 && temperature <= 100) || !Number.isInteger(topK) || topK < 1) {
    throw new Error(`BAD_SAMPLING: temperature ${temperature} or topK ${topK} is out of range`);
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new Error(`BAD_SAMPLING: topP ${topP} is not above 0 and at most 1`);
  }
  const key = keyOf(seed, samplingStream);
  const words = new Uint32Array(4);
  const tokens = [...prompt];
  for (let i = 0; i < maxTokens; i++) {
    options.signal?.throwIfAborted();
    drawBlock(key, i, words);
    const logits = await source.next(tokens);
    const token = pickToken(logits, { temperature, topK, topP, uniform: words[0]! / 2 ** 32 });
    if (token === options.stopToken) break;
    tokens.push(token);
    options.onToken?.(token);
  }
  return tokens.slice(prompt.length);
}

function pickToken(
  logits: Float32Array,
  options: { temperature: number; topK: number; topP: number; uniform: number },
): number {
  const ranked = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (options.temperature === 0) return ranked[0]!;
  const candidates = ranked.slice(0, options.topK);
  const top = logits[candidates[0]!]!;
  const weights = candidates.map((id) => Math.exp((logits[id]! - top) / options.temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  let most = 0;
  while (most < weights.length && (most === 0 || kept < options.topP * all)) {
    kept += weights[most++]!;
  }
  weights.length = most;
  let rest = options.uniform * kept;
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return candidates[i]!;
  }
  return candidates[most - 1]!;
}
