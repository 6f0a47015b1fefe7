/**
 * Who is uploading: the ticket's signature is checked here, whose key it is by the operator's
 * `authorise`, which asks the chain.
 */
import type { Request } from 'express';
import type { Digest } from '../digest/digest.js';
import { Refusal } from './refusal.js';
import { readTicket } from './upload-ticket.js';

export interface Authority {
  /**
   * Whether the public key may act for the account, according to the chain. The signature was
   * checked before. Without it the registry is read-only: uploads are refused.
   */
  authorise?: (accountId: string, publicKey: string) => Promise<boolean>;
  /** What uploads must be signed for. */
  recipient?: string;
  now?: () => number;
}

/** What clients sign for when the operator names nothing else. */
export const recipientDefault = 'commonweights-registry';

/** The account that signed this upload, its key asked about. Throws a `Refusal`. */
export async function authenticate(
  request: Request,
  digest: Digest,
  options: Authority,
): Promise<string> {
  if (!options.authorise) {
    throw new Refusal(403, 'UPLOADS_OFF', 'this registry is read-only', 'use another registry');
  }
  const ticket = readTicket(request.headers.authorization, {
    method: 'PUT',
    digest,
    recipient: options.recipient ?? recipientDefault,
    nowMs: (options.now ?? Date.now)(),
  });
  if ('refused' in ticket) {
    throw new Refusal(
      401,
      'NOT_SIGNED',
      `the upload ${ticket.refused}`,
      'sign this upload with NEP-413 for this registry, with a clock that is right',
    );
  }
  const { accountId, publicKey } = ticket;
  if (!(await options.authorise(accountId, publicKey).catch(chainSilent))) {
    throw new Refusal(
      403,
      'NOT_ALLOWED',
      `${publicKey} may not upload for ${accountId}`,
      'use a key that the account has on chain, of an account that this registry serves',
    );
  }
  return accountId;
}

function chainSilent(): never {
  throw new Refusal(
    503,
    'CHAIN_SILENT',
    'the chain does not say now whose key this is',
    'try again in a moment, or use another registry',
    { retryAfterSeconds: 5 },
  );
}
