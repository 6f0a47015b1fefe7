/** What stands where a relayer should, and answers as none does, has carried nothing. */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  sendToRelay,
  type DelegatedCall,
} from '@commonweights/dao-contracts/client/delegated-call.js';
import type { DaoError } from '@commonweights/dao-contracts/client/errors.js';

async function answerTo(status: number, body: string): Promise<unknown> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await sendToRelay({} as DelegatedCall, { relayUrl, timeoutMs: 10_000 });
  } catch (error) {
    const { name, code, facts, remedy } = error as DaoError;
    return { name, code, facts, remedy };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('an answer to a relayed call', () => {
  const returned = { returned: '{"moved":true}', transactionHash: 'AbC' };

  it('is what the contract returned, which may be nothing', async () => {
    expect(await answerTo(200, JSON.stringify(returned))).to.equal('{"moved":true}');
    expect(await answerTo(200, JSON.stringify({ ...returned, returned: '' }))).to.equal('');
  });

  it('is the refusal in its own words, with or without a remedy', async () => {
    const refusal = { code: 'NOT_FOUND', facts: 'no run 1', remedy: 'name another' };
    expect(await answerTo(422, JSON.stringify(refusal))).to.deep.equal({
      name: 'DaoError',
      ...refusal,
    });
    for (const remedy of [null, 7]) {
      expect(await answerTo(400, JSON.stringify({ ...refusal, remedy }))).to.include({
        code: 'NOT_FOUND',
        remedy: null,
      });
    }
  });

  const others: [number, unknown][] = [
    [404, { error: 'not found' }],
    [200, {}],
    [200, null],
    [200, []],
    [200, 'fine'],
    [200, { ...returned, returned: { moved: true } }],
    [200, { returned: 'without a transaction' }],
    [502, returned],
    [422, { code: 7, facts: 'no' }],
    [422, { code: 'NOT_FOUND' }],
  ];
  for (const [status, body] of others) {
    it(`is none when it is ${status} ${JSON.stringify(body)}`, async () => {
      const answer = (await answerTo(status, JSON.stringify(body))) as DaoError;
      expect(answer.code).to.equal('RELAY_UNREACHABLE');
      expect(answer.facts).to.match(/^what answers at http:\S+ is no relayer$/);
    });
  }

  it('is none when it is no JSON', async () => {
    expect(await answerTo(502, '<html>')).to.include({ code: 'RELAY_UNREACHABLE' });
  });
});
