import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describePrice, formatFlops } from '@commonweights/cli/price-words.js';
import { tinyDraft } from '../support/tiny-draft.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('run check', () => {
  let cli: CliFolder;
  beforeEach(async () => (cli = await CliFolder.create()));
  afterEach(() => cli.remove());
  const check = async (draft: unknown, ...flags: string[]) => {
    await writeFile(join(cli.folder, 'draft.json'), JSON.stringify(draft));
    return cli.run('run', 'check', 'draft.json', ...flags);
  };

  it('shows every priced attack, without a network', async () => {
    const { code, out, err } = await check(tinyDraft);
    expect(code, err).to.equal(0);
    expect(out).to.match(/liars assumed +33\.3 % of the seats/);
    expect(out).to.match(/free-riding +27\.6 % +3\.6 +1\.0000 +6\.0000 +-0\.65\d\d/);
    expect(out).to.match(/lying-auditor/);
  });

  it('prints the same for programs, money as text', async () => {
    const { out } = await check(tinyDraft, '--json');
    const rows = JSON.parse(out) as { name: string; pays: boolean; least: object }[];
    const pretending = rows.find((row) => row.name === 'pretending')!;
    expect(pretending).to.include({ pays: false, gainYocto: `1${'0'.repeat(24)}` });
    expect(pretending.least)
      .to.have.property('stakeYocto')
      .that.matches(/^2629\d{21}$/);
  });

  it('shows what pays and then refuses it, with exit code 3', async () => {
    const { code, out, err } = await check({ ...tinyDraft, auditedClaimsBps: 1_000 });
    expect(code).to.equal(3);
    expect(out).to.match(/free-riding.* !/);
    expect(err).to.match(/^CHEATING_PAYS: free-riding .*raise stakeYocto to \d+/);
  });

  it('takes another share of liars', async () => {
    const { code, err } = await check(tinyDraft, '--liars-bps', '5000');
    expect(code).to.equal(3);
    expect(err).to.match(/^CHEATING_PAYS: .*with 50\.0 % liars/);
  });

  it('passes the draft that a newcomer is given to begin with', async () => {
    expectOneSentence(await cli.run('run', 'propose'), /^USAGE: .*run propose --example/);
    const { code, out } = await cli.run('run', 'propose', '--example');
    expect(code).to.equal(0);
    const checked = await check(JSON.parse(out));
    expect(checked.code, checked.err).to.equal(0);
  });

  it('refuses a draft that is none', async () => {
    expectOneSentence(await check([]), /^BAD_RUN_SPEC: the document is not an object/);
    const { economics, ...rest } = tinyDraft;
    void economics;
    expectOneSentence(await check(rest), /^BAD_RUN_SPEC: economics is not an object/);
    const unnamed = { ...tinyDraft, data: {} };
    expectOneSentence(await check(unnamed), /^BAD_RUN_SPEC: data\.dataset: .* names no dataset/);
  });
});

describe('the price of a run in words', () => {
  it('names what is paid for, and by the teraFLOP', () => {
    const near = 10n ** 24n;
    expect(describePrice({ rewardYocto: near, flopsPerRound: '6015491424' })).to.equal(
      '1 NEAR per 6.01 GFLOP of verified work: 166.24 NEAR per TFLOP',
    );
    expect(describePrice({ rewardYocto: `${near}`, flopsPerRound: `${10n ** 18n}` })).to.equal(
      '1 NEAR per 1.00 EFLOP of verified work: 0.00000100 NEAR per TFLOP',
    );
  });

  it('gives FLOPs three digits and a unit', () => {
    expect([7n, 999n, 1000n, 123_456_789n, 10n ** 28n].map(formatFlops)).to.deep.equal([
      ...['7 FLOP', '999 FLOP', '1.00 kFLOP', '123.45 MFLOP', '10000.00 YFLOP'],
    ]);
  });
});
