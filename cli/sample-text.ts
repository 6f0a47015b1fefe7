/** Text from the files of a release: tokenizer, weights and engine put together. */
import { readHuggingFace, TOKENIZER_FILE } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { generate } from '@commonweights/trainer/engines/generate.js';
import { openLogits } from '@commonweights/trainer/engines/logits-source.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { endOfTextId } from '@commonweights/trainer/tokenizer/tokenizer-file.js';

export interface SampleOptions {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP?: number;
  readonly seed: number;
  /** Text as it comes; together, what is returned. */
  readonly onText?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Errors: `BAD_MODEL_FOLDER`, `BAD_TOKENIZER`, those of the engine. */
export async function sampleFrom(
  files: ReadonlyMap<string, Uint8Array>,
  options: SampleOptions,
): Promise<string> {
  const { config, layout, params } = readHuggingFace(files);
  const file = files.get(TOKENIZER_FILE);
  if (!file) throw new Error(`BAD_MODEL_FOLDER: ${TOKENIZER_FILE} is missing; pull it again`);
  const tokenizer = loadTokenizer(JSON.parse(new TextDecoder().decode(file)));
  const source = await openLogits(createOrtWasmEngine(), { model: config, layout }, params);
  const drawn: number[] = [];
  let told = '';
  const tell = (whole: string): void => {
    if (whole.length > told.length) options.onText?.(whole.slice(told.length));
    told = whole;
  };
  try {
    const tokens = await generate({
      source,
      prompt: tokenizer.encode(options.prompt),
      maxTokens: options.tokens,
      temperature: options.temperature,
      topK: Math.min(options.topK, config.vocabSize),
      seed: options.seed,
      ...(options.topP === undefined ? {} : { topP: options.topP }),
      ...(options.signal ? { signal: options.signal } : {}),
      stopToken: endOfTextId,
      onToken: (token) => {
        drawn.push(token);
        // A token may end inside a character, which decodes to U+FFFD until the rest is there.
        const whole = tokenizer.decode(drawn);
        if (!whole.endsWith('\ufffd')) tell(whole);
      },
    });
    const text = tokenizer.decode(tokens);
    tell(text);
    return text;
  } finally {
    await source.dispose();
  }
}
