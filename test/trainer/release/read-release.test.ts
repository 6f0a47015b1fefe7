import { expect } from 'chai';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { readMaterial } from '@commonweights/trainer/release/read-release.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { diloco, smallRelease, sparse, statusOf, type Small } from './small-release.js';

const flipLast = (byte: number, i: number, all: Uint8Array) =>
  i === all.length - 1 ? byte ^ 1 : byte;

describe('a release folder that is gone through once', () => {
  const small = smallRelease(diloco);
  let dir: string;

  const place = (path: string) => join(dir, ...path.split('/'));
  const write = async (of: Small, manifest = of.built.manifest): Promise<void> => {
    for (const [path, bytes] of of.files) {
      await mkdir(dirname(place(path)), { recursive: true });
      await writeFile(place(path), bytes);
    }
    await writeFile(join(dir, 'manifest.json'), encodeManifest(manifest));
  };
  const verify = (rest: object = {}) => verifyFolder({ dir, chain: small.facts, ...rest });
  const bytesCode = async (rest: object = {}) => (await verify(rest))[0]!.code;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-read-'));
    await write(small);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('gives what the files in memory give, for chunks of any size', async () => {
    for (const chunkBytes of [2 ** 10, 2 ** 13, 2 ** 20, 2 ** 21]) {
      const files = small.built.files;
      const { manifest } = describeFiles([...files], { chunkBytes });
      await writeFile(join(dir, 'manifest.json'), encodeManifest(manifest));
      const { seen, state } = await readMaterial({ dir, chain: null, chunks: true });
      const { manifestDigest } = await readMaterial({ dir, chain: null });
      const whole = seeWhole({ files: small.files, manifest, manifestDigest, chain: null });
      expect(new Map([...seen].sort())).to.deep.equal(new Map([...whole.seen].sort()));
      expect(state).to.deep.equal(whole.state);
    }
  });

  it('gives the same with second hashes on threads of their own', async () => {
    const here = await readMaterial({ dir, chain: null, chunks: true, threads: false });
    const aside = await readMaterial({ dir, chain: null, chunks: true, threads: true });
    expect(here.state.root, 'weights and momentum have a root').to.match(/^sha256:/);
    expect(aside).to.deep.equal(here);
    await writeFile(
      place('model.safetensors'),
      small.files.get('model.safetensors')!.map(flipLast),
    );
    expect(await bytesCode({ chunks: true, threads: true })).to.equal('FILE_ALTERED');
  });

  it('keeps no weights, no momentum and no program in memory', async () => {
    const { files } = await readMaterial({ dir, chain: null });
    expect([...files.keys()]).to.not.include.members([
      'model.safetensors',
      'provenance/outer-state.safetensors',
      'provenance/program.onnx',
    ]);
    expect(files.has('provenance/rounds.json')).to.equal(true);
  });

  it('is refused when a file changes while it is read', async () => {
    const target = place('model.safetensors');
    const grow = () => appendFileSync(target, 'x');
    const rewrite = () => writeFileSync(target, small.files.get('model.safetensors')!);
    for (const change of [grow, rewrite]) {
      await write(small);
      utimesSync(target, 1, 1);
      const verdicts = await verify({
        onProgress: ({ path }: { path: string }) => {
          if (path === 'model.safetensors') change();
        },
      });
      expect(verdicts[0]!).to.include({ status: 'fail', code: 'FILE_CHANGED_WHILE_READ' });
      expect(statusOf(verdicts).weights).to.equal('unknown');
    }
  });

  it('names what happened to a file: renamed, swapped, cut, added, altered', async () => {
    await rename(place('config.json'), place('config2.json'));
    expect(await bytesCode()).to.equal('FILE_RENAMED');
    await rename(place('config2.json'), place('config.json'));
    await writeFile(place('config.json'), small.files.get('generation_config.json')!);
    await writeFile(place('generation_config.json'), small.files.get('config.json')!);
    expect(await bytesCode()).to.equal('FILES_SWAPPED');
    await write(small);
    await writeFile(place('README.md'), small.files.get('README.md')!.subarray(1));
    expect(await bytesCode()).to.equal('FILE_RESIZED');
    await write(small);
    await writeFile(place('chat_template.jinja'), 'x');
    expect(await bytesCode()).to.equal('FILE_ADDED');
    await rm(place('chat_template.jinja'));
    expect(await bytesCode()).to.equal(null);
  });

  for (const what of ['root', 'list'] as const) {
    it(`tells a chunk ${what} that is not the file’s where it is asked, else that it did not look`, async () => {
      const manifest = structuredClone(small.built.manifest);
      manifest.files[0]!.chunks[what] = manifest.files[1]!.chunks[what];
      await write(small, manifest);
      expect(await bytesCode({ chunks: true })).to.equal('CHUNKS_ALTERED');
      const [bytes] = await verify();
      expect(bytes).to.include({ status: 'pass' });
      expect(bytes!.detail).to.match(/chunk lists, .* were not checked$/);
    });
  }

  it('reads nothing of a file that can be none of the manifest’s', async () => {
    await writeFile(place('film.bin'), new Uint8Array(5_000_001));
    const { seen } = await readMaterial({ dir, chain: null });
    expect(seen.get('film.bin')).to.deep.equal({ size: 5_000_001, digest: null, chunks: null });
  });

  it('is refused for records nested without end', async () => {
    for (const depth of [1_000, 100_000, 2_000_000]) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const text = `${open.repeat(depth)}1${close.repeat(depth)}`;
        await writeFile(place('provenance/rounds.json'), text);
        const verdicts = await verify();
        expect(statusOf(verdicts)).to.include({ bytes: 'fail', rounds: 'fail', structure: 'fail' });
        expect(verdicts.find(({ claim }) => claim === 'rounds')!.code).to.equal('RECORD_MALFORMED');
      }
    }
  });

  it('draws no initial weights for a model whose weights are not there', async () => {
    const large = smallRelease(sparse);
    const spec = JSON.parse(
      new TextDecoder().decode(large.files.get('provenance/run-spec.json')),
    ) as { model: object };
    spec.model = { ...spec.model, layers: 256, hiddenSize: 16_384, intermediateSize: 65_536 };
    const { json, verifyUnderOwnManifest } = await import('./small-release.js');
    const files = new Map(large.files).set('provenance/run-spec.json', json(spec));
    const lineage = verifyUnderOwnManifest(large.facts, files).find(
      ({ claim }) => claim === 'lineage',
    );
    expect(lineage).to.include({ status: 'fail', code: 'WEIGHTS_MALFORMED' });
  });
});
