/**
 * Tokens per second of whole training steps on every engine that is here, as ratios to torch on the
 * same processor and threads: the same decoder, AdamW and clipping included. Engines and torch take
 * turns, step by step, so that a machine with other work slows all of them alike. Of one thread the
 * processor's time is taken, which other work changes least, and medians count; of several the clock's,
 * and the fastest step counts: threads that wait for each other are slowed by other work many times, and
 * some engines' more than others'.
 * Beside the steps a product of two matrices of 512 × 512: what an engine makes of the processor, and
 * so about the most that a step could reach.
 *
 * `npm run bench -- engines [--size S|M] [--threads 1] [--steps 15] [--python python3]
 * [--engines simd-wasm,ort-native]`
 */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchSizes, openBench, openProduct } from '@commonweights/trainer/engines/bench-engine.js';
import { knownEngines, whyAbsent } from '@commonweights/trainer/engines/list-engines.js';

interface Racer {
  readonly name: string;
  readonly coldMs: number | null;
  step(): Promise<number>;
  /** Milliseconds of one product. */
  product(): Promise<number>;
  close(): Promise<void> | void;
}

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'S' },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '15' },
    python: { type: 'string', default: 'python3' },
    engines: { type: 'string' },
  },
});
const size = values.size === 'M' ? 'M' : 'S';
const [threads, steps] = [Number(values.threads), Number(values.steps)];
const { model, batchSize } = benchSizes[size];
/** Rows and columns. */
const productSize = 512;

/** Milliseconds so far. */
const now = (): number => {
  const { user, system } = process.cpuUsage();
  return threads === 1 ? (user + system) / 1000 : performance.now();
};

const asked = values.engines?.split(',');
const racers: Racer[] = [];
for (const engine of knownEngines({ threads })) {
  // In plain JavaScript a step takes minutes, and the exact engine has the one thread that runs name.
  if (!(asked?.includes(engine.name) ?? engine.name !== 'tfjs-cpu')) continue;
  const why = await whyAbsent(engine);
  if (why === null) {
    const product = await openProduct(engine, productSize, now);
    racers.push({ name: engine.name, ...(await openBench(engine, size, now)), product });
  } else console.log(`skipped: ${engine.name}: ${why.split(';')[0]}`);
}
const torch = await startTorch();
if (typeof torch === 'string') console.log(`skipped: torch: ${torch}`);
else racers.push(torch);

const taken = await race((racer) => racer.step());
const products = await race((racer) => racer.product());
const peerMs = taken.get('torch');
const peerProductMs = products.get('torch');
console.log(
  `\nsize ${size}: ${model.layers} layers, width ${model.hiddenSize}, context ${model.contextLength}, ` +
    `vocabulary ${model.vocabSize}, batch ${batchSize}; ${threads} threads (exact engines 1); ` +
    `${threads === 1 ? 'medians' : 'the fastest'} of ${steps} steps taken in turns, by ` +
    (threads === 1 ? 'the processor' : 'the clock'),
);
for (const { name, coldMs } of racers) {
  const ms = taken.get(name)!;
  const perSecond = Math.round((1000 * batchSize * model.contextLength) / ms);
  const ratio = peerMs === undefined ? '' : `  ${(peerMs / ms).toFixed(2)} × torch`;
  const cold = coldMs === null ? '' : `  ${Math.round(coldMs)} ms cold`;
  console.log(`${name.padEnd(25)}${`${perSecond}`.padStart(8)} tokens/s${ratio}${cold}`);
}
console.log('products of 512 × 512 matrices alone');
for (const { name } of racers) {
  const ms = products.get(name)!;
  const ratio = peerProductMs === undefined ? '' : `  ${(peerProductMs / ms).toFixed(2)} × torch`;
  const speed = (2 * productSize ** 3) / (1e6 * ms);
  console.log(`${name.padEnd(25)}${speed.toFixed(0).padStart(8)} GFLOPS${ratio}`);
}
for (const racer of racers) await racer.close();
process.exit(0);

/** What counts of as many turns as there are steps. */
async function race(turn: (racer: Racer) => Promise<number>): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(racers.map(({ name }) => [name, []]));
  for (let i = 0; i < steps; i++) {
    for (const racer of racers) times.get(racer.name)!.push(await turn(racer));
  }
  const counts = threads === 1 ? lowerMedian : (all: readonly number[]) => Math.min(...all);
  return new Map([...times].map(([name, all]) => [name, counts(all)]));
}

/** The peer in a process of its own, or why there is none. */
async function startTorch(): Promise<Racer | string> {
  const script = fileURLToPath(new URL('./torch_llama.py', import.meta.url));
  const sizes = JSON.stringify({ ...model, batchSize, threads });
  // Its products come from a library with threads of its own, which torch does not count.
  const counts = ['OMP', 'OPENBLAS', 'MKL'].map((name) => [`${name}_NUM_THREADS`, `${threads}`]);
  const child = spawn(values.python, [script, sizes], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...(Object.fromEntries(counts) as Record<string, string>) },
  });
  let complaint = '';
  child.stderr.on('data', (data) => (complaint += String(data)));
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<string>((resolve) => child.once('error', (e) => resolve(e.message)));
  const ready = await Promise.race([failed, lines.next().then((line) => line.value as unknown)]);
  if (!String(ready).startsWith('ready')) {
    return complaint.trim().split('\n').at(-1) ?? `"${values.python}" did not start`;
  }
  const ask = async (what: string): Promise<number> => {
    child.stdin.write(`${what}\n`);
    return Number((await lines.next()).value);
  };
  return {
    name: 'torch',
    coldMs: null,
    step: () => ask('step'),
    product: () => ask('product'),
    close: () => void child.kill(),
  };
}
