import { expect } from 'chai';
import {
  createKey,
  keyFromSecret,
  parseAccountId,
} from '@commonweights/dao-contracts/client/accounts.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import { readPanic } from '@commonweights/dao-contracts/client/panic.js';
import { handlerError, ScriptedNode } from './scripted-node.js';

describe('accounts, keys and networks', () => {
  it('derives the public key from the secret one', () => {
    const key = createKey();
    expect(keyFromSecret(key.secretKey)).to.deep.equal(key);
    expect(key.publicKey).to.match(/^ed25519:[1-9A-HJ-NP-Za-km-z]{43,44}$/);
  });

  it('takes NEAR’s account ids and nothing else', () => {
    for (const id of ['aa', 'alice.near', 'a-b_c.d.testnet', 'a'.repeat(64), '0'.repeat(64)]) {
      expect(parseAccountId(id)).to.equal(id);
    }
    const bad = ['', 'a', 'Alice', 'a..b', '.a', 'a.', 'a b', 'a/../b', 'ä1', 'a'.repeat(65), '-a'];
    for (const id of bad) {
      expect(() => parseAccountId(id), id).to.throw(/^BAD_ACCOUNT_ID/);
    }
  });

  it('knows three networks and takes another node’s address', () => {
    expect(networkNamed('testnet').rpcUrl).to.match(/^https:/);
    expect(networkNamed('localnet', 'http://10.0.0.1:9').rpcUrl).to.equal('http://10.0.0.1:9');
    expect(() => networkNamed('betanet')).to.throw(/^UNKNOWN_NETWORK.*localnet, testnet, mainnet/);
    expect(() => networkNamed('localnet', 'file:///etc')).to.throw(/^BAD_RPC_URL/);
  });

  it('finds the contract’s code and sentence in whatever a node wraps around it', () => {
    const it = { code: 'WRONG_PHASE', facts: 'run 1 is in "reveal"; wait' };
    const texts = [
      'WRONG_PHASE: run 1 is in "reveal"; wait',
      'Smart contract panicked: WRONG_PHASE: run 1 is in "reveal"; wait',
      'Smart contract panicked: Error: WRONG_PHASE: run 1 is in "reveal"; wait\n    at refuse (c.js)',
      'HostError(GuestPanic { panic_msg: "WRONG_PHASE: run 1 is in \\"reveal\\"; wait" })',
    ];
    for (const text of texts) expect(readPanic(text), text).to.deep.equal(it);
    for (const text of ['', 'no code', 'Error: plain', 'a: b']) {
      expect(readPanic(text), text).to.equal(null);
    }
  });

  describe('asked of a node', () => {
    let node: ScriptedNode;
    beforeEach(async () => (node = await ScriptedNode.start()));
    afterEach(() => node.stop());
    const reader = () =>
      connect({ network: networkNamed('localnet', node.rpcUrl), contract: 'dao.test' });

    it('tells an account that does not exist from a node that does not answer', async () => {
      expect(await reader().viewAccount('nobody.test')).to.equal(null);
      const late = reader();
      await node.stop();
      const error = await late.viewAccount('nobody.test').catch((caught: unknown) => caught);
      expect((error as DaoError).code).to.equal('CHAIN_UNREACHABLE');
      node = await ScriptedNode.start();
    });

    it('says whose key it is', async () => {
      const { publicKey } = createKey();
      expect(await reader().isKeyOfAccount('worker.test', publicKey)).to.equal(true);
      node.key = () => handlerError('UNKNOWN_ACCESS_KEY', { public_key: publicKey });
      expect(await reader().isKeyOfAccount('worker.test', publicKey)).to.equal(false);
      node.key = () => handlerError('UNKNOWN_ACCOUNT', { requested_account_id: 'worker.test' });
      expect(await reader().isKeyOfAccount('worker.test', publicKey)).to.equal(false);
    });

    it('refuses a public key that is none before it asks', async () => {
      const error = await reader()
        .isKeyOfAccount('worker.test', 'ed25519:0OIl')
        .catch((caught: unknown) => caught);
      expect((error as DaoError).code).to.equal('BAD_PUBLIC_KEY');
    });
  });
});
