/** What a chain, or a file kept from one, says about a pulled release; for commands that judge it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfFile } from '@commonweights/dataset-registry/store/hash-file.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import type { Session } from '../session.js';

/** Records of a thousand datasets and what ten thousand say of a release. */
const evidenceBytesMax = 2 ** 24;

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
  // What was kept of a chain is there offline as well.
  if (flags.evidence !== undefined) {
    const { cwd } = session.terminal;
    return parseEvidence(await readJsonFile(cwd, flags.evidence, evidenceBytesMax));
  }
  if (flags.offline) return null;
  const { readReleaseFacts } = await import('@commonweights/trainer/release/release-facts.js');
  return readReleaseFacts(session.reader(), { manifest: await digestOfFile(manifestFile) });
}

/** Trusted no further than whoever handed the file over, but it must be what it claims to be. */
async function parseEvidence(content: unknown): Promise<ReleaseFacts> {
  const { decodeEvidence } = await import('@commonweights/trainer/release/evidence.js');
  try {
    return decodeEvidence(content);
  } catch (error) {
    throw new CliError(exitCodes.badInput, (error as Error).message);
  }
}
