/**
 * Weights in several files, as the Hugging Face hub keeps large models: each a safetensors file, and
 * an index that names the file of each tensor. Index and files say what is where twice, and both must
 * say the same.
 */
import { SHARDS_MAX } from './limits.js';
import { sizeOf, type TensorInfo } from './safetensors-header.js';

/** Names the shard of each tensor where weights are in several files. */
export const INDEX_FILE = 'model.safetensors.index.json';

/** Parsed JSON of an index → file by tensor. Error: `BAD_MODEL_FOLDER`. */
export function decodeShardIndex(json: unknown): Map<string, string> {
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw badIndex('has no "weight_map"');
  }
  const places = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map as Record<string, unknown>)) {
    if (typeof shard !== 'string' || !/^[\w.-]{1,200}\.safetensors$/.test(shard)) {
      throw badIndex(`names the file ${(JSON.stringify(shard) ?? 'nothing').slice(0, 80)}`);
    }
    places.set(tensor, shard);
  }
  if (new Set(places.values()).size > SHARDS_MAX) throw badIndex('names too many files');
  return places;
}

/** What a shard holds against the index; and at the end, whether anything is nowhere. */
export class ShardCheck {
  private readonly found = new Set<string>();

  constructor(private readonly places: ReadonlyMap<string, string>) {}

  /** Error: `BAD_MODEL_FOLDER`. */
  see(shard: string, tensor: string): void {
    if (this.places.get(tensor) !== shard) {
      throw bad(`${shard} holds ${tensor}, which the index does not say`);
    }
    this.found.add(tensor);
  }

  /** Error: `BAD_MODEL_FOLDER`. */
  end(): void {
    const missing = [...this.places.keys()].find((name) => !this.found.has(name));
    if (missing !== undefined) throw bad(`${missing} is in the index and in no shard`);
  }
}

export interface Shard<T extends TensorInfo> {
  readonly path: string;
  readonly tensors: readonly T[];
}

/**
 * Tensors in order cut into files of at most `shardBytesMax` each (one that is larger has a file of
 * its own), named as transformers names them.
 */
export function planShards<T extends TensorInfo>(
  tensors: readonly T[],
  shardBytesMax: number,
): Shard<T>[] {
  const parts: T[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    const size = sizeOf(tensor);
    if (bytes > 0 && bytes + size > shardBytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(tensor);
    bytes += size;
  }
  const number = (n: number): string => String(n).padStart(5, '0');
  return parts.map((part, i) => ({
    path: `model-${number(i + 1)}-of-${number(parts.length)}.safetensors`,
    tensors: part,
  }));
}

/** The index of such files. */
export function encodeShardIndex(shards: readonly Shard<TensorInfo>[]): Uint8Array {
  const all = shards.flatMap(({ path, tensors }) => tensors.map((one) => ({ ...one, path })));
  const index = {
    metadata: { total_size: all.reduce((sum, tensor) => sum + sizeOf(tensor), 0) },
    weight_map: Object.fromEntries(
      all.map(({ name, path }) => [name, path] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
  return new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`);
}

function badIndex(facts: string): Error {
  return bad(`${INDEX_FILE} ${facts}`);
}

function bad(facts: string): Error {
  return new Error(`BAD_MODEL_FOLDER: ${facts}; give a LlamaForCausalLM folder`);
}
