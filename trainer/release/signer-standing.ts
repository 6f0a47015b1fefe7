/** What those who say something of a release have done in the DAO before, as a chain tells it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { ReputationView } from '@commonweights/dao-contracts/rules/views.js';

/** As of when it was asked: what has faded since is gone from `standing`. */
export type SignerStanding = Pick<
  ReputationView,
  'standing' | 'verifiedRounds' | 'auditsRight' | 'slashes'
>;

/** Looked up one by one; whoever comes after so many is told without. */
const standingsMax = 200;

/** Of NEAR accounts, by name: what an Ethereum key did in this DAO, nobody counts. */
export async function readStandings(
  chain: Pick<DaoClient, 'getReputation'>,
  signers: readonly string[],
): Promise<Map<string, SignerStanding>> {
  const accounts = [...new Set(signers)].filter((by) => !by.startsWith('0x'));
  const found = new Map<string, SignerStanding>();
  for (const account of accounts.slice(0, standingsMax)) {
    const { standing, verifiedRounds, auditsRight, slashes } = await chain.getReputation({
      account,
    });
    found.set(account, { standing, verifiedRounds, auditsRight, slashes });
  }
  return found;
}

/** What a signer is known for, e.g. "24 rounds, 6 audits, 0 slashes". */
export function describeStanding(by: string, known: SignerStanding | null): string {
  if (!known) return by.startsWith('0x') ? 'a key' : 'what nobody looked up';
  const { verifiedRounds, auditsRight, slashes } = known;
  if (verifiedRounds + auditsRight + slashes === 0) return 'nothing';
  return `${verifiedRounds} rounds, ${auditsRight} audits, ${slashes} slashes`;
}
