/** Every operation of the exact engine, again and again under several counts of threads. */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Check } from './check-engine.js';

/**
 * A case passes when every count of threads has one result, however often it runs. Counts may differ
 * among each other: that is why the fingerprint names them (docs/decisions/030-exact-programs.md).
 */
export async function repeatUnderThreads(it: {
  threads: readonly number[];
  repeats: number;
  signal?: AbortSignal;
}): Promise<Check[]> {
  const results = new Map<string, Repeated[]>();
  for (const threads of it.threads) {
    for (const one of await digestsWith(threads, it)) {
      results.set(one.name, [...(results.get(one.name) ?? []), one]);
    }
  }
  const runs = `${it.repeats} runs with each of ${it.threads.join(', ')} threads`;
  return [...results].map(([name, byThreads]) => {
    const counts = byThreads.map(({ digests }) => digests.length);
    const passed = counts.length === it.threads.length && counts.every((count) => count === 1);
    const all = new Set(byThreads.flatMap(({ digests }) => digests)).size;
    const same = all === 1 ? 'same bits' : 'one result for each count of threads, not all the same';
    const detail = passed ? `${same} in ${runs}` : `${counts.join(', ')} results in ${runs}`;
    return { name: `threads: ${name}`, passed, detail };
  });
}

interface Repeated {
  readonly name: string;
  readonly digests: readonly string[];
}

function digestsWith(
  threads: number,
  it: { repeats: number; signal?: AbortSignal },
): Promise<Repeated[]> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./repeat-worker.ts', import.meta.url));
  const child = fork(script, [`${threads}`, `${it.repeats}`], {
    execArgv: [`--import=${tsx}`],
    ...(it.signal ? { signal: it.signal } : {}),
  });
  return new Promise((resolve, reject) => {
    const got: Repeated[] = [];
    child.on('message', (message) => got.push(message as Repeated));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(got);
      else reject(new Error(`ENGINE_FAILED: ${threads} threads ended with exit code ${code}`));
    });
  });
}
