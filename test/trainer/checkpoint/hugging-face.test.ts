import { expect } from 'chai';
import {
  huggingFaceFiles,
  readHuggingFace,
} from '@commonweights/trainer/checkpoint/hugging-face.js';
import {
  decodeSafetensors,
  encodeSafetensors,
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

function jsonOf(files: Map<string, Uint8Array>, path: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>;
}

describe('the Hugging Face folder', () => {
  for (const [name, config] of Object.entries({ tied, untied })) {
    it(`is read back as it was written, ${name} head`, () => {
      const layout = llamaLayout(config);
      const params = initialParams({ model: config, layout }, 1);
      expect(readHuggingFace(filesOf(config))).to.deep.equal({ config, layout, params });
    });
  }

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
    'scaled positions': { rope_scaling: { type: 'linear', factor: 2 } },
    'half precision': { torch_dtype: 'float16' },
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
