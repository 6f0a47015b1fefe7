/**
 * Calls that wait at a relayer for those before them, on the embedded node: what became of them in
 * the meantime costs the relayer nothing and takes nothing of anybody's quota.
 */
import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Connection } from '@commonweights/dao-contracts/client/connection.js';
import { signDelegatedCall } from '@commonweights/dao-contracts/client/delegated-call.js';
import type { DelegatedCall } from '@commonweights/dao-contracts/client/delegated-call.js';
import { Relayer } from '@commonweights/dao-contracts/client/relayer.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { assemble, imports } from '../localnet/contracts.js';

const near = 10n ** 24n;
const contract = 'dao.local';
const keys = { dao: createKey(), relay: createKey(), worker: createKey() };

describe('a call that waits at a relayer', function () {
  this.timeout(60_000);
  let chain: Localnet;
  let relay: DaoClient;
  let worker: DaoClient;
  const clientOf = (accountId: string, { secretKey }: { secretKey: string }) => {
    const network = { name: 'localnet', rpcUrl: chain.url } as const;
    return connect({ network, contract, account: { accountId, secretKey } });
  };

  before(async () => {
    chain = await startLocalnet({ seed: 'relay queue' });
    const root = clientOf('local', { secretKey: chain.rootSecretKey });
    for (const [name, { publicKey }] of Object.entries(keys)) {
      const newAccountId = `${name}.local`;
      await root.createAccount({ newAccountId, publicKey, initialYocto: 20n * near });
    }
    const code = assemble(`(module ${imports} (memory 1) (func (export "rejoin")))`);
    await clientOf(contract, keys.dao).deployContract({ code });
    relay = clientOf('relay.local', keys.relay);
    worker = clientOf('worker.local', keys.worker);
  });
  after(() => chain?.stop());

  const signed = (): Promise<DelegatedCall> => {
    const { provider } = worker.connection;
    const it = { sender: 'worker.local', contract, signer: worker.connection.signer(), provider };
    return signDelegatedCall(it, { method: 'rejoin', args: { run: 1 }, gas: 30n * 10n ** 12n });
  };
  const spent = async () => (await relay.viewAccount('relay.local'))!.amountYocto;

  /** The relayer's own queue, held until it is let go; `joined` when a call waits in it. */
  function held() {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let join = () => {};
    const joined = new Promise<void>((resolve) => (join = resolve));
    const { connection } = relay;
    const first = connection.send('relay.local', [], 'wait', {
      before: () => gate.then(() => Promise.reject(new Error('it was only to be waited for'))),
    });
    first.catch(() => {});
    const watched: Pick<Connection, 'contract' | 'provider' | 'ask' | 'send'> = {
      contract,
      provider: connection.provider,
      ask: (method, request) => connection.ask(method, request),
      send: (...it) => {
        const sending = connection.send(...it);
        join();
        return sending;
      },
    };
    const relayer = new Relayer({ connection: watched as Connection, callsPerHour: 1 });
    return { relayer, joined, letGo };
  }

  it('is not sent, paid for or counted when too few blocks are left at its turn', async () => {
    const { relayer, joined, letGo } = held();
    const before = await spent();
    const answer = relayer.relay(await signed());
    await joined;
    for (let blocks = 0; blocks < 182; blocks++) await chain.fastForward(1_000);
    letGo();
    expect(await answer).to.include({ code: 'RELAY_STALE' });
    expect(await spent()).to.equal(before);
    expect(await relayer.relay(await signed())).to.have.property('returned', '');
  });

  it('is not sent, paid for or counted when its nonce was used before its turn', async () => {
    const { relayer, joined, letGo } = held();
    const answer = relayer.relay(await signed());
    await joined;
    await worker.transfer({ to: 'local', amountYocto: 1n });
    const before = await spent();
    letGo();
    const { code, facts } = (await answer) as { code: string; facts: string };
    expect(code).to.equal('RELAY_STALE');
    expect(facts).to.match(/^nonce \d+ of this key was used/);
    expect(await spent()).to.equal(before);
    expect(await relayer.relay(await signed())).to.have.property('returned', '');
  });

  it('takes no place when its account has no call left', async () => {
    const relayer = new Relayer({ connection: relay.connection, callsPerHour: 1 });
    expect(await relayer.relay(await signed())).to.have.property('returned', '');
    const stuck = held();
    const first = stuck.relayer.relay(await signed());
    await stuck.joined;
    expect(await relayer.relay(await signed())).to.include({ code: 'RELAY_QUOTA_SPENT' });
    stuck.letGo();
    expect(await first).to.have.property('returned', '');
  });

  it('waits with fifteen others at most, and with three of its own account', async () => {
    const { provider } = relay.connection;
    let waiting = 0;
    const slow: Pick<Connection, 'contract' | 'provider' | 'ask' | 'send'> = {
      contract,
      provider,
      ask: (method, request) => relay.connection.ask(method, request),
      send: () => {
        waiting++;
        return new Promise(() => {});
      },
    };
    const relayer = new Relayer({ connection: slow as Connection, callsPerHour: 99 });
    const crowd = Array.from({ length: 5 }, (_, n) => ({ id: `w${n}.local`, key: createKey() }));
    const root = clientOf('local', { secretKey: chain.rootSecretKey });
    for (const { id, key } of crowd) {
      const { publicKey } = key;
      await root.createAccount({ newAccountId: id, publicKey, initialYocto: near });
    }
    const call = { method: 'rejoin', args: { run: 1 }, gas: 30n * 10n ** 12n };
    const next = async (n: number, nth: bigint): Promise<DelegatedCall> => {
      const { id, key } = crowd[n]!;
      const signer = clientOf(id, key).connection.signer();
      const { publicKey } = key;
      const { nonce } = await provider.viewAccessKey({ accountId: id, publicKey });
      const ahead = {
        viewAccessKey: () => Promise.resolve({ nonce: BigInt(nonce) + nth }),
        viewBlock: () => provider.viewBlock({ finality: 'final' }),
      };
      return signDelegatedCall({ sender: id, contract, signer, provider: ahead as never }, call);
    };
    const factsOf = async (n: number, nth: bigint) =>
      ((await relayer.relay(await next(n, nth))) as { facts: string }).facts;
    const fill = async (n: number, nth: bigint) => {
      const before = waiting;
      void relayer.relay(await next(n, nth));
      while (waiting === before) await provider.viewBlock({ finality: 'final' });
    };
    for (let nth = 0n; nth < 4n; nth++) await fill(0, nth);
    expect(await factsOf(0, 4n)).to.equal('4 calls of w0.local are being sent');
    for (const n of [1, 2, 3]) for (let nth = 0n; nth < 4n; nth++) await fill(n, nth);
    expect(await factsOf(4, 0n)).to.equal('this relayer is sending 16 calls');
  });
});
