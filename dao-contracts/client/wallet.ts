/**
 * Somebody else who signs: a wallet gets what is to be done and sends it by itself, or refuses. What
 * it says of the outcome is not taken on trust; the client asks its own node by the transaction's
 * hash.
 */
import type { Action } from 'near-api-js';
import { UnknownTransactionError } from 'near-api-js/rpc-errors';
import type { Line } from './delivery.js';
import { DaoError } from './errors.js';
import type { RpcOutcome } from './outcome.js';

/** What a wallet is asked for, as the library has it. */
export type WalletAction = Action;

export interface SendingWallet {
  /** Whose signature it gives. */
  readonly accountId: string;
  /** Returns the transaction's hash. Errors: `WALLET_REFUSED`, `WALLET_FAILED`, and what the chain said. */
  send(it: { receiver: string; actions: readonly WalletAction[] }): Promise<string>;
}

/** Its owner said no, or closed it: nothing was sent. */
export function walletRefused(cause?: unknown): DaoError {
  return new DaoError({
    code: 'WALLET_REFUSED',
    facts: 'the wallet did not sign, so nothing was sent',
    remedy: 'ask again, and approve it in the wallet',
    cause,
  });
}

/** A wallet's node and ours need not hear of a transaction at the same time. */
const looksMax = 20;
const lookEveryMs = 500;

/** What became of a transaction that a wallet sent. Error: `TRANSACTION_UNKNOWN`. */
export async function outcomeByHash(
  it: { hash: string; accountId: string },
  { provider, withTimeout, pause }: Pick<Line, 'provider' | 'withTimeout' | 'pause'>,
): Promise<RpcOutcome> {
  const { hash: txHash, accountId } = it;
  for (let look = 1; ; look++) {
    try {
      return await withTimeout(
        provider.viewTransactionStatus({ txHash, accountId, waitUntil: 'EXECUTED_OPTIMISTIC' }),
      );
    } catch (error) {
      if (!(error instanceof UnknownTransactionError)) throw error;
      if (look < looksMax) {
        await pause(lookEveryMs);
        continue;
      }
      throw new DaoError({
        code: 'TRANSACTION_UNKNOWN',
        facts: `the wallet says that it sent ${txHash}, and the node does not know it`,
        remedy: "look for it in the wallet, and check that the wallet is on this page's network",
        cause: error,
      });
    }
  }
}
