/**
 * Brings one signed transaction to the chain. The same bytes are sent until the chain says what
 * became of them: their nonce is accepted once, so no number of sendings makes it happen twice.
 */
import type { JsonRpcProvider, SignedTransaction } from 'near-api-js';
import {
  RpcError,
  ShardCongestedError,
  ShardStuckError,
  UnknownTransactionError,
} from 'near-api-js/rpc-errors';
import { isNoAnswer, NodeSilentError } from './errors.js';
import type { RpcOutcome } from './outcome.js';

/** How often the same bytes are sent while nobody can say whether they landed. */
const sendsMax = 4;

export interface Parcel {
  readonly signed: SignedTransaction;
  readonly hash: string;
  /** Who signed. */
  readonly accountId: string;
}

/** What a connection sends by. */
export interface Line {
  readonly provider: JsonRpcProvider;
  /** Sends each request once: what the library sends again by itself, nobody could count. */
  readonly sender: JsonRpcProvider;
  withTimeout<T>(work: Promise<T>): Promise<T>;
  pause(ms: number): Promise<void>;
}

/**
 * Once a sending may have been taken, whatever is said of a later one may be the trace of the first
 * one having landed: its nonce is used, its money spent. So nothing is final then until the chain
 * was asked by hash. Errors: the chain's refusal, when nothing has landed and nothing will;
 * `NodeSilentError` or what came in place of an answer, when nobody can say.
 */
export async function deliver(parcel: Parcel, line: Line): Promise<RpcOutcome> {
  let taken = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await line.withTimeout(
        line.sender.sendTransactionUntil(parcel.signed, 'EXECUTED_OPTIMISTIC'),
      );
    } catch (error) {
      const unclear = isUnclear(error);
      taken ||= unclear;
      const landed = taken ? await lookUp(parcel, line) : 'unknown';
      if (landed !== 'unknown' && landed !== 'unanswered') return landed;
      const worthAgain = unclear || isCongestion(error);
      if (worthAgain && attempt < sendsMax) {
        await line.pause(200 * 2 ** attempt);
        continue;
      }
      // A refusal ends it where the chain does not know an earlier sending either; congestion
      // never does, as that sending may still wait in somebody's pool.
      const open = taken && !unclear && (landed === 'unanswered' || worthAgain);
      throw open ? new NodeSilentError('nothing says what became of the transaction') : error;
    }
  }
}

/** What became of a transaction, unless the chain does not know it or cannot be asked. */
async function lookUp(
  { hash, accountId }: Parcel,
  { provider, withTimeout, pause }: Line,
): Promise<RpcOutcome | 'unknown' | 'unanswered'> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      return await withTimeout(
        provider.viewTransactionStatus({
          txHash: hash,
          accountId,
          waitUntil: 'EXECUTED_OPTIMISTIC',
        }),
      );
    } catch (error) {
      if (error instanceof UnknownTransactionError) return 'unknown';
      if (error instanceof RpcError && !isNoAnswer(error)) return 'unanswered';
      await pause(200 * attempt);
    }
  }
  return 'unanswered';
}

/** Nobody can say from this error alone whether the transaction was taken. */
function isUnclear(error: unknown): boolean {
  return isNoAnswer(error) || !(error instanceof RpcError);
}

/** The chain takes no transaction of this kind for now; the same one may land later. */
function isCongestion(error: unknown): boolean {
  return error instanceof ShardCongestedError || error instanceof ShardStuckError;
}
