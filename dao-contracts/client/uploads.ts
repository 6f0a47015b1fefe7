/**
 * How an account uploads to a registry: each upload carries a NEP-413 signature of its own, made
 * here from the same key that signs transactions. What `HttpStore` takes as `authorise`.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { signAct, type SignedAct } from '@commonweights/dataset-registry/server/upload-ticket.js';
import type { AccountKey } from './connection.js';

/** Long enough for a slow upload, short enough that a stolen header is soon worthless. */
const ticketLifeMs = 15 * 60_000;
/** A read begins at once. */
const readLifeMs = 5 * 60_000;

/** What registries ask to be named as when their operator chose nothing else. */
const recipientDefault = 'commonweights-registry';

export function uploadAuthoriser(
  account: AccountKey,
  options: { recipient?: string; now?: () => number } = {},
): (act: SignedAct | { digest: Digest; method?: undefined }) => Promise<string> {
  const now = options.now ?? Date.now;
  return async (act) => {
    const lifeMs = act.method === 'GET' ? readLifeMs : ticketLifeMs;
    const recipient = options.recipient ?? recipientDefault;
    const signer = { ...account, recipient, expiresAtMs: now() + lifeMs };
    return signAct(act.method === undefined ? { method: 'PUT', digest: act.digest } : act, signer);
  };
}
