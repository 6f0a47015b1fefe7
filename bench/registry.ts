/**
 * A registry under load on loopback: 200 clients for 60 s, each reading a blob's ranges at random, whole small
 * blobs, and now and then uploading one of its own, beside 20 connections that drip. Registry and clients are
 * processes of their own, so that the registry's memory is the registry's. It fails on any wrong byte,
 * any answer but those that are meant, or memory that grows.
 *
 *   --clients 200   --seconds 60
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

const args = process.argv.slice(2);
const key = createKey();
function flag(name: string, fallback: number): number {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(args[at + 1]);
}

if (args.includes('--as-registry')) await serve();
else await load(flag('clients', 200), flag('seconds', 60));

/** In a process of its own; its address is the first line. */
async function serve(): Promise<void> {
  const registry = await startRegistry({
    ...{ dataDir: args.at(-1)!, port: 0, authorise: async () => true },
    ...{ connectionsPerAddressMax: null, requestRate: null },
  });
  console.log(registry.url);
  process.once('SIGTERM', () => void registry.stop().then(() => process.exit(0)));
}

interface Tally {
  requests: number;
  bytes: number;
  uploads: number;
  busy: number;
  failures: string[];
}

async function load(clients: number, seconds: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cw-bench-registry-'));
  const self = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, ['--import', 'tsx', self, '--as-registry', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const dripping: Socket[] = [];
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (text) => resolve(String(text).trim()));
      child.once('exit', (code) => reject(new Error(`the registry ended with ${code}`)));
    });
    const large = pseudoRandom(2 ** 24, 1);
    const small = pseudoRandom(5_000, 2);
    for (const bytes of [large, small]) await storeOf(url, 'first').put(bytes);
    for (let i = 0; i < 20; i++) dripping.push(drip(url));
    const tally: Tally = { requests: 0, bytes: 0, uploads: 0, busy: 0, failures: [] };
    const until = performance.now() + 1_000 * seconds;
    const memory: number[] = [];
    const watching = setInterval(() => {
      // A poll that a loaded machine drops is one point fewer; what clients ask has to be answered.
      residentOf(url).then(
        (bytes) => memory.push(bytes),
        () => {},
      );
    }, 1_000);
    await Promise.all(
      Array.from({ length: clients }, (_, i) => visit({ url, i, large, small, until, tally })),
    );
    clearInterval(watching);
    report({ clients, seconds, tally, memory });
  } finally {
    for (const socket of dripping) socket.destroy();
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(dataDir, { recursive: true });
  }
}

/** One client, until the time is over. */
async function visit(it: {
  url: string;
  i: number;
  large: Uint8Array;
  small: Uint8Array;
  until: number;
  tally: Tally;
}): Promise<void> {
  const { url, i, large, small, tally } = it;
  const store = storeOf(url, `c${i}.near`);
  const [largeDigest, smallDigest] = [digestOf(large), digestOf(small)];
  for (let turn = 0; performance.now() < it.until; turn++) {
    try {
      const start = ((i * 7919 + turn * 104_729) % 64) * 2 ** 18;
      const end = start + 2 ** 18;
      let at = start;
      for await (const piece of store.read(largeDigest, { start, end })) {
        if (Buffer.compare(piece, large.subarray(at, at + piece.length)) !== 0) {
          throw new Error('WRONG_BYTES');
        }
        at += piece.length;
      }
      // Checked by the store.
      await store.get(smallDigest);
      tally.requests += 2;
      tally.bytes += 2 ** 18 + small.length;
      if (turn % 50 === i % 50) await upload(it, store, turn);
    } catch (error) {
      tally.failures.push((error as Error).message);
      if (tally.failures.length > 100) return;
    }
  }
}

async function upload(
  { i, tally }: { i: number; tally: Tally },
  store: HttpStore,
  turn: number,
): Promise<void> {
  const own = pseudoRandom(20_000, 3 + i * 1_000 + turn);
  try {
    await store.put(own);
    tally.uploads++;
    tally.requests++;
    tally.bytes += own.length;
  } catch (error) {
    // Slots are few: to be told to come again is an answer, not an error.
    if (!/TOO_MANY_UPLOADS|uploads are running/.test((error as Error).message)) throw error;
    tally.busy++;
  }
}

function storeOf(url: string, accountId: string): HttpStore {
  const authorise = uploadAuthoriser({ accountId, secretKey: key.secretKey });
  return new HttpStore(url, {
    ...{ stallMs: 30_000, graceMs: 60_000 },
    authorise: ({ digest }: { digest: Digest }) => authorise({ digest }),
  });
}

/** The head of a request, a letter a second, again and again. */
function drip(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  socket.write('GET /health HTTP/1.1\r\nx: ');
  const timer = setInterval(() => socket.write('x'), 1_000).unref();
  socket.once('close', () => clearInterval(timer));
  return socket;
}

async function residentOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/resident_bytes (\d+)/.exec(text)![1]);
}

function report(it: { clients: number; seconds: number; tally: Tally; memory: number[] }): void {
  const { tally, memory, seconds } = it;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const third = Math.floor(memory.length / 3);
  const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
  const [middle, last] = [median(memory.slice(third, 2 * third)), median(memory.slice(-third))];
  console.log(`clients   ${it.clients} for ${seconds} s, beside 20 that drip`);
  console.log(`requests  ${tally.requests}, ${(tally.requests / seconds).toFixed(0)} a second`);
  console.log(`bytes     ${(tally.bytes / seconds / 1e6).toFixed(0)} MB a second`);
  console.log(`uploads   ${tally.uploads} stored, ${tally.busy} told to come again`);
  console.log(`memory    ${megabytes(middle)} in the middle third, ${megabytes(last)} in the last`);
  console.log(
    `failures  ${tally.failures.length}${tally.failures[0] ? `: ${tally.failures[0]}` : ''}`,
  );
  // A tenth is what a garbage collector's moment makes of it.
  if (tally.failures.length > 0 || last > 1.1 * middle + 2 ** 24) process.exitCode = 1;
}

/** The same bytes for the same seed (xorshift); nothing here depends on chance. */
function pseudoRandom(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state >>> 0;
  }
  return new Uint8Array(words.buffer, 0, length);
}
