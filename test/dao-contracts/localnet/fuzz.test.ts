/** A sample of what `npm run bench -- node-fuzz` tries at length. */
import { expect } from 'chai';
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { serveRpc } from '@commonweights/dao-contracts/localnet/rpc/server.js';
import { openChain } from './chain-client.js';
import { fuzzModules, fuzzRequests, signedPayment } from './node-fuzz.js';
import { fuzzTransactions } from './transaction-fuzz.js';

const seed = 11;

describe('the node under nonsense', function () {
  this.timeout(120_000);

  it('answers each request with a result or an error that it means, and works on', async () => {
    const node = await startLocalnet({ seed: 'chain test' });
    try {
      const signed = await signedPayment();
      const tally = await fuzzRequests({ url: node.url, signed, rounds: 2_000, seed });
      for (const name of ['result', 'PARSE_ERROR', 'METHOD_NOT_FOUND', 'UNKNOWN_ACCOUNT']) {
        expect(tally.get(name), name).to.be.greaterThan(0);
      }
      const { totalSupply, accountsTotal, burnt, inFlight } = node.supply();
      expect(accountsTotal + burnt + inFlight).to.equal(totalSupply);
      const response = await fetch(node.url);
      expect(response.status).to.equal(200);
    } finally {
      await node.stop();
    }
  });

  it('keeps its books right whatever transactions come', async () => {
    const chain = openChain();
    const server = await serveRpc(chain, 0, false);
    try {
      const tally = await fuzzTransactions({ chain, url: server.url, transactions: 1_500, seed });
      for (const name of ['executed', 'executed, with a failure', 'not a transaction']) {
        expect(tally.get(name), name).to.be.greaterThan(0);
      }
      const refused = [...tally.keys()].filter((name) => name.startsWith('refused'));
      expect(refused.length, refused.join()).to.be.greaterThan(5);
    } finally {
      await server.close();
      await chain.stop();
    }
  });

  it('runs or refuses every module, within its gas', () => {
    const tally = fuzzModules({ rounds: 600, seed });
    for (const kind of ['result', 'prepare', 'method', 'host']) {
      expect(tally.get(kind), kind).to.be.greaterThan(0);
    }
  });
});
