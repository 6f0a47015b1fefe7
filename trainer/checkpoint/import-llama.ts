/**
 * Somebody's `LlamaForCausalLM` folder as our one file, or as shards, of float32: tensor by tensor in
 * our order and piece by piece, so that memory does not grow with the model.
 *
 * Law: of a folder that `readHuggingFace` reads, it writes what `encodeState` makes of the result.
 */
import { requireFinite } from '../exchange/finite.js';
import { llamaTensors } from '../program/llama.js';
import type { LlamaConfig } from '../program/training-program.js';
import { readLlamaConfig, WEIGHTS_FILE } from './hugging-face.js';
import { JSON_BYTES_MAX } from './limits.js';
import {
  decodeShardIndex,
  encodeShardIndex,
  INDEX_FILE,
  planShards,
  ShardCheck,
} from './shards.js';
import type { Dtype, TensorPlace } from './safetensors-header.js';
import { STATE_METADATA } from './state.js';
import {
  openTensors,
  writeTensors,
  type ByteSink,
  type ByteSource,
  type OpenTensors,
} from './tensor-stream.js';
import { widen } from './widen.js';

/** A folder of files by name; null where there is none of it. */
export interface ModelFolder {
  open(path: string): Promise<ByteSource | null>;
}

/** Where files are written, one after the other. */
export interface FolderWriter {
  create(path: string): Promise<ByteSink & { close(): Promise<void> }>;
}

export interface ImportedLlama {
  readonly config: LlamaConfig;
  readonly parameters: number;
  /** Names of the files with weights, the index among them. */
  readonly written: readonly string[];
}

/** A tensor of ours, and where theirs is. */
interface Wanted {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly from: Found;
}

interface Found {
  readonly place: TensorPlace;
  readonly file: OpenTensors;
}

/**
 * `shardBytesMax`: of a file; absent: one file whatever its size. Errors: `BAD_MODEL_FOLDER`,
 * `BAD_MODEL`, `BAD_SAFETENSORS`, `NON_FINITE`, those of folder and writer.
 */
export async function importLlama(
  folder: ModelFolder,
  writer: FolderWriter,
  options: { readonly shardBytesMax?: number; readonly pieceBytes?: number } = {},
): Promise<ImportedLlama> {
  const config = readLlamaConfig(await readSmall(folder, 'config.json'));
  const tensors = await findTensors(folder, options);
  const wanted = llamaTensors(config).map(([name, shape]): Wanted => {
    const from = tensors.get(name);
    if (!from || from.place.shape.join() !== shape.join()) {
      const found = from ? `[${from.place.shape.join(',')}]` : 'missing';
      throw bad(`${name} is ${found}, not [${shape.join(',')}]`);
    }
    return { name, dtype: 'F32', shape, from };
  });
  await checkRest(tensors, config, new Set(wanted.map(({ name }) => name)));
  const written: string[] = [];
  const write = async (path: string, part: readonly Wanted[]): Promise<void> => {
    const sink = await writer.create(path);
    try {
      await writeTensors(sink, { tensors: part, metadata: STATE_METADATA }, floatsOf);
    } finally {
      await sink.close();
    }
    written.push(path);
  };
  const { shardBytesMax = Infinity } = options;
  const shards = planShards(wanted, shardBytesMax);
  if (shards.length === 1) await write(WEIGHTS_FILE, wanted);
  else {
    for (const { path, tensors: part } of shards) await write(path, part);
    const sink = await writer.create(INDEX_FILE);
    await sink.write(encodeShardIndex(shards));
    await sink.close();
    written.push(INDEX_FILE);
  }
  const parameters = wanted.reduce((sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1), 0);
  return { config, parameters, written };
}

/** Every tensor of the folder by name, in one file or in several. */
async function findTensors(
  folder: ModelFolder,
  options: { readonly pieceBytes?: number },
): Promise<Map<string, Found>> {
  const tensors = new Map<string, Found>();
  const whole = await folder.open(WEIGHTS_FILE);
  const index = whole ? null : await folder.open(INDEX_FILE);
  if (!index) {
    if (!whole) throw bad(`${WEIGHTS_FILE} is missing`);
    const file = await openTensors(whole, options);
    for (const place of file.places) tensors.set(place.name, { place, file });
    return tensors;
  }
  const places = decodeShardIndex(parseJson(await readSmall(folder, INDEX_FILE), INDEX_FILE));
  const check = new ShardCheck(places);
  for (const shard of new Set(places.values())) {
    const source = await folder.open(shard);
    if (!source) throw bad(`${shard} is missing`);
    const file = await openTensors(source, options);
    for (const place of file.places) {
      check.see(shard, place.name);
      tensors.set(place.name, { place, file });
    }
  }
  check.end();
  return tensors;
}

/** Some writers store a tied head a second time: harmless when it is the same, else ambiguous. */
async function checkRest(
  tensors: ReadonlyMap<string, Found>,
  config: LlamaConfig,
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const [name, head] of tensors) {
    if (wanted.has(name)) continue;
    const embedding = tensors.get('model.embed_tokens.weight')!;
    if (!config.tiedEmbeddings || name !== 'lm_head.weight')
      throw bad(`${name} belongs to no layer`);
    if (!(await sameBytes(head, embedding))) throw bad(`${name} differs from the embedding`);
  }
}

async function sameBytes(a: Found, b: Found): Promise<boolean> {
  if (a.place.end - a.place.begin !== b.place.end - b.place.begin) return false;
  const others = b.file.pieces(b.place);
  for await (const piece of a.file.pieces(a.place)) {
    const other = (await others.next()).value as Uint8Array;
    if (!piece.every((byte, i) => byte === other[i])) return false;
  }
  return true;
}

/** Theirs, piece by piece, in float32. */
async function* floatsOf({ from: { place, file } }: Wanted): AsyncGenerator<Uint8Array> {
  let floats: Float32Array | undefined;
  for await (const piece of file.pieces(place)) {
    // The first piece is the longest, and no element is smaller than two bytes.
    floats ??= new Float32Array(piece.length / 2);
    const part = floats.subarray(0, widen(place, piece, floats));
    requireFinite(part, place.name);
    yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  }
}

/** A file of JSON, whole. Error: `BAD_MODEL_FOLDER`. */
async function readSmall(folder: ModelFolder, path: string): Promise<Uint8Array> {
  const source = await folder.open(path);
  if (!source) throw bad(`${path} is missing`);
  if (source.size > JSON_BYTES_MAX) throw bad(`${path} has ${source.size} bytes`);
  const bytes = new Uint8Array(source.size);
  await source.read(0, bytes);
  return bytes;
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw bad(`${path} is not JSON`);
  }
}

function bad(facts: string): Error {
  return new Error(`BAD_MODEL_FOLDER: ${facts}; give a LlamaForCausalLM folder`);
}
