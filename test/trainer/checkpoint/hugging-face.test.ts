import { expect } from 'chai';
import {
  huggingFaceFiles,
  readHuggingFace,
} from '@commonweights/trainer/checkpoint/hugging-face.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  widenedFloatsOf,
} from '@commonweights/trainer/checkpoint/safetensors.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';

const tied: LlamaConfig = {
  family: 'llama',
  vocabSize: 40,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  contextLength: 8,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};
const untied: LlamaConfig = { ...tied, tiedEmbeddings: false };

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const tokenizer = bytes({ added_tokens: [{ id: 0, content: '<|end|>', special: true }] });

function filesOf(config: LlamaConfig): Map<string, Uint8Array> {
  const layout = llamaLayout(config);
  const params = initialParams({ model: config, layout }, 1);
  const files = huggingFaceFiles({ config, layout, params, tokenizer });
  return new Map(files.map((file) => [file.path, file.bytes]));
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function truncated(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint16(0);
}

/** float16 of a number that is neither large nor subnormal, rounded towards zero; else 0. */
function halfOf(value: number): number {
  scratch.setFloat32(0, value);
  const all = scratch.getUint32(0);
  const exponent = ((all >>> 23) & 255) - 127 + 15;
  if (exponent < 1) return 0;
  return ((all >>> 16) & 0x8000) | (exponent << 10) | ((all >>> 13) & 1023);
}

function jsonOf(files: Map<string, Uint8Array>, path: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>;
}

describe('the Hugging Face folder', () => {
  const slower: LlamaConfig = { ...tied, ropeScaling: { kind: 'linear', factor: 4 } };
  const longer: LlamaConfig = {
    ...tied,
    ropeScaling: {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 4,
    },
  };
  for (const [name, config] of Object.entries({ tied, untied, slower, longer })) {
    it(`is read back as it was written, ${name} head`, () => {
      const layout = llamaLayout(config);
      const params = initialParams({ model: config, layout }, 1);
      expect(readHuggingFace(filesOf(config))).to.deep.equal({ config, layout, params });
    });
  }

  for (const dtype of ['BF16', 'F16'] as const) {
    it(`is read in ${dtype}`, () => {
      const files = filesOf(untied);
      const file = decodeSafetensors(files.get('model.safetensors')!);
      const tensors = file.tensors.map((one) => {
        const floats = new Float32Array(one.bytes.slice().buffer);
        const halves = Uint16Array.from(floats, dtype === 'BF16' ? truncated : halfOf);
        return { ...one, dtype, bytes: new Uint8Array(halves.buffer) };
      });
      files.set('model.safetensors', encodeSafetensors({ ...file, tensors }));
      const { params } = readHuggingFace(files);
      const whole = readHuggingFace(filesOf(untied)).params;
      const most = dtype === 'BF16' ? 2 ** -7 : 2 ** -10;
      // What is too small for a normal half became 0
      const least = dtype === 'BF16' ? 0 : 2 ** -14;
      whole.forEach((x, i) => {
        expect(Math.abs(params[i]! - x)).to.be.at.most(most * Math.abs(x) + least);
      });
    });
  }

  it('widens every half-precision number as the format says', () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const bytes = new Uint8Array(bits.buffer);
    const floats = widenedFloatsOf({ name: 'x', dtype: 'F16', shape: [65_536], bytes });
    for (const [at, value] of [
      [0x3c00, 1],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x7bff, 65_504],
      [0xfbff, -65_504],
      [0xc000, -2],
      [0x7c00, Infinity],
    ] as const) {
      expect(floats[at]).to.equal(value);
    }
    expect(floats[0x7e00]).to.be.NaN;
    // Between neighbours the format is even: its numbers rise with their bits
    for (let i = 1; i < 0x7c00; i++) expect(floats[i]! > floats[i - 1]!).to.equal(true);
  });

  describe('in shards', () => {
    const sharded = (): Map<string, Uint8Array> => {
      const files = filesOf(untied);
      const { tensors, metadata } = decodeSafetensors(files.get('model.safetensors')!);
      files.delete('model.safetensors');
      const map: Record<string, string> = {};
      [tensors.slice(0, 5), tensors.slice(5)].forEach((part, i) => {
        const name = `model-0000${i + 1}-of-00002.safetensors`;
        files.set(name, encodeSafetensors({ tensors: part, metadata }));
        for (const tensor of part) map[tensor.name] = name;
      });
      files.set(index, bytes({ metadata: {}, weight_map: map }));
      return files;
    };
    const index = 'model.safetensors.index.json';
    const changed = (change: (map: Record<string, unknown>) => void): Map<string, Uint8Array> => {
      const files = sharded();
      const { weight_map: map } = jsonOf(files, index) as { weight_map: Record<string, unknown> };
      change(map);
      return files.set(index, bytes({ weight_map: map }));
    };

    it('is read as if it were whole', () => {
      expect(readHuggingFace(sharded())).to.deep.equal(readHuggingFace(filesOf(untied)));
    });

    const first = 'model.embed_tokens.weight';
    const refused: [string, () => Map<string, Uint8Array>, RegExp][] = [
      ['a path', () => changed((map) => (map[first] = '../x.safetensors')), /names the file/],
      [
        'a shard that is not there',
        () => changed((map) => (map[first] = 'x.safetensors')),
        /x\.saf/,
      ],
      [
        'a tensor that is nowhere',
        () => changed((map) => (map['y'] = map[first])),
        /^.*y is in the/,
      ],
      ['a tensor that it does not name', () => changed((map) => delete map[first]), /does not say/],
      ['no map', () => sharded().set(index, bytes({})), /no "weight_map"/],
    ];
    for (const [what, files, sentence] of refused) {
      it(`is refused when the index has ${what}`, () => {
        expect(() => readHuggingFace(files())).to.throw(/^BAD_MODEL_FOLDER/);
        expect(() => readHuggingFace(files())).to.throw(sentence);
      });
    }
  });

  it('says what transformers needs to know', () => {
    const config = jsonOf(filesOf(tied), 'config.json');
    expect(config).to.include({
      model_type: 'llama',
      hidden_size: 16,
      num_key_value_heads: 2,
      max_position_embeddings: 8,
      tie_word_embeddings: true,
      torch_dtype: 'float32',
      eos_token_id: 0,
    });
    const { metadata } = decodeSafetensors(filesOf(tied).get('model.safetensors')!);
    expect(metadata.get('format')).to.equal('pt');
    expect(jsonOf(filesOf(tied), 'tokenizer_config.json').eos_token).to.equal('<|end|>');
  });

  it('accepts a tied head that was stored again, and refuses one that differs', () => {
    const files = filesOf(tied);
    const file = decodeSafetensors(files.get('model.safetensors')!);
    const embedding = file.tensors[0]!;
    const head = { ...embedding, name: 'lm_head.weight' };
    files.set(
      'model.safetensors',
      encodeSafetensors({ ...file, tensors: [...file.tensors, head] }),
    );
    expect(readHuggingFace(files).config).to.deep.equal(tied);
    const other = { ...head, bytes: new Uint8Array(head.bytes.length) };
    files.set(
      'model.safetensors',
      encodeSafetensors({ ...file, tensors: [...file.tensors, other] }),
    );
    expect(() => readHuggingFace(files)).to.throw('BAD_MODEL_FOLDER');
  });

  for (const [why, change] of Object.entries<Record<string, unknown>>({
    'another model type': { model_type: 'mistral' },
    'another activation': { hidden_act: 'gelu' },
    biases: { attention_bias: true },
    'positions scaled in another way': { rope_scaling: { type: 'yarn', factor: 2 } },
    'positions scaled by nothing': { rope_scaling: { rope_type: 'linear' } },
    'positions scaled in part': { rope_scaling: { rope_type: 'llama3', factor: 8 } },
    'another head width': { head_dim: 32 },
    'no layers': { num_hidden_layers: 0 },
    'sizes beyond memory': { vocab_size: 2 ** 40 },
    'sizes that are not the weights': { intermediate_size: 32 },
    'a head that is not stored': { tie_word_embeddings: false },
  })) {
    it(`is refused for ${why}`, () => {
      const files = filesOf(tied);
      files.set('config.json', bytes({ ...jsonOf(files, 'config.json'), ...change }));
      expect(() => readHuggingFace(files)).to.throw(/^(BAD_MODEL_FOLDER|BAD_MODEL): /);
    });
  }

  it('is refused without weights, with a missing and with a strange tensor', () => {
    const files = filesOf(untied);
    const file = decodeSafetensors(files.get('model.safetensors')!);
    const write = (tensors: typeof file.tensors) =>
      files.set('model.safetensors', encodeSafetensors({ ...file, tensors }));
    write(file.tensors.slice(1));
    expect(() => readHuggingFace(files)).to.throw('BAD_MODEL_FOLDER');
    write([...file.tensors, { ...file.tensors[0]!, name: 'model.extra.weight' }]);
    expect(() => readHuggingFace(files)).to.throw('belongs to no layer');
    files.delete('model.safetensors');
    expect(() => readHuggingFace(files)).to.throw('BAD_MODEL_FOLDER');
  });
});
