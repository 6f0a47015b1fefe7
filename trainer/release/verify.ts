/** Verifies a release folder that `pull` or anybody wrote: goes through it once, judges every claim. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { proveDecision, type Decision } from './decision-proof.js';
import type { EvidenceBundle } from './evidence-bundle.js';
import { failed, unknown } from './finding.js';
import { ReleaseFault } from './finding-codes.js';
import { judgePolicy, type RuleVerdict } from './judge-policy.js';
import type { Material } from './material.js';
import type { VerifierPolicy } from './policy.js';
import { readMaterial, type ReadQuestion } from './read-release.js';
import { statementsOf, type SaidOfRelease } from './statements.js';
import { signersOf } from './signed-release.js';
import { CLAIMS, type Verdict } from './verdict.js';
import { judgeMaterial } from './verify-material.js';

export interface Verification {
  readonly verdicts: readonly Verdict[];
  /** One per rule of the policy; none where there is no policy, or nothing to judge. */
  readonly rules: readonly RuleVerdict[];
  /** What others say of it, with what they are known for: for a person to weigh. */
  readonly statements: readonly SaidOfRelease[];
}

/**
 * Verifies a folder with its `manifest.json`. A folder that cannot be read gives verdicts too:
 * `bytes` fails and the rest is unknown.
 */
export async function verifyFolder(question: ReadQuestion): Promise<readonly Verdict[]> {
  return (await examineFolder(question, null)).verdicts;
}

/**
 * The same, and whether the verifier's own policy is kept. `bundle`: evidence from anybody, judged by the
 * head and the keys that the policy names.
 */
export async function examineFolder(
  question: ReadQuestion,
  policy: VerifierPolicy | null,
  bundle: EvidenceBundle | null = null,
): Promise<Verification> {
  let material: Material;
  try {
    material = withEvidence(await readMaterial(question), policy, bundle);
  } catch (error) {
    return { verdicts: unreadable(error), rules: [], statements: [] };
  }
  const rules = policy ? judgePolicy(policy, material) : [];
  return { verdicts: judgeMaterial(material), rules, statements: statementsOf(material) };
}

/** Material with what the evidence proves to somebody of this policy. */
export function withEvidence(
  read: Material,
  policy: VerifierPolicy | null,
  bundle: EvidenceBundle | null,
): Material {
  return {
    ...read,
    decision: decide(policy, bundle, read.manifestDigest),
    signers: bundle && policy?.signers ? signersOf({ ...read, bundle, ...policy.signers }) : null,
  };
}

function decide(
  policy: VerifierPolicy | null,
  bundle: EvidenceBundle | null,
  manifest: Digest,
): Decision | null {
  const { head, dao } = policy ?? {};
  if (!head || !dao || !bundle) return null;
  return proveDecision({ bundle, head, dao, manifest });
}

function unreadable(error: unknown): Verdict[] {
  const code = error instanceof ReleaseFault ? error.code : 'FOLDER_UNREADABLE';
  return CLAIMS.map((claim) =>
    claim === 'bytes'
      ? { claim, ...failed(code, (error as Error).message) }
      : { claim, ...unknown(code, 'the folder could not be read') },
  );
}
