/** Verifies a release folder that `pull` or anybody wrote: reads it once, judges every claim. */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { Material } from './material.js';
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
  let material: Material;
  try {
    material = await readMaterial(question);
  } catch (error) {
    return unreadable((error as Error).message);
  }
  return verifyMaterial(material);
}

/** Errors: `BAD_RELEASE`, `BAD_MANIFEST`, `BAD_FOLDER`. */
export async function readMaterial(question: {
  dir: string;
  chain: ReleaseFacts | null;
}): Promise<Material> {
  const files = await readFolder(question.dir);
  const manifestBytes = files.get(MANIFEST_FILE);
  if (!manifestBytes) throw new Error(`BAD_RELEASE: ${MANIFEST_FILE} is missing; pull it again`);
  files.delete(MANIFEST_FILE);
  return {
    files,
    manifest: parseManifest(manifestBytes),
    manifestDigest: digestOf(manifestBytes),
    chain: question.chain,
  };
}

function unreadable(why: string): Verdict[] {
  return CLAIMS.map((claim) =>
    claim === 'bytes'
      ? { claim, status: 'fail', standing: 'proven', detail: why }
      : { claim, status: 'unknown', standing: 'declared', detail: 'the folder could not be read' },
  );
}
