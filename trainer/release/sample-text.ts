/**
 * Text from the files of a release: tokenizer, weights and engine put together, once for as many
 * prompts as somebody has. The command line and the web pages talk to a model through this.
 */
import { readHuggingFace, TOKENIZER_FILE } from '../checkpoint/hugging-face.js';
import type { Engine } from '../engines/engine.js';
import { generate, type LogitsSource } from '../engines/generate.js';
import { openLogits } from '../engines/logits-source.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.js';
import { endOfTextId } from '../tokenizer/tokenizer-file.js';

export interface SampleOptions {
  readonly prompt: string;
  /** At most so many. */
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP?: number;
  readonly seed: number;
  /** Text as it comes; together, what is returned. */
  readonly onText?: (text: string) => void;
  /** Before each token: where it takes time, others get their turn. */
  readonly beforeToken?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export class Sampler {
  private constructor(
    private readonly tokenizer: Tokenizer,
    private readonly source: LogitsSource,
  ) {}

  /** Errors: `BAD_MODEL_FOLDER`, `BAD_TOKENIZER`, those of the engine. */
  static async open(files: ReadonlyMap<string, Uint8Array>, engine: Engine): Promise<Sampler> {
    const { config, layout, params } = readHuggingFace(files);
    const file = files.get(TOKENIZER_FILE);
    if (!file) throw new Error(`BAD_MODEL_FOLDER: ${TOKENIZER_FILE} is missing; pull it again`);
    const tokenizer = loadTokenizer(JSON.parse(new TextDecoder().decode(file)));
    return new Sampler(tokenizer, await openLogits(engine, { model: config, layout }, params));
  }

  /** Errors: those of `generate` and of the engine; whatever `signal` was aborted with. */
  async sample(options: SampleOptions): Promise<string> {
    const { tokenizer, source } = this;
    const { beforeToken, topP, signal } = options;
    const drawn: number[] = [];
    let told = '';
    const tell = (whole: string): void => {
      if (whole.length > told.length) options.onText?.(whole.slice(told.length));
      told = whole;
    };
    const tokens = await generate({
      source: beforeToken ? patiently(source, beforeToken) : source,
      prompt: tokenizer.encode(options.prompt),
      maxTokens: options.tokens,
      temperature: options.temperature,
      topK: Math.min(options.topK, source.model.vocabSize),
      seed: options.seed,
      ...(topP === undefined ? {} : { topP }),
      ...(signal ? { signal } : {}),
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
  }

  dispose(): Promise<void> {
    return this.source.dispose();
  }
}

function patiently(source: LogitsSource, beforeToken: () => Promise<void>): LogitsSource {
  return {
    model: source.model,
    next: async (tokens) => {
      await beforeToken();
      return source.next(tokens);
    },
    dispose: () => source.dispose(),
  };
}
