import { expect } from 'chai';
import { Skipped } from './python.js';
import { runJobs } from './run-jobs.js';

describe('jobs with the tools of others', () => {
  const run = async (mustRun: boolean, ...jobs: (() => Promise<string>)[]) => {
    const lines: string[] = [];
    const named = jobs.map((job, i) => ({ name: `job ${i}`, run: job }));
    const isWell = await runJobs(named, { mustRun, print: (line) => lines.push(line) });
    return { isWell, lines: lines.map((line) => line.split('\n')[0]!) };
  };
  const works = () => Promise.resolve('2 files');
  const skips = () => Promise.reject(new Skipped('no python3 here'));
  const fails = () => Promise.reject(new Error('other bytes'));

  it('may be skipped on a machine without them', async () => {
    expect(await run(false, skips, works)).to.deep.equal({
      isWell: true,
      lines: [
        '– job 0: skipped: no python3 here',
        '✔ job 1: 2 files',
        '1 of 2 jobs could run here',
      ],
    });
  });

  it('may not be skipped where all must run: the one without means has failed', async () => {
    expect(await run(true, skips, works)).to.deep.equal({
      isWell: false,
      lines: ['✘ job 0: Error: no python3 here', '✔ job 1: 2 files'],
    });
  });

  it('fail wherever they fail, and those after them run', async () => {
    expect(await run(false, fails, works)).to.deep.equal({
      isWell: false,
      lines: ['✘ job 0: Error: other bytes', '✔ job 1: 2 files'],
    });
  });
});
