/** What others have signed (NEP-366), in a transaction of whoever pays for it. */
import { expect } from 'chai';
import {
  actions,
  buildDelegateAction,
  KeyPairSigner,
  PublicKey,
  type Action,
  type KeyPairString,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { InvalidTransaction } from '@commonweights/dao-contracts/localnet/runtime/charge-transaction.js';
import { near, Tgas } from '../chain-client.js';
import { cites, type Case } from './case.js';
import { signed, withChain } from './transactions.js';

const seed = 'chain test';

interface Signed {
  readonly sender?: string;
  /** Who is said to send it, of the same signature. */
  readonly receiver?: string;
  readonly key?: string;
  readonly nonce?: bigint;
  readonly maxBlockHeight?: bigint;
  readonly forged?: boolean;
  readonly list?: readonly Action[];
}

/** By a.local, for b.local's method `set`, but for what is changed. */
async function delegated(chain: Chain, it: Signed): Promise<Action> {
  const { sender = 'a.local', receiver = 'b.local', key = sender, forged = false } = it;
  const { publicKey, secretKey } = deriveKey(seed, key);
  const known = chain.world.accounts.get(sender)?.keys.get(publicKey)?.nonce ?? 0n;
  const list = it.list ?? [actions.functionCall('set', {}, 30n * Tgas, 0n)];
  const delegate = buildDelegateAction({
    actions: [...list],
    maxBlockHeight: it.maxBlockHeight ?? 1_000n,
    nonce: it.nonce ?? known + 1n,
    publicKey: PublicKey.fromString(publicKey),
    receiverId: receiver,
    senderId: sender,
  });
  const signer = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
  const { signedDelegate } = await signer.signDelegateAction(delegate);
  if (forged) signedDelegate.delegateAction.maxBlockHeight += 1n;
  return actions.signedDelegate(signedDelegate);
}

/** What b.local relays to a.local, and the kind of the action error that it ends with. */
const failures: [says: string, signed: Signed, error: string][] = [
  ['a signature of something else', { forged: true }, 'DelegateActionInvalidSignature'],
  [
    'what another account than the receiver has signed',
    { sender: 'b.local', receiver: 'local' },
    'DelegateActionSenderDoesNotMatchTxReceiver',
  ],
  ['what was to be sent by a height that is gone', { maxBlockHeight: 1n }, 'DelegateActionExpired'],
  ['a key that the sender has not', { key: 'stranger' }, 'DelegateActionAccessKeyError'],
  [
    'a function-call key for a transfer',
    { key: 'worker', list: [actions.transfer(1n)] },
    'DelegateActionAccessKeyError',
  ],
  ['a nonce that was used', { nonce: 0n }, 'DelegateActionInvalidNonce'],
  ['a nonce beyond what the height allows', { nonce: 10n ** 15n }, 'DelegateActionNonceTooLarge'],
];

const relay = { signer: 'b.local', receiver: 'a.local' };

export const delegatedCases: Case[] = [
  ...failures.map(([says, it, error]) => ({
    says: `relaying ${says} fails as ${error}, and does nothing`,
    cites: 'NEP-366',
    triggers: [`ActionErrorKind.${error}`],
    check: () =>
      withChain(async (chain) => {
        const bytes = await signed(chain, [await delegated(chain, it)], relay);
        const before = chain.world.accounts.get('a.local')!.amountYocto;
        const { hash } = chain.submit(bytes);
        await chain.wait(hash, 'executed');
        const { status } = chain.outcome(chain.transaction(hash)!.executed[0]!)!;
        const { kind } = (status as { Failure: { ActionError: { kind: object | string } } }).Failure
          .ActionError;
        expect(typeof kind === 'string' ? kind : Object.keys(kind)[0]).to.equal(error);
        expect(chain.world.accounts.get('b.local')!.data.size).to.equal(0);
        expect(chain.world.accounts.get('a.local')!.amountYocto).to.equal(before);
      }),
  })),
  {
    says: 'what is relayed is done in the name of who signed it, and paid by the relayer',
    cites: 'NEP-366',
    check: () =>
      withChain(async (chain) => {
        const list = [actions.functionCall('echo', { to: 'me' }, 30n * Tgas, near)];
        const action = await delegated(chain, { list });
        const before = chain.world.accounts.get('a.local')!.amountYocto;
        const { hash } = chain.submit(await signed(chain, [action], relay));
        await chain.wait(hash, 'executed');
        const record = chain.transaction(hash)!;
        const statuses = record.executed.map((id) => chain.outcome(id)!.status);
        expect(statuses[1]).to.have.property('SuccessValue');
        // Gas and deposit are the relayer's.
        expect(chain.world.accounts.get('a.local')!.amountYocto).to.equal(before);
      }),
  },
  {
    says: 'two delegate actions in one transaction are refused as DelegateActionMustBeOnlyOne',
    cites: cites.errors,
    triggers: ['ActionsValidationError.DelegateActionMustBeOnlyOne'],
    check: () =>
      withChain(async (chain) => {
        const action = await delegated(chain, {});
        const bytes = await signed(chain, [action, action], relay);
        expect(() => chain.submit(bytes))
          .to.throw(InvalidTransaction)
          .with.property('reason')
          .that.deep.equals({ ActionsValidation: 'DelegateActionMustBeOnlyOne' });
      }),
  },
];
