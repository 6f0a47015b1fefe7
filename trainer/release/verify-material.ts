/**
 * Answers, for a downloader: which data, which licences, which computation, who voted. Fails
 * closed: what cannot be checked is not passed. Needs no platform, so that a browser can ask the
 * same questions; `verify.ts` asks them of a folder.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { hashChunks } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { checkLicences, checkTakedown } from './check-data-rights.js';
import { checkLineage } from './check-lineage.js';
import { checkStructure, checkWeights } from './check-model.js';
import { checkRounds } from './check-rounds.js';
import { checkVote, judgeConsensus } from './check-vote.js';
import type { Finding, Material } from './material.js';
import type { FileMap } from './release-files.js';
import { CLAIMS, type Claim, type Verdict } from './verdict.js';

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
export function verifyMaterial(material: Material): Verdict[] {
  return CLAIMS.map((claim) => ({ claim, ...attempt(() => CHECKS[claim](material)) }));
}

/** Every file named is there with its size, digest and chunks, and no other file is. */
function checkBytes({ files, manifest }: Material): Finding {
  const problems: string[] = [];
  for (const file of manifest.files) {
    const bytes = files.get(file.path);
    if (!bytes) problems.push(`${file.path} is missing`);
    else if (bytes.length !== file.size) {
      problems.push(`${file.path} has ${bytes.length} bytes instead of ${file.size}`);
    } else if (digestOf(bytes) !== file.digest) {
      problems.push(`${file.path} differs`);
    } else if (digestTreeRoot(hashChunks(bytes, manifest.chunkBytes)) !== file.chunks.root) {
      problems.push(`${file.path} has a wrong chunk root in the manifest`);
    }
  }
  problems.push(...strangers(files, manifest));
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join('; ');
    const more = problems.length > 5 ? ` and ${problems.length - 5} more` : '';
    return { status: 'fail', standing: 'proven', detail: `${shown}${more}` };
  }
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const detail = `${manifest.files.length} files, ${total} bytes, as in the manifest`;
  return { status: 'pass', standing: 'proven', detail };
}

/** Loaders pick up files by name (a chat template, a pickle), so none may be there unasked. */
function strangers(files: FileMap, manifest: Manifest): string[] {
  const named = new Set(manifest.files.map((file) => file.path));
  return [...files.keys()]
    .filter((path) => !named.has(path))
    .map((path) => `${JSON.stringify(path)} is not in the manifest`);
}

function attempt(check: () => Finding): Finding {
  try {
    return check();
  } catch (error) {
    return { status: 'fail', standing: 'proven', detail: (error as Error).message };
  }
}
