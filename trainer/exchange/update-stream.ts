/**
 * Updates that nobody holds decoded: looked at once when they come, whole and strictly, then read
 * chunk by chunk as often as a rule needs, all peers side by side. What stays of an update in between
 * is its norm and, of a sparse one, its codebooks.
 *
 * Law: the chunks put together are what `decodeUpdate` gives.
 */
import type { TensorLayout } from '../program/layout.js';
import { bodyOfDense, piecesOfDense, readDense } from './dense-codec.js';
import { AGGREGATED_TOGETHER } from './limits.js';
import { RangeDecoder } from './range-coder.js';
import type { DiLoCoRecipe, OuterRecipe, SparseLoCoRecipe } from './recipe.js';
import type { SparseUpdate } from './quantiser.js';
import { ChunkDecoder, decodeSparse, ELEMENT_BYTES_MAX, STREAM_AT } from './sparse-codec.js';
import { keptOfChunk } from './top-k.js';
import { TreeSquares } from './tree-sum.js';
import { HEADER_BYTES } from './update-header.js';

/** An encoded update, wherever it lies. */
export interface UpdateBytes {
  readonly length: number;
  /** Bytes `start` up to, not including, `end`; the very bytes that were inspected. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** What is known of an update that can be decoded. */
export interface InspectedUpdate {
  readonly norm: number;
  /** Of a sparse update: four floats for each tensor. */
  readonly codebooks: Float32Array | null;
}

export interface UpdateReader {
  /**
   * Fills `chunk` with the elements that follow: `AGGREGATED_TOGETHER` of them, or what is left.
   * Errors: `BAD_UPDATE`, those of `UpdateBytes.read`.
   */
  next(chunk: Float32Array): Promise<void>;
}

/** Errors: `BAD_UPDATE` for bytes that `compress` cannot have written. */
export function inspectUpdate(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: OuterRecipe,
): InspectedUpdate {
  const squares = new TreeSquares();
  if (recipe.kind === 'diloco') {
    const body = bodyOfDense(bytes, layout, recipe);
    for (const { start, chunk } of chunksOf(layout)) {
      const pieces = piecesOfDense({ start, end: start + chunk.length }, layout, recipe);
      const read = pieces.map(({ from, to }) => body.subarray(from, to));
      readDense(read, { start, recipe }, chunk);
      squares.add(chunk);
    }
    return { norm: Math.sqrt(squares.sum()), codebooks: null };
  }
  const update = decodeSparse(bytes, layout, recipe);
  const spread = new Spread(layout, update.codebooks);
  const { length: to } = update.positions;
  let from = 0;
  for (const { start, chunk } of chunksOf(layout)) {
    from = spread.over(chunk.fill(0), start, update, { from, to });
    squares.add(chunk);
  }
  return { norm: Math.sqrt(squares.sum()), codebooks: update.codebooks };
}

/** Room for one chunk after the other: each is good until the next one is asked for. */
function* chunksOf({ length }: TensorLayout): Generator<{ start: number; chunk: Float32Array }> {
  const room = new Float32Array(Math.min(length, AGGREGATED_TOGETHER));
  for (let start = 0; start < length; start += room.length) {
    yield { start, chunk: room.subarray(0, Math.min(room.length, length - start)) };
  }
}

/** From its first element on. */
export function readUpdate(
  bytes: UpdateBytes,
  { codebooks }: InspectedUpdate,
  { layout, recipe }: { layout: TensorLayout; recipe: OuterRecipe },
): UpdateReader {
  if (recipe.kind === 'diloco') return new DenseReader(bytes, layout, recipe);
  return new SparseReader(bytes, layout, recipe, codebooks!);
}

class DenseReader implements UpdateReader {
  #at = 0;

  constructor(
    private readonly bytes: UpdateBytes,
    private readonly layout: TensorLayout,
    private readonly recipe: DiLoCoRecipe,
  ) {}

  async next(chunk: Float32Array): Promise<void> {
    const { layout, recipe } = this;
    const [start, end] = [this.#at, this.#at + chunk.length];
    this.#at = end;
    const read: Uint8Array[] = [];
    for (const { from, to } of piecesOfDense({ start, end }, layout, recipe)) {
      read.push(await this.bytes.read(HEADER_BYTES + from, HEADER_BYTES + to));
    }
    readDense(read, { start, recipe }, chunk);
  }
}

/** At least what is read of a stream at once. */
const STREAM_PIECE = 65_536;

class SparseReader implements UpdateReader {
  /** Of one chunk of the recipe, those that were not handed out yet from `#pending` on. */
  readonly #decoded: { positions: Uint32Array; codes: Uint8Array };
  #pending = { from: 0, to: 0 };
  #start = 0;
  #chunkStart = 0;
  #source: { coder: RangeDecoder; decoder: ChunkDecoder; at: number; end: number } | null = null;
  readonly #spread: Spread;

  constructor(
    private readonly bytes: UpdateBytes,
    private readonly layout: TensorLayout,
    private readonly recipe: SparseLoCoRecipe,
    codebooks: Float32Array,
  ) {
    this.#decoded = { positions: new Uint32Array(recipe.k), codes: new Uint8Array(recipe.k) };
    this.#spread = new Spread(layout, codebooks);
  }

  async next(chunk: Float32Array): Promise<void> {
    chunk.fill(0);
    const end = this.#start + chunk.length;
    for (;;) {
      const from = this.#spread.over(chunk, this.#start, this.#decoded, this.#pending);
      this.#pending = { from, to: this.#pending.to };
      if (from < this.#pending.to || this.#chunkStart >= end) break;
      await this.#decodeNext();
    }
    this.#start = end;
  }

  async #decodeNext(): Promise<void> {
    const { recipe, layout } = this;
    const chunkLength = Math.min(recipe.chunk, layout.length - this.#chunkStart);
    const neededBytes = ELEMENT_BYTES_MAX * keptOfChunk(chunkLength, recipe);
    const source = (this.#source ??= await this.#open(neededBytes));
    if (source.coder.left < neededBytes && source.at < source.end) {
      const to = Math.min(source.end, source.at + Math.max(STREAM_PIECE, neededBytes));
      source.coder.feed(await this.bytes.read(source.at, to));
      source.at = to;
    }
    const count = source.decoder.decode(this.#chunkStart, this.#decoded, 0);
    this.#pending = { from: 0, to: count };
    this.#chunkStart += recipe.chunk;
  }

  async #open(neededBytes: number) {
    const { recipe, layout } = this;
    const head = await this.bytes.read(HEADER_BYTES, STREAM_AT);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const end = STREAM_AT + view.getUint32(0, true);
    // The decoder takes its first four bytes at once.
    const at = Math.min(end, STREAM_AT + Math.max(STREAM_PIECE, neededBytes));
    const coder = new RangeDecoder(await this.bytes.read(STREAM_AT, at));
    const decoder = new ChunkDecoder(coder, { length: layout.length, recipe });
    return { coder, decoder, at, end };
  }
}

/** Codebook values at the positions of a sparse update, which come in order. */
class Spread {
  #tensor = 0;

  constructor(
    private readonly layout: TensorLayout,
    private readonly codebooks: Float32Array,
  ) {}

  /** Of those `from` up to `to`, the ones in `chunk`, which begins at `start`; the first behind it. */
  over(
    chunk: Float32Array,
    start: number,
    { positions, codes }: Pick<SparseUpdate, 'positions' | 'codes'>,
    { from, to }: { from: number; to: number },
  ): number {
    const { slots } = this.layout;
    const end = start + chunk.length;
    let at = from;
    let tensor = this.#tensor;
    for (; at < to && positions[at]! < end; at++) {
      const position = positions[at]!;
      while (position >= slots[tensor]!.offset + slots[tensor]!.length) tensor++;
      chunk[position - start] = this.codebooks[4 * tensor + codes[at]!]!;
    }
    this.#tensor = tensor;
    return at;
  }
}
