/**
 * Answers, for a downloader: which data, which licences, which computation, who voted. Fails
 * closed: what cannot be checked is not passed. Needs no platform, so that a browser can ask the
 * same questions; `verify.ts` asks them of a folder.
 */
import { checkBytes } from './check-bytes.js';
import { checkLicences, checkTakedown } from './check-data-rights.js';
import { checkLineage } from './check-lineage.js';
import { checkStructure, checkWeights } from './check-model.js';
import { checkRounds } from './check-rounds.js';
import { checkVote, judgeConsensus } from './check-vote.js';
import { failed } from './finding.js';
import { ReleaseFault } from './finding-codes.js';
import { seeWhole, type Material, type WholeRelease } from './material.js';
import { CLAIMS, type Claim, type Finding, type Verdict } from './verdict.js';

const CHECKS: Readonly<Record<Claim, (material: Material) => Finding>> = {
  bytes: checkBytes,
  structure: checkStructure,
  vote: checkVote,
  rounds: checkRounds,
  weights: checkWeights,
  lineage: checkLineage,
  licence: checkLicences,
  takedown: checkTakedown,
  consensus: judgeConsensus,
};

/** One verdict per claim, in the order of `CLAIMS`. Never throws for bad material. */
export function verifyMaterial(release: WholeRelease): Verdict[] {
  return judgeMaterial(seeWhole(release));
}

/** The same of material that was gone through already. */
export function judgeMaterial(material: Material): Verdict[] {
  return CLAIMS.map((claim) => ({ claim, ...attempt(() => CHECKS[claim](material)) }));
}

function attempt(check: () => Finding): Finding {
  try {
    return check();
  } catch (error) {
    // What no check foresaw is a record that no honest publisher writes.
    const code = error instanceof ReleaseFault ? error.code : 'RECORD_MALFORMED';
    return failed(code, (error as Error).message);
  }
}
