import { expect } from 'chai';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { huggingFaceFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import {
  decodeSafetensors,
  encodeSafetensors,
} from '@commonweights/trainer/checkpoint/safetensors.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { tinyModel } from '../trainer/engines/tiny.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('commonweights checkpoint import', () => {
  let cli: CliFolder;
  const layout = llamaLayout(tinyModel);
  const params = initialParams({ model: tinyModel, layout }, 3);
  const tokenizer = new TextEncoder().encode('{"added_tokens":[]}');

  before(async () => {
    cli = await CliFolder.create();
    const files = huggingFaceFiles({ config: tinyModel, layout, params, tokenizer });
    await mkdir(join(cli.folder, 'theirs'));
    for (const { path, bytes } of files) {
      if (path !== 'model.safetensors') await writeFile(join(cli.folder, 'theirs', path), bytes);
      else await writeShards(bytes);
    }
  });
  after(() => cli.remove());

  it('writes shards as the one file whose digest is the state root', async () => {
    const { code, out, err } = await cli.run(
      'checkpoint',
      'import',
      'theirs',
      '--to',
      'ours',
      '--json',
    );
    expect(code, err).to.equal(0);
    const { root, parameters } = JSON.parse(out) as { root: string; parameters: number };
    const bytes = await readFile(join(cli.folder, 'ours', 'model.safetensors'));
    expect(root).to.equal(digestOf(bytes));
    expect(parameters).to.equal(layout.length);
    const [first] = decodeSafetensors(bytes).tensors;
    expect(new Float32Array(first!.bytes.slice().buffer)).to.deep.equal(
      params.slice(0, first!.bytes.length / 4),
    );
  });

  it('writes shards with an index, which are the same model again', async () => {
    const flags = ['checkpoint', 'import', 'ours', '--to', 'parts', '--json'];
    const { code, out, err } = await cli.run(...flags, '--shard-mb', '1');
    expect(code, err).to.equal(0);
    // Less than a megabyte is one file whatever is asked for.
    expect(JSON.parse(out)).to.deep.include({ files: ['model.safetensors'] });
  });

  it('refuses a folder that holds something, and one that holds no model', async () => {
    const full = await cli.run('checkpoint', 'import', 'theirs', '--to', 'theirs');
    expect(full.code).to.equal(2);
    expect(full.err).to.match(/^USAGE: .*theirs is not empty/);
    await mkdir(join(cli.folder, 'nothing'));
    const none = await cli.run('checkpoint', 'import', 'nothing', '--to', 'new');
    expect(none.code).to.equal(3);
    expect(none.err).to.match(/^BAD_MODEL_FOLDER: config.json is missing/m);
    const left = await readdir(cli.folder);
    expect(left.filter((entry) => entry.startsWith('new'))).to.deep.equal([]);
  });

  it('publishes a model in shards as well as in one file, and nothing that is none', async () => {
    for (const folder of ['theirs', 'ours']) {
      const { err } = await cli.run('checkpoint', 'publish', folder);
      expect(err, folder).to.match(/^NO_REGISTRY|^NO_ACCOUNT/);
    }
    const none = await cli.run('checkpoint', 'publish', 'nothing');
    expect(none.err).to.match(/^BAD_MODEL_FOLDER/);
  });

  describe('evaluate', () => {
    const evaluate = (text: string, ...flags: string[]) =>
      cli.run('checkpoint', 'evaluate', 'theirs', '--text', text, ...flags);

    it('names the byte of a text that is not UTF-8', async () => {
      const cases: [string, number[], RegExp][] = [
        ['a stray byte', [0x61, 0xff, 0x62], /byte 1 \(from 0\) is 0xff/],
        ['a sequence cut off', [0x61, 0x62, 0xe2, 0x82], /byte 2 \(from 0\) is 0xe2/],
        ['a surrogate', [0xed, 0xa0, 0x80], /byte 0 /],
        ['after what stands for such', [0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0x80], /byte 5 .*0x80/],
      ];
      for (const [name, bytes, sentence] of cases) {
        await writeFile(join(cli.folder, 'bad.txt'), Uint8Array.from(bytes));
        const result = await evaluate('bad.txt');
        expectOneSentence(result, /^BAD_FILE: .*bad\.txt is not UTF-8: .*; save it as UTF-8/);
        expect(result.err, name).to.match(sentence);
        expect(result.code).to.equal(3);
      }
    });

    it('tells who cannot sign before it works, not after', async () => {
      await writeFile(join(cli.folder, 'good.txt'), 'A text.');
      const flags = ['--attest', '--contract', 'dao.test', '--account', 'ghost.test'];
      // One sentence: nothing of an evaluation was shown before it.
      expectOneSentence(await evaluate('good.txt', ...flags), /^NO_CREDENTIALS: .*ghost\.test/);
    });
  });

  async function writeShards(bytes: Uint8Array): Promise<void> {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const map: Record<string, string> = {};
    for (const [i, part] of [tensors.slice(0, 4), tensors.slice(4)].entries()) {
      const name = `model-${i}.safetensors`;
      for (const tensor of part) map[tensor.name] = name;
      await writeFile(
        join(cli.folder, 'theirs', name),
        encodeSafetensors({ tensors: part, metadata }),
      );
    }
    const index = JSON.stringify({ weight_map: map });
    await writeFile(join(cli.folder, 'theirs', 'model.safetensors.index.json'), index);
  }
});
