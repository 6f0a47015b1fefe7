/** What an access key may sign: full access, or calls of one contract without deposits. */
import type { AccessKey, Action } from '../protocol/action.js';

/** Nonces start at a million per block, and may not run ahead of the chain by more. */
export const noncesPerBlock = 1_000_000n;

export function firstNonce(blockHeight: number): bigint {
  return BigInt(Math.max(0, blockHeight - 1)) * noncesPerBlock;
}

/** Why `key` may not sign these actions, in the protocol's words, or null. */
export function refusalOfAccess(
  key: AccessKey,
  receiverId: string,
  actions: readonly Action[],
): object | string | null {
  if (key.permission === 'FullAccess') return null;
  const [action] = actions;
  if (actions.length !== 1 || action?.kind !== 'functionCall') return 'RequiresFullAccess';
  if (action.depositYocto > 0n) return 'DepositWithFunctionCall';
  const { receiverId: allowed, methodNames } = key.permission;
  if (receiverId !== allowed) {
    return { ReceiverMismatch: { tx_receiver: receiverId, ak_receiver: allowed } };
  }
  if (methodNames.length && !methodNames.includes(action.method)) {
    return { MethodNameMismatch: { method_name: action.method } };
  }
  return null;
}
