/** The chain itself: conservation of tokens, restarts, clocks, draws and concurrent senders. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { actions, type Action } from 'near-api-js';
import { viewFunction } from '@commonweights/dao-contracts/localnet/runtime/call-function.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { InvalidTransaction } from '@commonweights/dao-contracts/localnet/runtime/charge-transaction.js';
import { ChainClient, firstOutcome, near, openChain, Tgas } from './chain-client.js';
import { assemble, demoContract, imports } from './contracts.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function expectConserved(chain: Chain): void {
  const { totalSupply, burnt, accountsTotal, inFlight } = chain.ledger.supply();
  expect(accountsTotal + burnt + inFlight).to.equal(totalSupply);
  expect(burnt >= 0n && inFlight >= 0n).to.equal(true);
}

/** Asserts conservation after every block of `chain`. */
function watchSupply(chain: Chain): void {
  const save = chain.ledger.save.bind(chain.ledger);
  chain.ledger.save = () => {
    save();
    expectConserved(chain);
  };
}

function view(chain: Chain, id: string, method: string): Buffer {
  const { failure, value } = viewFunction(
    chain.world,
    id,
    method,
    new Uint8Array(),
    chain.viewNow(),
  );
  expect(failure).to.equal(null);
  return Buffer.from(value);
}

describe('the chain', () => {
  it('conserves tokens whatever happens, block by block', async function () {
    this.timeout(60_000);
    const names = ['a.local', 'b.local', 'c.local'];
    const step = fc.record({
      kind: fc.constantFrom('transfer', 'call', 'relay', 'key', 'delete', 'create', 'batch'),
      from: fc.constantFrom('local', ...names),
      to: fc.constantFrom(...names, 'nobody.local', 'f'.repeat(64)),
      amount: fc.bigInt({ min: 0n, max: 20n * near }),
      method: fc.constantFrom('echo', 'set', 'fail', 'missing', 'recurse'),
      gas: fc.bigInt({ min: 1n, max: 120n * Tgas }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const chain = openChain();
        watchSupply(chain);
        const client = new ChainClient(chain);
        for (const name of names) await client.createAccount(name, 30n * near);
        await client.send('a.local', 'a.local', [actions.deployContract(demoContract('echo'))]);
        await client.send('b.local', 'b.local', [actions.deployContract(demoContract('fail'))]);
        const hashes: string[] = [];
        for (const { kind, from, to, amount, method, gas } of steps) {
          const list: Record<string, Action[]> = {
            transfer: [actions.transfer(amount)],
            call: [actions.functionCall(method, {}, gas, amount / 4n)],
            relay: [actions.functionCall('relay', text(from), gas, amount / 4n)],
            key: [actions.deleteKey(client.publicKey(from))],
            delete: [actions.deleteAccount(to)],
            create: [actions.createAccount(), actions.transfer(amount)],
            batch: [
              actions.transfer(amount / 8n),
              actions.functionCall('set', { amount: `${amount}` }, gas, 1n),
              actions.functionCall(method, {}, 10n * Tgas, amount / 8n),
            ],
          };
          const receiver = kind === 'delete' || kind === 'key' ? from : to;
          try {
            const bytes = await client.sign(from, receiver, list[kind]!);
            hashes.push(chain.submit(bytes).hash);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidTransaction);
          }
        }
        for (const hash of hashes) {
          await chain.wait(hash, 'executed').catch((error) => {
            expect(error).to.be.instanceOf(InvalidTransaction);
          });
        }
        await chain.stop();
        expectConserved(chain);
        expect(chain.ledger.supply().inFlight).to.equal(0n);
      }),
      { numRuns: 10 },
    );
  });

  it('refuses a transaction whose balance another one took first', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 5n * near);
    const take = (): Promise<Uint8Array> =>
      client.sign('a.local', 'local', [actions.transfer(3n * near)]);
    const first = chain.submit(await take());
    const second = chain.submit(await take());
    await chain.wait(first.hash, 'executed');
    const refusal = await chain.wait(second.hash, 'executed').catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(InvalidTransaction);
    expect(JSON.stringify((refusal as InvalidTransaction).reason)).to.include('NotEnoughBalance');
    await chain.stop();
  });

  it('runs transactions of many senders together, each once', async () => {
    const chain = openChain();
    watchSupply(chain);
    const client = new ChainClient(chain);
    await client.createAccount('sink.local', near);
    const signed = await Promise.all(
      Array.from({ length: 150 }, () =>
        client.sign('local', 'sink.local', [actions.transfer(near)]),
      ),
    );
    const hashes = signed.map((bytes) => chain.submit(bytes).hash);
    for (const bytes of signed) chain.submit(bytes);
    await Promise.all(hashes.map((hash) => chain.wait(hash, 'executed')));
    expect(client.balance('sink.local')).to.equal(151n * near);
    await chain.stop();
  });

  it('undoes everything a failed receipt did', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 10n * near);
    await client.send('a.local', 'a.local', [actions.deployContract(demoContract())]);
    await client.call('local', 'a.local', 'set', text('kept'));
    const before = chain.world.accounts.get('a.local')!.storageUsageBytes;
    const record = await client.send('local', 'a.local', [
      actions.transfer(near),
      actions.functionCall('set', text('a longer text, not kept'), 30n * Tgas, near),
      actions.functionCall('fail', {}, 30n * Tgas, 0n),
    ]);
    expect(JSON.stringify(firstOutcome(chain, record))).to.include('"index":2');
    expect(view(chain, 'a.local', 'get').toString()).to.equal('kept');
    expect(chain.world.accounts.get('a.local')!.storageUsageBytes).to.equal(before);
    await chain.stop();
  });

  it('counts storage in bytes of key, value and record', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 10n * near);
    const usage = (): number => chain.world.accounts.get('a.local')!.storageUsageBytes;
    expect(usage()).to.equal(100 + 82);
    const code = demoContract();
    await client.send('a.local', 'a.local', [actions.deployContract(code)]);
    expect(usage()).to.equal(182 + code.length);
    await client.call('local', 'a.local', 'set', text('12345'));
    expect(usage()).to.equal(182 + code.length + 1 + 5 + 40);
    await client.call('local', 'a.local', 'set', text('1'));
    expect(usage()).to.equal(182 + code.length + 1 + 1 + 40);
    await client.send('a.local', 'a.local', [actions.deployContract(new Uint8Array())]);
    expect(usage()).to.equal(182 + 42);
    await chain.stop();
  });

  it('creates an implicit account by the first transfer to it', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    const key = client.publicKey('somebody').toString();
    const id = Buffer.from(client.publicKey('somebody').data).toString('hex');
    await client.send('local', id, [actions.transfer(near)]);
    expect(client.balance(id)).to.equal(near);
    expect([...chain.world.accounts.get(id)!.keys.keys()]).to.deep.equal([key]);
    await chain.stop();
  });

  it('charges a transfer for the account that it may have to make, also where that is there', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', near);
    const hex = Buffer.from(client.publicKey('somebody').data).toString('hex');
    const burnt = async (id: string): Promise<number[]> => {
      const record = await client.send('local', id, [actions.transfer(near)]);
      const receipt = chain.outcome(record.executed[0]!)!;
      return [record.outcome.gasBurnt, receipt.gasBurnt];
    };
    // Of nearcore's parameters: receipt, transfer, account, full-access key.
    const named = 108_059_500_000 + 115_123_062_500;
    const address = named + 3_850_000_000_000;
    const keyed = address + 101_765_125_000;
    expect(await burnt('a.local')).to.deep.equal([named, named]);
    expect(await burnt(hex)).to.deep.equal([keyed, keyed]);
    expect(await burnt(hex)).to.deep.equal([keyed, keyed]);
    // The local chain has no wallet to give to an address, so there it fails, and pays.
    expect(await burnt(`0x${'7'.repeat(40)}`)).to.deep.equal([address, address]);
    expectConserved(chain);
    await chain.stop();
  });

  it('draws the same random seed for the same call, however transactions interleave', async () => {
    const draw = async (others: number, seed: string, args: string): Promise<string> => {
      const chain = openChain({ seed });
      const client = new ChainClient(chain, seed);
      await client.createAccount('a.local', 10n * near);
      await client.send('a.local', 'a.local', [actions.deployContract(demoContract())]);
      for (let i = 0; i < others; i++) await client.call('local', 'a.local', 'echo');
      const record = await client.call('local', 'a.local', 'seed', text(args));
      await chain.stop();
      return JSON.stringify(firstOutcome(chain, record));
    };
    const one = await draw(0, 'x', 'tick 1');
    expect(await draw(3, 'x', 'tick 1')).to.equal(one);
    expect(await draw(0, 'x', 'tick 2')).not.to.equal(one);
    expect(await draw(0, 'y', 'tick 1')).not.to.equal(one);
  });

  it('makes the same chain twice from the same seed and transactions', async () => {
    const run = async (): Promise<unknown> => {
      const chain = openChain();
      const client = new ChainClient(chain);
      await client.createAccount('a.local', 10n * near);
      await client.send('a.local', 'a.local', [actions.deployContract(demoContract('echo'))]);
      const record = await client.call('local', 'a.local', 'relay', text('a.local'), {
        gas: 100n * Tgas,
      });
      await chain.stop();
      return { head: chain.head, record };
    };
    expect(await run()).to.deep.equal(await run());
  });

  it('waits with a callback for all of several promises', async () => {
    const chain = openChain();
    watchSupply(chain);
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 20n * near);
    await client.createAccount('b.local', 20n * near);
    await client.send('b.local', 'b.local', [actions.deployContract(demoContract('echo'))]);
    await client.send('a.local', 'a.local', [actions.deployContract(joining)]);
    const record = await client.call('local', 'a.local', 'join', {}, { gas: 200n * Tgas });
    const done = record.executed.map((id) => chain.outcome(id)!).find(({ logs }) => logs.length);
    // Two promises; the first succeeded (1) and the second failed (2).
    expect(done?.logs).to.deep.equal(['212']);
    await chain.stop();
  });
});

/** `join` calls b.local's `echo` and `fail`, and then its own `done`, which logs the statuses. */
const joining = assemble(`(module ${imports}
  (memory 1)
  (data (i32.const 0) "b.local")
  (data (i32.const 16) "echo")
  (data (i32.const 24) "fail")
  (data (i32.const 32) "a.local")
  (data (i32.const 48) "done")
  (func $call (param $name i64) (result i64)
    (call $promise_create (i64.const 7) (i64.const 0) (i64.const 4) (local.get $name)
      (i64.const 0) (i64.const 0) (i64.const 128) (i64.const 10000000000000)))
  (func (export "join")
    (i64.store (i32.const 256) (call $call (i64.const 16)))
    (i64.store (i32.const 264) (call $call (i64.const 24)))
    (drop (call $promise_then (call $promise_and (i64.const 256) (i64.const 2))
      (i64.const 7) (i64.const 32) (i64.const 4) (i64.const 48)
      (i64.const 0) (i64.const 0) (i64.const 128) (i64.const 10000000000000))))
  (func $digit (param $at i32) (param $value i64)
    (i64.store8 (local.get $at) (i64.add (i64.const 48) (local.get $value))))
  (func (export "done")
    (call $digit (i32.const 300) (call $results_count))
    (call $digit (i32.const 301) (call $promise_result (i64.const 0) (i64.const 1)))
    (call $digit (i32.const 302) (call $promise_result (i64.const 1) (i64.const 1)))
    (call $log (i64.const 3) (i64.const 300))))`);

describe('a chain on disk', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'localnet-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function prepared(): Promise<Chain> {
    const chain = openChain({ dataDir: folder });
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 10n * near);
    await client.send('a.local', 'a.local', [actions.deployContract(demoContract())]);
    await client.call('local', 'a.local', 'set', text('kept'));
    return chain;
  }

  it('goes on where it stopped', async () => {
    const first = await prepared();
    const { hash } = (await new ChainClient(first).call('local', 'a.local', 'echo')).transaction;
    await first.stop();
    const again = openChain({ dataDir: folder });
    expect(again.head).to.deep.equal(first.head);
    expect([...again.world.snapshot()]).to.deep.equal([...first.world.snapshot()]);
    expect(again.transaction(hash)).to.deep.equal(first.transaction(hash));
    expect(view(again, 'a.local', 'get').toString()).to.equal('kept');
    await new ChainClient(again).call('local', 'a.local', 'set', text('more'));
    expect(view(again, 'a.local', 'get').toString()).to.equal('more');
    expectConserved(again);
    await again.stop();
  });

  it('survives a kill at any byte of its last block', async () => {
    const chain = await prepared();
    const headers = [chain.head];
    await chain.stop();
    const whole = readFileSync(join(folder, 'chain.jsonl'));
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const cut of [lastLine, lastLine + 1, whole.length - 2, whole.length - 1]) {
      writeFileSync(join(folder, 'chain.jsonl'), whole.subarray(0, cut));
      const again = openChain({ dataDir: folder });
      expectConserved(again);
      await again.stop();
      expect(again.head.height).to.be.at.least(headers[0]!.height - 1);
    }
  });

  it('finishes what was under way when it was killed', async () => {
    const chain = await prepared();
    const client = new ChainClient(chain);
    const bytes = await client.sign('local', 'a.local', [
      actions.functionCall('set', text('later'), 30n * Tgas, near),
    ]);
    const { hash } = chain.submit(bytes);
    await chain.wait(hash, 'included');
    const atKill = readFileSync(join(folder, 'chain.jsonl'));
    await chain.stop();
    writeFileSync(join(folder, 'chain.jsonl'), atKill);
    const again = openChain({ dataDir: folder });
    expect(again.ledger.supply().inFlight > near).to.equal(true);
    expectConserved(again);
    await again.wait(hash, 'executed');
    expect(view(again, 'a.local', 'get').toString()).to.equal('later');
    expect(again.ledger.supply().inFlight).to.equal(0n);
    await again.stop();
  });

  it('takes over from a killed node, also where its process id is in use again', async () => {
    await (await prepared()).stop();
    for (const stale of ['lock.999999999.1', `lock.${process.pid}.1`, 'lock.1.1']) {
      writeFileSync(join(folder, stale), '');
      await openChain({ dataDir: folder }).stop();
    }
  });

  it('refuses a damaged history, another seed, and a second node', async () => {
    const chain = await prepared();
    expect(() => openChain({ dataDir: folder })).to.throw('CHAIN_IN_USE');
    await chain.stop();
    expect(() => openChain({ dataDir: folder, seed: 'other' })).to.throw('OTHER_CHAIN');
    const path = join(folder, 'chain.jsonl');
    const damaged = readFileSync(path);
    damaged[40] = damaged[40]! ^ 1;
    writeFileSync(path, damaged);
    expect(() => openChain({ dataDir: folder })).to.throw('CORRUPT_CHAIN');
  });
});
