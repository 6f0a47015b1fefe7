/**
 * What others say of a release, each with what its signer has done in the DAO before: a chain's word for
 * both, and a light client's proof that it was said, where evidence shows it.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { ReputationView } from '@commonweights/dao-contracts/rules/views.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Material } from './material.js';

/** As of when it was asked: what has faded since is gone from `standing`. */
export type SignerStanding = Pick<
  ReputationView,
  'standing' | 'verifiedRounds' | 'auditsRight' | 'slashes'
>;

export interface SaidOfRelease {
  readonly by: string;
  readonly purpose: Purpose;
  /** Null: nothing is shown for it, or only a proof that it was said. */
  readonly evidence: Digest | null;
  readonly atMs: number | null;
  readonly standing: 'proven' | 'attested';
  /** What its signer is known for; null: an Ethereum key, or nobody asked. */
  readonly known: SignerStanding | null;
}

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

/** In the order in which it was said; what only evidence shows comes last. */
export function statementsOf({
  chain,
  decision,
}: Pick<Material, 'chain' | 'decision'>): SaidOfRelease[] {
  const shown = decision?.kind === 'proven' ? decision.attestations : [];
  const standings = chain?.standings ?? {};
  const known = (by: string) => (Object.hasOwn(standings, by) ? standings[by]! : null);
  const isSame = (a: Pick<AttestationView, 'by' | 'purpose'>, b: typeof a) =>
    a.by === b.by && a.purpose === b.purpose;
  const told = (chain?.attestations ?? []).map(
    ({ by, purpose, evidence, atMs }): SaidOfRelease => ({
      ...{ by, purpose, evidence, atMs, known: known(by) },
      standing: shown.some((one) => isSame(one, { by, purpose })) ? 'proven' : 'attested',
    }),
  );
  const alone = shown
    .filter((one) => !told.some((other) => isSame(one, other)))
    .map(({ by, purpose }): SaidOfRelease => ({
      ...{ by, purpose, evidence: null, atMs: null, standing: 'proven', known: known(by) },
    }));
  return [...told, ...alone];
}

/** What a signer is known for, e.g. "24 rounds, 6 audits, 0 slashes". */
export function describeStanding(by: string, known: SignerStanding | null): string {
  if (!known) return by.startsWith('0x') ? 'a key' : 'what nobody looked up';
  const { verifiedRounds, auditsRight, slashes } = known;
  if (verifiedRounds + auditsRight + slashes === 0) return 'nothing';
  return `${verifiedRounds} rounds, ${auditsRight} audits, ${slashes} slashes`;
}
