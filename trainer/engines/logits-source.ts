/**
 * Logits of the next token under given weights, from any engine, for `generate`. What attention
 * computed of earlier tokens stays with the engine, so a token costs one row and not a context.
 *
 * A text longer than the context goes on from its newer half: the table is filled again with it, and
 * positions count from there.
 */
import { buildDecodeProgram } from '../program/build-decode-program.js';
import type { TensorLayout } from '../program/layout.js';
import { decodeNames } from '../program/names.js';
import type { LlamaConfig } from '../program/training-program.js';
import { checkTokens } from './check-input.js';
import type { Engine } from './engine.js';
import { explainFailure } from './failure.js';
import type { LogitsSource } from './generate.js';
import type { GraphRuntime, HeldTensor, OpenedGraph } from './graph-runtime.js';
import { holdSlots } from './program-session.js';

/** What a key gets that may not be seen: no weight remains. */
const hidden = -1e9;

export async function openLogits(
  engine: Engine,
  it: { readonly model: LlamaConfig; readonly layout: TensorLayout },
  params: Float32Array,
): Promise<LogitsSource> {
  const runtime = await engine.runtime();
  const graph = await runtime.open(buildDecodeProgram(it.model, it.layout));
  const weights = holdSlots(runtime, it.layout.slots, params, (name) => name);
  return new CachedLogits(engine.name, runtime, graph, it.model, weights);
}

class CachedLogits implements LogitsSource {
  /** Tokens whose keys and values the tables hold, by position. */
  private seen: number[] = [];
  private tables: Record<string, HeldTensor>;

  constructor(
    private readonly engine: string,
    private readonly runtime: GraphRuntime,
    private readonly graph: OpenedGraph,
    readonly model: LlamaConfig,
    private readonly weights: Readonly<Record<string, HeldTensor>>,
  ) {
    this.tables = this.emptyTables();
  }

  async next(tokens: readonly number[]): Promise<Float32Array> {
    const { contextLength, vocabSize } = this.model;
    const wanted = windowOf(tokens, contextLength);
    checkTokens(Int32Array.from(wanted), wanted.length, vocabSize);
    if (wanted.length === 0) throw new Error('EMPTY_PROMPT: there is no token to go on from');
    // The last token is computed anew even when it is known: its logits are not kept.
    const from = Math.min(commonStart(this.seen, wanted), wanted.length - 1);
    let logits: Float32Array | undefined;
    try {
      for (let at = from; at < wanted.length; at++) logits = await this.step(wanted[at]!, at);
    } catch (error) {
      this.seen = [];
      throw explainFailure(this.engine, error);
    }
    this.seen = wanted;
    return logits!;
  }

  async dispose(): Promise<void> {
    for (const tensor of Object.values({ ...this.weights, ...this.tables })) tensor.drop();
    await this.graph.release();
  }

  private async step(token: number, at: number): Promise<Float32Array> {
    const { contextLength: keys } = this.model;
    const { runtime } = this;
    const row = (value: (i: number) => number): Float32Array =>
      Float32Array.from({ length: keys }, (_, i) => value(i));
    const one = (value: number): HeldTensor =>
      runtime.hold({ type: 'i32', data: Int32Array.of(value), shape: [1] });
    const column = (data: Float32Array, shape: number[]): HeldTensor =>
      runtime.hold({ type: 'f32', data, shape });
    const given = {
      [decodeNames.token]: one(token),
      [decodeNames.position]: one(at),
      [decodeNames.place]: column(
        row((i) => (i === at ? 1 : 0)),
        [keys, 1],
      ),
      [decodeNames.keep]: column(
        row((i) => (i === at ? 0 : 1)),
        [keys, 1],
      ),
      [decodeNames.hide]: column(
        row((i) => (i <= at ? 0 : hidden)),
        [1, keys],
      ),
    };
    try {
      const results = await this.graph.run({ ...this.weights, ...this.tables, ...given });
      for (const name of Object.keys(this.tables)) {
        this.tables[name]!.drop();
        this.tables[name] = results[decodeNames.next(name)]!;
      }
      const held = results[decodeNames.logits]!;
      const logits = (await held.read()).slice();
      held.drop();
      return logits;
    } finally {
      for (const tensor of Object.values(given)) tensor.drop();
    }
  }

  private emptyTables(): Record<string, HeldTensor> {
    const { contextLength, heads, hiddenSize, kvHeads, layers } = this.model;
    const shape = [contextLength, (hiddenSize / heads) * kvHeads];
    const names = Array.from({ length: layers }, (_, layer) => [
      decodeNames.keys(layer),
      decodeNames.values(layer),
    ]).flat();
    const empty = (): HeldTensor =>
      this.runtime.hold({ type: 'f32', data: new Float32Array(shape[0]! * shape[1]!), shape });
    return Object.fromEntries(names.map((name) => [name, empty()]));
  }
}

/**
 * The tokens that the model sees: all, or from a multiple of half the context on, so that it stays the
 * same window for half a context of new tokens.
 */
function windowOf(tokens: readonly number[], contextLength: number): number[] {
  if (tokens.length <= contextLength) return [...tokens];
  const half = Math.max(1, Math.floor(contextLength / 2));
  const start = Math.ceil((tokens.length - contextLength) / half) * half;
  return tokens.slice(Math.min(start, tokens.length - 1));
}

function commonStart(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
