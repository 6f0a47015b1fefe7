/**
 * Blobs that are not for everybody. They lie in a store of their own, which no path for everybody looks into, so that
 * what decides who reads them can be lost without opening them. Beside each lie the lists of readers that it was
 * uploaded for, and each list belongs to one account, which is always on it.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { listsPerBlobMax, readersMax } from './limits.js';
import { Refusal } from './refusal.js';
import { accountPattern } from './upload-ticket.js';

interface ReaderList {
  /** Expiry of what it was signed with: an older one that somebody kept does not bring it back. */
  untilMs: number;
  accounts: string[];
}

export class PrivateShelf {
  /** Writes of one file, one after the other. */
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    readonly store: ReceivingStore,
  ) {}

  /** Whether the account may read the blob, which is here. */
  async mayRead(digest: Digest, accountId: string): Promise<boolean> {
    if ((await this.store.size(digest)) === null) return false;
    for (const list of await this.listsOf(digest)) {
      if (ownerOf(list) === accountId) return true;
      if ((await this.readList(list)).accounts.includes(accountId)) return true;
    }
    return false;
  }

  async isFor(digest: Digest, list: string): Promise<boolean> {
    return (await this.listsOf(digest)).includes(list);
  }

  /** To be called for who sent all of its bytes only. Error: the refusal `TOO_MANY_LISTS`. */
  async add(digest: Digest, list: string): Promise<void> {
    await this.inOrder(async () => {
      const lists = await this.listsOf(digest);
      if (lists.includes(list)) return;
      if (lists.length >= listsPerBlobMax) {
        const what = `this blob has ${listsPerBlobMax} lists of readers`;
        throw new Refusal(409, 'TOO_MANY_LISTS', what, 'ask one of their owners to add yours');
      }
      await write(this.blobPath(digest), [...lists, list]);
    });
  }

  /** Errors: the refusals `BAD_LIST`, `LIST_IS_NEWER`. */
  async setList(list: string, it: { accounts: unknown; untilMs: number }): Promise<number> {
    const { untilMs } = it;
    const accounts = readAccounts(it.accounts);
    await this.inOrder(async () => {
      if ((await this.readList(list)).untilMs >= untilMs) {
        const what = 'a list that was signed as late or later is here';
        throw new Refusal(409, 'LIST_IS_NEWER', what, 'sign it again');
      }
      await write(this.listPath(list), { untilMs, accounts } satisfies ReaderList);
    });
    return accounts.length;
  }

  private async listsOf(digest: Digest): Promise<string[]> {
    return (await read<string[]>(this.blobPath(digest))) ?? [];
  }

  private async readList(list: string): Promise<ReaderList> {
    return (await read<ReaderList>(this.listPath(list))) ?? { untilMs: 0, accounts: [] };
  }

  private inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => {});
    return done;
  }

  private blobPath(digest: Digest): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.folder, 'lists-of', hex.slice(0, 2), `${hex}.json`);
  }

  private listPath(list: string): string {
    // A name as it is would be a path.
    const hex = createHash('sha256').update(list).digest('hex');
    return join(this.folder, 'lists', `${hex}.json`);
  }
}

/** `ada.near/letters`. Error: the refusal `BAD_LIST`. */
export function readListName(text: string): string {
  const [owner, name, ...more] = text.split('/');
  const isName = name !== undefined && /^[a-z0-9][a-z0-9-]{0,39}$/.test(name);
  if (isName && more.length === 0 && accountPattern.test(owner!)) return text;
  throw badList(`${JSON.stringify(text.slice(0, 120))} is no list of readers`);
}

export function ownerOf(list: string): string {
  return list.split('/', 1)[0]!;
}

export function notYours(list: string): Refusal {
  const what = `${list} is the list of another account`;
  return new Refusal(403, 'NOT_ALLOWED', what, 'name a list of the account that signs');
}

function readAccounts(json: unknown): string[] {
  if (!Array.isArray(json) || json.length > readersMax) {
    throw badList(`that is no list of at most ${readersMax} accounts`);
  }
  const bad = json.find((one) => typeof one !== 'string' || !accountPattern.test(one)) as unknown;
  if (bad !== undefined) throw badList(`${JSON.stringify(bad).slice(0, 80)} is no account`);
  return [...new Set(json as string[])].sort();
}

function badList(what: string): Refusal {
  return new Refusal(400, 'BAD_LIST', what, 'write <account>/<name>, and a JSON array of accounts');
}

/** Null: there is none. What cannot be read lets nobody in: it throws. */
async function read<T>(path: string): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as T);
}

async function write(path: string, value: unknown): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(value), { flush: true });
  await rename(`${path}.new`, path);
}
