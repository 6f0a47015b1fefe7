/** What one block takes in, and how much may wait for the next ones. */
import { expect } from 'chai';
import { actions } from 'near-api-js';
import { InvalidTransaction } from '@commonweights/dao-contracts/localnet/runtime/charge-transaction.js';
import { ChainClient, near, openChain } from './chain-client.js';

describe('a block', function () {
  this.timeout(60_000);

  it('takes in half of its gas in transactions, and the others later', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 100n * near);
    // Burns 77 Tgas when it is taken in, and fails when it runs: the account is there.
    const heavy = Array.from({ length: 20 }, () => actions.createAccount());
    const signed = [];
    for (let i = 0; i < 12; i++) signed.push(await client.sign('local', 'a.local', heavy));
    const hashes = signed.map((bytes) => chain.submit(bytes).hash);
    const burntIn = new Map<string, number>();
    for (const hash of hashes) {
      await chain.wait(hash, 'executed');
      const { block, gasBurnt } = chain.transaction(hash)!.outcome;
      burntIn.set(block!.hash, (burntIn.get(block!.hash) ?? 0) + gasBurnt);
    }
    expect([...burntIn.values()].map((gas) => Math.floor(gas / 1e12))).to.deep.equal([539, 385]);
    await chain.stop();
  });

  it('leaves no more bytes waiting than it may, refuses the next, and takes it later', async () => {
    const chain = openChain({ waitingBytesMax: 100_000 });
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 100n * near);
    const long = actions.functionCall('x', new Uint8Array(30_000), 10n ** 12n, 0n);
    const signed = [];
    for (let i = 0; i < 4; i++) signed.push(await client.sign('local', 'a.local', [long]));
    const last = signed.pop()!;
    const hashes = signed.map((bytes) => chain.submit(bytes).hash);
    expect(() => chain.submit(last)).to.throw(InvalidTransaction, 'ShardCongested');
    for (const hash of hashes) await chain.wait(hash, 'executed');
    const { hash } = chain.submit(last);
    await chain.wait(hash, 'executed');
    await chain.stop();
  });
});
