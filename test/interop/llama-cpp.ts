/**
 * Folders that we export are read by llama.cpp's converter: sizes, tokens, merges and every weight come
 * out as they went in. The converter is no package of its own; the source archive of llama-cpp-python
 * carries it.
 */
import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { huggingFaceFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';
import { Skipped, withPython, type Python } from './python.js';

const archive = 'llama-cpp-python==0.3.1';

const base = {
  family: 'llama',
  ...{ vocabSize: 300, hiddenSize: 64, intermediateSize: 96, layers: 2, heads: 4, kvHeads: 2 },
  ...{ contextLength: 64, ropeTheta: 10_000, rmsNormEps: 1e-5, tiedEmbeddings: false },
} as const satisfies LlamaConfig;

const models: Readonly<Record<string, LlamaConfig>> = {
  'shared key heads, untied': base,
  'a key head each, tied': { ...base, kvHeads: 4, tiedEmbeddings: true },
};

interface Converted {
  /** The converter did not know the tokenizer. */
  readonly had_to_be_told: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, { shape: number[]; bytes: string }>>;
}

export async function convertByLlamaCpp(): Promise<string> {
  // The last transformers that runs on the torch of Debian's python3-torch.
  const packages = ['transformers==4.45.2', 'tokenizers==0.20.3', 'safetensors', 'sentencepiece'];
  return withPython(packages, convertAll, ['torch', 'numpy']);
}

async function convertAll(python: Python): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-llama-cpp-'));
  try {
    const converter = await fetchConverter(python, folder);
    const tokenizer = trainTokenizer({ texts: [sample()], vocabSize: base.vocabSize });
    const json = new TextEncoder().encode(JSON.stringify(tokenizer));
    let tensors = 0;
    let told = false;
    for (const [name, config] of Object.entries(models)) {
      const layout = llamaLayout(config);
      const params = initialParams({ model: config, layout }, 5);
      const dir = join(folder, name.replace(/\W+/g, '-'));
      await mkdir(dir);
      for (const file of huggingFaceFiles({ config, layout, params, tokenizer: json })) {
        await writeFile(join(dir, file.path), file.bytes);
      }
      const said = await python.run(...peer('convert', converter, dir, `${dir}.gguf`));
      const found = JSON.parse(said.trim().split('\n').at(-1)!) as Converted;
      compareSizes(config, found);
      compareTokens(tokenizer, found);
      for (const slot of layout.slots) {
        const ours = params.subarray(slot.offset, slot.offset + slot.length);
        compareTensor(slot.name, ours, { config, found });
      }
      expect(Object.keys(found.tensors), name).to.have.length(layout.slots.length);
      tensors += layout.slots.length;
      told ||= found.had_to_be_told;
    }
    return (
      `${Object.keys(models).length} models, ${tensors} tensors bit for bit, tokens and merges` +
      (told ? '; its list of tokenizers has to be told that ours splits like GPT-2' : '')
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchConverter(python: Python, folder: string): Promise<string> {
  const to = join(folder, 'archive');
  const flags = ['--quiet', '--no-deps', '--no-binary', 'llama-cpp-python', '--dest', to];
  await python.run('pip', 'download', ...flags, archive).catch(() => {
    throw new Skipped(`cannot download ${archive} here`);
  });
  const [file] = await readdir(to);
  const source = join(folder, 'llama.cpp');
  await python.run(...peer('unpack', join(to, file!), source));
  return join(source, 'convert_hf_to_gguf.py');
}

function compareSizes(config: LlamaConfig, { fields }: Converted): void {
  expect(fields).to.deep.include({
    'general.architecture': 'llama',
    'llama.block_count': config.layers,
    'llama.context_length': config.contextLength,
    'llama.embedding_length': config.hiddenSize,
    'llama.feed_forward_length': config.intermediateSize,
    'llama.attention.head_count': config.heads,
    'llama.attention.head_count_kv': config.kvHeads,
    'llama.vocab_size': config.vocabSize,
    'llama.rope.freq_base': config.ropeTheta,
  });
  const epsilon = fields['llama.attention.layer_norm_rms_epsilon'] as number;
  expect(epsilon).to.equal(Math.fround(config.rmsNormEps));
}

function compareTokens(tokenizer: ReturnType<typeof trainTokenizer>, { fields }: Converted): void {
  const { vocab, merges } = tokenizer.model;
  const byId = Object.entries(vocab).sort(([, a], [, b]) => a - b);
  expect(fields['tokenizer.ggml.tokens']).to.deep.equal(byId.map(([text]) => text));
  expect(fields['tokenizer.ggml.merges']).to.deep.equal(merges);
  expect(fields['tokenizer.ggml.eos_token_id']).to.equal(0);
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens\.weight$/, 'token_embd.weight'],
  [/^model\.norm\.weight$/, 'output_norm.weight'],
  [/^lm_head\.weight$/, 'output.weight'],
  [/^model\.layers\.(\d+)\.input_layernorm\.weight$/, 'blk.$1.attn_norm.weight'],
  [/^model\.layers\.(\d+)\.post_attention_layernorm\.weight$/, 'blk.$1.ffn_norm.weight'],
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj\.weight$/, 'blk.$1.attn_$2.weight'],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\.weight$/, 'blk.$1.attn_output.weight'],
  [/^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\.weight$/, 'blk.$1.ffn_$2.weight'],
];

function compareTensor(
  name: string,
  ours: Float32Array,
  { config, found }: { config: LlamaConfig; found: Converted },
): void {
  const [from, to] = names.find(([pattern]) => pattern.test(name))!;
  const there = found.tensors[name.replace(from, to)];
  expect(there, name).to.be.an('object');
  const raw = Buffer.from(there!.bytes, 'base64');
  const theirs = new Float32Array(new Uint8Array(raw).buffer);
  const heads = /q_proj/.test(name) ? config.heads : /k_proj/.test(name) ? config.kvHeads : null;
  const wanted = heads === null ? ours : interleaved(ours, heads, ours.length / config.hiddenSize);
  expect(theirs.length, name).to.equal(wanted.length);
  expect(
    wanted.every((x, i) => Object.is(x, theirs[i]!)),
    name,
  ).to.equal(true);
}

/** It turns pairs of neighbours where transformers turns halves: rows of each head change places. */
function interleaved(matrix: Float32Array, heads: number, rows: number): Float32Array {
  const columns = matrix.length / rows;
  const size = rows / heads;
  const out = new Float32Array(matrix.length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < size; i++) {
      const from = head * size + i;
      const to = head * size + 2 * (i % (size / 2)) + Math.floor(i / (size / 2));
      out.set(matrix.subarray(from * columns, (from + 1) * columns), to * columns);
    }
  }
  return out;
}

function peer(...args: string[]): [string, ...string[]] {
  return ['python', fileURLToPath(new URL('./llama_cpp_peer.py', import.meta.url)), ...args];
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
  return Array.from(
    { length: 900 },
    (_, i) => `${words[(i * i + i) % words.length]}${i % 50}`,
  ).join(' ');
}
