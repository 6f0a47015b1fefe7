/** What a disk may do to the chain that is kept on it, and what a restart then makes of it. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions } from 'near-api-js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import type { ChainOptions } from '@commonweights/dao-contracts/localnet/runtime/chain-options.js';
import type { WriteSome } from '@commonweights/dao-contracts/localnet/runtime/journal.js';
import { answer } from '@commonweights/dao-contracts/localnet/rpc/methods.js';
import { Parameters } from '@commonweights/dao-contracts/localnet/rpc/parameters.js';
import { ChainClient, near, openChain } from './chain-client.js';

type Changed = Partial<ChainOptions>;

describe('the journal of a chain', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'localnet-'));
    path = join(folder, 'chain.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function pay(chain: Chain, times: number): Promise<void> {
    const client = new ChainClient(chain);
    for (let i = 0; i < times; i++) await client.send('local', 'a.local', [actions.transfer(1n)]);
  }

  async function prepared(changed: Changed = {}): Promise<Chain> {
    const chain = openChain({ dataDir: folder, ...changed });
    await new ChainClient(chain).createAccount('a.local', near);
    return chain;
  }

  it('is whole though the disk takes a part of each line at a time', async () => {
    const few: WriteSome = (file, bytes) => writeSync(file, bytes.subarray(0, 100));
    const chain = await prepared({ writeSome: few });
    await pay(chain, 3);
    await chain.stop();
    const again = openChain({ dataDir: folder });
    expect(again.head).to.deep.equal(chain.head);
    expect([...again.world.snapshot()]).to.deep.equal([...chain.world.snapshot()]);
    await again.stop();
  });

  it('keeps all that anybody was told of when the disk is full in the middle of a line', async () => {
    let room = 1_000_000;
    const filling: WriteSome = (file, bytes) => {
      if (room === 0) throw new Error('ENOSPC: no space left on device, write');
      const written = writeSync(file, bytes.subarray(0, room));
      room -= written;
      return written;
    };
    const chain = await prepared({ writeSome: filling });
    const client = new ChainClient(chain);
    const told = await client.send('local', 'a.local', [actions.transfer(5n)]);
    const head = chain.head;
    room = 30;
    const refused = chain.submit(await client.sign('local', 'a.local', [actions.transfer(7n)]));
    const error = await chain.wait(refused.hash, 'executed').catch((caught: Error) => caught);
    expect(String(error)).to.match(/LOCALNET_FAULT: block \d+ failed: Error: ENOSPC/);
    await chain.stop();

    const again = openChain({ dataDir: folder });
    expect(again.head).to.deep.equal(head);
    expect(again.transaction(told.transaction.hash)).to.deep.equal(told);
    expect(again.transaction(refused.hash)).to.equal(undefined);
    expect(new ChainClient(again).balance('a.local')).to.equal(near + 5n);
    await again.stop();
  });

  it('is not served beyond what was written', async () => {
    let isFull = false;
    const full: WriteSome = (file, bytes) => {
      if (isFull) throw new Error('ENOSPC: no space left on device, write');
      return writeSync(file, bytes);
    };
    const chain = await prepared({ writeSome: full });
    const client = new ChainClient(chain);
    const bytes = await client.sign('local', 'a.local', [actions.transfer(7n)]);
    isFull = true;
    const { hash } = chain.submit(bytes);
    await chain.wait(hash, 'included').catch(() => undefined);
    // In memory the money has moved; on disk it has not.
    expect(chain.transaction(hash)).to.not.equal(undefined);
    const text = Buffer.from(bytes).toString('base64');
    const account = { request_type: 'view_account', account_id: 'a.local', finality: 'final' };
    const requests: [string, unknown][] = [
      ['status', undefined],
      ['block', { finality: 'final' }],
      ['query', account],
      ['tx', { tx_hash: hash, sender_account_id: 'local' }],
      ['send_tx', { signed_tx_base64: text }],
      ['broadcast_tx_async', [text]],
      ['sandbox_fast_forward', { delta_height: 1 }],
      ['localnet_supply', {}],
    ];
    for (const [method, parameters] of requests) {
      const told = await answer(chain, method, new Parameters(parameters)).catch(String);
      expect(told, method).to.match(/LOCALNET_FAULT/);
    }
    expect(() => chain.submit(bytes)).to.throw('LOCALNET_FAULT');
    await chain.stop();
  });

  it('loses only a last line without its end, and no damaged one with it', async () => {
    const chain = await prepared();
    await chain.stop();
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    const damaged = Buffer.from(whole);
    damaged[lastLine + 40]! ^= 1;
    writeFileSync(path, damaged);
    expect(() => openChain({ dataDir: folder })).to.throw(
      new RegExp(`CORRUPT_CHAIN: .* is damaged at byte ${lastLine};`),
    );
    expect(readFileSync(path).equals(damaged)).to.equal(true);
    writeFileSync(path, damaged.subarray(0, -1));
    const again = openChain({ dataDir: folder });
    expect(again.head.hash).to.equal(chain.head.previousHash);
    expect(again.cutBytes).to.equal(whole.length - lastLine - 1);
    await again.stop();
    const third = openChain({ dataDir: folder });
    expect(third.cutBytes).to.equal(0);
    await third.stop();
  });

  it('stays near its bound while the chain runs, and holds the same chain', async () => {
    const compactAboveBytes = 40_000;
    const chain = await prepared({ compactAboveBytes });
    const lengths: number[] = [];
    for (let i = 0; i < 60; i++) {
      await pay(chain, 1);
      lengths.push(statSync(path).size);
    }
    const shorter = lengths.filter((length, i) => i > 0 && length < lengths[i - 1]!);
    expect(shorter.length).to.be.at.least(1);
    await chain.stop();
    const again = openChain({ dataDir: folder });
    expect(again.head).to.deep.equal(chain.head);
    expect(again.genesis).to.deep.equal(chain.genesis);
    const byName = (one: Chain) => [...one.world.snapshot()].map((change) => change.join()).sort();
    expect(byName(again)).to.deep.equal(byName(chain));
    await pay(again, 1);
    await again.stop();
  });

  it('reads snapshots of many lines, and lines longer than it reads at a time', async () => {
    const chain = await prepared({ compactAboveBytes: 1 });
    const client = new ChainClient(chain);
    const code = new Uint8Array(1_200_000);
    code.set([0, 97, 115, 109, 1]);
    await client.send('a.local', 'a.local', [actions.deployContract(code)]).catch(() => undefined);
    for (let i = 0; i < 1_100; i++) {
      chain.world.put(['record', `note/${i}`, { i }]);
    }
    await pay(chain, 2);
    await chain.stop();
    const again = openChain({ dataDir: folder, compactAboveBytes: 1 });
    expect(again.head).to.deep.equal(chain.head);
    expect(again.world.recordNames('note/')).to.have.length(1_100);
    await again.stop();
    const third = openChain({ dataDir: folder });
    expect(third.head).to.deep.equal(chain.head);
    expect(third.world.recordNames('note/')).to.have.length(1_100);
    await third.stop();
  });

  it('is as it was, and the folder free, after it could not be rewritten', async () => {
    await (await prepared()).stop();
    const before = readFileSync(path);
    const full: WriteSome = () => {
      throw new Error('ENOSPC: no space left on device, write');
    };
    const open = () => openChain({ dataDir: folder, compactAboveBytes: 1, writeSome: full });
    expect(open).to.throw('ENOSPC');
    expect(open).to.throw('ENOSPC');
    expect(readFileSync(path).equals(before)).to.equal(true);
    rmSync(path);
    // Not even the first block can be written.
    expect(open).to.throw('ENOSPC');
    await openChain({ dataDir: folder }).stop();
  });
});
