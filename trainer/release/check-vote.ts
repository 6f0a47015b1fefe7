/** Claims about the decision: the DAO published these bytes, and who vouches for the chain. */
import { failed, passed, unknown, warned } from './finding.js';
import type { FindingCode } from './finding-codes.js';
import type { Material } from './material.js';
import { FILES, readReleaseNote, requireSeen } from './release-files.js';
import type { Finding } from './verdict.js';

export function checkVote({ files, seen, chain, manifestDigest }: Material): Finding {
  if (!chain) return unknown('NO_CHAIN', 'no chain and no evidence was given');
  const { release } = chain;
  const asOf = chain.height === null ? '' : ` (as of height ${chain.height})`;
  const fail = (code: FindingCode, detail: string) => failed(code, `${detail}${asOf}`, 'attested');
  if (!release || release.manifest !== manifestDigest) {
    return fail('NOT_PUBLISHED', `${chain.contract} has published no release ${manifestDigest}`);
  }
  if (release.status !== 'published') {
    return fail('RELEASE_REVOKED', `release ${release.id} was revoked`);
  }
  const evaluation = requireSeen(seen, FILES.evaluation);
  if (release.evaluation !== evaluation) {
    const detail = `the vote names evaluation ${release.evaluation}, here is ${evaluation}`;
    return fail('EVALUATION_OTHER', detail);
  }
  const note = readReleaseNote(files);
  if (release.title !== note.title || release.version !== note.release) {
    return fail('NAME_OTHER', `the vote was for "${release.title} ${release.version}"`);
  }
  const by = `release ${release.id} by proposal ${release.proposal} of ${chain.contract}`;
  return passed(`${by}, not revoked${asOf}`, 'attested');
}

export function judgeConsensus({ chain }: Material): Finding {
  if (!chain) return unknown('NO_CHAIN', 'no chain and no evidence was given');
  if (chain.network === 'localnet') {
    const detail = 'a local network: no independent consensus; whoever ran it could say anything';
    return warned('LOCAL_NETWORK', detail, 'declared');
  }
  const detail = `${chain.network} as told by one node; block proofs were not checked`;
  return warned('ONE_NODE', detail, 'attested');
}
