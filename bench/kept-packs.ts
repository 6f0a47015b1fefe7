/**
 * Packed text that takes a minute to make, kept for the next run of a bench. A file is named by all
 * that it follows from, so that other texts or another tokenizer never meet an old one, and comes to
 * its name in one step, so that a bench that was stopped leaves no half of one.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Origin {
  readonly vocabSize: number;
  /** In their order: which are held out depends on it. */
  readonly texts: readonly string[];
  /** Of the code that makes tokens of text, training of the tokenizer included. */
  readonly sources: readonly string[];
}

/** Each part's bytes, from `folder` where they are kept there, else made and kept. */
export async function keptPacks(
  it: { readonly folder: string; readonly parts: readonly string[]; readonly origin: Origin },
  make: () => readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const { folder, parts, origin } = it;
  const digest = digestOf(origin);
  const paths = parts.map((part) => join(folder, `${part}-${origin.vocabSize}-${digest}.u16`));
  if (!paths.every((path) => existsSync(path))) {
    await mkdir(folder, { recursive: true });
    const made = make();
    for (const [i, path] of paths.entries()) await writeWhole(path, made[i]!);
  }
  return Promise.all(paths.map((path) => readFile(path)));
}

function digestOf({ vocabSize, texts, sources }: Origin): string {
  const each = (list: readonly string[]) =>
    list.map((text) => createHash('sha256').update(text).digest('hex'));
  const origin = JSON.stringify([vocabSize, each(texts), each(sources)]);
  return createHash('sha256').update(origin).digest('hex').slice(0, 16);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, bytes);
  await rename(draft, path);
}
