/**
 * Who is asking: the ticket's signature is checked here, whose key it is by the operator's
 * `authorise`, which asks the chain.
 */
import type { Request } from 'express';
import { Refusal } from './refusal.js';
import { readTicket, type SignedAct } from './upload-ticket.js';

export interface Authority {
  /**
   * Whether the public key may act for the account, according to the chain, and may do this here. The signature
   * was checked before. Without it the registry is read-only: uploads are refused.
   */
  authorise?: (
    accountId: string,
    publicKey: string,
    method: SignedAct['method'],
  ) => Promise<boolean>;
  /** What uploads must be signed for. */
  recipient?: string;
  now?: () => number;
}

/** What clients sign for when the operator names nothing else. */
export const recipientDefault = 'commonweights-registry';

/** The account that signed this, its key asked about. Throws a `Refusal`. */
export async function authenticate(
  request: Request,
  act: SignedAct,
  options: Authority,
): Promise<{ accountId: string; expiresAtMs: number }> {
  if (!options.authorise) {
    throw new Refusal(403, 'UPLOADS_OFF', 'this registry is read-only', 'use another registry');
  }
  const ticket = readTicket(request.headers.authorization, act, {
    recipient: options.recipient ?? recipientDefault,
    nowMs: (options.now ?? Date.now)(),
  });
  const what = act.method === 'PUT' ? 'upload' : 'request';
  if ('refused' in ticket) {
    throw new Refusal(
      401,
      'NOT_SIGNED',
      `the ${what} ${ticket.refused}`,
      `sign this ${what} with NEP-413 for this registry, with a clock that is right`,
    );
  }
  const { accountId, publicKey, expiresAtMs } = ticket;
  if (!(await options.authorise(accountId, publicKey, act.method).catch(chainSilent))) {
    const may = act.method === 'PUT' ? 'upload' : 'ask';
    throw new Refusal(
      403,
      'NOT_ALLOWED',
      `${publicKey} may not ${may} for ${accountId}`,
      'use a key that the account has on chain, of an account that this registry serves',
    );
  }
  return { accountId, expiresAtMs };
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
