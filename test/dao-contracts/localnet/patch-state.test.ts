/** `sandbox_patch_state`: what it writes, what it refuses, and that the books stay right. */
import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions } from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { codeHash } from '@commonweights/dao-contracts/localnet/runtime/apply-action.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { countStorage } from '@commonweights/dao-contracts/localnet/runtime/patch-state.js';
import { answer } from '@commonweights/dao-contracts/localnet/rpc/methods.js';
import { Parameters } from '@commonweights/dao-contracts/localnet/rpc/parameters.js';
import { stateRecordsOf } from '@commonweights/dao-contracts/localnet/rpc/state-records.js';
import { ChainClient, firstOutcome, near, openChain } from './chain-client.js';
import { demoContract } from './contracts.js';

const noCode = '1'.repeat(32);
const base64 = (data: Uint8Array | string): string => Buffer.from(data).toString('base64');

const patch = async (chain: Chain, records: object[]): Promise<unknown> =>
  answer(chain, 'sandbox_patch_state', new Parameters({ records }));

function account(account_id: string, amount: bigint, more: object = {}): object {
  const fields = { amount: `${amount}`, locked: '0', code_hash: noCode, storage_usage: 0 };
  return { Account: { account_id, account: { ...fields, version: 'V1', ...more } } };
}

function fullKey(account_id: string): object {
  const { publicKey } = deriveKey('chain test', account_id);
  const access_key = { nonce: 0, permission: 'FullAccess' };
  return { AccessKey: { account_id, public_key: publicKey, access_key } };
}

function expectBooksRight(chain: Chain): void {
  const { totalSupply, burnt, accountsTotal, inFlight } = chain.ledger.supply();
  expect(accountsTotal + burnt + inFlight).to.equal(totalSupply);
  for (const [id, { storageUsageBytes }] of chain.world.accounts) {
    expect(storageUsageBytes, id).to.equal(countStorage(chain.world, id));
  }
}

describe('patching the state', () => {
  it('makes accounts with keys, code and data that work like any others', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    const code = demoContract();
    const told = await patch(chain, [
      fullKey('rich.near'),
      account('rich.near', 500n * near),
      { Contract: { account_id: 'rich.near', code: base64(code) } },
      { Data: { account_id: 'rich.near', data_key: base64('k'), value: base64('stored') } },
    ]);
    expect(told).to.deep.equal({});
    expectBooksRight(chain);
    expect(chain.world.accounts.get('rich.near')!.codeHash).to.equal(codeHash(code));
    const got = await client.call('rich.near', 'rich.near', 'get');
    expect(firstOutcome(chain, got)).to.deep.equal({ SuccessValue: base64('stored') });
    await client.call('rich.near', 'rich.near', 'set', Buffer.from('a longer one'));
    await client.send('rich.near', 'local', [actions.transfer(400n * near)]);
    expectBooksRight(chain);
    expect(chain.ledger.supply().totalSupply).to.equal(10n ** 33n + 500n * near);
    await chain.stop();
  });

  it('changes what is there, takes tokens too, and is as it was after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'patch-'));
    try {
      const chain = openChain({ dataDir: folder });
      await new ChainClient(chain).createAccount('a.local', 10n * near);
      await patch(chain, [account('a.local', 3n * near)]);
      const { publicKey } = deriveKey('chain test', 'a.local');
      const FunctionCall = { allowance: '5', receiver_id: 'local', method_names: ['go'] };
      const access_key = { nonce: 7, permission: { FunctionCall } };
      await patch(chain, [
        { AccessKey: { account_id: 'a.local', public_key: publicKey, access_key } },
      ]);
      expect(chain.world.accounts.get('a.local')!.amountYocto).to.equal(3n * near);
      expect(chain.ledger.supply().totalSupply).to.equal(10n ** 33n - 7n * near);
      expectBooksRight(chain);
      await chain.stop();
      const again = openChain({ dataDir: folder });
      expect(again.head).to.deep.equal(chain.head);
      expect([...stateRecordsOf(again.world)]).to.deep.equal([...stateRecordsOf(chain.world)]);
      expect(again.world.accounts.get('a.local')!.keys.get(publicKey)).to.deep.equal({
        nonce: 7n,
        permission: { allowanceYocto: 5n, receiverId: 'local', methodNames: ['go'] },
      });
      expectBooksRight(again);
      await again.stop();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('takes over a whole state from its own records', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 10n * near);
    await client.send('a.local', 'a.local', [actions.deployContract(demoContract())]);
    await client.call('a.local', 'a.local', 'set', Buffer.from('kept'));
    const records = JSON.parse(JSON.stringify([...stateRecordsOf(chain.world)])) as object[];
    const other = openChain({ seed: 'another' });
    await patch(other, records);
    const of = (one: Chain, id: string) =>
      JSON.stringify(
        [...stateRecordsOf(one.world)].filter((it) => JSON.stringify(it).includes(id)),
      );
    expect(of(other, 'a.local')).to.equal(of(chain, 'a.local'));
    expectBooksRight(other);
    await chain.stop();
    await other.stop();
  });

  it('refuses, with nothing written, what cannot be', async () => {
    const chain = openChain();
    await new ChainClient(chain).createAccount('a.local', near);
    const before = [...chain.world.snapshot()];
    const { height } = chain.head;
    const a = 'a.local';
    const refused: [object, RegExp][] = [
      [fullKey('nobody.near'), /there is no account nobody\.near/],
      [{ Data: { account_id: 'nobody.near', data_key: '', value: '' } }, /there is no account/],
      [{ Contract: { account_id: 'nobody.near', code: '' } }, /there is no account/],
      [account(a, near, { code_hash: codeHash(new Uint8Array(3)) }), /no code .* is known/],
      [account(a, near, { code_hash: 'x' }), /not a hash/],
      [account(a, near, { locked: '1' }), /nobody can stake/],
      [account(a, near, { amount: '-1' }), /"amount" is not an amount/],
      [account(a, near, { amount: `${2n ** 128n}` }), /"amount" is not an amount/],
      [account(a, 2n ** 128n - 1n), /more than 2\^128/],
      [{ Account: { account_id: 'A B', account: {} } }, /is not an account name/],
      [{ Account: { account_id: a } }, /the account of a\.local is missing/],
      [{ AccessKey: { account_id: a, public_key: 'x', access_key: {} } }, /no ed25519 public key/],
      [{ PostponedReceipt: { account_id: a } }, /cannot be patched/],
      [{}, /one kind/],
      [{ Data: {}, Account: {} }, /one kind/],
    ];
    for (const [record, why] of refused) {
      const told = await patch(chain, [account('b.local', 1n), record]).catch(
        (error: { data: unknown }) => error.data,
      );
      expect(told, JSON.stringify(record)).to.match(why);
    }
    const list = await answer(chain, 'sandbox_patch_state', new Parameters({})).catch(
      (error: { data: unknown }) => error.data,
    );
    expect(list).to.match(/"records" is not a list/);
    expect([...chain.world.snapshot()]).to.deep.equal(before);
    expect(chain.head.height).to.equal(height);
    await chain.stop();
  });

  it('keeps the books right whatever is patched between transactions', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            id: fc.constantFrom('local', 'a.local', 'b.near'),
            near: fc.integer({ min: 1, max: 1_000 }),
            keys: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
            withCode: fc.boolean(),
            withKey: fc.boolean(),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (list) => {
          const chain = openChain();
          const client = new ChainClient(chain);
          await client.createAccount('a.local', near);
          for (const { id, near: whole, keys, withCode, withKey } of list) {
            await patch(chain, [
              account(id, BigInt(whole) * near),
              ...(withCode ? [{ Contract: { account_id: id, code: base64(demoContract()) } }] : []),
              ...(withKey ? [fullKey(id)] : []),
              ...keys.map((key) => ({
                Data: { account_id: id, data_key: base64(key), value: base64(`${key}!`) },
              })),
            ]);
            expectBooksRight(chain);
            await client.send('local', 'a.local', [actions.transfer(1n)]);
            expectBooksRight(chain);
          }
          await chain.stop();
        },
      ),
      { numRuns: 20, endOnFailure: true },
    )).timeout(60_000);

  it('is refused to pages of other sites', async () => {
    const node = await startLocalnet({ seed: 'chain test' });
    try {
      const body = JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'sandbox_patch_state' },
        params: { records: [account('rich.near', near)] },
      });
      const headers = {
        origin: 'https://elsewhere.example',
        'content-type': 'application/json',
      };
      const response = await fetch(node.url, { method: 'POST', body, headers });
      expect(JSON.stringify(await response.json())).to.include('refused to pages');
      expect(node.supply().totalSupply).to.equal(10n ** 33n);
    } finally {
      await node.stop();
    }
  });
});
