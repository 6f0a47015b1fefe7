/** Verifies a release folder that `pull` or anybody wrote: goes through it once, judges every claim. */
import { failed, unknown } from './finding.js';
import { ReleaseFault } from './finding-codes.js';
import type { Material } from './material.js';
import { readMaterial, type ReadQuestion } from './read-release.js';
import { CLAIMS, type Verdict } from './verdict.js';
import { judgeMaterial } from './verify-material.js';

/**
 * Verifies a folder with its `manifest.json`. A folder that cannot be read gives verdicts too:
 * `bytes` fails and the rest is unknown.
 */
export async function verifyFolder(question: ReadQuestion): Promise<Verdict[]> {
  let material: Material;
  try {
    material = await readMaterial(question);
  } catch (error) {
    return unreadable(error);
  }
  return judgeMaterial(material);
}

function unreadable(error: unknown): Verdict[] {
  const code = error instanceof ReleaseFault ? error.code : 'FOLDER_UNREADABLE';
  return CLAIMS.map((claim) =>
    claim === 'bytes'
      ? { claim, ...failed(code, (error as Error).message) }
      : { claim, ...unknown(code, 'the folder could not be read') },
  );
}
