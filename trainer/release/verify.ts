/** Verifies a release folder that `pull` or anybody wrote: reads it once, judges every claim. */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { parseManifest, type Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { readFolder } from './read-folder.js';
import { MANIFEST_FILE } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import { CLAIMS, type Verdict } from './verdict.js';
import { verifyMaterial } from './verify-material.js';

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
