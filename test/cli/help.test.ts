import { expect } from 'chai';
import { buildProgram } from '@commonweights/cli/commonweights.js';
import { openTerminal } from '@commonweights/cli/terminal.js';
import type { Command } from 'commander';
import { CliFolder } from './cli-folder.js';

const terminal = openTerminal({
  stdout: { write: () => true },
  stderr: { write: () => true },
  env: {},
  cwd: '/',
  signal: new AbortController().signal,
});

describe('help', () => {
  let cli: CliFolder;
  before(async () => (cli = await CliFolder.create()));
  after(() => cli.remove());

  for (const path of commandPaths(buildProgram(terminal))) {
    it(`explains "commonweights ${path.join(' ')}"`, async () => {
      const { code, out, err } = await cli.run(...path, '--help');
      expect(code, err).to.equal(0);
      expect(err).to.equal('');
      expect(out)
        .to.match(/^Usage: commonweights/)
        .and.include('--help');
      if (isLeaf(path)) expect(out, 'examples').to.match(/Examples:\n {2}commonweights /);
    });
  }

  it('writes times as a flag takes them', async () => {
    const { out } = await cli.run('bounty', 'propose', '--help');
    expect(out).to.match(/--submit <time> +to hand in and to apply \(default: 7d\)/);
    const attest = await cli.run('attest', 'endorse', '--help');
    expect(attest.out).to.match(/--valid <time>[^]*\(default:\s+1h\)/);
  });

  it('lists the exit codes', async () => {
    const { out } = await cli.run('--help');
    for (const code of ['0', '1', '2', '3', '4', '5', '6', '7', '8', '20']) {
      expect(out).to.match(new RegExp(`^ *${code}(  |–)`, 'm'));
    }
  });

  function isLeaf(path: readonly string[]): boolean {
    let command: Command = buildProgram(terminal);
    for (const name of path) command = command.commands.find((one) => one.name() === name)!;
    return command.commands.length === 0;
  }
});

function commandPaths(command: Command, path: string[] = []): string[][] {
  return [path, ...command.commands.flatMap((one) => commandPaths(one, [...path, one.name()]))];
}
