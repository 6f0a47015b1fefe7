/** An account's name as a contract gives it to a host function. */
import { isAccountId } from '../../protocol/account-id.js';
import type { Call } from '../call.js';
import { HostError } from '../vm-error.js';

export function readAccountId(call: Call, length: bigint, pointer: bigint): string {
  const text = call.guest.accountText(length, pointer);
  if (!isAccountId(text)) throw new HostError('InvalidAccountId');
  return text;
}
