/**
 * Who may upload to a registry: whoever has a key of an account on chain, or of the accounts that the
 * operator serves. Every upload is signed, so answers are remembered for a moment: the chain's node is asked
 * once for a folder of files, and a key that was taken from an account uploads for a minute more at most.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { SignedAct } from '@commonweights/dataset-registry/server/upload-ticket.js';

const rememberedMs = 60_000;
/** A key that was just added must not be refused for long. */
const refusedMs = 5_000;
const rememberedMax = 10_000;

type Authorise = (
  accountId: string,
  publicKey: string,
  method: SignedAct['method'],
) => Promise<boolean>;

export function authoriseByChain(
  client: Pick<DaoClient, 'isKeyOfAccount'>,
  it: { accounts?: readonly string[] | undefined; now?: () => number } = {},
): Authorise {
  const now = it.now ?? Date.now;
  const served = it.accounts && new Set(it.accounts);
  const known = new Map<string, { answer: boolean; untilMs: number }>();
  return async (accountId, publicKey, method) => {
    // Who reads what is not for everybody, its owner says.
    if (method !== 'GET' && served && !served.has(accountId)) return false;
    const name = `${accountId} ${publicKey}`;
    const found = known.get(name);
    if (found && found.untilMs > now()) return found.answer;
    const answer = await client.isKeyOfAccount(accountId, publicKey);
    known.delete(name);
    known.set(name, { answer, untilMs: now() + (answer ? rememberedMs : refusedMs) });
    if (known.size > rememberedMax) known.delete(known.keys().next().value!);
    return answer;
  };
}
