/** What a verifier brings along: a policy of its own, and evidence from anybody, judged by that policy. */
import { resolve } from 'node:path';
import type { EvidenceBundle } from '@commonweights/trainer/release/evidence-bundle.js';
import type { VerifierPolicy } from '@commonweights/trainer/release/policy.js';
import { readBundle } from './commands/release-evidence.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import { readJsonFile } from './input-file.js';
import type { Session } from './session.js';

export interface PolicyFlags {
  readonly policy?: string;
  readonly proof?: string;
}

export interface Own {
  readonly policy: VerifierPolicy | null;
  readonly bundle: EvidenceBundle | null;
}

export const proofHelp =
  'evidence ("release evidence"), judged by the head and the keys that --policy names';

/** Before anything is fetched or read: a policy with a mistake in it keeps nobody waiting. */
export async function readOwn(
  session: Session,
  { policy: name, proof }: PolicyFlags,
): Promise<Own> {
  const policy = name === undefined ? null : await readPolicy(session, name);
  if (proof === undefined) return { policy, bundle: null };
  if (!policy?.head && !policy?.signers) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: --proof proves nothing without a block or keys that you trust; name them as "head" or ' +
        '"signers" in --policy, see "commonweights release head"',
    );
  }
  return { policy, bundle: await readBundle(resolve(session.terminal.cwd, proof)) };
}

async function readPolicy(session: Session, name: string): Promise<VerifierPolicy> {
  const { decodePolicy } = await import('@commonweights/trainer/release/policy.js');
  const content = await readJsonFile(session.terminal.cwd, name);
  try {
    return decodePolicy(content);
  } catch (error) {
    throw new CliError(exitCodes.badInput, (error as Error).message);
  }
}
