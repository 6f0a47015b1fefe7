/**
 * Answers, for a downloader: which data, which licences, which computation, who voted. Fails
 * closed: what cannot be checked is not passed. `verifyMaterial` needs no platform, so that a
 * browser can ask the same questions; `verifyFolder` reads a folder that `pull` or anybody wrote.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { parseManifest, type Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { hashChunks } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { checkLicences, checkTakedown } from './check-data-rights.js';
import { checkLineage } from './check-lineage.js';
import { checkStructure, checkWeights } from './check-model.js';
import { checkRounds } from './check-rounds.js';
import { checkVote, judgeConsensus } from './check-vote.js';
import type { Finding, Material } from './material.js';
import { readFolder } from './read-folder.js';
import { MANIFEST_FILE, type FileMap } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
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

/**
 * Verifies a folder with its `manifest.json`. A folder that cannot be read gives verdicts too:
 * `bytes` fails and the rest is unknown.
 */
export async function verifyFolder(question: {
  dir: string;
  chain: ReleaseFacts | null;
}): Promise<Verdict[]> {
  let files: Map<string, Uint8Array>;
  let manifestBytes: Uint8Array | undefined;
  let manifest: Manifest;
  try {
    files = await readFolder(question.dir);
    manifestBytes = files.get(MANIFEST_FILE);
    if (!manifestBytes) throw new Error(`BAD_RELEASE: ${MANIFEST_FILE} is missing; pull it again`);
    manifest = parseManifest(manifestBytes);
  } catch (error) {
    return unreadable((error as Error).message);
  }
  files.delete(MANIFEST_FILE);
  const manifestDigest = digestOf(manifestBytes);
  return verifyMaterial({ files, manifest, manifestDigest, chain: question.chain });
}

function unreadable(why: string): Verdict[] {
  return CLAIMS.map((claim) =>
    claim === 'bytes'
      ? { claim, status: 'fail', standing: 'proven', detail: why }
      : { claim, status: 'unknown', standing: 'declared', detail: 'the folder could not be read' },
  );
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
