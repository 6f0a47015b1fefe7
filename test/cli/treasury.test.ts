/** The treasury by command, on a local network with its own token: give, grant, claim, look. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalNetwork, type LocalNetwork } from '@commonweights/cli/local-network.js';
import { formatUnits, parseUnits } from '@commonweights/cli/token-amount.js';
import fc from 'fast-check';
import { CliFolder, expectOneSentence } from './cli-folder.js';

const token = 'play.local';
const quiet = () => ({ update: () => {}, finish: () => {}, fail: () => {}, note: () => {} });

describe('the treasury, by command', function () {
  this.timeout(300_000);
  let cli: CliFolder;
  let network: LocalNetwork;
  before(async () => {
    cli = await CliFolder.create();
    network = await startLocalNetwork({
      ...{ dataDir: 'net', cwd: cli.folder, port: 0, clock: 'system', seed: 'treasury' },
      members: ['mia.local'],
      others: ['noa.local'],
      policy: { votingPeriodMs: 60_000, timelockMs: 10_000 },
      treasuryYocto: 7n * 10n ** 24n,
      withToken: true,
      startProgress: quiet as never,
    });
  });
  after(async () => {
    await network?.stop();
    await cli.remove();
  });
  const run = (...argv: string[]) => cli.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, ...argv);
  const good = async (...argv: string[]) => {
    const result = await run(...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  };

  it('shows NEAR by purpose, and every token', async () => {
    const out = await good('dao', 'treasury');
    expect(out)
      .to.match(/^free +7 NEAR$/m)
      .and.match(/^in escrow for runs +0 NEAR$/m)
      .and.match(/^storage deposits +0 NEAR$/m);
    expect(out).to.match(/^play\.local +0 PLAY +0 PLAY +0 PLAY +yes$/m);
  });

  it('takes NEAR and tokens, and refuses what is no amount', async () => {
    await good('dao', 'deposit', '1.5');
    await good('dao', 'deposit', '12.5', '--token', token);
    const { near, tokens } = JSON.parse(await good('dao', 'treasury', '--json')) as {
      near: { treasuryYocto: string };
      tokens: { treasuryUnits: string }[];
    };
    expect(near.treasuryYocto).to.equal(`${85n * 10n ** 23n}`);
    expect(tokens[0]!.treasuryUnits).to.equal('12500000');
    const bad = await run('dao', 'deposit', '0.0000001', '--token', token);
    expectOneSentence(bad, /^USAGE: "0.0000001" is not an amount of PLAY; .* at most 6 decimals$/);
    expectOneSentence(await run('dao', 'deposit', 'much'), /^BAD_AMOUNT: "much" is not an amount/);
  });

  it('grants tokens by vote, which who was granted them claims', async () => {
    const action = { kind: 'transfer-token', token, to: 'noa.local', amountUnits: '2500000' };
    await writeFile(join(cli.folder, 'grant.json'), JSON.stringify(action));
    await good('proposal', 'create', 'grant.json');
    expect(await good('proposal', 'list')).to.match(
      /pay 2500000 units of play\.local to noa\.local/,
    );
    await good('proposal', 'vote', '1', 'yes');
    await good('network', 'forward', '71s');
    await good('proposal', 'execute', '1');
    expect(await good('earnings', 'noa.local')).to.match(
      /^units of play\.local +2500000 to claim, 0 on their way$/m,
    );
    const claimed = await good('claim', '--token', token, '--account', 'noa.local');
    expect(claimed).to.equal('2500000 units of play.local went to noa.local\n');
    const again = await run('claim', '--token', token, '--account', 'noa.local');
    expectOneSentence(again, /^NOTHING_TO_CLAIM: /);
    expect(await good('dao', 'treasury')).to.match(/^play\.local +10 PLAY +0 PLAY +0 PLAY +yes$/m);
  });

  it('writes amounts of tokens exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.nat(30), (units, decimals) => {
        const text = formatUnits(units, { symbol: 'X', decimals });
        expect(parseUnits(text.replace(/ X$/, ''), { symbol: 'X', decimals })).to.equal(units);
      }),
      { endOnFailure: true },
    );
  });

  it('refuses amounts that no contract can count, or with more decimals than there are', () => {
    const x = { symbol: 'X', decimals: 2 };
    for (const text of [`${2n ** 128n}`, '1.234', '1.', '-1', '1e3', '', `0.${'1'.repeat(400)}`]) {
      expect(() => parseUnits(text, x), text).to.throw(/^USAGE: .* is not an amount of X/);
    }
    expect(parseUnits(formatUnits(2n ** 128n - 1n, x).replace(/ X$/, ''), x)).to.equal(
      2n ** 128n - 1n,
    );
  });
});
