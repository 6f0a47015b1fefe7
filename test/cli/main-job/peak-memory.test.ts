import { expect } from 'chai';
import { fork } from 'node:child_process';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const megabyte = 2 ** 20;

describe('the peak of a process', () => {
  it('has what was given back, until it is forgotten', async function () {
    // Elsewhere no process can forget its peak; what CI runs on can.
    if (process.platform !== 'linux') this.skip();
    this.timeout(20_000);
    const folder = await mkdtemp(join(tmpdir(), 'cw-peak-'));
    const module = new URL('../../../cli/main-job/peak-memory.ts', import.meta.url);
    const script = `
      import { forgetPeak, peakBytes } from ${JSON.stringify(module.href)};
      // As much as whoever started this had is none of its own.
      const first = peakBytes();
      let held = Buffer.alloc(${300 * megabyte}, 1);
      held = held.length;
      const until = Date.now() + 10_000;
      while (process.memoryUsage().rss > ${250 * megabyte} && Date.now() < until) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const before = peakBytes();
      await forgetPeak();
      process.send({ first, before, after: peakBytes() });`;
    const file = join(folder, 'held.mjs');
    await writeFile(file, script);
    const large = Buffer.alloc(700 * megabyte, 1);
    const child = fork(file, { execArgv: ['--expose-gc', '--import', 'tsx'] });
    const told = await new Promise<{ first: number; before: number; after: number }>(
      (resolve, reject) => {
        child.once('message', resolve);
        child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
      },
    );
    await rm(folder, { recursive: true });
    expect(large).to.have.length(700 * megabyte);
    expect(told.first).to.be.lessThan(250 * megabyte);
    expect(told.before).to.be.greaterThan(300 * megabyte);
    expect(told.after).to.be.lessThan(280 * megabyte);
  });
});
