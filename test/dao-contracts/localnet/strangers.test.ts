/** What a web page somewhere else can do to a node on this machine: ask, and not much at a time. */
import { expect } from 'chai';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { serveRpc, type RpcServer } from '@commonweights/dao-contracts/localnet/rpc/server.js';
import { decodeStateRecords } from '@commonweights/dao-contracts/localnet/rpc/state-records.js';
import { ViewCache, viewsOf } from '@commonweights/dao-contracts/localnet/rpc/view-cache.js';
import { openChain } from './chain-client.js';
import { demoContract } from './contracts.js';

const elsewhere = { Origin: 'https://example.org', 'Content-Type': 'application/json' };

describe('a page of another site', function () {
  this.timeout(60_000);
  let chain: Chain;
  let server: RpcServer;
  /** In which turn of the event loop each view ran. */
  const viewedAt: number[] = [];
  let turn = 0;
  let counting = true;

  before(async () => {
    const code = Buffer.from(demoContract()).toString('base64');
    const account = { amount: `${10n ** 27n}`, locked: '0', code_hash: '1'.repeat(32) };
    const records = [
      { Account: { account_id: 'c.local', account } },
      { Contract: { account_id: 'c.local', code } },
    ];
    chain = openChain({ maxViewGas: 3e12, records: decodeStateRecords(records) });
    const viewNow = chain.viewNow.bind(chain);
    chain.viewNow = () => {
      viewedAt.push(turn);
      return viewNow();
    };
    server = await serveRpc(chain, 0, false);
    const count = (): void => {
      turn++;
      if (counting) setImmediate(count);
    };
    count();
  });
  after(async () => {
    counting = false;
    await server?.close();
    await chain?.stop();
  });
  beforeEach(() => viewedAt.splice(0));

  const spin = (id: number): object => ({
    ...{ jsonrpc: '2.0', id, method: 'query' },
    params: {
      ...{ request_type: 'call_function', finality: 'final', account_id: 'c.local' },
      ...{ method_name: 'spin', args_base64: '' },
    },
  });
  const batch = (size: number) => Array.from({ length: size }, (_, id) => spin(id));
  const post = async (body: unknown, headers: Record<string, string>) => {
    const response = await fetch(server.url, {
      ...{ method: 'POST', headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as unknown };
  };
  const distinct = () => new Set(viewedAt).size;

  it('has one request in a turn answered, however many it sends at once', async () => {
    const answers = await Promise.all([
      post(batch(4), elsewhere),
      post(batch(4), elsewhere),
      post(spin(8), elsewhere),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    const ids = (answers[0]!.answer as { id: number }[]).map(({ id }) => id);
    expect(ids).to.deep.equal([0, 1, 2, 3]);
    expect(viewedAt).to.have.length(9);
    expect(distinct()).to.equal(9);
  });

  it('is refused while two hundred of its requests wait, and not for ever', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(batch(50), elsewhere)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([200, 200, 200, 200, 429]);
    expect((await post(spin(1), elsewhere)).status).to.equal(200);
  });

  it('sends what its browser asks about first, or nothing', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const headers = { Origin: 'https://example.org', 'Content-Type': type };
      const { status, answer } = await post(spin(1), headers);
      expect(status, type).to.equal(415);
      expect(JSON.stringify(answer)).to.include('application/json');
    }
    const named = { ...elsewhere, 'Content-Type': 'application/json; charset=utf-8' };
    expect((await post(spin(1), named)).status).to.equal(200);
    expect(viewedAt).to.have.length(1);
  });

  it('unlike a program, whose batch takes a turn for each request too', async () => {
    expect((await post(batch(4), {})).status).to.equal(200);
    expect(distinct()).to.equal(4);
  });
});

describe('views that are kept', () => {
  it('are kept by bytes, the oldest given up, and none that is large', () => {
    const cache = new ViewCache();
    const view = (bytes: number) => ({ result: new Array<number>(bytes).fill(1), logs: ['line'] });
    cache.keep('large', view(300_000));
    cache.keep('x'.repeat(300_000), view(1));
    expect(cache.bytes).to.equal(0);
    for (let i = 0; i < 100; i++) cache.keep(`view ${i}`, view(200_000));
    expect(cache.bytes).to.be.within(8e6, 8 * 1024 * 1024);
    expect(cache.get('view 0')).to.equal(undefined);
    expect(cache.get('view 99')?.logs).to.deep.equal(['line']);
    const before = cache.bytes;
    cache.keep('view 99', view(5));
    expect(cache.bytes).to.equal(before);
  });

  it('are those of a clock that stands', async () => {
    const [logical, system] = [openChain(), openChain({ clock: 'system' })];
    expect(viewsOf(logical)).to.be.instanceOf(ViewCache);
    expect(viewsOf(logical)).to.equal(viewsOf(logical));
    expect(viewsOf(system)).to.equal(null);
    await logical.stop();
    await system.stop();
  });
});
