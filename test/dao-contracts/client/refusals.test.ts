/** Failures of transactions that only a script or an odd account makes a node answer with. */
import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { assemble, imports } from '../localnet/contracts.js';
import { failure, handlerError, invalidTransaction, ScriptedNode } from './scripted-node.js';

const near = 10n ** 24n;

describe('what a chain refuses', () => {
  describe('on the embedded node', () => {
    let chain: Localnet;
    let root: DaoClient;
    const key = createKey();
    before(async () => {
      chain = await startLocalnet({ seed: 'refusals' });
      root = clientOf('local', chain.rootSecretKey);
      const account = { newAccountId: 'dao.local', publicKey: key.publicKey };
      await root.createAccount({ ...account, initialYocto: 20n * near });
    });
    after(() => chain.stop());
    const clientOf = (accountId: string, secretKey: string) =>
      connect({
        network: { name: 'localnet', rpcUrl: chain.url },
        contract: 'dao.local',
        account: { accountId, secretKey },
      });
    const dao = () => clientOf('dao.local', key.secretKey);

    it('to add a key twice', async () => {
      const again = { publicKey: key.publicKey, methods: ['commit'] };
      const error = await refusalOf(dao().addFunctionCallKey(again));
      expect(error?.code).to.equal('KEY_EXISTS');
    });

    it('of a contract that is another, or that fails without a word of its own', async () => {
      const code = assemble(`(module ${imports} (memory 1)
        (func (export "get_policy") (unreachable)) (func (export "claim") (unreachable)))`);
      await dao().deployContract({ code });
      expect((await refusalOf(root.getRun({ run: 1 })))?.code).to.equal('WRONG_CONTRACT');
      for (const call of [root.getPolicy(), root.claim()]) {
        const error = await refusalOf(call);
        expect(error?.code).to.equal('CONTRACT_FAILED');
        expect(error?.message).to.match(
          /^CONTRACT_FAILED: dao\.local failed in (get_policy|claim)/,
        );
      }
    });
  });

  describe('in a scripted answer', () => {
    let node: ScriptedNode;
    let client: DaoClient;
    beforeEach(async () => {
      node = await ScriptedNode.start();
      client = connect({
        network: { name: 'localnet', rpcUrl: node.rpcUrl },
        contract: 'dao.test',
        account: { accountId: 'worker.test', secretKey: createKey().secretKey },
      });
    });
    afterEach(() => node.stop());

    const answers: [string, Parameters<typeof node.replies.push>[0], string][] = [
      [
        'a key whose gas is used up',
        invalidTransaction({
          InvalidAccessKeyError: {
            NotEnoughAllowance: {
              account_id: 'worker.test',
              public_key: createKey().publicKey,
              allowance: '1',
              cost: '2',
            },
          },
        }),
        'KEY_ALLOWANCE_SPENT',
      ],
      [
        'a transaction that is too large',
        invalidTransaction({ TransactionSizeExceeded: { size: 2_000_000, limit: 1_572_864 } }),
        'TRANSACTION_TOO_LARGE',
      ],
      [
        'a name that belongs under somebody else’s',
        {
          result: failure({
            CreateAccountNotAllowed: { account_id: 'a.other', predecessor_id: 'worker.test' },
          }),
        },
        'ACCOUNT_NOT_ALLOWED',
      ],
      [
        'what has no name here',
        invalidTransaction({ ActionsValidation: 'DelegateActionMustBeOnlyOne' }),
        'CHAIN_REFUSED',
      ],
      [
        'an account that could not pay for its storage',
        { result: failure({ LackBalanceForState: { account_id: 'worker.test', amount: '1' } }) },
        'INSUFFICIENT_BALANCE',
      ],
      [
        'a relayed call that landed too late',
        { result: failure('DelegateActionExpired') },
        'RELAY_STALE',
      ],
      [
        'a relayed call whose nonce was used',
        { result: failure({ DelegateActionInvalidNonce: { delegate_nonce: 8, ak_nonce: 8 } }) },
        'RELAY_STALE',
      ],
    ];
    for (const [what, answer, code] of answers) {
      it(`that means ${what}`, async () => {
        node.replies.push(answer);
        const error = await refusalOf(client.claim());
        expect(error?.code, error?.message).to.equal(code);
      });
    }

    it('that means a signer whose name is none', async () => {
      node.replies.push(invalidTransaction({ InvalidSignerId: { signer_id: 'worker.test' } }));
      expect((await refusalOf(client.claim()))?.code).to.equal('BAD_ACCOUNT_ID');
      node.view = () => handlerError('NO_CONTRACT_CODE', { contract_account_id: 'dao.test' });
      expect((await refusalOf(client.getPolicy()))?.code).to.equal('NO_SUCH_CONTRACT');
    });
  });
});

async function refusalOf(call: Promise<unknown>): Promise<DaoError | null> {
  return call.then(
    () => null,
    (error: unknown) => error as DaoError,
  );
}
