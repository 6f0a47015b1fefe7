/**
 * Memory of aggregating a round, as a worker does: peers' updates lie in its folder, each process starts
 * with the state that the round began with, and what is counted is how far its peak rises above that.
 * `whole` is what a worker did before: every update decoded, then averaged. Both end on the same root.
 *
 * `npm run bench -- aggregate-memory [--peers 8] [--parameters 50000000] [--write]`
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { blankState, encodeState } from '@commonweights/trainer/checkpoint/state.js';
import { aggregateInChunks } from '@commonweights/trainer/exchange/aggregate-stream.js';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { AGGREGATED_TOGETHER } from '@commonweights/trainer/exchange/limits.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import {
  initialOuterState,
  outerStep,
  stepChunk,
} from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { decodeUpdate, updateBytesMax } from '@commonweights/trainer/exchange/update-codec.js';
import { inspectUpdate, readUpdate } from '@commonweights/trainer/exchange/update-stream.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';
import { blockBytes, CheckedBytes } from '@commonweights/trainer/worker/checked-bytes.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { writeSection } from './write-section.js';

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '8' },
    parameters: { type: 'string', default: '50000000' },
    write: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
});

const recipes: Readonly<Record<string, OuterRecipe>> = {
  '64 of 4,096': {
    ...{ kind: 'sparseloco', k: 64, chunk: 4_096, feedbackDecay: 0.95, learningRate: 1 },
  },
  int8: { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 },
  fp32: { kind: 'diloco', codec: 'fp32', learningRate: 0.7, momentum: 0.9 },
};

interface Task {
  readonly recipe: string;
  readonly way: 'make' | 'streamed' | 'whole';
  readonly folder: string;
  readonly updates: readonly Digest[];
}

interface Answer {
  readonly updates: readonly Digest[];
  readonly root: Digest | null;
  readonly aboveBytes: number;
  readonly seconds: number;
}

const peers = Number(values.peers);
const layout = layoutOf(Number(values.parameters));
const modelBytes = 4 * layout.length;

if (values.child !== undefined) await answer(JSON.parse(values.child) as Task);
else await compare();

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-aggregate-'));
  const rows: string[] = [];
  try {
    for (const recipe of Object.keys(recipes)) {
      const { updates } = await inChild({ recipe, way: 'make', folder, updates: [] });
      const streamed = await inChild({ recipe, way: 'streamed', folder, updates });
      const whole = await inChild({ recipe, way: 'whole', folder, updates });
      if (streamed.root !== whole.root) {
        console.error(`FAULT: ${recipe} ends on ${streamed.root} streamed, on ${whole.root} whole`);
        process.exitCode = 1;
      }
      const bound = boundBytes(recipes[recipe]!);
      if (streamed.aboveBytes > bound) {
        console.error(
          `FAULT: ${recipe} took ${mb(streamed.aboveBytes)} where ${mb(bound)} bound it`,
        );
        process.exitCode = 1;
      }
      const { aboveBytes, seconds } = whole;
      rows.push(
        `| ${recipe} | ${mb(streamed.aboveBytes)} | ${mb(bound)} | ${mb(aboveBytes)} | ` +
          `${(streamed.seconds / seconds).toFixed(2)} |`,
      );
      console.log(rows.at(-1));
      for (const digest of updates) await new FolderStore(folder).remove(digest);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const table = [
    `${peers} peers, ${(layout.length / 1e6).toFixed(0)} million parameters: ${mb(modelBytes)} a vector.`,
    '',
    '| update | peak above the start | bound | whole updates, as before | time, of that |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  console.log(`\n${table}`);
  if (values.write) writeSection('docs/performance.md', 'aggregate memory', table);
}

/**
 * The state that comes out; one encoded update, which is looked at (with what a strict decoder makes of a
 * sparse one) and then waits to be collected; for each peer two blocks of its file and a chunk; and what
 * a process needs anyway.
 */
function boundBytes(recipe: OuterRecipe): number {
  const state = (recipe.kind === 'diloco' ? 2 : 1) * modelBytes;
  const kept = recipe.kind === 'sparseloco' ? (layout.length * recipe.k) / recipe.chunk : 0;
  const isInt8 = recipe.kind === 'diloco' && recipe.codec === 'int8';
  const encoded = isInt8 ? 1.004 * layout.length : updateBytesMax(layout, recipe);
  const chunks = peers * (2 * blockBytes + 4 * AGGREGATED_TOGETHER);
  return state + encoded + 8 * kept + chunks + 128e6;
}

function inChild(task: Task): Promise<Answer> {
  const { peers: count, parameters } = values;
  const child = fork(
    fileURLToPath(import.meta.url),
    ['--peers', count, '--parameters', parameters, '--child', JSON.stringify(task)],
    { execArgv: ['--import', 'tsx', '--expose-gc'] },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Answer));
    child.once('exit', (code) => reject(new Error(`aggregating ended with exit code ${code}`)));
  });
}

async function answer({ recipe: name, way, folder, updates }: Task): Promise<void> {
  const recipe = recipes[name]!;
  const store = new LayeredStore(new FolderStore(folder), new MemoryStore());
  if (way === 'make') {
    const made: Digest[] = [];
    for (let peer = 0; peer < peers; peer++) {
      const pseudoGradient = gradientLike(peer + 1);
      made.push(
        await store.put(compress({ pseudoGradient, errorFeedback: null, layout, recipe }).bytes),
      );
    }
    return tell({ updates: made, root: null, aboveBytes: 0, seconds: 0 });
  }
  const start = initialOuterState(gradientLike(99), recipe);
  (globalThis as { gc?: () => void }).gc?.();
  const before = process.memoryUsage().rss;
  const beganMs = performance.now();
  const root = way === 'streamed' ? await streamed() : await whole();
  const seconds = (performance.now() - beganMs) / 1_000;
  const aboveBytes = 1_024 * process.resourceUsage().maxRSS - before;
  return tell({ updates, root, aboveBytes, seconds });

  async function streamed(): Promise<Digest> {
    const opened = [];
    for (const digest of updates) {
      const bytes = await store.get(digest);
      const inspected = inspectUpdate(bytes, layout, recipe);
      const checked = new CheckedBytes(store, digest, bytes);
      const open = () => readUpdate(checked, inspected, { layout, recipe });
      opened.push({ norm: inspected.norm, open });
    }
    const { state, bytes } = blankState(layout, recipe);
    await aggregateInChunks(opened, { length: layout.length }, (at, mean) =>
      stepChunk({ ...start, start: at, mean, recipe }, state),
    );
    return digestOf(bytes);
  }

  async function whole(): Promise<Digest> {
    const decoded: Float32Array[] = [];
    for (const digest of updates) {
      decoded.push(decodeUpdate(await store.get(digest), layout, recipe));
    }
    const next = outerStep({ ...start, mean: aggregate(decoded), recipe });
    return digestOf(encodeState(next, layout));
  }
}

function tell(message: Answer): void {
  process.send!(message, () => process.exit(0));
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** A quarter embedding, the rest in equal matrices. */
function layoutOf(total: number): TensorLayout {
  const lengths = [Math.floor(total / 4)];
  const block = Math.floor((total - lengths[0]!) / 24);
  for (let i = 0; i < 24; i++) lengths.push(block);
  let offset = 0;
  const slots = lengths.map((length, i) => {
    const slot = { name: `tensor.${i}`, shape: [length], offset, length };
    offset += length;
    return slot;
  });
  return { slots, length: offset };
}

function gradientLike(seed: number): Float32Array {
  const next = new Float32Array(layout.length);
  let state = seed;
  for (let i = 0; i < next.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    next[i] = 1e-3 * (state / 2 ** 32 - 0.5) * (1 + (state & 7));
  }
  return next;
}
