/**
 * Accepts a transaction: checks signer, key, nonce and balance, takes the price of everything it
 * may burn from the signer, and turns it into its first receipt. What is not burnt later returns
 * as a refund.
 */
import { isAccountId } from '../protocol/account-id.js';
import { sendFees, totalDeposit } from '../protocol/action.js';
import { fees, gasPriceYocto, limits, sendCost } from '../protocol/parameters.js';
import { AccountDraft } from './account-draft.js';
import { noncesPerBlock, refusalOfAccess } from './access.js';
import { gasInside, type ActionReceipt } from './receipt.js';
import type { Transaction } from './transaction.js';
import { refusalOfActions } from './validate-actions.js';
import { lackForStorage, type World } from './world.js';

/** The protocol counts tokens in 128 bits. */
const balanceYoctoMax = 2n ** 128n - 1n;

/** The transaction is refused; `reason` is the protocol's `InvalidTxError`. */
export class InvalidTransaction extends Error {
  constructor(readonly reason: object | string) {
    super(`INVALID_TRANSACTION: ${JSON.stringify(reason)}`);
    this.name = 'InvalidTransaction';
  }
}

export interface ChargedTransaction {
  gasBurnt: number;
  tokensBurntYocto: bigint;
  receipt: ActionReceipt;
  draft: AccountDraft;
}

export interface ChainNow {
  blockHeight: number;
  /** Height of a known block by its hash. */
  heightOf(blockHash: string): number | undefined;
  maxAttachedGas: number;
}

/** Throws `InvalidTransaction`; the charge takes effect when the draft is committed. */
export function chargeTransaction(
  world: World,
  transaction: Transaction,
  now: ChainNow,
  receiptId: string,
): ChargedTransaction {
  const { signerId, receiverId, publicKey, actions, nonce } = transaction;
  checkShape(transaction, now);

  const draft = new AccountDraft(world, signerId);
  const { account } = draft;
  if (!account) throw new InvalidTransaction({ SignerDoesNotExist: { signer_id: signerId } });
  const key = draft.key(publicKey);
  if (!key) {
    refuseAccess({ AccessKeyNotFound: { account_id: signerId, public_key: publicKey } });
  }
  if (nonce <= key.nonce) {
    throw new InvalidTransaction({
      InvalidNonce: { tx_nonce: Number(nonce), ak_nonce: Number(key.nonce) },
    });
  }
  const upperBound = BigInt(now.blockHeight) * noncesPerBlock;
  if (nonce >= upperBound) {
    throw new InvalidTransaction({
      NonceTooLarge: { tx_nonce: Number(nonce), upper_bound: Number(upperBound) },
    });
  }

  const local = signerId === receiverId;
  const gasBurnt = sendCost(fees.actionReceipt, local) + sendFees(actions, receiverId, local);
  const tokensBurntYocto = BigInt(gasBurnt) * gasPriceYocto;
  const gasTokens = tokensBurntYocto + BigInt(gasInside({ actions, receiverId })) * gasPriceYocto;
  const cost = gasTokens + totalDeposit(actions);
  if (cost > balanceYoctoMax) throw new InvalidTransaction('CostOverflow');
  if (cost > account.amountYocto) {
    const balance = `${account.amountYocto}`;
    throw new InvalidTransaction({
      NotEnoughBalance: { signer_id: signerId, balance, cost: `${cost}` },
    });
  }
  const charged = { ...key, nonce };
  if (key.permission !== 'FullAccess' && key.permission.allowanceYocto !== null) {
    const allowance = key.permission.allowanceYocto;
    if (cost > allowance) {
      refuseAccess({
        NotEnoughAllowance: {
          account_id: signerId,
          public_key: publicKey,
          allowance: `${allowance}`,
          cost: `${cost}`,
        },
      });
    }
    charged.permission = { ...key.permission, allowanceYocto: allowance - cost };
  }
  const refusal = refusalOfAccess(key, receiverId, actions);
  if (refusal) refuseAccess(refusal);

  account.amountYocto -= cost;
  const lack = lackForStorage(account);
  if (lack > 0n) {
    throw new InvalidTransaction({
      LackBalanceForState: { signer_id: signerId, amount: `${lack}` },
    });
  }
  draft.setKey(publicKey, charged);
  const receipt: ActionReceipt = {
    kind: 'action',
    id: receiptId,
    transaction: transaction.hash,
    predecessorId: signerId,
    receiverId,
    signerId,
    signerPublicKey: publicKey,
    gasPriceYocto,
    actions,
    inputDataIds: [],
    outputs: [],
    yielded: false,
  };
  return { gasBurnt, tokensBurntYocto, receipt, draft };
}

function checkShape(transaction: Transaction, now: ChainNow): void {
  const { sizeBytes, receiverId, signerId } = transaction;
  if (sizeBytes > limits.maxTransactionBytes) {
    throw new InvalidTransaction({
      TransactionSizeExceeded: { size: sizeBytes, limit: limits.maxTransactionBytes },
    });
  }
  if (!isAccountId(signerId)) {
    throw new InvalidTransaction({ InvalidSignerId: { signer_id: signerId } });
  }
  if (!isAccountId(receiverId)) {
    throw new InvalidTransaction({ InvalidReceiverId: { receiver_id: receiverId } });
  }
  const refusal = refusalOfActions(transaction.actions, now.maxAttachedGas);
  if (refusal) throw new InvalidTransaction({ ActionsValidation: refusal });
  const height = now.heightOf(transaction.blockHash);
  if (height === undefined || now.blockHeight - height > limits.transactionValidityBlocks) {
    throw new InvalidTransaction('Expired');
  }
}

function refuseAccess(reason: object | string): never {
  throw new InvalidTransaction({ InvalidAccessKeyError: reason });
}
