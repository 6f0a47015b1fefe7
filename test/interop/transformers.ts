/**
 * Checkpoints that we export compute the same in Python's transformers, tokenizers encode the same
 * there, and what transformers saves, in shards and halves, computes the same here.
 */
import { expect } from 'chai';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  huggingFaceFiles,
  readHuggingFace,
} from '@commonweights/trainer/checkpoint/hugging-face.js';
import { openLogits } from '@commonweights/trainer/engines/logits-source.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import { readFolder } from '@commonweights/trainer/release/read-folder.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';
import { withPython, type Python } from './python.js';

/** Absolute, of logits whose largest is about 10. */
const apartMax = 1e-4;

const base = {
  family: 'llama',
  ...{ vocabSize: 300, hiddenSize: 64, intermediateSize: 96, layers: 3, heads: 4, kvHeads: 2 },
  ...{ contextLength: 64, ropeTheta: 10_000, rmsNormEps: 1e-5, tiedEmbeddings: false },
} as const satisfies LlamaConfig;

/** Tied and untied, one key head for each query head and shared ones, every scaling of positions. */
const models: Readonly<Record<string, LlamaConfig>> = {
  'shared key heads, untied': base,
  'a key head each, tied': { ...base, kvHeads: 4, tiedEmbeddings: true },
  'scaled by 4': { ...base, ropeScaling: { kind: 'linear', factor: 4 } },
  'scaled like Llama 3': {
    ...{ ...base, ropeTheta: 500_000 },
    ropeScaling: {
      ...{ kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4 },
      originalContextLength: 32,
    },
  },
};

const texts = [
  'My fellow citizens of the Senate',
  "We'll   see what's new in 1789—and in 2026!\n\n\tIndented.",
  'Zoë, 你好, здравствуйте, 🙂‍↔️ and a NUL \u0000',
  '<|endoftext|>The end<|endoftext|>',
  ' ',
];

interface PeerAnswer {
  readonly logits: readonly (readonly number[])[];
  readonly encoded: readonly (readonly number[])[];
  readonly encodedByAuto: readonly (readonly number[])[];
  readonly decoded: readonly string[];
  readonly endOfText: readonly unknown[];
  readonly versions: string;
}

export async function compareWithTransformers(): Promise<string> {
  // The last release that runs on the torch of Debian's python3-torch.
  const packages = ['transformers==4.45.2', 'tokenizers==0.20.3', 'safetensors'];
  return withPython(packages, compareAll, ['torch', 'numpy']);
}

async function compareAll(python: Python): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-transformers-'));
  try {
    const tokenizer = trainTokenizer({ texts: [sample()], vocabSize: base.vocabSize });
    const ids = loadTokenizer(tokenizer).encode(sample()).slice(0, base.contextLength);
    const json = new TextEncoder().encode(JSON.stringify(tokenizer));
    let [apart, largest, versions] = [0, 0, ''];
    for (const [name, config] of Object.entries(models)) {
      const dir = join(folder, name.replace(/\W+/g, '-'));
      const model = { config, layout: llamaLayout(config), params: lively(config) };
      await writeFiles(dir, huggingFaceFiles({ ...model, tokenizer: json }));
      const there = await askPeer(python, dir, { ids, texts });
      const difference = await largestDifference(model, ids, there.logits);
      expect(difference, `logits: ${name}`).to.be.at.most(apartMax);
      apart = Math.max(apart, difference);
      largest = Math.max(largest, ...there.logits.flat().map(Math.abs));
      compareTokenizers(tokenizer, there);
      versions = there.versions;
    }
    expect(largest, 'logits that say something').to.be.above(3);
    for (const dtype of ['bfloat16', 'float16', 'float32']) {
      await importWhatTheySave(python, join(folder, 'shared-key-heads-untied'), dtype, ids);
    }
    return (
      `${Object.keys(models).length} models, logits at most ${apart.toExponential(1)} apart of ` +
      `${largest.toFixed(1)}; ${texts.length} texts; shards in three types read back; ${versions}`
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Initial weights, larger: attention that looks at all alike would hide wrong positions. */
function lively(config: LlamaConfig): Float32Array {
  const layout = llamaLayout(config);
  const params = initialParams({ model: config, layout }, 5);
  for (const { name, shape, offset, length } of layout.slots) {
    const factor = name.includes('embed') ? 20 : shape.length > 1 ? 1.5 : 1;
    for (let i = offset; i < offset + length; i++) params[i]! *= factor;
  }
  return params;
}

async function importWhatTheySave(
  python: Python,
  dir: string,
  dtype: string,
  ids: readonly number[],
): Promise<void> {
  const target = `${dir}-${dtype}`;
  await python.run(...peer('rewrite', dir, target, dtype, '100000'));
  const read = readHuggingFace(await readFolder(target));
  const there = await askPeer(python, target, { ids, texts });
  const difference = await largestDifference(read, ids, there.logits);
  expect(difference, `logits of what they saved in ${dtype}`).to.be.at.most(apartMax);
  const index = JSON.parse(
    await readFile(join(target, 'model.safetensors.index.json'), 'utf8'),
  ) as { weight_map: Record<string, string> };
  expect(new Set(Object.values(index.weight_map)).size, 'shards').to.be.above(1);
}

/** Over every position of a text, token by token as generation goes. */
async function largestDifference(
  model: { config: LlamaConfig; layout: TensorLayout; params: Float32Array },
  ids: readonly number[],
  theirs: PeerAnswer['logits'],
): Promise<number> {
  const { config, layout, params } = model;
  const source = await openLogits(createOrtWasmEngine(), { model: config, layout }, params);
  let apart = 0;
  for (let at = 0; at < ids.length; at++) {
    const ours = await source.next(ids.slice(0, at + 1));
    ours.forEach((x, i) => (apart = Math.max(apart, Math.abs(x - theirs[at]![i]!))));
  }
  await source.dispose();
  return apart;
}

function compareTokenizers(file: unknown, there: PeerAnswer): void {
  const ours = loadTokenizer(file);
  const encoded = texts.map((text) => ours.encode(text));
  expect(there.encoded, 'ids in tokenizers').to.deep.equal(encoded);
  expect(there.encodedByAuto, 'ids in AutoTokenizer').to.deep.equal(encoded);
  expect(there.decoded, 'texts in tokenizers').to.deep.equal(texts);
  expect(there.endOfText).to.deep.equal(['<|endoftext|>', 0]);
}

async function askPeer(
  python: Python,
  dir: string,
  it: { ids: readonly number[]; texts: readonly string[] },
): Promise<PeerAnswer> {
  const said = await python.tell(JSON.stringify(it), ...peer('logits', dir));
  return JSON.parse(said.trim().split('\n').at(-1)!) as PeerAnswer;
}

function peer(...args: string[]): [string, ...string[]] {
  return ['python', fileURLToPath(new URL('./llama_peer.py', import.meta.url)), ...args];
}

async function writeFiles(
  dir: string,
  files: readonly { path: string; bytes: Uint8Array }[],
): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const { path, bytes } of files) await writeFile(join(dir, path), bytes);
}

function sample(): string {
  const words = [
    'union',
    'people',
    "nation's",
    'Peace',
    'labor',
    'winters',
    'river',
    'Zoë',
    '我们',
  ];
  const word = (i: number) => words[(i * i + 3 * i) % words.length]! + (i % 3 === 0 ? i % 50 : '');
  return Array.from({ length: 900 }, (_, i) => word(i)).join(' ');
}
