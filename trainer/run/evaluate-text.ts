/**
 * What a model loses on a text that somebody brings, as a record that names everything it was computed
 * from by digest: anybody with the same files repeats it to the last digit, and a signature under its
 * digest says who vouches for it.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { readHuggingFace, TOKENIZER_FILE } from '../checkpoint/hugging-face.js';
import { encodeState } from '../checkpoint/state.js';
import { PackedSequences, packTokens } from '../data/packed-sequences.js';
import type { Engine } from '../engines/engine.js';
import { buildLlamaProgram } from '../program/build-llama-program.js';
import { endOfTextId } from '../tokenizer/tokenizer-file.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { bitsPerByte } from './bits-per-byte.js';
import { evaluateHeldOut } from './evaluate.js';

export interface TextEvaluation {
  readonly version: 1;
  readonly kind: 'held-out loss';
  /** Digest of the weights in our encoding: a state root, where the recipe has no momentum. */
  readonly checkpoint: Digest;
  readonly tokenizer: Digest;
  /** Of the text in UTF-8. */
  readonly text: Digest;
  readonly fingerprint: Digest;
  readonly contextLength: number;
  readonly sequences: number;
  readonly natsPerToken: number;
  readonly bitsPerByte: number;
}

/** No step is taken, but a program has an optimizer. */
const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };

/**
 * `files` of a model folder. Whole sequences of the model's context are evaluated, from the start of
 * the text. Errors: those of `readHuggingFace` and `loadTokenizer`, `TOO_LITTLE_DATA`,
 * `TOKENIZER_MISMATCH`, `NON_FINITE`.
 */
export async function evaluateText(it: {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly text: string;
  readonly engine: Engine;
  readonly sequencesMax: number;
}): Promise<TextEvaluation> {
  const { config, layout, params } = readHuggingFace(it.files);
  const tokenizerFile = it.files.get(TOKENIZER_FILE);
  if (!tokenizerFile) {
    throw new Error(
      `BAD_MODEL_FOLDER: ${TOKENIZER_FILE} is missing; give a LlamaForCausalLM folder`,
    );
  }
  const tokenizer: unknown = JSON.parse(new TextDecoder().decode(tokenizerFile));
  const { encodeDocument, vocabSize } = loadTokenizer(tokenizer);
  if (vocabSize !== config.vocabSize) {
    throw new Error(
      `TOKENIZER_MISMATCH: ${TOKENIZER_FILE} has ${vocabSize} tokens, the model ${config.vocabSize}; ` +
        'put the files of one model together',
    );
  }
  const ids = [...encodeDocument(it.text), endOfTextId];
  if (ids.length <= config.contextLength) {
    throw new Error(
      `TOO_LITTLE_DATA: the text has ${ids.length} tokens, one context and its last target are ` +
        `${config.contextLength + 1}; give a longer text`,
    );
  }
  const heldOut = new PackedSequences(packTokens(ids), config.contextLength);
  const program = buildLlamaProgram({ model: config, optimizer, batchSize: 1 });
  const session = await it.engine.compile(program);
  try {
    const wanted = { session, params, heldOut, sequences: it.sequencesMax, batchSize: 1 };
    const { loss, sequences } = await evaluateHeldOut(wanted);
    return {
      ...{ version: 1, kind: 'held-out loss' },
      checkpoint: digestOf(encodeState({ params, momentum: null }, layout)),
      tokenizer: digestOf(tokenizerFile),
      text: digestOf(new TextEncoder().encode(it.text)),
      fingerprint: digestOfJson(await it.engine.fingerprint()),
      contextLength: config.contextLength,
      sequences,
      natsPerToken: loss,
      bitsPerByte: bitsPerByte({ loss, heldOut, sequences, tokenizer }),
    };
  } finally {
    await session.dispose();
  }
}
