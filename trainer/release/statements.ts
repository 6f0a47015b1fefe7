/**
 * What others say of a release, each with what its signer has done in the DAO before: a chain's word for
 * both, and a light client's proof that it was said, where evidence shows it.
 */
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Material } from './material.js';
import type { SignerStanding } from './signer-standing.js';

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
