/** Wallets that put themselves into the page: whatever they say, the page keeps its head. */
import { expect } from 'chai';
import { actions, KeyPair } from 'near-api-js';
import { connectorActionsOf } from '@commonweights/governance-ui/wallet/connector-action.js';
import {
  findInjectedWallets,
  type InjectedWallet,
} from '@commonweights/governance-ui/wallet/injected-wallets.js';
import type { Wallet } from '@commonweights/governance-ui/wallet/wallet.js';

const hash = '9av2U6cova7LZPA9NPij6CTUrpBbgPG6LJnzGSmrv3Mq';

describe('an injected wallet', () => {
  const found = (change: Partial<InjectedWallet> | object = {}): Wallet[] => {
    const target = new EventTarget();
    const wallet = {
      manifest: { id: 'some', name: 'Some wallet' },
      signIn: async () => [{ accountId: 'vera.testnet' }],
      getAccounts: async () => [{ accountId: 'vera.testnet' }],
      signOut: async () => {},
      signAndSendTransaction: async () => ({ transaction: { hash } }),
      ...change,
    };
    target.addEventListener('near-selector-ready', () =>
      target.dispatchEvent(new CustomEvent('near-wallet-injected', { detail: wallet })),
    );
    const wallets: Wallet[] = [];
    findInjectedWallets('testnet', (one) => wallets.push(one), target);
    return wallets;
  };
  const one = (change: Partial<InjectedWallet> = {}) => found(change)[0]!;
  const send = (wallet: Wallet) =>
    wallet.send({
      accountId: 'vera.testnet',
      receiver: 'dao.testnet',
      actions: [actions.functionCall('claim', {}, 5n, 0n)],
      onSent: () => {},
    });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing',
      (error: { code: string }) => error.code,
    );

  it('is asked for by the page, and found when it comes later by itself', () => {
    expect(found().map(({ name }) => name)).to.deep.equal(['Some wallet']);
    const target = new EventTarget();
    const wallets: Wallet[] = [];
    const stop = findInjectedWallets('testnet', (it) => wallets.push(it), target);
    const come = (id: string) =>
      target.dispatchEvent(
        new CustomEvent('near-wallet-injected', { detail: { manifest: { id, name: id } } }),
      );
    come('late');
    come('late');
    stop();
    come('too late');
    expect(wallets.map(({ name }) => name)).to.deep.equal(['late']);
  });

  it('is no wallet without a name, and has a bounded one', () => {
    for (const manifest of [null, {}, { id: 1, name: 'x' }, { id: 'x'.repeat(41), name: 'x' }]) {
      expect(found({ manifest }), JSON.stringify(manifest)).to.deep.equal([]);
    }
    expect(found({ manifest: { id: 'x', name: 'y'.repeat(99) } })[0]!.name).to.have.length(40);
  });

  it('is told the network, who signs, and the actions as JSON', async () => {
    let asked: object = {};
    const signAndSendTransaction = async (it: object) => {
      asked = it;
      return { transactions: [{ transaction: { hash } }] };
    };
    expect(await send(one({ signAndSendTransaction }))).to.equal(hash);
    const params = { methodName: 'claim', args: {}, gas: '5', deposit: '0' };
    expect(asked).to.deep.equal({
      ...{ network: 'testnet', signerId: 'vera.testnet', receiverId: 'dao.testnet' },
      actions: [{ type: 'FunctionCall', params }],
    });
  });

  it('may say no in many words, all of which mean that nothing was sent', async () => {
    const words = ['User rejected', 'Request was cancelled', 'Popup closed', 'denied by user'];
    for (const said of [...words.map((text) => new Error(text)), { message: 'User declined' }]) {
      const refuse = () => Promise.reject(said as Error);
      expect(await codeOf(send(one({ signAndSendTransaction: refuse })))).to.equal(
        'WALLET_REFUSED',
      );
      expect(await codeOf(one({ signIn: refuse }).connect())).to.equal('WALLET_REFUSED');
    }
  });

  it('that breaks, or names no transaction, is never taken for one that sent', async () => {
    const broken = () => Promise.reject(new Error('<b>internal</b>'));
    expect(await codeOf(send(one({ signAndSendTransaction: broken })))).to.equal('WALLET_FAILED');
    // Words of the chain and of connections, which may mean that it was sent.
    const doubtful = ['VOTING_CLOSED: proposal 3 is decided', 'connection closed', 'tx rejected'];
    for (const text of [...doubtful, 'DISPUTE_CLOSED: closed by user bob.test']) {
      const fail = () => Promise.reject(new Error(text));
      expect(await codeOf(send(one({ signAndSendTransaction: fail }))), text).to.equal(
        'WALLET_FAILED',
      );
    }
    for (const outcome of [undefined, null, {}, { transaction: { hash: '../evil' } }, 'yes']) {
      const answer = async () => outcome;
      expect(await codeOf(send(one({ signAndSendTransaction: answer })))).to.equal('WALLET_FAILED');
    }
  });

  it('without an account on this network is not connected', async () => {
    const names = [[], [{ accountId: 'Not An Account' }], [null], 'none'] as never[];
    for (const accounts of names) {
      expect(await codeOf(one({ signIn: async () => accounts }).connect())).to.equal(
        'NO_WALLET_ACCOUNT',
      );
    }
    const away = one({ getAccounts: () => Promise.reject(new Error('locked')) });
    expect(await away.accounts()).to.deep.equal([]);
  });

  it('is asked for keys that call one contract, never for one that may do everything', () => {
    const key = KeyPair.fromRandom('ed25519').getPublicKey();
    const calling = actions.addFunctionCallAccessKey(key, 'dao.testnet', ['tick'], 7n);
    expect(connectorActionsOf([calling])[0]).to.deep.equal({
      type: 'AddKey',
      params: {
        publicKey: key.toString(),
        accessKey: {
          permission: { receiverId: 'dao.testnet', methodNames: ['tick'], allowance: '7' },
        },
      },
    });
    expect(connectorActionsOf([actions.deleteKey(key)])[0]).to.deep.equal({
      type: 'DeleteKey',
      params: { publicKey: key.toString() },
    });
    for (const action of [actions.addFullAccessKey(key), actions.transfer(1n)]) {
      expect(() => connectorActionsOf([action])).to.throw(/^UNSUPPORTED_ACTION/);
      expect(() => connectorActionsOf([action, actions.createAccount()])).to.throw(
        /^UNSUPPORTED_ACTION/,
      );
    }
  });

  it('is asked for a key that may do everything of an account that the same transaction creates', () => {
    const key = KeyPair.fromRandom('ed25519').getPublicKey();
    const founding = [actions.createAccount(), actions.transfer(9n), actions.addFullAccessKey(key)];
    expect(connectorActionsOf(founding)).to.deep.equal([
      { type: 'CreateAccount' },
      { type: 'Transfer', params: { deposit: '9' } },
      {
        type: 'AddKey',
        params: { publicKey: key.toString(), accessKey: { permission: 'FullAccess' } },
      },
    ]);
    expect(() => connectorActionsOf([actions.createAccount(), actions.stake(1n, key)])).to.throw(
      /^UNSUPPORTED_ACTION/,
    );
  });
});
