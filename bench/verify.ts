/**
 * Verifying a release of 2 GB: its speed as a ratio to reading the same files and hashing each once
 * with the platform's SHA-256, and the most memory that a process of its own ever has. Every byte is
 * hashed twice where chunk lists are asked for (the file, and its chunks): the second hash runs beside
 * the first where there is a second core, and on one core costs what it costs. Each figure is the
 * median of runs that take turns, each in a fresh process. One core is told by processor time, of all
 * threads together, which other work on the machine does not blur; wall time shows what a second core
 * brings.
 * The release is made up and removed afterwards; its run goes on from another release, so that no time
 * goes into drawing initial weights, which `--seeded` measures by itself; `--log`: counting a log again.
 *
 * `npm run bench -- verify [--gb 2] [--momentum] [--times 5] [--seeded] [--log]`
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { seededRootOf } from '@commonweights/trainer/run/seeded-root.js';
import { recountLog } from '@commonweights/trainer/release/recount-log.js';
import { makeLargeRelease, seededSpec } from '@commonweights/test/trainer/release/large-release.js';
import { longLog } from '@commonweights/test/trainer/release/long-log.js';

interface Answer {
  readonly ms: number;
  /** Of the processor, all threads. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

const kinds = ['hash', 'wholes', 'chunks'] as const;
type Kind = (typeof kinds)[number];

const { values } = parseArgs({
  options: {
    gb: { type: 'string', default: '2' },
    times: { type: 'string', default: '5' },
    momentum: { type: 'boolean', default: false },
    seeded: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    child: { type: 'string' },
    dir: { type: 'string' },
  },
});
if (values.child !== undefined) console.log(JSON.stringify(await measure(values.child as Kind)));
else if (values.seeded) timeSeeded();
else if (values.log) timeLog();
else await compare();

async function compare(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cw-verify-'));
  try {
    const bytes = await makeLargeRelease(dir, { gb: Number(values.gb), momentum: values.momentum });
    console.log(`a release of ${(bytes / 1e9).toFixed(2)} GB, medians of ${values.times}`);
    const found = await takeTurns(dir);
    const raw = ofKind(found.hash);
    console.log(
      `sha256 of each file     ${speed(bytes, raw.cpuMs)} on one core, ${speed(bytes, raw.ms)}`,
    );
    for (const kind of ['wholes', 'chunks'] as const) {
      const own = ofKind(found[kind]);
      const [cpu, wall] = [raw.cpuMs / own.cpuMs, raw.ms / own.ms];
      console.log(
        (kind === 'wholes' ? 'verify' : 'verify --chunks').padEnd(24) +
          `one core ${cpu.toFixed(2)} × sha256, wall time ${wall.toFixed(2)} × sha256, ` +
          `at most ${own.peakMb.toFixed(0)} MB` +
          (kind === 'chunks' ? `; one core ${(2 * cpu).toFixed(2)} × two sha256` : ''),
      );
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function takeTurns(dir: string): Promise<Record<Kind, Answer[]>> {
  const found: Record<Kind, Answer[]> = { hash: [], wholes: [], chunks: [] };
  // Once for nothing: the files come into the cache.
  await inChild('hash', dir);
  for (let time = 0; time < Number(values.times); time++) {
    for (const kind of kinds) found[kind].push(await inChild(kind, dir));
  }
  return found;
}

function ofKind(answers: readonly Answer[]): Answer {
  return {
    ms: median(answers.map(({ ms }) => ms)),
    cpuMs: median(answers.map(({ cpuMs }) => cpuMs)),
    peakMb: Math.max(...answers.map(({ peakMb }) => peakMb)),
  };
}

async function inChild(kind: Kind, dir: string): Promise<Answer> {
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url), '--child', kind, '--dir', dir];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Answer;
}

async function measure(kind: Kind): Promise<Answer> {
  const dir = values.dir!;
  const facts = JSON.parse(await readFile(`${dir}.facts.json`, 'utf8')) as ReleaseFacts;
  const startedAt = performance.now();
  const before = process.cpuUsage();
  if (kind === 'hash') await hashEach(dir);
  else {
    const verdicts = await verifyFolder({ dir, chain: facts, chunks: kind === 'chunks' });
    const bad = verdicts.find(({ status }) => status === 'fail' || status === 'unknown');
    if (bad) throw new Error(`${bad.claim}: ${bad.detail}`);
  }
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  return { ms, cpuMs, peakMb: process.resourceUsage().maxRSS / 1000 };
}

async function hashEach(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).size < 2 ** 20) {
      await readFile(path);
      continue;
    }
    await hashOne(path);
  }
}

/** The quickest way that was found: two buffers, one filled while the other is hashed. */
async function hashOne(path: string): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  const buffers = [new Uint8Array(2 ** 20), new Uint8Array(2 ** 20)];
  const fill = (turn: number) => file.read(buffers[turn % 2]!, 0, 2 ** 20, turn * 2 ** 20);
  let next = fill(0);
  for (let turn = 0; ; turn++) {
    const { bytesRead } = await next;
    if (bytesRead === 0) break;
    next = fill(turn + 1);
    hash.update(buffers[turn % 2]!.subarray(0, bytesRead));
  }
  hash.digest();
  await file.close();
}

function timeSeeded(): void {
  const spec = seededSpec(200_000_000);
  const startedAt = performance.now();
  seededRootOf(spec);
  const seconds = (performance.now() - startedAt) / 1000;
  const peak = process.resourceUsage().maxRSS / 1000;
  console.log(
    `drawing and hashing 200 million initial weights: ${seconds.toFixed(1)} s, ` +
      `at most ${peak.toFixed(0)} MB`,
  );
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1]!;
}

function speed(bytes: number, ms: number): string {
  return `${(bytes / 1e3 / ms).toFixed(0).padStart(5)} MB/s`;
}

/** Processor time of counting logs again: by the claims in them, not by their square. */
function timeLog(): void {
  for (const rounds of [100, 1_000, 10_000]) {
    const workers = 32;
    const { records, terms } = longLog({ rounds, workers });
    const before = process.cpuUsage();
    recountLog({ records, terms, amended: false });
    const { user, system } = process.cpuUsage(before);
    const ms = ((user + system) / 1_000).toFixed(0);
    console.log(`${rounds} rounds of ${workers} workers   ${ms} ms of processor time`);
  }
}
