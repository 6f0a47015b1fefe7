/** `.ci/run` with stand-ins for the programs that it calls: what it installs and what it says last. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../.ci/run', import.meta.url));

describe('the CI script', () => {
  let folder: string;
  let calls: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ci-run-'));
    calls = join(folder, 'calls');
    writeFileSync(calls, '');
    mkdirSync(join(folder, 'bin'));
    for (const name of ['chromium', 'apt-get', 'python3', 'npm']) stand(name, 'exit 0');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function stand(name: string, body: string): void {
    const path = join(folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> "${calls}"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  function runCi() {
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
    const { status, stdout } = spawnSync('bash', [script], { env, encoding: 'utf8' });
    return { status, last: stdout.trimEnd().split('\n').at(-1)! };
  }
  const called = () => readFileSync(calls, 'utf8').trimEnd().split('\n');

  const testRun = (passing: number, failing: number) =>
    `[ "$1" = test ] || exit 0\n` +
    `echo "  ${passing} passing (9s)"; echo "  ${failing} failing"; exit ${failing}`;

  it('runs tests, checks, interop and the main job, and ends with the counts', () => {
    stand('npm', testRun(12, 0));
    expect(runCi()).to.deep.equal({ status: 0, last: '12 passed, 0 failed' });
    const steps = called().filter((call) => call.startsWith('npm'));
    expect(steps.map((call) => call.split(' ').slice(0, 3).join(' '))).to.deep.equal([
      'npm test',
      'npm run check',
      'npm run second-build',
      'npm run interop',
      'npm start --',
    ]);
  });

  it('ends with the counts of tests that failed too, and fails', () => {
    stand('npm', testRun(11, 2));
    expect(runCi()).to.deep.equal({ status: 2, last: '11 passed, 2 failed' });
    expect(called()).to.include('npm test').and.not.include('npm run check');
  });

  it('fails when no test ran', () => {
    expect(runCi()).to.deep.equal({ status: 1, last: '0 passed, 0 failed' });
  });

  it('installs what makes environments where a python3 is there without it', () => {
    stand('npm', testRun(1, 0));
    stand('python3', `case "$2" in *ensurepip*) exit 1;; esac`);
    expect(runCi().status).to.equal(0);
    expect(called().join('\n')).to.match(/^apt-get install .* python3 python3-venv$/m);
  });

  it('runs the tests also where nothing can be installed', () => {
    stand('npm', testRun(1, 0));
    stand('python3', 'exit 1');
    stand('apt-get', 'exit 100');
    expect(runCi()).to.deep.equal({ status: 0, last: '1 passed, 0 failed' });
  });
});
