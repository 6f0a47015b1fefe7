/**
 * Claims about the decision: the DAO published these bytes, and who vouches for the chain. A light client
 * proves the decision from a block that the verifier trusts; what a chain is said to have said only counts
 * as far as who said it, and must not contradict the proof.
 */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import type { ProvenDecision } from './decision-proof.js';
import { failed, passed, unknown, warned } from './finding.js';
import type { FindingCode } from './finding-codes.js';
import type { Material } from './material.js';
import { FILES, readReleaseNote, requireSeen } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import type { Finding } from './verdict.js';

export function checkVote(material: Material): Finding {
  const { chain, decision = null } = material;
  // Evidence that does not hold was given by somebody who hoped that it would.
  if (decision?.kind === 'unproven') return failed(decision.code, decision.detail);
  if (!decision) {
    if (!chain) return unknown('NO_CHAIN', 'no chain and no evidence was given');
    return checkTold(material, chain);
  }
  const own = checkProven(material, decision);
  if (own.status !== 'pass' || !chain) return own;
  const told = checkTold(material, chain);
  if (told.status !== 'pass') return told;
  const differs = contradiction(decision, chain);
  if (differs !== null) return failed('PROOF_CONTRADICTED', differs);
  return passed(`${own.detail}; not revoked${asOf(chain)}, as one node said`);
}

/** What a chain said, or is said to have said. */
function checkTold(material: Material, chain: ReleaseFacts): Finding {
  const { release } = chain;
  const fail = (code: FindingCode, detail: string) =>
    failed(code, `${detail}${asOf(chain)}`, 'attested');
  if (!release || release.manifest !== material.manifestDigest) {
    const { contract } = chain;
    return fail('NOT_PUBLISHED', `${contract} has published no release ${material.manifestDigest}`);
  }
  if (release.status !== 'published') {
    return fail('RELEASE_REVOKED', `release ${release.id} was revoked`);
  }
  const problem = compare(material, release);
  if (problem) return fail(...problem);
  const by = `release ${release.id} by proposal ${release.proposal} of ${chain.contract}`;
  return passed(`${by}, not revoked${asOf(chain)}`, 'attested');
}

function checkProven(material: Material, decision: ProvenDecision): Finding {
  const { release, contract, headHash, decidedIn, revokedIn } = decision;
  if (revokedIn) {
    return failed('RELEASE_REVOKED', `release ${release.id} was revoked by ${place(revokedIn)}`);
  }
  const problem = compare(material, release);
  if (problem) return failed(...problem);
  return passed(
    `release ${release.id} by proposal ${release.proposal} of ${contract}: proven by light client ` +
      `from head ${headHash} to ${place(decidedIn)}${describeVotes(decision)}` +
      (material.chain ? '' : '; a proof cannot say that it was not revoked since'),
  );
}

/** Who voted, as far as it was shown: how, and with what weight then. */
function describeVotes({ votes }: ProvenDecision): string {
  if (votes.length === 0) return '';
  const named = votes
    .slice(0, votesNamed)
    .map(({ account, choice, weight }) => `${account} ${choice} ${weight}`);
  const more = votes.length > votesNamed ? ` and ${votes.length - votesNamed} more` : '';
  return `; votes shown: ${named.join(', ')}${more}`;
}

/** In one line; "explain" names them all. */
const votesNamed = 8;

/** What was decided against what lies here. */
function compare(
  { files, seen }: Material,
  release: ReleaseView,
): readonly [FindingCode, string] | null {
  const evaluation = requireSeen(seen, FILES.evaluation);
  if (release.evaluation !== evaluation) {
    const detail = `the vote names evaluation ${release.evaluation}, here is ${evaluation}`;
    return ['EVALUATION_OTHER', detail];
  }
  const note = readReleaseNote(files);
  if (release.title !== note.title || release.version !== note.release) {
    return ['NAME_OTHER', `the vote was for "${release.title} ${release.version}"`];
  }
  return null;
}

function contradiction(decision: ProvenDecision, chain: ReleaseFacts): string | null {
  if (chain.contract !== decision.contract || chain.network !== decision.network) {
    const { contract, network } = chain;
    return `what was told is of ${contract} on ${network}, the proof of ${decision.contract}`;
  }
  const told = { ...chain.release, status: null };
  const proven = { ...decision.release, status: null };
  if (canonicalJson(told) === canonicalJson(proven)) return null;
  return `release ${decision.release.id} was told otherwise than it is proven`;
}

export function judgeConsensus({ chain, decision = null }: Material): Finding {
  const proven = decision?.kind === 'proven' ? decision : null;
  const network = proven?.network ?? chain?.network;
  if (network === undefined) return unknown('NO_CHAIN', 'no chain and no evidence was given');
  if (network === 'localnet' || chain?.network === 'localnet') {
    const detail = 'a local network: no independent consensus; whoever ran it could say anything';
    return warned('LOCAL_NETWORK', detail, 'declared');
  }
  if (!proven) {
    const detail = `${network} as told by one node; block proofs were not checked`;
    return warned('ONE_NODE', detail, 'attested');
  }
  const how = `those who make ${network}'s blocks decide what follows from head ${proven.headHash}`;
  if (!chain) return passed(how);
  return warned('ONE_NODE', `${how}; beyond the decision, one node said so`, 'attested');
}

function place({ hash, height }: { hash: string; height: number }): string {
  return `block ${height} (${hash})`;
}

function asOf({ height }: ReleaseFacts): string {
  return height === null ? '' : ` (as of height ${height})`;
}
