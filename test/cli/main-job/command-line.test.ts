import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { openCommandLine } from '@commonweights/cli/main-job/command-line.js';
import { CliFolder } from '../cli-folder.js';

describe('the main job’s command line', () => {
  let cli: CliFolder;
  const told: string[] = [];
  const open = () =>
    openCommandLine({
      cwd: cli.folder,
      signal: new AbortController().signal,
      tell: (line) => told.push(line),
    });
  beforeEach(async () => {
    cli = await CliFolder.create();
    told.length = 0;
  });
  afterEach(() => cli.remove());

  it('shows a command before it runs, as a person would type it', async () => {
    await open().attempt(['run', 'bogus', '--title', 'State of the Union', 'a@1', './x=y']);
    expect(told).to.deep.equal([
      '$ commonweights run bogus --title "State of the Union" a@1 ./x=y',
    ]);
  });

  it('returns what the command printed', async () => {
    expect(await open().run(['--version'])).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('throws the sentence of a command that fails', async () => {
    const failure = await open()
      .run(['run', 'list'])
      .catch((error: Error) => error.message);
    expect(failure).to.match(/^NO_CONTRACT: .*network up/);
  });

  it('gives what a command that may fail printed, and its exit code', async () => {
    const it = await open().attempt(['run', 'list']);
    expect(it).to.include({ exitCode: 2, stdout: '' });
    expect(it.stderr).to.match(/^NO_CONTRACT/);
  });

  it('asks for JSON, and says so', async () => {
    const failure = await open()
      .json(['run', 'list'])
      .catch((error: Error) => error.message);
    expect(failure).to.match(/^NO_CONTRACT/);
    expect(told).to.deep.equal(['$ commonweights run list --json']);
  });

  it('quotes so that a shell reads the same arguments again', async function () {
    // Windows has no POSIX shell, whose quoting this is; .ci/run runs on Linux.
    if (process.platform === 'win32') return this.skip();
    const awkward = fc.string({
      unit: fc.constantFrom(...`ab \t\n"'\\$\`!*?~#&|;<>(){}[]=%é🙂`),
      maxLength: 12,
    });
    const lines: string[][] = fc.sample(fc.array(awkward, { maxLength: 4 }), {
      numRuns: 150,
      seed: 5,
    });
    // One that fails at once, so that nothing is run for these arguments.
    for (const args of lines) await open().attempt(['bogus', ...args]);
    const show = `show() { for one in "$@"; do printf '%s\\0' "$one"; done; printf '\\1'; }`;
    const script = told.map((line) => `show ${line.replace(/^\$ commonweights bogus ?/, '')}`);
    expect(script).to.have.length(lines.length);
    const read = execFileSync('sh', ['-c', [show, ...script].join('\n')], { encoding: 'utf8' });
    const heard = read.split('\u0001').slice(0, -1);
    expect(heard.map((one) => one.split('\0').slice(0, -1))).to.deep.equal(lines);
  });
});
