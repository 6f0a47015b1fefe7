/** Seeing that something happened in a contract, by its account alone. */
import { expect } from 'chai';
import { watchContract } from '@commonweights/dao-contracts/client/contract-watch.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { NetworkName } from '@commonweights/dao-contracts/client/network.js';

function stage(name: NetworkName) {
  const it = {
    height: 5,
    amount: 100n,
    silent: false,
    asked: [] as string[],
    told: [] as number[],
    timers: [] as (() => void)[],
  };
  const answer = async <T>(what: string, value: () => T) => {
    it.asked.push(what);
    if (it.silent) throw new Error('CHAIN_UNREACHABLE: nobody answers');
    return value();
  };
  const provider = {
    viewBlock: () => answer('block', () => ({ header: { height: it.height } })),
    viewAccount: ({ accountId }: { accountId: string }) =>
      answer(accountId, () => ({
        ...{ amount: it.amount, storage_usage: 7, code_hash: 'c', block_height: it.height },
      })),
  };
  const connection = { provider, ask: (_: string, request: () => Promise<unknown>) => request() };
  const client = { connection, contract: 'dao.near', network: { name, rpcUrl: 'http://x' } };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const stop = watchContract(client as unknown as DaoClient, {
    everyMs: 1_000,
    tell: (height) => it.told.push(height),
    after: (ms, act) => {
      expect(ms).to.equal(1_000);
      it.timers.push(act);
      return () => (it.timers = it.timers.filter((one) => one !== act));
    },
  });
  const look = async () => {
    it.timers.shift()!();
    await settle();
  };
  return { it, settle, look, stop };
}

describe('watching a contract', () => {
  it('tells once for what happened, by the balance of its account', async () => {
    const { it, settle, look, stop } = stage('testnet');
    await settle();
    it.height = 9;
    await look();
    expect(it.told, 'blocks of others').to.deep.equal([5]);
    it.amount += 3n;
    await look();
    await look();
    expect(it.told).to.deep.equal([5, 9]);
    expect(new Set(it.asked)).to.deep.equal(new Set(['dao.near']));
    stop();
    expect(it.timers).to.have.length(0);
  });

  it('tells of each block of a local chain, which makes none for nothing', async () => {
    const { it, settle, look, stop } = stage('localnet');
    await settle();
    await look();
    it.height = 6;
    await look();
    expect(it.told).to.deep.equal([5, 6]);
    stop();
  });

  it('goes on while the node is silent, and tells when it is back', async () => {
    const { it, settle, look, stop } = stage('mainnet');
    await settle();
    it.silent = true;
    await look();
    await look();
    it.silent = false;
    await look();
    expect(it.told).to.deep.equal([5, 5]);
    stop();
  });

  it('says nothing more once it was stopped, not even of what it was asking', async () => {
    const { it, settle, stop } = stage('mainnet');
    stop();
    await settle();
    expect([it.told.length, it.timers.length]).to.deep.equal([0, 0]);
  });
});
