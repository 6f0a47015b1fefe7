/** What became of a transaction: what it returned and logged, or why it failed. */
import type { JsonRpcProvider } from 'near-api-js';
import { daoErrorFromFailure, type CallContext } from './errors.js';

export interface Outcome {
  readonly transactionHash: string;
  /** Text that the last receipt returned; empty when none. */
  readonly returned: string;
  readonly logs: readonly string[];
}

export type RpcOutcome = Awaited<ReturnType<JsonRpcProvider['sendTransactionUntil']>>;

interface ReceiptOutcome {
  outcome: {
    executor_id: string;
    logs: string[];
    status: { Failure?: unknown; SuccessValue?: string };
  };
}

/** Throws a `DaoError` when the transaction failed. */
export function outcomeOf(result: RpcOutcome, hash: string, context: CallContext): Outcome {
  const status = result.status as { Failure?: unknown; SuccessValue?: string } | string;
  if (typeof status === 'object' && status.Failure) {
    throw daoErrorFromFailure(status.Failure, context);
  }
  const { receipts_outcome: receipts = [] } = result as { receipts_outcome?: ReceiptOutcome[] };
  // A relayed call is a receipt that the transaction does not wait for: it failed if that did.
  const called = receipts.filter(({ outcome }) => outcome.executor_id === context.contract);
  for (const { outcome } of called) {
    if (outcome.status.Failure) throw daoErrorFromFailure(outcome.status.Failure, context);
  }
  const own = typeof status === 'object' ? (status.SuccessValue ?? '') : '';
  const value = own === '' ? (called.at(-1)?.outcome.status.SuccessValue ?? '') : own;
  return {
    transactionHash: hash,
    returned: new TextDecoder().decode(
      Uint8Array.from(atob(value), (character) => character.charCodeAt(0)),
    ),
    logs: receipts.flatMap((receipt) => receipt.outcome.logs),
  };
}
