/** What a chain, or a file kept from one, says about a pulled release; for commands that judge it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/folder-store.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import type { Session } from '../session.js';

export interface ChainFlags {
  readonly evidence?: string;
  readonly offline?: boolean;
}

/** Error: `FILE_MISSING`. */
export async function expectRelease(dir: string, manifestFile: string): Promise<void> {
  await access(join(dir, manifestFile)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new CliError(
      exitCodes.notFound,
      `FILE_MISSING: there is no ${manifestFile} in ${dir}; name the folder of a pulled release`,
    );
  });
}

/** Null when nobody is to be asked. Errors: `BAD_EVIDENCE`, and those of the client. */
export async function readReleaseChain(
  session: Session,
  manifestFile: string,
  flags: ChainFlags,
): Promise<ReleaseFacts | null> {
  if (flags.offline) return null;
  if (flags.evidence !== undefined) {
    return parseEvidence(await readJsonFile(session.terminal.cwd, flags.evidence), flags.evidence);
  }
  const { readReleaseFacts } = await import('@commonweights/trainer/release/release-facts.js');
  return readReleaseFacts(session.reader(), { manifest: await digestOfFile(manifestFile) });
}

/** Trusted no further than whoever handed the file over, but it must be what it claims to be. */
function parseEvidence(content: unknown, name: string): ReleaseFacts {
  const it = content as Partial<ReleaseFacts> | null;
  const whole =
    typeof it === 'object' &&
    it !== null &&
    typeof it.network === 'string' &&
    typeof it.contract === 'string' &&
    (it.height === null || typeof it.height === 'number') &&
    (it.release === null || (typeof it.release === 'object' && isDigest(it.release.manifest))) &&
    (it.run === null || typeof it.run === 'object') &&
    Array.isArray(it.datasets) &&
    Array.isArray(it.licences);
  if (whole) return content as ReleaseFacts;
  throw new CliError(
    exitCodes.badInput,
    `BAD_EVIDENCE: ${name} is not what "commonweights pull --save-evidence" writes; make it again`,
  );
}
