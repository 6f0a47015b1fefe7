/** Who is there: accounts, their keys, and what they cannot do. */
import { expect } from 'chai';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

export function tellAccounts(story: Story): void {
  const { run, good, json } = story;

  it('is found by the other commands without a flag', async () => {
    expect(await good('account', 'show')).to.match(/^account +founder\.local\nnetwork +localnet\n/);
    expect(await good('proposal', 'list')).to.equal('No proposals yet.\n');
  });

  it('keeps keys with its data, for their owner alone', async () => {
    const file = join(story.network.data, 'credentials', 'localnet', 'founder.local.json');
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(story.network.data, 'seed'))).mode & 0o777).to.equal(0o600);
  });

  it('creates accounts, whose key is there before they are', async () => {
    await good('account', 'create', 'alice.local', '--fund', '3');
    const shown = await json<{ amountYocto: string }>('account', 'show', 'alice.local');
    expect(shown.amountYocto).to.equal(`${3n * 10n ** 24n}`);
  });

  it('refuses what an account cannot pay, with exit code 7', async () => {
    const flags = ['--account', 'founder.local', '--fund', '900000000'];
    const result = await run('account', 'create', 'rich.founder.local', ...flags);
    expectOneSentence(result, /^INSUFFICIENT_BALANCE: founder\.local has .* NEAR more to it$/);
    expect(result.code).to.equal(7);
  });

  it('refuses a key that is not the account’s, with exit code 8', async () => {
    const file = join(story.network.data, 'credentials', 'localnet', 'alice.local.json');
    const before = await readFile(file, 'utf8');
    const { publicKey, secretKey } = createKey();
    const wrong = { account_id: 'alice.local', public_key: publicKey, private_key: secretKey };
    await writeFile(file, JSON.stringify(wrong));
    const result = await run('claim', '--account', 'alice.local');
    await writeFile(file, before);
    expectOneSentence(result, /^KEY_NOT_OF_ACCOUNT: the key in use is not a key of alice\.local/);
    expect(result.code).to.equal(8);
  });

  it('has nothing to claim for who has not worked, with exit code 6', async () => {
    const result = await run('claim', '--account', 'alice.local');
    expectOneSentence(result, /^NOTHING_TO_CLAIM: /);
    expect(result.code).to.equal(6);
  });
}
