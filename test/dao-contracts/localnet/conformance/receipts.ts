/** What a receipt leaves behind, in which order, and when it comes. */
import { actions } from 'near-api-js';
import { expect } from 'chai';
import type { Action } from '@commonweights/dao-contracts/localnet/protocol/action.js';
import { refusalOfActions } from '@commonweights/dao-contracts/localnet/runtime/validate-actions.js';
import { applyReceipt } from '@commonweights/dao-contracts/localnet/runtime/apply-receipt.js';
import type { ActionReceipt } from '@commonweights/dao-contracts/localnet/runtime/receipt.js';
import { World } from '@commonweights/dao-contracts/localnet/runtime/world.js';
import { ChainClient, near, openChain, Tgas } from '../chain-client.js';
import { assemble, imports } from '../contracts.js';
import { cites, type Case } from './case.js';

/** Pays b.local for c.local, which is not there, and names d.local for what comes back. */
const refunding = assemble(`(module ${imports}
  (import "env" "promise_batch_create" (func $batch (param i64 i64) (result i64)))
  (import "env" "promise_batch_action_transfer" (func $transfer (param i64 i64)))
  (import "env" "promise_set_refund_to" (func $refund_to (param i64 i64 i64)))
  (memory 1)
  (data (i32.const 0) "c.local")
  (data (i32.const 16) "d.local")
  (data (i32.const 64) "\\00\\00\\00\\00\\00\\00\\00\\01")
  (func (export "run") (local $p i64)
    (local.set $p (call $batch (i64.const 7) (i64.const 0)))
    (call $transfer (local.get $p) (i64.const 64))
    (call $refund_to (local.get $p) (i64.const 7) (i64.const 16))))`);

/** `start` yields, and returns what comes of it: "no" where nobody resumed it. */
const yielding = assemble(`(module ${imports}
  (import "env" "promise_yield_create"
    (func $create (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (memory 1)
  (data (i32.const 8) "after")
  (data (i32.const 32) "no")
  (func (export "start")
    (call $promise_return (call $create (i64.const 5) (i64.const 8) (i64.const 0) (i64.const 0)
      (i64.const 10000000000000) (i64.const 0) (i64.const 3))))
  (func (export "after")
    (if (i64.eq (call $promise_result (i64.const 0) (i64.const 5)) (i64.const 2))
      (then (call $value_return (i64.const 2) (i64.const 32))))))`);

function received(list: readonly Action[]): ActionReceipt {
  return {
    ...{
      kind: 'action',
      id: 'r',
      transaction: 't',
      predecessorId: 'a.local',
      receiverId: 'b.local',
    },
    ...{ signerId: 'a.local', signerPublicKey: 'ed25519:11111111111111111111111111111111' },
    ...{ gasPriceYocto: 100_000_000n, actions: list, inputDataIds: [], yielded: false },
    outputs: [{ dataId: 'd', receiverId: 'c.local' }],
  };
}

const transfer: Action = { kind: 'transfer', depositYocto: near };
const deploy: Action = { kind: 'deployContract', code: new Uint8Array() };
const now = {
  ...{ blockHeight: 1, timeNs: 1n, chainSeed: '', entropy: null, validators: new Map() },
  isYielded: () => false,
};

export const receiptCases: Case[] = [
  {
    says: 'a receipt that fails sends its deposit back first, then its result',
    cites: cites.runtime,
    check: () => {
      const { receipts } = applyReceipt(new World(), received([transfer]), [], now);
      const told = receipts.map((it) => (it.kind === 'data' ? 'data' : it.receiverId));
      expect(told).to.deep.equal(['a.local', 'data']);
    },
  },
  {
    says: 'a deposit goes back to whom the predecessor has named',
    cites: cites.context,
    check: async () => {
      const chain = openChain();
      const client = new ChainClient(chain);
      for (const id of ['b.local', 'd.local']) await client.createAccount(id, 20n * near);
      await client.send('b.local', 'b.local', [actions.deployContract(refunding)]);
      const balance = (id: string) => chain.world.accounts.get(id)!.amountYocto;
      const [sender, named] = [balance('b.local'), balance('d.local')];
      await client.call('local', 'b.local', 'run');
      expect(balance('d.local') - named).to.equal(2n ** 56n);
      expect(sender - balance('b.local') < 2n ** 56n).to.equal(true);
      await chain.stop();
    },
  },
  {
    says: 'a promise that nobody resumes fails 200 blocks after the one that made it',
    cites: cites.runtime,
    check: async () => {
      const chain = openChain();
      const client = new ChainClient(chain);
      await client.createAccount('b.local', 20n * near);
      await client.send('b.local', 'b.local', [actions.deployContract(yielding)]);
      const call = [actions.functionCall('start', {}, 100n * Tgas, 0n)];
      const { hash } = chain.submit(await client.sign('local', 'b.local', call));
      await chain.wait(hash, 'included');
      for (let i = 0; i < 3 && !chain.transaction(hash)!.executed.length; i++) {
        chain.fastForward(0n, 1);
      }
      const made = chain.outcome(chain.transaction(hash)!.executed[0]!)!.block!.hash;
      const left = chain.history.heightOf(made)! + 200 - chain.head.height;
      chain.fastForward(0n, left - 1);
      expect(chain.transaction(hash)!.open).to.equal(1);
      chain.fastForward(0n, 1);
      await chain.wait(hash, 'executed');
      const outcomes = chain.transaction(hash)!.executed.map((id) => chain.outcome(id)!);
      const said = { SuccessValue: Buffer.from('no').toString('base64') };
      const last = outcomes.find((it) => JSON.stringify(it.status) === JSON.stringify(said))!;
      expect(last, 'what the callback returned').to.not.equal(undefined);
      expect(chain.history.heightOf(last.block!.hash)! - chain.history.heightOf(made)!).to.equal(
        201,
      );
      await chain.stop();
    },
  },
  {
    says: 'only what the last action of a receipt gives pays for its way to who waits for it',
    cites: cites.runtime,
    check: () => {
      const returning = assemble(`(module ${imports} (memory 1)
        (func (export "run") (call $value_return (i64.const 1000) (i64.const 0))))`);
      const burntBy = (count: number): number => {
        const world = new World();
        const codeHash = '11111111111111111111111111111111';
        world.put(['account', 'b.local', { amountYocto: near, storageUsageBytes: 100, codeHash }]);
        world.put(['code', codeHash, returning]);
        const run = {
          kind: 'functionCall',
          method: 'run',
          args: new Uint8Array(),
          gas: 5e12,
        } as const;
        const calls = Array<Action>(count).fill({ ...run, depositYocto: 0n });
        return applyReceipt(world, received(calls), [], now).gasBurnt;
      };
      const [one, two] = [burntBy(1), burntBy(2)];
      const receipt = 108_059_500_000;
      const way = 1_000 * (47_683_715 + 17_212_011);
      expect(two - receipt).to.equal(2 * (one - receipt) - way);
    },
  },
  {
    says: 'eleven contracts in one receipt are too many',
    cites: cites.validation,
    triggers: ['ActionsValidationError.TotalNumberOfDeployActionsExceeded'],
    check: () => {
      expect(refusalOfActions(Array<Action>(10).fill(deploy))).to.equal(null);
      expect(refusalOfActions(Array<Action>(11).fill(deploy))).to.deep.equal({
        TotalNumberOfDeployActionsExceeded: { number_of_deploy_actions: 11, limit: 10 },
      });
    },
  },
];
