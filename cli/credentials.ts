/**
 * Secret keys, in the layout that NEAR's own tools use: `<folder>/<network>/<account>.json` with
 * `account_id`, `public_key` and `private_key`, readable by its owner alone. The folder is a local
 * network's own (its accounts are as disposable as its chain, and must not overwrite anybody's
 * keys), else `NEAR_CREDENTIALS_DIR`, else `~/.near-credentials`.
 */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  createKey,
  keyFromSecret,
  parseAccountId,
  type KeyText,
} from '@commonweights/dao-contracts/client/accounts.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import type { FoundingKey, FoundingKeys } from '@commonweights/dao-contracts/client/founding.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** A credentials file is some 250 bytes. */
const fileBytesMax = 16_384;

export interface KeyFolder {
  readonly folder: string;
  readonly network: string;
}

export function credentialsFolder(env: NodeJS.ProcessEnv, ofProfile?: string | undefined): string {
  return ofProfile || env.NEAR_CREDENTIALS_DIR || join(homedir(), '.near-credentials');
}

export function credentialsFile({ folder, network }: KeyFolder, accountId: string): string {
  return join(folder, network, `${parseAccountId(accountId)}.json`);
}

/** Errors: `NO_CREDENTIALS`, `BAD_CREDENTIALS`; neither ever shows the key. */
export async function readCredentials(where: KeyFolder, accountId: string): Promise<AccountKey> {
  const file = credentialsFile(where, accountId);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CliError(
      exitCodes.account,
      `NO_CREDENTIALS: there is no key for ${accountId} in ${file}; create the account with ` +
        `"commonweights account create ${accountId}", or set NEAR_CREDENTIALS_DIR`,
    );
  }
  const secretKey = readSecret(text, file, accountId);
  return { accountId, secretKey };
}

/**
 * Writes a new file with mode 0600, whole or not at all: whoever sends money to an account next must
 * find its key again. Error: `CREDENTIALS_EXIST`, for a key is never overwritten.
 */
export async function writeCredentials(
  where: KeyFolder,
  accountId: string,
  key: KeyText,
  it: { founding?: boolean } = {},
): Promise<string> {
  const file = credentialsFile(where, accountId);
  await mkdir(join(where.folder, where.network), { recursive: true, mode: 0o700 });
  const draft = await writeDraft(file, contentOf(accountId, key, it));
  try {
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // Some file systems know no second name for a file.
      return copyFile(draft, file, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CliError(
      exitCodes.account,
      `CREDENTIALS_EXIST: ${file} holds a key already; move it away to store another`,
    );
  } finally {
    await rm(draft);
  }
  return file;
}

/** Keys of foundings among the credential files, marked as such until the founding is over. */
export function foundingKeysIn(where: KeyFolder): FoundingKeys {
  return {
    read: (accountId) => readFoundingKey(where, accountId),
    write: async (accountId) => {
      const key = createKey();
      await writeCredentials(where, accountId, key, { founding: true });
      return { accountId, ...key };
    },
    keep: async (key) => {
      const file = credentialsFile(where, key.accountId);
      await rename(await writeDraft(file, contentOf(key.accountId, key, {})), file);
    },
    drop: (key) => rm(credentialsFile(where, key.accountId), { force: true }),
  };
}

async function readFoundingKey(where: KeyFolder, accountId: string): Promise<FoundingKey | null> {
  const file = credentialsFile(where, accountId);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (text === null) return null;
  const secret = readSecret(text, file, accountId);
  const { founding } = JSON.parse(text) as { founding?: unknown };
  return founding === true ? { accountId, ...keyFromSecret(secret) } : null;
}

function contentOf(accountId: string, key: KeyText, { founding }: { founding?: boolean }): object {
  return {
    account_id: accountId,
    public_key: key.publicKey,
    private_key: key.secretKey,
    ...(founding ? { founding } : {}),
  };
}

/** On the disk itself when this returns, not only on its way there. */
async function writeDraft(file: string, content: object): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

function readSecret(text: string, file: string, accountId: string): string {
  const bad = (what: string) =>
    new CliError(
      exitCodes.account,
      `BAD_CREDENTIALS: ${file} ${what}; it should hold account_id, public_key and private_key`,
    );
  if (text.length > fileBytesMax) throw bad(`is larger than ${fileBytesMax} bytes`);
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw bad('is not JSON');
  }
  // `secret_key` is what some of NEAR's tools write.
  const secret = content?.private_key ?? content?.secret_key;
  if (typeof secret !== 'string') throw bad('has no private_key');
  if (content.account_id !== undefined && content.account_id !== accountId) {
    throw bad(`is of ${JSON.stringify(content.account_id)}, not ${accountId}`);
  }
  let key: KeyText;
  try {
    key = keyFromSecret(secret);
  } catch {
    throw bad('has a private_key that is not "ed25519:" and base58 text');
  }
  if (content.public_key !== undefined && content.public_key !== key.publicKey) {
    throw bad('has a public_key that does not belong to its private_key');
  }
  return secret;
}
