/** Claims about the decision: the DAO published these bytes, and who vouches for the chain. */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { FILES, readReleaseNote, requireFile } from './release-files.js';
import type { Finding, Material } from './material.js';

export function checkVote({ files, chain, manifestDigest }: Material): Finding {
  if (!chain) return unknown('no chain and no evidence was given');
  const { release } = chain;
  const as = (status: Finding['status'], detail: string): Finding => ({
    status,
    standing: 'attested',
    detail: `${detail}${chain.height === null ? '' : ` (as of height ${chain.height})`}`,
  });
  if (!release || release.manifest !== manifestDigest) {
    return as('fail', `${chain.contract} has published no release ${manifestDigest}`);
  }
  if (release.status !== 'published') return as('fail', `release ${release.id} was revoked`);
  const evaluation = digestOf(requireFile(files, FILES.evaluation));
  if (release.evaluation !== evaluation) {
    return as('fail', `the vote names evaluation ${release.evaluation}, here is ${evaluation}`);
  }
  const note = readReleaseNote(files);
  if (release.title !== note.title || release.version !== note.release) {
    return as('fail', `the vote was for "${release.title} ${release.version}"`);
  }
  return as(
    'pass',
    `release ${release.id} by proposal ${release.proposal} of ${chain.contract}, not revoked`,
  );
}

export function judgeConsensus({ chain }: Material): Finding {
  if (!chain) return unknown('no chain and no evidence was given');
  if (chain.network === 'localnet') {
    return {
      status: 'warn',
      standing: 'declared',
      detail: 'a local network: no independent consensus; whoever ran it could say anything',
    };
  }
  return {
    status: 'warn',
    standing: 'attested',
    detail: `${chain.network} as told by one node; block proofs were not checked`,
  };
}

function unknown(detail: string): Finding {
  return { status: 'unknown', standing: 'declared', detail };
}
