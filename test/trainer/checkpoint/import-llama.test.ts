import { expect } from 'chai';
import {
  huggingFaceFiles,
  readHuggingFace,
} from '@commonweights/trainer/checkpoint/hugging-face.js';
import {
  importLlama,
  type FolderWriter,
  type ModelFolder,
} from '@commonweights/trainer/checkpoint/import-llama.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from '@commonweights/trainer/checkpoint/safetensors.js';
import { INDEX_FILE } from '@commonweights/trainer/checkpoint/shards.js';
import { encodeState } from '@commonweights/trainer/checkpoint/state.js';
import { sourceOf } from '@commonweights/trainer/checkpoint/tensor-stream.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import { tinyModel } from '../engines/tiny.js';

type Files = Map<string, Uint8Array>;

const weights = 'model.safetensors';
const tokenizer = new TextEncoder().encode('{"added_tokens":[]}');

function filesOf(config: LlamaConfig): Files {
  const layout = llamaLayout(config);
  const params = initialParams({ model: config, layout }, 1);
  const files = huggingFaceFiles({ config, layout, params, tokenizer });
  return new Map(files.map(({ path, bytes }) => [path, bytes]));
}

/** The tensors of a whole file, changed. */
function withTensors(files: Files, change: (all: Tensor[]) => Tensor[]): Files {
  const { tensors, metadata } = decodeSafetensors(files.get(weights)!);
  return new Map(files).set(
    weights,
    encodeSafetensors({ tensors: change([...tensors]), metadata }),
  );
}

const inBf16 = (tensor: Tensor): Tensor => {
  const bits = new Uint32Array(tensor.bytes.slice().buffer);
  const halves = Uint16Array.from(bits, (word) => word >>> 16);
  return { ...tensor, dtype: 'BF16', bytes: new Uint8Array(halves.buffer) };
};

const opened = (files: Files): ModelFolder => ({
  open: async (path) => (files.has(path) ? sourceOf(files.get(path)!) : null),
});

class MemoryFolder implements FolderWriter {
  readonly files: Files = new Map();
  async create(path: string) {
    const parts: Uint8Array[] = [];
    return {
      write: async (bytes: Uint8Array) => void parts.push(bytes.slice()),
      close: async () => void this.files.set(path, new Uint8Array(Buffer.concat(parts))),
    };
  }
}

async function importFrom(files: Files, options: Parameters<typeof importLlama>[2] = {}) {
  const target = new MemoryFolder();
  const imported = await importLlama(opened(files), target, options);
  return { ...imported, files: target.files };
}

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );

describe('importing a Llama in pieces', () => {
  const tied: LlamaConfig = { ...tinyModel, tiedEmbeddings: true };
  const whole = (files: Files): Uint8Array => {
    const { params, layout } = readHuggingFace(files);
    return encodeState({ params, momentum: null }, layout);
  };

  it('writes what reading it whole would, in every order, dtype and size of piece', async () => {
    const variants = [
      filesOf(tinyModel),
      filesOf(tied),
      withTensors(filesOf(tinyModel), (all) => all.reverse()),
      withTensors(filesOf(tinyModel), (all) => all.map(inBf16)),
      withTensors(filesOf(tied), (all) => [...all, { ...all[0]!, name: 'lm_head.weight' }]),
    ];
    for (const files of variants) {
      for (const pieceBytes of [8, 40, 1 << 20]) {
        const { files: written, parameters } = await importFrom(files, { pieceBytes });
        expect(written.get(weights)).to.deep.equal(whole(files));
        expect(parameters).to.equal(readHuggingFace(files).layout.length);
      }
    }
  });

  it('writes shards with an index, which hold the same model', async () => {
    const files = filesOf(tinyModel);
    const { files: parts, written } = await importFrom(files, { shardBytesMax: 3000 });
    expect(written.length).to.be.above(3);
    expect(written.at(-1)).to.equal(INDEX_FILE);
    for (const path of written.slice(0, -1)) {
      expect(path).to.match(/^model-000\d\d-of-000\d\d\.safetensors$/);
      const { tensors } = decodeSafetensors(parts.get(path)!);
      const bytes = tensors.reduce((sum, one) => sum + one.bytes.length, 0);
      expect(tensors.length === 1 || bytes <= 3000).to.equal(true);
    }
    const again = new Map([...parts, ['config.json', files.get('config.json')!]]);
    expect(whole(again)).to.deep.equal(files.get(weights));
    expect((await importFrom(again)).files.get(weights)).to.deep.equal(files.get(weights));
  });

  it('takes models that are too large for the exact engine', async () => {
    // 262 million parameters, of which none is looked at before a tensor is found missing.
    const config = { ...tinyModel, hiddenSize: 1024, vocabSize: 262_144, heads: 16, kvHeads: 16 };
    expect(() => llamaLayout(config)).to.throw(/^MODEL_TOO_LARGE/);
    const small = filesOf(tinyModel);
    const json = JSON.parse(new TextDecoder().decode(small.get('config.json'))) as object;
    const large = { ...json, hidden_size: 1024, vocab_size: 262_144, head_dim: 64 };
    const heads = { num_attention_heads: 16, num_key_value_heads: 16 };
    small.set('config.json', new TextEncoder().encode(JSON.stringify({ ...large, ...heads })));
    expect(await messageOf(importFrom(small))).to.match(
      /^BAD_MODEL_FOLDER: model\.embed_tokens\.weight is \[64,16\], not \[262144,1024\]/,
    );
  });

  const cases: [string, () => Files, RegExp][] = [
    ['no config', () => without(filesOf(tied), 'config.json'), /config\.json is missing/],
    ['no weights', () => without(filesOf(tied), weights), /model\.safetensors is missing/],
    [
      'a tensor that is missing',
      () => withTensors(filesOf(tied), (all) => all.slice(1)),
      /embed_tokens\.weight is missing/,
    ],
    [
      'a tensor that belongs to no layer',
      () => withTensors(filesOf(tinyModel), (all) => [...all, { ...all[0]!, name: 'extra' }]),
      /extra belongs to no layer/,
    ],
    [
      'a second head that differs',
      () =>
        withTensors(filesOf(tied), (all) => {
          const bytes = new Uint8Array(all[0]!.bytes.length);
          return [...all, { ...all[0]!, name: 'lm_head.weight', bytes }];
        }),
      /lm_head\.weight differs from the embedding/,
    ],
    ['an index that is no JSON', () => indexed('{'), /index\.json is not JSON/],
    ['an index of nothing', () => indexed('{}'), /has no "weight_map"/],
    ['an index with a path', () => indexed('{"weight_map":{"a":"../b"}}'), /names the file/],
    [
      'a shard that is not there',
      () => indexed('{"weight_map":{"a":"b.safetensors"}}'),
      /b\.safetensors is missing/,
    ],
  ];
  for (const [why, files, sentence] of cases) {
    it(`is refused with ${why}`, async () => {
      const message = await messageOf(importFrom(files()));
      expect(message).to.match(/^BAD_MODEL_FOLDER: /);
      expect(message).to.match(sentence);
    });
  }

  it('is refused with a number that is none, and with whole numbers for weights', async () => {
    const sick = withTensors(filesOf(tied), (all) => {
      const bytes = all[1]!.bytes.slice();
      new DataView(bytes.buffer).setFloat32(4, NaN, true);
      return all.with(1, { ...all[1]!, bytes });
    });
    expect(await messageOf(importFrom(sick))).to.match(/^NON_FINITE: element 1 of .*layernorm/);
    const integers = withTensors(filesOf(tied), (all) => all.with(1, { ...all[1]!, dtype: 'I32' }));
    expect(await messageOf(importFrom(integers))).to.match(/^BAD_SAFETENSORS: .* is I32, not F32/);
  });

  function without(files: Files, path: string): Files {
    files.delete(path);
    return files;
  }
  function indexed(index: string): Files {
    return without(filesOf(tied), weights).set(INDEX_FILE, new TextEncoder().encode(index));
  }
});
