/**
 * What the update codecs cost and save: bits per parameter per exchange and MB/s of dense float32,
 * over pseudo-gradient-like values (heavy-tailed, rows of very different size, as embeddings have).
 * *encode*: from pseudo-gradient and the feedback of a round before to bytes and the next feedback.
 * *look*: what a certifier does with an update, strictly; a round reads it once more, without that.
 * The peer of the same run is OpenSSL's SHA-256 over the dense bytes, which nobody could do without.
 * Run: `npm run bench -- codec [parameters]`.
 */
import { createHash } from 'node:crypto';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import { inspectUpdate } from '@commonweights/trainer/exchange/update-stream.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';

const REPEATS = 31;
/** Untimed before: engines compile what is hot meanwhile, on other threads that would count. */
const WARM_UP = 10;
const WORKERS = 5;

const length = Number(process.argv[2] ?? 1_048_576);
const layout = modelLike(length);
const gradient = gradientLike(layout);
const denseBytes = 4 * layout.length;

const sparse = (k: number): OuterRecipe => ({
  kind: 'sparseloco',
  k,
  chunk: 4096,
  feedbackDecay: 0.95,
  learningRate: 1,
});
const dense = (codec: 'fp32' | 'int8'): OuterRecipe => ({
  kind: 'diloco',
  codec,
  learningRate: 0.7,
  momentum: 0.9,
});

console.log(`${layout.length} parameters in ${layout.slots.length} tensors`);
const hashing = rate(() => createHash('sha256').update(gradient).digest());
console.log(`SHA-256 of the dense bytes: ${hashing.toFixed(0)} MB/s; in brackets, times that`);
console.log(
  [
    'codec'.padEnd(20),
    ' bits/param',
    ' below fp32',
    ...['encode', 'decode', 'look'].map(heading),
  ].join(' '),
);
for (const [name, recipe] of [
  ['fp32', dense('fp32')],
  ['int8', dense('int8')],
  ['top 64 of 4096', sparse(64)],
  ['top 128 of 4096', sparse(128)],
  ['top 512 of 4096', sparse(512)],
] as const) {
  const first = { pseudoGradient: gradient, errorFeedback: null, layout, recipe };
  const worker = { ...first, errorFeedback: compress(first).errorFeedback };
  const { bytes } = compress(worker);
  const encode = rate(() => compress(worker));
  const decode = rate(() => decodeUpdate(bytes, layout, recipe));
  const look = rate(() => inspectUpdate(bytes, layout, recipe));
  console.log(
    name.padEnd(20),
    ((8 * bytes.length) / layout.length).toFixed(4).padStart(11),
    `${(denseBytes / bytes.length).toFixed(1)}×`.padStart(11),
    ...[encode, decode, look].map(beside),
  );
}
const updates = Array.from({ length: WORKERS }, () => gradient);
console.log(`aggregate ${WORKERS} updates: ${rate(() => aggregate(updates)).toFixed(0)} MB/s each`);

function heading(what: string): string {
  return `${what}, MB/s`.padStart(18);
}

/** Of the processor, so that it says the same on a slower machine. */
function beside(mbPerSecond: number): string {
  return `${mbPerSecond.toFixed(0)} (${(mbPerSecond / hashing).toFixed(2)})`.padStart(18);
}

/** MB of dense float32 per second of the processor, whoever else has it; median of the repeats. */
function rate(work: () => unknown): number {
  for (let i = 0; i < WARM_UP; i++) work();
  const seconds: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  seconds.sort((a, b) => a - b);
  return denseBytes / 1e6 / seconds[REPEATS >> 1]!;
}

/** A quarter embedding, the rest in matrices and small norms. */
function modelLike(total: number): TensorLayout {
  const lengths = [Math.floor(total / 4)];
  const block = Math.floor((total - lengths[0]!) / 24) - 128;
  for (let i = 0; i < 24; i++) lengths.push(block, 128);
  let offset = 0;
  const slots = lengths.map((size, i) => {
    const slot = { name: `tensor.${i}`, shape: [size], offset, length: size };
    offset += size;
    return slot;
  });
  return { slots, length: offset };
}

function gradientLike({ slots, length: size }: TensorLayout): Float32Array {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const bell = () => uniform() + uniform() + uniform() + uniform() - 2;
  const values = new Float32Array(size);
  // Frequent tokens move their embedding row, rare ones hardly.
  for (let i = 0, row = 1; i < size; i++) {
    if (i % 128 === 0) row = i < slots[0]!.length ? uniform() ** 4 : 1;
    values[i] = 1e-3 * row * bell();
  }
  return values;
}
