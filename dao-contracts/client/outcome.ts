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

/** Throws a `DaoError` when the transaction failed. */
export function outcomeOf(result: RpcOutcome, hash: string, context: CallContext): Outcome {
  const status = result.status as { Failure?: unknown; SuccessValue?: string } | string;
  if (typeof status === 'object' && status.Failure) {
    throw daoErrorFromFailure(status.Failure, context);
  }
  const value = typeof status === 'object' ? (status.SuccessValue ?? '') : '';
  const { receipts_outcome: receipts = [] } = result as {
    receipts_outcome?: { outcome: { logs: string[] } }[];
  };
  return {
    transactionHash: hash,
    returned: new TextDecoder().decode(
      Uint8Array.from(atob(value), (character) => character.charCodeAt(0)),
    ),
    logs: receipts.flatMap((receipt) => receipt.outcome.logs),
  };
}
