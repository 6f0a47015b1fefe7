/** Text from the files of a release: tokenizer, weights and engine put together. */
import { readHuggingFace, TOKENIZER_FILE } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { generate } from '@commonweights/trainer/engines/generate.js';
import { openLogits } from '@commonweights/trainer/engines/logits-source.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { endOfTextId } from '@commonweights/trainer/tokenizer/tokenizer-file.js';

export interface SampleOptions {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly seed: number;
}

/** The logits' graph does not depend on the optimizer; a program just has one. */
const anyOptimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };

/** Errors: `BAD_MODEL_FOLDER`, `BAD_TOKENIZER`, those of the engine. */
export async function sampleFrom(
  files: ReadonlyMap<string, Uint8Array>,
  options: SampleOptions,
): Promise<string> {
  const { config, params } = readHuggingFace(files);
  const file = files.get(TOKENIZER_FILE);
  if (!file) throw new Error(`BAD_MODEL_FOLDER: ${TOKENIZER_FILE} is missing; pull it again`);
  const tokenizer = loadTokenizer(JSON.parse(new TextDecoder().decode(file)));
  const program = buildLlamaProgram({ model: config, optimizer: anyOptimizer, batchSize: 1 });
  const source = await openLogits(createOrtWasmEngine(), program, params);
  try {
    const tokens = await generate({
      source,
      prompt: tokenizer.encode(options.prompt),
      maxTokens: options.tokens,
      temperature: options.temperature,
      topK: Math.min(options.topK, config.vocabSize),
      seed: options.seed,
      stopToken: endOfTextId,
    });
    return tokenizer.decode(tokens);
  } finally {
    await source.dispose();
  }
}
