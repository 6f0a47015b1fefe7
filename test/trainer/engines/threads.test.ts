import { expect } from 'chai';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { digestAfterStep } from './train-medium.js';

/** A process of its own: the runtime's threads are decided once per process. */
async function digestWithThreads(threads: number): Promise<string> {
  const script = fileURLToPath(new URL('./train-medium.ts', import.meta.url));
  const child = fork(script, [String(threads)], { execArgv: ['--import=tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (digest) => resolve(String(digest)));
    child.once('exit', (code) => reject(new Error(`exit ${code}`)));
  });
}

describe('threads of the exact engine', () => {
  it('do not change a bit of a step that is large enough to be split', async () => {
    expect(await digestWithThreads(2)).to.equal(await digestAfterStep(1));
  });

  it('are decided once per process', async () => {
    await createOrtWasmEngine({ threads: 1 }).fingerprint();
    const message = await createOrtWasmEngine({ threads: 2 })
      .fingerprint()
      .then(
        () => 'no refusal',
        (error: Error) => error.message,
      );
    expect(message).to.match(/^ENGINE_STARTED/);
  });
});
