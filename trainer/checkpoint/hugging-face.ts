/**
 * A model as the folder that other people's tools load: `LlamaForCausalLM` in transformers,
 * llama.cpp's converter, browsers. Everything but the weights and the tokenizer follows from the
 * model's sizes, so the same model gives the same bytes, and a verifier can write the small files
 * again and compare.
 *
 * Law: `readHuggingFace(huggingFaceFiles(m))` equals m.
 */
import type { NamedFile } from '@commonweights/dataset-registry/store/manifest-store.js';
import { requireFinite } from '../exchange/finite.js';
import { checkModel, llamaLayout } from '../program/llama.js';
import type { TensorLayout } from '../program/layout.js';
import type { RotaryScaling } from '../program/rotary-table.js';
import type { LlamaConfig } from '../program/training-program.js';
import { decodeSafetensors, widenedFloatsOf, type Tensor } from './safetensors.js';
import { decodeShardIndex, INDEX_FILE, ShardCheck } from './shards.js';
import { encodeState } from './state.js';

export const WEIGHTS_FILE = 'model.safetensors';
export const CONFIG_FILE = 'config.json';
export const TOKENIZER_FILE = 'tokenizer.json';
/** Only where there is one. */
export const CHAT_TEMPLATE_FILE = 'chat_template.jinja';

const HEAD = 'lm_head.weight';
const EMBEDDING = 'model.embed_tokens.weight';

export interface HuggingFaceModel {
  readonly config: LlamaConfig;
  readonly params: Float32Array;
}

/** All files of the folder, in no particular order. Errors: `BAD_TOKENIZER`, `NON_FINITE`. */
export function huggingFaceFiles(
  model: HuggingFaceModel & {
    layout: TensorLayout;
    tokenizer: Uint8Array;
    chatTemplate?: string | undefined;
  },
): NamedFile[] {
  const { params, layout } = model;
  return [
    { path: WEIGHTS_FILE, bytes: encodeState({ params, momentum: null }, layout) },
    { path: TOKENIZER_FILE, bytes: model.tokenizer },
    ...describingFiles(model.config, model.tokenizer, model.chatTemplate),
  ];
}

/** The small files, which follow from the sizes, the tokenizer's special tokens and the template. */
export function describingFiles(
  config: LlamaConfig,
  tokenizer: Uint8Array,
  chatTemplate?: string,
): NamedFile[] {
  const end = endToken(tokenizer);
  const ids = { bos_token_id: end?.id ?? null, eos_token_id: end?.id ?? null };
  return [
    { path: CONFIG_FILE, bytes: json({ ...llamaFields(config), ...ids }) },
    { path: 'generation_config.json', bytes: json({ ...ids, do_sample: true }) },
    {
      path: 'tokenizer_config.json',
      bytes: json({
        tokenizer_class: 'PreTrainedTokenizerFast',
        model_max_length: config.contextLength,
        clean_up_tokenization_spaces: false,
        bos_token: end?.content ?? null,
        eos_token: end?.content ?? null,
      }),
    },
    ...(chatTemplate === undefined
      ? []
      : [{ path: CHAT_TEMPLATE_FILE, bytes: new TextEncoder().encode(chatTemplate) }]),
  ];
}

/**
 * Reads such a folder back, ours or anybody's, in one file or in shards, in float32, bfloat16 or
 * float16. Errors: `BAD_MODEL_FOLDER` for a missing file or a tensor that does not belong,
 * `BAD_SAFETENSORS`, `NON_FINITE`.
 */
export function readHuggingFace(
  files: ReadonlyMap<string, Uint8Array>,
): HuggingFaceModel & { layout: TensorLayout } {
  const config = readLlamaConfig(fileNamed(files, CONFIG_FILE));
  const layout = llamaLayout(config);
  const params = readParams(readTensors(files), layout, config);
  requireFinite(params, 'the weights');
  return { config, layout, params };
}

/** Error: `BAD_MODEL_FOLDER`, `BAD_MODEL`. */
export function readLlamaConfig(json: Uint8Array): LlamaConfig {
  const config = decodeLlamaConfig(parse(json));
  checkModel(config, 1);
  return config;
}

/** `LlamaConfig` in the words of transformers. */
function llamaFields(config: LlamaConfig): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    head_dim: config.hiddenSize / config.heads,
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.contextLength,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    pretraining_tp: 1,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling: scalingFields(config.ropeScaling),
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: 'float32',
    use_cache: true,
    vocab_size: config.vocabSize,
  };
}

function scalingFields(scaling: RotaryScaling | undefined): Record<string, unknown> | null {
  if (!scaling) return null;
  if (scaling.kind === 'linear') return { factor: scaling.factor, rope_type: 'linear' };
  return {
    factor: scaling.factor,
    high_freq_factor: scaling.highFrequencyFactor,
    low_freq_factor: scaling.lowFrequencyFactor,
    original_max_position_embeddings: scaling.originalContextLength,
    rope_type: 'llama3',
  };
}

/** Older files call the kind `type`. Its values are checked with the model. */
function decodeScaling(value: unknown): RotaryScaling | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const kind = fields.rope_type ?? fields.type;
  const factor = fields.factor as number;
  if (kind === 'default') return undefined;
  if (kind === 'linear') return { kind, factor };
  if (kind !== 'llama3') throw bad(`config.json: rope_scaling is ${show(value)}`);
  return {
    kind,
    factor,
    lowFrequencyFactor: fields.low_freq_factor as number,
    highFrequencyFactor: fields.high_freq_factor as number,
    originalContextLength: fields.original_max_position_embeddings as number,
  };
}

/** Only what our model family can be is accepted: a field that would change it is refused. */
function decodeLlamaConfig(value: unknown): LlamaConfig {
  if (typeof value !== 'object' || value === null) throw bad('config.json is not an object');
  const fields = value as Record<string, unknown>;
  const size = (name: string): number => {
    const found = fields[name];
    if (Number.isSafeInteger(found) && (found as number) > 0) return found as number;
    throw bad(`config.json: ${name} is ${show(found)}`);
  };
  const positive = (name: string): number => {
    const found = fields[name];
    if (typeof found === 'number' && found > 0 && Number.isFinite(found)) return found;
    throw bad(`config.json: ${name} is ${show(found)}`);
  };
  const ropeScaling = decodeScaling(fields.rope_scaling);
  const config: LlamaConfig = {
    family: 'llama',
    vocabSize: size('vocab_size'),
    hiddenSize: size('hidden_size'),
    intermediateSize: size('intermediate_size'),
    layers: size('num_hidden_layers'),
    heads: size('num_attention_heads'),
    kvHeads: size('num_key_value_heads'),
    contextLength: size('max_position_embeddings'),
    ropeTheta: positive('rope_theta'),
    ...(ropeScaling ? { ropeScaling } : {}),
    rmsNormEps: positive('rms_norm_eps'),
    tiedEmbeddings: fields.tie_word_embeddings === true,
  };
  const required = llamaFields(config);
  for (const name of ['model_type', 'hidden_act', 'head_dim']) {
    const found = fields[name] ?? (name === 'model_type' ? undefined : required[name]);
    if (found !== required[name]) throw bad(`config.json: ${name} is ${show(found)}`);
  }
  if (fields.attention_bias === true || fields.mlp_bias === true) {
    throw bad('config.json asks for biases');
  }
  return config;
}

function readTensors(files: ReadonlyMap<string, Uint8Array>): Map<string, Tensor> {
  const index = files.get(INDEX_FILE);
  if (!index || files.has(WEIGHTS_FILE)) {
    const { tensors } = decodeSafetensors(fileNamed(files, WEIGHTS_FILE));
    return new Map(tensors.map((one) => [one.name, one]));
  }
  const places = decodeShardIndex(parse(index));
  const check = new ShardCheck(places);
  const tensors = new Map<string, Tensor>();
  for (const shard of new Set(places.values())) {
    for (const tensor of decodeSafetensors(fileNamed(files, shard)).tensors) {
      check.see(shard, tensor.name);
      tensors.set(tensor.name, tensor);
    }
  }
  check.end();
  return tensors;
}

function readParams(
  tensors: Map<string, Tensor>,
  layout: TensorLayout,
  config: LlamaConfig,
): Float32Array {
  const params = new Float32Array(layout.length);
  for (const slot of layout.slots) {
    const tensor = tensors.get(slot.name);
    if (!tensor || show(tensor.shape) !== show(slot.shape)) {
      throw bad(
        `${slot.name} is ${tensor ? show(tensor.shape) : 'missing'}, not ${show(slot.shape)}`,
      );
    }
    params.set(widenedFloatsOf(tensor), slot.offset);
  }
  // Some writers store a tied head a second time: harmless when it is the same, else ambiguous.
  const head = tensors.get(HEAD);
  if (config.tiedEmbeddings && head) {
    const embedding = tensors.get(EMBEDDING)!;
    if (!sameBytes(head.bytes, embedding.bytes)) throw bad(`${HEAD} differs from the embedding`);
    tensors.delete(HEAD);
  }
  if (tensors.size > layout.slots.length) {
    const known = new Set(layout.slots.map((slot) => slot.name));
    throw bad(`${[...tensors.keys()].find((name) => !known.has(name))} belongs to no layer`);
  }
  return params;
}

/** The first special token of a tokenizer ends a text; we train without a separate start token. */
function endToken(tokenizer: Uint8Array): { id: number; content: string } | null {
  const fields = parse(tokenizer) as { added_tokens?: unknown } | null;
  const added = fields?.added_tokens ?? [];
  if (!Array.isArray(added)) throw badTokenizer('"added_tokens" is not a list');
  const special = (added as unknown[]).find(
    (token) => (token as { special?: unknown } | null)?.special === true,
  ) as { id?: unknown; content?: unknown } | undefined;
  if (!special) return null;
  const { id, content } = special;
  if (!Number.isSafeInteger(id) || typeof content !== 'string') {
    throw badTokenizer('its first special token lacks an id or text');
  }
  return { id: id as number, content };
}

function fileNamed(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw bad(`${name} is missing`);
  return bytes;
}

/** Keys sorted, two spaces: stable, and pleasant to read in a browser. */
function json(fields: Record<string, unknown>): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new TextEncoder().encode(`${JSON.stringify(sorted, null, 2)}\n`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw bad('a file that should be JSON is not');
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}

function bad(facts: string): Error {
  return new Error(`BAD_MODEL_FOLDER: ${facts}; give a LlamaForCausalLM folder`);
}

function badTokenizer(facts: string): Error {
  return new Error(`BAD_TOKENIZER: ${facts}; give a tokenizer.json in Hugging Face's format`);
}
