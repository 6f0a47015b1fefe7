/** A client whose calls a wallet signs and sends: what it says is checked with the node. */
import { expect } from 'chai';
import { baseEncode } from 'near-api-js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import { walletRefused, type WalletAction } from '@commonweights/dao-contracts/client/wallet.js';
import { failure, handlerError, ScriptedNode, success } from './scripted-node.js';

const hash = baseEncode(new Uint8Array(32).fill(7));

describe('a client with a wallet', () => {
  let node: ScriptedNode;
  let asked: { receiver: string; actions: readonly WalletAction[] }[];
  beforeEach(async () => {
    node = await ScriptedNode.start();
    asked = [];
  });
  afterEach(() => node.stop());

  const clientOf = (send: () => Promise<string> = async () => hash) =>
    connect({
      network: networkNamed('testnet', node.rpcUrl),
      contract: 'dao.testnet',
      pause: async () => {},
      wallet: {
        accountId: 'vera.testnet',
        send: async (it) => {
          asked.push(it);
          return send();
        },
      },
    });
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing',
      (error: Error) => error.message,
    );

  it('asks it for each call, and takes the outcome from the node', async () => {
    node.accepted.set(hash, success({ sent: true, amountYocto: '5' }));
    const client = clientOf();
    expect(client.accountId).to.equal('vera.testnet');
    expect(await client.claim()).to.deep.equal({ sent: true, amountYocto: 5n });
    expect(asked).to.have.length(1);
    expect(asked[0]!.receiver).to.equal('dao.testnet');
    expect(asked[0]!.actions[0]!.functionCall).to.include({ methodName: 'claim' });
    // Nothing was signed here.
    expect(node.sent).to.deep.equal([]);
  });

  it('asks it for keys that can only work', async () => {
    node.accepted.set(hash, success(''));
    const { publicKey } = createKey();
    await clientOf().addFunctionCallKey({ publicKey, methods: ['tick'] });
    expect(asked[0]!.receiver).to.equal('vera.testnet');
    const { permission } = asked[0]!.actions[0]!.addKey!.accessKey;
    expect(permission.functionCall).to.include({ receiverId: 'dao.testnet' });
    await clientOf().deleteKey({ publicKey });
    expect(asked[1]!.actions[0]!.deleteKey!.publicKey.toString()).to.equal(publicKey);
  });

  it('tells that it refused, and that nothing was sent', async () => {
    const refused = clientOf(() => Promise.reject(walletRefused()));
    expect(await refusal(refused.claim())).to.equal(
      'WALLET_REFUSED: the wallet did not sign, so nothing was sent; ask again, and approve it in the wallet',
    );
    // The next call is not held up by it.
    node.accepted.set(hash, success({ sent: false, amountYocto: '0' }));
    expect(await clientOf().claim()).to.deep.equal({ sent: false, amountYocto: 0n });
  });

  it('tells what the contract refused, whatever the wallet says', async () => {
    const panic = 'Smart contract panicked: NOTHING_TO_CLAIM: no money is there; work first';
    node.accepted.set(hash, failure({ FunctionCallError: { ExecutionError: panic } }));
    expect(await refusal(clientOf().claim())).to.match(/^NOTHING_TO_CLAIM: no money is there/);
  });

  it('waits for a node that hears of it later, and says so when it never does', async () => {
    let looks = 0;
    const unknown = handlerError('UNKNOWN_TRANSACTION', { requested_transaction_hash: hash });
    node.lookUp = () =>
      ++looks < 3 ? unknown : { result: success({ sent: true, amountYocto: '1' }) };
    expect(await clientOf().claim()).to.deep.include({ sent: true });
    expect(looks).to.equal(3);
    node.lookUp = () => unknown;
    expect(await refusal(clientOf().claim())).to.match(
      /^TRANSACTION_UNKNOWN: the wallet says .*, and the node/,
    );
  });

  it('has no key to sign with by itself', async () => {
    expect(await refusal(clientOf().connection.publicKey())).to.match(/^NO_ACCOUNT/);
    const nobody = connect({
      network: networkNamed('testnet', node.rpcUrl),
      contract: 'dao.testnet',
    });
    const { publicKey } = createKey();
    expect(await refusal(nobody.deleteKey({ publicKey }))).to.match(/^NO_ACCOUNT/);
    expect(await refusal(nobody.addFunctionCallKey({ publicKey, methods: [] }))).to.match(
      /^NO_ACCOUNT/,
    );
  });
});
