import { expect } from 'chai';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';

/** A process of its own: the runtime's threads are decided once per process. */
async function stepWithThreads(threads: number): Promise<{ digest: string; options: object }> {
  const script = fileURLToPath(new URL('./train-medium.ts', import.meta.url));
  const child = fork(script, [String(threads)], { execArgv: ['--import=tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as { digest: string; options: object }));
    child.once('exit', (code) => reject(new Error(`exit ${code}`)));
  });
}

describe('threads of the exact engine', () => {
  it('repeat a step that is large enough to be split, and are named where they are not 1', async () => {
    const [once, twice] = [await stepWithThreads(2), await stepWithThreads(2)];
    expect(once).to.deep.equal(twice);
    expect(once.options).to.include({ threads: 2 });
    const { options } = await createOrtWasmEngine().fingerprint();
    expect(options).not.to.have.property('threads');
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
