/**
 * A release against the verifier's own policy: one answer per rule that the policy has, each with a
 * code and an exit code of its own. What no chain was asked about is not kept, and counts as failed.
 */
import { isLicenceAllowed } from '@commonweights/dao-contracts/rules/licence.js';
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { TrustedHead } from './decision-proof.js';
import { decidedRelease, type Material } from './material.js';
import type { AskedSigners, VerifierPolicy } from './policy.js';
import { readDatasets, readReleaseNote, readRounds } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import type { Verdict } from './verdict.js';
import { tallyWork } from './work-done.js';

/** Code of a rule that is not kept → its exit code and what it says. */
export const POLICY_CODES = {
  DAO_NOT_ASKED_FOR: [40, 'another DAO or network decided'],
  REPRODUCTIONS_TOO_FEW: [41, 'too few of the accounts named computed it again'],
  ENDORSEMENTS_TOO_FEW: [42, 'too few of the accounts named endorse it'],
  EVALUATIONS_TOO_FEW: [43, 'too few of the accounts named evaluated it'],
  RELEASE_DISPUTED: [44, 'somebody whose word counts disputes it'],
  DATA_NOT_UNDISPUTED: [45, 'data that it descends from is disputed or withdrawn'],
  DATA_LICENCE_NOT_ASKED_FOR: [46, 'data has another licence'],
  WEIGHT_LICENCE_NOT_ASKED_FOR: [47, 'the weights have another licence'],
  DECIDED_TOO_EARLY: [48, 'the decision is older'],
  FACTS_TOO_OLD: [49, 'what the chain said is older, or of no known height'],
  WORK_NOT_UNTAINTED: [50, 'wrong work stayed in a round'],
  DECISION_NOT_PROVEN: [51, 'no evidence proves the decision from the head'],
  SIGNATURES_TOO_FEW: [52, 'too few of the keys named signed it'],
} as const satisfies Record<string, readonly [number, string]>;

export type PolicyCode = keyof typeof POLICY_CODES;

export interface RuleVerdict {
  /** Field of the policy's file. */
  readonly rule: string;
  readonly status: 'pass' | 'fail' | 'unknown';
  /** Null where it passed. */
  readonly code: PolicyCode | null;
  readonly standing: Verdict['standing'];
  readonly detail: string;
}

type Rule<K extends keyof VerifierPolicy> = (
  asked: NonNullable<VerifierPolicy[K]>,
  material: Material,
) => RuleAnswer;
type RuleAnswer = Pick<RuleVerdict, 'standing' | 'detail'> & { readonly kept: boolean | null };

type Field = Exclude<keyof VerifierPolicy, 'version'>;

/** In the order in which they are told. */
const RULES: { readonly [K in Field]: readonly [PolicyCode, Rule<K>] } = {
  dao: ['DAO_NOT_ASKED_FOR', judgeDao],
  head: ['DECISION_NOT_PROVEN', judgeHead],
  decidedSinceMs: ['DECIDED_TOO_EARLY', judgeDecision],
  factsHeightMin: ['FACTS_TOO_OLD', askChain(judgeHeight)],
  signers: ['SIGNATURES_TOO_FEW', judgeSignatures],
  reproductions: ['REPRODUCTIONS_TOO_FEW', judgeReproductions],
  endorsements: ['ENDORSEMENTS_TOO_FEW', signedBy('endorses')],
  evaluations: ['EVALUATIONS_TOO_FEW', signedBy('evaluates')],
  disputes: ['RELEASE_DISPUTED', judgeDisputes],
  data: ['DATA_NOT_UNDISPUTED', askChain(judgeData)],
  dataLicences: ['DATA_LICENCE_NOT_ASKED_FOR', judgeDataLicences],
  weightLicences: ['WEIGHT_LICENCE_NOT_ASKED_FOR', judgeWeightLicence],
  work: ['WORK_NOT_UNTAINTED', judgeWork],
};

/** Of the rules that the policy has. Never throws for bad material. */
export function judgePolicy(policy: VerifierPolicy, material: Material): RuleVerdict[] {
  return (Object.keys(RULES) as Field[]).flatMap((field) => {
    const asked = policy[field];
    if (asked === undefined) return [];
    const [code, judge] = RULES[field] as readonly [PolicyCode, Rule<Field>];
    const rule = field.replace(/Ms$/, '');
    const { kept, standing, detail } = attempt(() => judge(asked as never, material));
    const status = kept === null ? 'unknown' : kept ? 'pass' : 'fail';
    return [{ rule, status, code: kept === true ? null : code, standing, detail }];
  });
}

/** 0 when every rule is kept, else the code of the first that is not. */
export function policyExitCode(verdicts: readonly RuleVerdict[]): number {
  const bad = verdicts.find(({ code }) => code !== null);
  return bad ? POLICY_CODES[bad.code!][0] : 0;
}

function askChain<T>(judge: (asked: T, chain: ReleaseFacts, material: Material) => RuleAnswer) {
  return (asked: T, material: Material): RuleAnswer =>
    material.chain
      ? judge(asked, material.chain, material)
      : { kept: null, standing: 'declared', detail: 'no chain was asked' };
}

function judgeDao(
  asked: { readonly network: string; readonly contract: string },
  { chain, decision = null }: Material,
): RuleAnswer {
  const proven = decision?.kind === 'proven';
  const said = chain ?? (proven ? decision : null);
  if (!said) return { kept: null, standing: 'declared', detail: 'no chain was asked' };
  const { network, contract } = said;
  const kept = network === asked.network && contract === asked.contract;
  const standing = proven ? 'proven' : 'attested';
  return { kept, standing, detail: `decided by ${contract} on ${network}` };
}

function judgeHead({ hash }: TrustedHead, { decision = null }: Material): RuleAnswer {
  if (!decision) return { kept: null, standing: 'declared', detail: 'no evidence was given' };
  if (decision.kind === 'unproven') {
    return { kept: false, standing: 'proven', detail: `${decision.code}: ${decision.detail}` };
  }
  const detail = `decided in block ${decision.decidedIn.height}, from head ${hash}`;
  return { kept: true, standing: 'proven', detail };
}

function judgeDecision(sinceMs: number, material: Material): RuleAnswer {
  const { chain, decision = null } = material;
  const release = decidedRelease(material);
  if (!release) {
    const detail = chain ? 'the DAO published no such release' : 'no chain was asked';
    return { kept: null, standing: 'declared', detail };
  }
  const standing = decision?.kind === 'proven' ? 'proven' : 'attested';
  const detail = `decided at ${new Date(release.publishedAtMs).toISOString()}`;
  return { kept: release.publishedAtMs >= sinceMs, standing, detail };
}

function judgeHeight(min: number, { height }: ReleaseFacts): RuleAnswer {
  if (height === null) {
    return {
      kept: null,
      standing: 'declared',
      detail: 'whoever said so did not say as of which height',
    };
  }
  return { kept: height >= min, standing: 'attested', detail: `as of height ${height}` };
}

function judgeSignatures(
  { atLeast }: NonNullable<VerifierPolicy['signers']>,
  { signers = null }: Material,
): RuleAnswer {
  if (!signers) return { kept: null, standing: 'declared', detail: 'no evidence was given' };
  const detail = `${signers.length} of ${atLeast} asked for signed every file of it`;
  return { kept: signers.length >= atLeast, standing: 'proven', detail };
}

/** Who made the weights and says that they can be made again adds nothing. */
function judgeReproductions(asked: AskedSigners, material: Material): RuleAnswer {
  const workers = new Set(tallyWork(readRounds(material.files)).map(({ account }) => account));
  const independent = asked.by.filter((account) => !workers.has(account));
  return countSigners({ ...asked, by: independent }, 'reproduces', material);
}

function signedBy(purpose: Purpose): (asked: AskedSigners, material: Material) => RuleAnswer {
  return (asked, material) => countSigners(asked, purpose, material);
}

function countSigners(
  { atLeast, by }: AskedSigners,
  purpose: Purpose,
  { chain, decision = null }: Material,
): RuleAnswer {
  const told = chain?.attestations ?? null;
  const shown = decision?.kind === 'proven' ? decision.attestations : [];
  const said = told ?? shown;
  if (told === null && shown.length === 0)
    return { kept: null, standing: 'declared', detail: 'no chain said who signed' };
  const standing = told === null ? 'proven' : 'attested';
  const found = by.filter(
    (account) => stands(account, purpose, said) && !isKeptQuiet(account, { said, shown }),
  );
  const names = found.length === 0 ? 'nobody' : found.join(', ');
  const detail = `${found.length} of ${atLeast} asked for: ${names}`;
  return { kept: found.length >= atLeast, standing, detail };
}

type Said = Pick<AttestationView, 'by' | 'purpose'>;

/** Whoever disputes afterwards has taken it back. */
function stands(account: string, purpose: Purpose, said: readonly Said[]): boolean {
  const own = said.filter(({ by }) => by === account);
  const last = own.findLastIndex((one) => one.purpose === purpose);
  return last >= 0 && !own.slice(last).some((one) => one.purpose === 'disputes');
}

/** Whoever tells leaves out a dispute of this account that is proven: it tells of before, or lies. */
function isKeptQuiet(
  account: string,
  { said, shown }: { said: readonly Said[]; shown: readonly Said[] },
): boolean {
  const disputes = (list: readonly Said[]) =>
    list.filter(({ by, purpose }) => by === account && purpose === 'disputes').length;
  return disputes(shown) > disputes(said);
}

function judgeDisputes(
  { by }: { readonly by: readonly string[] | 'anyone' },
  { chain, decision = null }: Material,
): RuleAnswer {
  const told = chain?.attestations ?? null;
  const shown = decision?.kind === 'proven' ? decision.attestations : [];
  // A node that keeps quiet does not undo what is proven, nor the other way round.
  const said: readonly Said[] = [...(told ?? []), ...shown];
  const found = said
    .filter(({ purpose }) => purpose === 'disputes')
    .map((one) => one.by)
    .filter((account) => by === 'anyone' || by.includes(account));
  const names = [...new Set(found)].slice(0, 10);
  const detail =
    names.length === 0 ? 'disputed by nobody asked about' : `disputed by ${names.join(', ')}`;
  if (told === null && names.length === 0) {
    // Evidence may keep quiet about one.
    return { kept: null, standing: 'declared', detail: 'no chain said who disputes' };
  }
  const standing = told === null ? 'proven' : 'attested';
  return { kept: names.length === 0, standing, detail };
}

function judgeData(_: 'undisputed', chain: ReleaseFacts, { files }: Material): RuleAnswer {
  const status = new Map(chain.datasets.map((one) => [one.id, one.status]));
  const bad = readDatasets(files).filter(({ id }) => status.get(id) !== 'active');
  const detail = bad.map(({ id }) => `${id} is ${status.get(id) ?? 'unknown'}`).join(', ');
  return { kept: bad.length === 0, standing: 'attested', detail: detail || 'no data is disputed' };
}

function judgeDataLicences(asked: readonly string[], { files }: Material): RuleAnswer {
  const bad = readDatasets(files).filter((one) => !isLicenceAllowed(one.licenceConcluded, asked));
  const detail = bad.map(({ id, licenceConcluded }) => `${id} has ${licenceConcluded}`).join(', ');
  return {
    ...{ kept: bad.length === 0, standing: 'declared' },
    detail: detail || 'every dataset has one of them, as concluded on record',
  };
}

function judgeWeightLicence(asked: readonly string[], { files }: Material): RuleAnswer {
  const { licence } = readReleaseNote(files);
  return { kept: isLicenceAllowed(licence, asked), standing: 'declared', detail: licence };
}

function judgeWork(_: 'untainted', { files }: Material): RuleAnswer {
  const tainted = standingRounds(readRounds(files)).filter((one) => one.tainted.length > 0);
  const detail = tainted.map(({ round }) => `round ${round}`).join(', ');
  return { kept: tainted.length === 0, standing: 'proven', detail: detail || 'no round kept any' };
}

function attempt(judge: () => RuleAnswer): RuleAnswer {
  try {
    return judge();
  } catch (error) {
    return { kept: null, standing: 'declared', detail: (error as Error).message };
  }
}
