import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { fetchSpec, openRun } from '@commonweights/trainer/run/open-run.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { engineOfVersion, publishRun, type PublishedRun } from '../../support/published-run.js';
import { tokensOf, wrongDigest } from '../../support/tiny-run.js';

const engine = engineOfVersion('1');
const utf8 = (text: string) => new TextEncoder().encode(text);

describe('opening a run', () => {
  const open = ({ digest, blobs }: PublishedRun, at: Digest = digest) =>
    openRun({ spec: at, blobs, engine });
  const refusal = async (published: PublishedRun, at?: Digest) => {
    const outcome = await open(published, at).catch((error: Error) => error.message);
    if (typeof outcome !== 'string') throw new Error('nothing was refused');
    return outcome;
  };
  const data = (change: Partial<RunSpec['data']>) => (spec: RunSpec) => ({
    ...spec,
    data: { ...spec.data, ...change },
  });

  it('gives the spec, the program that it names and the sequences', async () => {
    const published = await publishRun(engine);
    const { spec, program, train, heldOut } = await open(published);
    expect(spec).to.deep.equal(published.spec);
    expect(program.stepDigest).to.equal(spec.program);
    expect([train.count, heldOut.count]).to.deep.equal([500, 50]);
  });

  it('needs nothing but what the digest leads to', async () => {
    const published = await publishRun(engine);
    const message = await refusal(published, wrongDigest());
    expect(message).to.match(/^BLOB_MISSING/);
  });

  it('refuses a spec that says the same in other bytes', async () => {
    const published = await publishRun(engine);
    const { title, ...rest } = published.spec;
    const spellings = [
      ` ${canonicalJson(published.spec)}`,
      JSON.stringify(published.spec, null, 1),
      // As long as the canonical text, in another order.
      JSON.stringify({ title, ...(JSON.parse(canonicalJson(rest)) as object) }),
      canonicalJson(published.spec).replace('"tiny"', '"t\\u0069ny"'),
    ];
    for (const text of spellings) {
      expect(JSON.parse(text)).to.deep.equal(published.spec);
      const digest = await published.blobs.put(utf8(text));
      expect(await refusal(published, digest)).to.match(/^SPEC_MISMATCH: .*propose the run again$/);
    }
  });

  it('refuses bytes that are no JSON', async () => {
    const published = await publishRun(engine);
    for (const bytes of [utf8('{"version":'), new Uint8Array([0xff, 0xfe]), new Uint8Array()]) {
      const digest = await published.blobs.put(bytes);
      expect(await refusal(published, digest)).to.match(/^SPEC_MISMATCH/);
    }
  });

  it('refuses a spec of more than a megabyte without reading it', async () => {
    const published = await publishRun(engine);
    const digest = await published.blobs.put(new Uint8Array((1 << 20) + 1));
    expect(await refusal(published, digest)).to.match(/^BLOB_TOO_LARGE/);
    const failure = await fetchSpec(digest, published.blobs).catch((error: Error) => error.message);
    expect(failure).to.match(/^BLOB_TOO_LARGE/);
  });

  it('refuses a spec that is none', async () => {
    const message = await refusal(await publishRun(engine, (spec) => ({ ...spec, rounds: 0 })));
    expect(message).to.match(/^BAD_RUN_SPEC: rounds: /);
  });

  it('refuses a program that it would not build itself', async () => {
    const message = await refusal(
      await publishRun(engine, (spec) => ({ ...spec, program: wrongDigest() })),
    );
    expect(message).to.match(/^PROGRAM_MISMATCH: this version builds sha256:\w+ where .*; install/);
    const larger = await publishRun(engine, (spec) => ({
      ...spec,
      model: { ...spec.model, layers: 2 },
    }));
    expect(await refusal(larger)).to.match(/^PROGRAM_MISMATCH/);
  });

  it('refuses a run that declares other work than its program does', async () => {
    const dear = await publishRun(engine, (spec) => ({ ...spec, flopsPerRound: '1' }));
    expect(await refusal(dear)).to.match(
      /^TERMS_MISMATCH: the run declares 1 floating-point operations a round, its program has \d+;/,
    );
  });

  it('refuses another build of the engine', async () => {
    const { digest, blobs } = await publishRun(engine);
    const other = openRun({ spec: digest, blobs, engine: engineOfVersion('2') });
    const message = await other.catch((error: Error) => error.message);
    expect(message).to.match(/^ENGINE_MISMATCH: this machine's named 2 is sha256:.*; install/);
  });

  it('takes, of several engines, the one that the run names', async () => {
    const { digest, blobs } = await publishRun(engine);
    const offered = [engineOfVersion('2'), engineOfVersion('1')];
    const opened = await openRun({ spec: digest, blobs, engine: offered });
    expect(opened.engine).to.equal(offered[1]);
    const others = [engineOfVersion('2'), engineOfVersion('3')];
    const other = openRun({ spec: digest, blobs, engine: others });
    const message = await other.catch((error: Error) => error.message);
    expect(message).to.match(/^ENGINE_MISMATCH: this machine's named 2 is .*, its named 3 is .*;/);
  });

  it('takes, by distance, the first engine of float32, and none that multiplies in halves', async () => {
    const tolerance = {
      ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, window: 8 },
      ...{ failuresMax: 3, failureYocto: '1' },
    };
    const { digest, blobs } = await publishRun(engine, (spec) => ({ ...spec, tolerance }));
    const half: Engine = { ...engineOfVersion('2'), name: 'ort-float16', precision: 'float16' };
    const offered = [half, engineOfVersion('3')];
    const opened = await openRun({ spec: digest, blobs, engine: offered });
    expect(opened.engine).to.equal(offered[1]);
    const other = openRun({ spec: digest, blobs, engine: half });
    const message = await other.catch((error: Error) => error.message);
    expect(message).to.match(/^ENGINE_MISMATCH: ort-float16 multiplies in float16, .*; use ort$/);
  });

  it('refuses a manifest without the files that the spec names', async () => {
    const gone = await publishRun(engine, data({ train: 'gone.u16' }));
    expect(await refusal(gone)).to.match(/^DATA_MISMATCH: sha256:\w+ has no file "gone.u16"/);
    const none = await publishRun(engine, data({ heldOut: 'none.u16' }));
    expect(await refusal(none)).to.match(/^DATA_MISMATCH: sha256:\w+ has no file "none.u16"/);
  });

  it('refuses counts that the files do not hold', async () => {
    const more = await publishRun(engine, data({ sequences: 501 }));
    expect(await refusal(more)).to.match(/^DATA_MISMATCH: the spec counts 501 .* hold 500 and 50;/);
    // Its order of the data would be another, and half of what it trains on unknown to the voters.
    const fewer = await publishRun(engine, data({ sequences: 400 }));
    expect(await refusal(fewer)).to.match(/^DATA_MISMATCH: the spec counts 400 .* hold 500 and 50/);
    const fewHeldOut = { 'heldout.u16': tokensOf(57), 'train.u16': tokensOf(4001) };
    const few = await publishRun(engine, (spec) => spec, fewHeldOut);
    expect(await refusal(few)).to.match(/^DATA_MISMATCH: .*8 held-out .* hold 500 and 7;/);
  });

  it('refuses a token that the model does not know, wherever it is, before anybody stakes', async () => {
    for (const [name, at] of [
      ['train.u16', 8000],
      ['heldout.u16', 3],
    ] as const) {
      const files = { 'heldout.u16': tokensOf(401), 'train.u16': tokensOf(4001) };
      const { vocabSize } = (await publishRun(engine)).spec.model;
      new DataView(files[name].buffer).setUint16(at - (at % 2), vocabSize, true);
      const poisoned = await publishRun(engine, (spec) => spec, files);
      expect(await refusal(poisoned)).to.match(
        new RegExp(
          `^DATA_MISMATCH: "${name}" has token ${vocabSize}, the model knows ${vocabSize};`,
        ),
      );
    }
  });

  it('refuses a file whose bytes are not what the manifest says', async () => {
    const published = await publishRun(engine);
    const { digest } = JSON.parse(
      new TextDecoder().decode(await published.blobs.get(published.spec.data.manifest)),
    ).files[1] as { digest: Digest };
    published.blobs.blobs.delete(digest);
    expect(await refusal(published)).to.match(/^BLOB_MISSING/);
  });
});
