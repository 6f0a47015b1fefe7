/** What the node answers to clients that are wrong, large or malicious. */
import { request } from 'node:http';
import { expect } from 'chai';
import fc from 'fast-check';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import {
  DecodeError,
  decodeTransaction,
} from '@commonweights/dao-contracts/localnet/runtime/transaction.js';
import { actions } from 'near-api-js';
import { ChainClient, openChain } from './chain-client.js';
import { demoContract } from './contracts.js';

interface Reply {
  id?: unknown;
  result?: Record<string, unknown>;
  error?: { name: string; cause: { name: string; info: Record<string, unknown> }; data: unknown };
}

describe('the JSON-RPC server', () => {
  let node: Localnet;

  before(async () => {
    node = await startLocalnet({ seed: 'rpc test' });
  });

  after(() => node.stop());

  async function post(body: string, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(node.url, { method: 'POST', body, headers });
    expect(response.status).to.equal(200);
    return (await response.json()) as Reply;
  }

  const ask = (method: unknown, params: unknown, headers?: Record<string, string>) =>
    post(JSON.stringify({ jsonrpc: '2.0', id: 'x', method, params }), headers);

  const causeOf = (reply: Reply): string | undefined => reply.error?.cause.name;

  it('answers malformed requests with one error', async () => {
    for (const body of ['', '{', 'null', '5', '"text"', '[]', '{}', '{"method":7}']) {
      expect(causeOf(await post(body)), body).to.equal('PARSE_ERROR');
    }
    expect(causeOf(await ask('no_such_method', {}))).to.equal('METHOD_NOT_FOUND');
    expect(causeOf(await ask('constructor', {}))).to.equal('METHOD_NOT_FOUND');
  });

  it('answers wrong parameters with one error', async () => {
    const wrong: [string, unknown][] = [
      ['query', null],
      ['query', { request_type: 'view_account' }],
      ['query', { request_type: 'view_account', account_id: 'NOT A NAME' }],
      ['query', { request_type: 'view_everything', account_id: 'local' }],
      ['query', { request_type: 'view_access_key', account_id: 'local', public_key: 'x' }],
      [
        'query',
        { request_type: 'call_function', account_id: 'local', method_name: 'x', args_base64: '%' },
      ],
      ['block', { block_id: {} }],
      ['send_tx', { signed_tx_base64: 'AAAA' }],
      ['send_tx', { signed_tx_base64: 7 }],
      ['send_tx', []],
      ['sandbox_fast_forward', {}],
      ['sandbox_fast_forward', { duration: -1 }],
      ['sandbox_fast_forward', { duration: 1e300 }],
      ['sandbox_fast_forward', { duration: 1, delta_height: 1 }],
      ['EXPERIMENTAL_changes', { changes_type: 'nothing', finality: 'final' }],
    ];
    for (const [method, params] of wrong) {
      expect(causeOf(await ask(method, params)), JSON.stringify(params)).to.equal('PARSE_ERROR');
    }
  });

  it('names what does not exist', async () => {
    const query = (more: object): Promise<Reply> =>
      ask('query', { finality: 'final', account_id: 'local', ...more });
    const nobody = { request_type: 'view_account', account_id: 'nobody.local' };
    expect(causeOf(await query(nobody))).to.equal('UNKNOWN_ACCOUNT');
    const key = `ed25519:${'1'.repeat(32)}`;
    const other = { request_type: 'view_access_key', public_key: key };
    expect(causeOf(await query(other))).to.equal('UNKNOWN_ACCESS_KEY');
    expect(causeOf(await query({ request_type: 'view_code' }))).to.equal('NO_CONTRACT_CODE');
    const call = { request_type: 'call_function', method_name: 'x', args_base64: '' };
    expect(causeOf(await query(call))).to.equal('CONTRACT_EXECUTION_ERROR');
    expect(causeOf(await ask('block', { block_id: 99 }))).to.equal('UNKNOWN_BLOCK');
    expect(causeOf(await ask('tx', { tx_hash: 'x', sender_account_id: 'local' }))).to.equal(
      'UNKNOWN_TRANSACTION',
    );
    expect(causeOf(await ask('EXPERIMENTAL_receipt', { receipt_id: 'x' }))).to.equal(
      'UNKNOWN_RECEIPT',
    );
    expect(causeOf(await ask('next_light_client_block', {}))).to.equal('PARSE_ERROR');
    expect(causeOf(await ask('next_light_client_block', ['x']))).to.equal('UNKNOWN_BLOCK');
  });

  it('lets a view burn 300 Tgas, or what it was started with, and ends it there', async () => {
    const code = Buffer.from(demoContract()).toString('base64');
    const account = { amount: `${10n ** 27n}`, locked: '0', code_hash: '1'.repeat(32) };
    const records = [
      { Account: { account_id: 'c.local', account } },
      { Contract: { account_id: 'c.local', code } },
    ];
    const view = async (url: string, method_name: string): Promise<Reply> => {
      const params = { request_type: 'call_function', finality: 'final', account_id: 'c.local' };
      const body = JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'query' },
        params: { ...params, method_name, args_base64: '' },
      });
      const response = await fetch(url, { method: 'POST', body });
      return (await response.json()) as Reply;
    };
    const limit = 'Exceeded the maximum amount of gas allowed to burn per contract.';
    const costs = 3e12;
    for (const [maxViewGas, isEnough] of [
      [undefined, true],
      [costs, true],
      [costs / 1_000, false],
      [1e18, true],
    ] as const) {
      const options = maxViewGas === undefined ? {} : { maxViewGas };
      const own = await startLocalnet({ seed: 'view gas', records, ...options });
      try {
        const answered = JSON.stringify(await view(own.url, 'echo'));
        expect(answered.includes('"result"'), `${maxViewGas}: ${answered}`).to.equal(isEnough);
        if (!isEnough) expect(answered).to.include(limit);
        if (maxViewGas !== 1e18)
          expect(JSON.stringify(await view(own.url, 'spin'))).to.include(limit);
      } finally {
        await own.stop();
      }
    }
  });

  it('lists state by prefix, and none of an account that stores over 50 KB beside its code', async () => {
    const account = { amount: `${10n ** 27n}`, locked: '0', code_hash: '1'.repeat(32) };
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const data = (account_id: string, key: string, bytes: number): object => ({
      Data: { account_id, data_key: base64(key), value: base64('x'.repeat(bytes)) },
    });
    const records = [
      { Account: { account_id: 'small.local', account } },
      { Contract: { account_id: 'small.local', code: base64('y'.repeat(100_000)) } },
      data('small.local', 'a1', 20_000),
      data('small.local', 'a2', 20_000),
      data('small.local', 'b1', 5_000),
      { Account: { account_id: 'large.local', account } },
      data('large.local', 'a1', 50_000),
      data('large.local', 'b1', 1),
    ];
    const own = await startLocalnet({ seed: 'states', records });
    try {
      const view = async (account_id: string, prefix: string): Promise<Reply> => {
        const params = { request_type: 'view_state', finality: 'final', account_id };
        const body = JSON.stringify({
          ...{ jsonrpc: '2.0', id: 1, method: 'query' },
          params: { ...params, prefix_base64: base64(prefix) },
        });
        return (await (await fetch(own.url, { method: 'POST', body })).json()) as Reply;
      };
      const keysOf = async (prefix: string): Promise<string[]> => {
        const { result } = await view('small.local', prefix);
        const values = result!['values'] as { key: string }[];
        return values.map(({ key }) => Buffer.from(key, 'base64').toString());
      };
      expect(await keysOf('')).to.deep.equal(['a1', 'a2', 'b1']);
      expect(await keysOf('a')).to.deep.equal(['a1', 'a2']);
      expect(await keysOf('c')).to.deep.equal([]);
      for (const prefix of ['', 'b']) {
        const told = await view('large.local', prefix);
        expect(causeOf(told)).to.equal('TOO_LARGE_CONTRACT_STATE');
        expect(told.error!.data).to.equal(
          'State of contract large.local is too large to be viewed',
        );
      }
    } finally {
      await own.stop();
    }
  });

  it('answers a batch in order, and bounds it', async () => {
    const one = (id: number): object => ({ jsonrpc: '2.0', id, method: 'gas_price', params: [] });
    const replies = await post(JSON.stringify([one(1), { id: 2 }, one(3)]));
    expect((replies as unknown as Reply[]).map(({ id }) => id)).to.deep.equal([1, 2, 3]);
    const many = await post(JSON.stringify(Array.from({ length: 51 }, (_, i) => one(i))));
    expect(causeOf(many)).to.equal('PARSE_ERROR');
  });

  it('stops reading a body that is too large', async () => {
    const reply = await new Promise<string>((resolve, reject) => {
      const sent = request(node.url, { method: 'POST' }, (response) => {
        response.setEncoding('utf8');
        response.once('data', (chunk: string) => {
          resolve(chunk);
          sent.destroy();
        });
      });
      sent.on('error', reject);
      const chunk = Buffer.alloc(1024 * 1024, 32);
      for (let i = 0; i < 11; i++) sent.write(chunk);
    });
    expect(reply).to.include('exceeds 10485760 bytes');
  });

  it('lets pages of other sites ask, and none of them move the clock', async () => {
    const options = await fetch(node.url, { method: 'OPTIONS' });
    expect(options.status).to.equal(204);
    expect(options.headers.get('access-control-allow-origin')).to.equal('*');
    const json = { 'Content-Type': 'application/json' };
    const elsewhere = { Origin: 'https://example.org', ...json };
    expect(await ask('gas_price', [], elsewhere)).to.have.property('result');
    const forward = (headers: Record<string, string>): Promise<Reply> =>
      ask('sandbox_fast_forward', { duration: 1000 }, headers);
    expect(causeOf(await forward(elsewhere))).to.equal('PARSE_ERROR');
    expect(causeOf(await forward({ Origin: 'null', ...json }))).to.equal('PARSE_ERROR');
    const here = { Origin: 'http://localhost:8080', ...json };
    const { result } = (await forward(here)) as { result?: unknown };
    expect(result).to.deep.equal({});
  });

  it('reports the supply', async () => {
    const { result } = await ask('localnet_supply', {});
    expect(result).to.deep.equal({
      totalSupply: `${10n ** 33n}`,
      burnt: '0',
      accountsTotal: `${10n ** 33n}`,
      inFlight: '0',
    });
  });

  it('refuses a port that is taken', async () => {
    const { port } = new URL(node.url);
    const second = startLocalnet({ seed: 'rpc test', port: Number(port) });
    const error = await second.catch((caught: Error) => caught);
    expect((error as Error).message).to.include('PORT_IN_USE');
  });

  it('leaves nothing of a stopped node behind', async () => {
    const second = await startLocalnet({ seed: 'rpc test' });
    await second.stop();
    await second.stop();
    const error = await fetch(second.url).catch((caught: Error) => caught);
    expect(error).to.be.instanceOf(Error);
  });
});

describe('decoding transactions', () => {
  const whole = async (): Promise<Uint8Array> => {
    const chain = openChain();
    return new ChainClient(chain).sign('local', 'local', [
      actions.transfer(1n),
      actions.functionCall('x', { a: 1 }, 5n, 7n),
      actions.addFunctionCallAccessKey(
        new ChainClient(chain).publicKey('k'),
        'local',
        ['a', 'b'],
        9n,
      ),
    ]);
  };

  it('refuses every cut and every extension', async () => {
    const bytes = await whole();
    expect(decodeTransaction(bytes).actions).to.have.length(3);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeTransaction(bytes.subarray(0, end))).to.throw(DecodeError);
    }
    expect(() => decodeTransaction(Buffer.concat([bytes, Buffer.of(0)]))).to.throw(DecodeError);
  });

  it('either decodes or refuses, whatever the bytes', async () => {
    const bytes = await whole();
    const check = (input: Uint8Array): void => {
      try {
        decodeTransaction(input);
      } catch (error) {
        expect(error).to.be.instanceOf(DecodeError);
      }
    };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const damaged = bytes.slice();
        damaged[at] = byte;
        check(damaged);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check));
  });

  it('takes no transaction whose bytes were changed', async () => {
    const chain = openChain();
    const bytes = await new ChainClient(chain).sign('local', 'local', [actions.transfer(1n)]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ flip;
        expect(() => chain.submit(changed)).to.throw();
      }),
    );
    chain.submit(bytes);
    await chain.stop();
  });
});
