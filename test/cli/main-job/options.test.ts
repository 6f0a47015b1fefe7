import { expect } from 'chai';
import { resolve } from 'node:path';
import { mainJobHelp, parseMainJobOptions } from '@commonweights/cli/main-job/options.js';
import { CliError } from '@commonweights/cli/errors.js';

describe('the main job’s flags', () => {
  it('all have defaults', () => {
    expect(parseMainJobOptions([])).to.deep.equal({
      exit: false,
      dataDir: resolve('.commonweights/main-job'),
      jsonFile: null,
      seed: 'commonweights',
      port: 3030,
    });
  });

  it('are taken as given, files from where one stands', () => {
    const argv = ['--exit', '--data', 'there', '--json=out.json', '--seed', 'x y', '--port', '0'];
    expect(parseMainJobOptions(argv)).to.deep.equal({
      exit: true,
      dataDir: resolve('there'),
      jsonFile: resolve('out.json'),
      seed: 'x y',
      port: 0,
    });
  });

  it('leave the registry the port after the last', () => {
    expect(parseMainJobOptions(['--port', '65534'])).to.include({ port: 65_534 });
  });

  it('show help, which names each of them', () => {
    expect(parseMainJobOptions(['--port', 'no port', '--help'])).to.equal(null);
    for (const flag of ['--exit', '--data', '--json', '--seed', '--port', '--help']) {
      expect(mainJobHelp).to.include(flag);
    }
  });

  describe('are refused with exit code 2:', () => {
    const cases: [string[], RegExp][] = [
      [['--bogus'], /^USAGE: Unknown option '--bogus'; see "npm start -- --help"$/],
      [['more'], /^USAGE: Unexpected argument 'more'/],
      [['--data'], /^USAGE: .*--data.*missing/],
      [['--exit=yes'], /^USAGE: .*--exit.* does not take an argument/],
      [['--port', 'http'], /^USAGE: --port http is not a port; try 3030$/],
      [['--port', ''], /^USAGE: --port {2}is not a port/],
      [['--port', '65535'], /is not a port/],
      [['--port=-1'], /is not a port/],
      [['--port', '3030.5'], /is not a port/],
      [['--port', '0x10'], /is not a port/],
      [['--port', '1e3'], /is not a port/],
      [['--seed', ''], /^USAGE: --seed is a text of 1 to 200 characters$/],
      [['--seed', 's'.repeat(201)], /^USAGE: --seed/],
    ];
    for (const [argv, sentence] of cases) {
      it(argv.join(' ').slice(0, 40), () => {
        try {
          parseMainJobOptions(argv);
        } catch (error) {
          expect((error as Error).message).to.match(sentence);
          expect(error).to.be.instanceOf(CliError).and.include({ exitCode: 2 });
          return;
        }
        expect.fail('nothing was refused');
      });
    }
  });
});
