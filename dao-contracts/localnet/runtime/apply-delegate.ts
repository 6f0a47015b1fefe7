/** NEP-366: what somebody else has signed becomes a receipt from them, paid for by the relayer. */
import type { Action } from '../protocol/action.js';
import type { AccountDraft } from './account-draft.js';
import { noncesPerBlock, refusalOfAccess } from './access.js';
import { ActionFailure } from './apply-action.js';
import { isDelegateSigned } from './transaction.js';

/** Checks signature, sender, expiry, key and nonce, and uses the nonce up. */
export function acceptDelegate(
  draft: AccountDraft,
  action: Action & { kind: 'delegate' },
  blockHeight: number,
): void {
  const { delegate } = action;
  if (!isDelegateSigned(action)) throw new ActionFailure('DelegateActionInvalidSignature');
  if (BigInt(blockHeight) > delegate.maxBlockHeight) {
    throw new ActionFailure('DelegateActionExpired');
  }
  if (delegate.senderId !== draft.id) {
    const { senderId: sender_id } = delegate;
    throw new ActionFailure({
      DelegateActionSenderDoesNotMatchTxReceiver: { sender_id, receiver_id: draft.id },
    });
  }
  const key = draft.key(delegate.publicKey);
  if (!key) {
    const missing = { account_id: draft.id, public_key: delegate.publicKey };
    throw new ActionFailure({ DelegateActionAccessKeyError: { AccessKeyNotFound: missing } });
  }
  if (delegate.nonce <= key.nonce) {
    throw new ActionFailure({
      DelegateActionInvalidNonce: {
        delegate_nonce: Number(delegate.nonce),
        ak_nonce: Number(key.nonce),
      },
    });
  }
  const upperBound = BigInt(blockHeight) * noncesPerBlock;
  if (delegate.nonce >= upperBound) {
    throw new ActionFailure({
      DelegateActionNonceTooLarge: {
        delegate_nonce: Number(delegate.nonce),
        upper_bound: Number(upperBound),
      },
    });
  }
  const refusal = refusalOfAccess(key, delegate.receiverId, delegate.actions);
  if (refusal) throw new ActionFailure({ DelegateActionAccessKeyError: refusal });
  draft.setKey(delegate.publicKey, { ...key, nonce: delegate.nonce });
}
