/** Transactions, receipts and their outcomes as clients see them. */
import { baseEncode } from 'near-api-js';
import type { AccessKey, Action } from '../protocol/action.js';
import type { Chain } from '../runtime/chain.js';
import type { ActionReceipt, Outcome } from '../runtime/receipt.js';
import type { TransactionRecord } from '../runtime/transaction-record.js';

export function transactionView(chain: Chain, record: TransactionRecord): object {
  const { transaction, outcome, executed } = record;
  return {
    final_execution_status: record.open === 0 ? 'FINAL' : 'INCLUDED_FINAL',
    status: finalStatus(chain, outcome),
    transaction: {
      signer_id: transaction.signerId,
      public_key: transaction.publicKey,
      nonce: Number(transaction.nonce),
      receiver_id: transaction.receiverId,
      actions: transaction.actions.map(actionView),
      priority_fee: 0,
      signature: `ed25519:${baseEncode(transaction.signature)}`,
      hash: transaction.hash,
    },
    transaction_outcome: outcomeView(outcome),
    receipts_outcome: executed.flatMap((id) => {
      const found = chain.outcome(id);
      return found ? [outcomeView(found)] : [];
    }),
  };
}

export function receiptsOf(chain: Chain, record: TransactionRecord): object[] {
  return record.executed.flatMap((id) => {
    const receipt = chain.world.record<ActionReceipt>(`receipt/${id}`);
    return receipt ? [receiptView(receipt)] : [];
  });
}

export function receiptView(receipt: ActionReceipt): object {
  return {
    predecessor_id: receipt.predecessorId,
    receiver_id: receipt.receiverId,
    receipt_id: receipt.id,
    priority: 0,
    receipt: {
      Action: {
        signer_id: receipt.signerId,
        signer_public_key: receipt.signerPublicKey,
        gas_price: `${receipt.gasPriceYocto}`,
        output_data_receivers: receipt.outputs.map(({ dataId, receiverId }) => ({
          data_id: dataId,
          receiver_id: receiverId,
        })),
        input_data_ids: receipt.inputDataIds,
        actions: receipt.actions.map(actionView),
        is_promise_yield: receipt.yielded,
      },
    },
  };
}

/** Follows the promise that the transaction returns to its end, as far as it is known. */
function finalStatus(chain: Chain, first: Outcome): unknown {
  let outcome: Outcome | undefined = first;
  while (outcome && 'SuccessReceiptId' in outcome.status) {
    outcome = chain.outcome(outcome.status.SuccessReceiptId);
  }
  return outcome ? outcome.status : 'Started';
}

export function outcomeView(outcome: Outcome): object {
  return {
    proof: outcome.block?.path ?? [],
    block_hash: outcome.block?.hash,
    id: outcome.id,
    outcome: {
      logs: outcome.logs,
      receipt_ids: outcome.receiptIds,
      gas_burnt: outcome.gasBurnt,
      tokens_burnt: `${outcome.tokensBurntYocto}`,
      executor_id: outcome.executorId,
      status: outcome.status,
      metadata: { version: 1, gas_profile: null },
    },
  };
}

export function accessKeyView(key: AccessKey): { nonce: number; permission: unknown } {
  const { permission } = key;
  if (permission === 'FullAccess') return { nonce: Number(key.nonce), permission };
  const allowance = permission.allowanceYocto === null ? null : `${permission.allowanceYocto}`;
  return {
    nonce: Number(key.nonce),
    permission: {
      FunctionCall: {
        allowance,
        receiver_id: permission.receiverId,
        method_names: permission.methodNames,
      },
    },
  };
}

function actionView(action: Action): unknown {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  switch (action.kind) {
    case 'createAccount':
      return 'CreateAccount';
    case 'deployContract':
      // Kept, and shown, as the hash of the code.
      return { DeployContract: { code: base64(action.code) } };
    case 'functionCall':
      return {
        FunctionCall: {
          method_name: action.method,
          args: base64(action.args),
          gas: action.gas,
          deposit: `${action.depositYocto}`,
        },
      };
    case 'transfer':
      return { Transfer: { deposit: `${action.depositYocto}` } };
    case 'stake':
      return { Stake: { stake: `${action.stakeYocto}`, public_key: action.publicKey } };
    case 'addKey':
      return {
        AddKey: { public_key: action.publicKey, access_key: accessKeyView(action.accessKey) },
      };
    case 'deleteKey':
      return { DeleteKey: { public_key: action.publicKey } };
    case 'deleteAccount':
      return { DeleteAccount: { beneficiary_id: action.beneficiaryId } };
    case 'delegate':
      return {
        Delegate: {
          delegate_action: {
            sender_id: action.delegate.senderId,
            receiver_id: action.delegate.receiverId,
            actions: action.delegate.actions.map(actionView),
            nonce: Number(action.delegate.nonce),
            max_block_height: Number(action.delegate.maxBlockHeight),
            public_key: action.delegate.publicKey,
          },
          signature: `ed25519:${baseEncode(action.signature)}`,
        },
      };
  }
}
