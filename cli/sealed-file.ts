/**
 * What this machine sealed for a bounty and must open later: the salts, without which a bond or a
 * stake is lost. Written before anything is sent, for its owner alone; a command that was killed is
 * simply run again.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SealedFile } from '@commonweights/dao-contracts/client/sealed-votes.js';
import { writeWhole } from '@commonweights/dataset-registry/store/whole-file.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import type { Session } from './session.js';

/** Empty where there is none yet. Error: `BAD_FILE`. */
export async function readSealed(session: Session, bounty: number): Promise<SealedFile> {
  const file = fileOf(session, bounty);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"batches":[],"votes":[]}';
    throw error;
  });
  try {
    return JSON.parse(text) as SealedFile;
  } catch {
    throw new CliError(
      exitCodes.badInput,
      `BAD_FILE: ${file} is damaged; without the salts in it nothing can be opened`,
    );
  }
}

/** Whole or not at all: a crash leaves what was there before. */
export async function writeSealed(
  session: Session,
  bounty: number,
  sealed: SealedFile,
): Promise<void> {
  const file = fileOf(session, bounty);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  await writeWhole(file, `${JSON.stringify(sealed)}\n`, { mode: 0o600 });
}

function fileOf(session: Session, bounty: number): string {
  const { network, contract, accountId } = session;
  const name = `${network.name}-${contract}-${bounty}-${accountId}.json`;
  return join(resolve(session.terminal.cwd, '.commonweights'), 'bounties', name);
}
