import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { encodeState } from '@commonweights/trainer/checkpoint/state.js';
import { initialOuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { openRun, startOf } from '@commonweights/trainer/run/open-run.js';
import { completeParent, datasetsOf, fetchParent } from '@commonweights/trainer/run/parent.js';
import {
  decodeRunSpec,
  termsOf,
  type RunParent,
  type RunSpec,
} from '@commonweights/trainer/run/run-spec.js';
import { engineOfVersion, publishRun } from '../../support/published-run.js';
import { tinyRun, wrongDigest } from '../../support/tiny-run.js';
import { diloco, smallRelease, sparse } from '../release/small-release.js';

const engine = engineOfVersion('1');

describe('a run that goes on from a parent', () => {
  const first = smallRelease(diloco);
  const { spec: firstSpec, state } = first.input;
  const layout = llamaLayout(firstSpec.model);
  const store = new MemoryStore();
  const release = first.built.digest;
  const weights = digestOf(first.files.get('model.safetensors')!);
  const { tokenizer } = firstSpec;
  const datasets = ['speeches-packed@1'];
  before(() => putFiles(store, first.built.files));

  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing was refused',
      (error: Error) => error.message,
    );
  const refusedSpec = (json: unknown): string => {
    try {
      decodeRunSpec(json);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was refused';
  };
  const fetch = (change: Partial<RunParent> = {}, other: Partial<RunSpec> = {}) =>
    fetchParent(
      {
        parent: { release, weights, datasets, ...change },
        ...{ tokenizer, layout, model: firstSpec.model, ...other },
      },
      store,
    );

  describe('in a draft', () => {
    it('names a release, and what is in it follows', async () => {
      expect(await completeParent({ release }, store)).to.deep.equal({
        ...{ release, weights, datasets },
      });
    });

    it('names weights of which nobody recorded where they are from', async () => {
      const parent = await completeParent({ weights }, store);
      expect(parent).to.deep.equal({ release: null, weights, datasets: [] });
    });

    it('is refused unless it names one of the two by a digest, and nothing else', async () => {
      const odd = [{}, { release, weights }, { release: 'v1' }, { weights, seed: 1 }, 5, 'sha256:'];
      for (const draft of odd) {
        const message = await refusal(completeParent(draft as never, store));
        expect(message, JSON.stringify(draft)).to.match(/^BAD_PARENT: .*name one of them/);
      }
    });

    it('is refused for a release that is not there, and for a manifest that is none of a release', async () => {
      expect(await refusal(completeParent({ release: wrongDigest() }, store))).to.match(
        /^BLOB_MISSING/,
      );
      const { digest } = await putFiles(store, [{ path: 'a.txt', bytes: new Uint8Array(3) }]);
      expect(await refusal(completeParent({ release: digest }, store))).to.match(
        /^PARENT_MISMATCH: the parent has no provenance\/run-spec\.json/,
      );
    });
  });

  describe('in a spec', () => {
    let spec: RunSpec;
    before(async () => {
      ({ spec } = await tinyRun(engine));
    });
    const withParent = (parent: unknown, seed?: number): unknown => {
      const { initialSeed, ...rest } = spec;
      void initialSeed;
      return { ...rest, parent, ...(seed === undefined ? {} : { initialSeed: seed }) };
    };
    const good = { weights: wrongDigest(), release: wrongDigest(), datasets: ['a@1', 'b@1'] };

    it('stands in place of the seed', () => {
      expect(decodeRunSpec(withParent(good))).to.deep.equal(withParent(good));
      const outside = { weights: wrongDigest(), release: null, datasets: [] };
      expect(decodeRunSpec(withParent(outside))).to.deep.include({ parent: outside });
      expect(refusedSpec(withParent(good, 7))).to.match(/^BAD_RUN_SPEC: initialSeed: has no use/);
    });

    it('is refused without a digest of weights, and with datasets that are not the release’s', () => {
      const odd: [object, RegExp][] = [
        [{ ...good, weights: 'sha256:1' }, /parent\.weights: must be "sha256:"/],
        [{ ...good, release: 3 }, /parent\.release: must be "sha256:"/],
        [{ ...good, datasets: [] }, /parent\.datasets: must be those of the release/],
        [{ ...good, release: null }, /parent\.datasets: must be those of the release/],
        [{ ...good, datasets: ['b@1', 'a@1'] }, /parent\.datasets: must be sorted/],
        [{ ...good, datasets: ['a@1', 'a@1'] }, /parent\.datasets: must be sorted/],
        [{ ...good, datasets: [1] }, /parent\.datasets\.0: must be a text/],
        [
          { ...good, datasets: Array(17).fill('a@1') },
          /parent\.datasets: must be a list of at most/,
        ],
        [
          {
            ...good,
            datasets: Array.from({ length: 16 }, (_, i) => `${String.fromCharCode(97 + i)}@1`),
          },
          /parent\.datasets: a run names at most 16 datasets in all/,
        ],
        [{ ...good, more: 1 }, /parent\.more: is not a known field/],
      ];
      for (const [parent, why] of odd) expect(refusedSpec(withParent(parent))).to.match(why);
    });

    it('puts the data of its release into the terms, for licences and takedowns', () => {
      const decoded = decodeRunSpec(withParent(good));
      expect(datasetsOf(decoded)).to.deep.equal(['a@1', 'b@1', 'tiny@1']);
      const terms = termsOf({ spec: decoded, digest: wrongDigest(), initialRoot: wrongDigest() });
      expect(terms.datasets).to.deep.equal(['tiny@1', 'a@1', 'b@1']);
    });
  });

  describe('when a worker opens it', () => {
    it('starts from the very weights of the release', async () => {
      expect(await fetch()).to.deep.equal(state.params);
      expect(await fetch({ release: null, datasets: [] })).to.deep.equal(state.params);
    });

    it('starts with a momentum of zeros, or from the weights’ own digest where there is none', async () => {
      const program = { model: firstSpec.model, layout };
      const spec = (outer: RunSpec['outer']): RunSpec => {
        const { initialSeed, ...rest } = firstSpec;
        void initialSeed;
        return { ...rest, outer, parent: { release, weights, datasets } };
      };
      const withMomentum = await startOf(spec(diloco), program, store);
      expect(withMomentum.params).to.deep.equal(state.params);
      expect(withMomentum.momentum!.every((x) => x === 0)).to.equal(true);
      expect(initialRootOf(spec(sparse), program, state.params)).to.equal(weights);
    });

    it('is refused where the same shapes would be read as another model, and may look farther back', async () => {
      const { model } = firstSpec;
      const other = [
        { ...model, ropeTheta: 2 * model.ropeTheta },
        { ...model, rmsNormEps: 0.5 },
        { ...model, heads: 2 * model.heads, kvHeads: 2 * model.kvHeads },
      ];
      for (const wrong of other) {
        const message = await refusal(fetch({}, { model: wrong }));
        expect(message).to.match(/^PARENT_MISMATCH: its model differs in more than its context/);
      }
      const farther = { ...model, contextLength: 2 * model.contextLength };
      expect(await fetch({}, { model: farther })).to.deep.equal(state.params);
    });

    it('is refused where the release holds other weights, another tokenizer or other data', async () => {
      const other = wrongDigest();
      expect(await refusal(fetch({ weights: other }))).to.match(
        /^PARENT_MISMATCH: .* hold the weig/,
      );
      expect(await refusal(fetch({}, { tokenizer: other }))).to.match(
        new RegExp(`^PARENT_MISMATCH: .*another tokenizer.*--tokenizer ${tokenizer}`),
      );
      expect(await refusal(fetch({ datasets: ['a@1'] }))).to.match(
        /^PARENT_MISMATCH: .*learned from speeches-packed@1/,
      );
    });

    it('is refused where the weights are of another shape, or no weights', async () => {
      const wide = llamaLayout({ ...firstSpec.model, hiddenSize: 32 });
      expect(await refusal(fetch({}, { layout: wide } as never))).to.match(
        /^PARENT_MISMATCH: the weights .* are not of the model of the spec \(BAD_STATE/,
      );
      const bytes = new Uint8Array(100).fill(7);
      const junk = await store.put(bytes);
      expect(await refusal(fetch({ weights: junk, release: null, datasets: [] }))).to.match(
        /^PARENT_MISMATCH: .*BAD_SAFETENSORS/,
      );
    });

    it('fetches no more than weights of that shape can have', async () => {
      const large = await store.put(new Uint8Array((1 << 20) + 4 * layout.length + 1));
      expect(await refusal(fetch({ weights: large, release: null, datasets: [] }))).to.match(
        /^BLOB_TOO_LARGE/,
      );
    });

    it('is opened with its data, ready to train', async () => {
      const { program } = await tinyRun(engine);
      const params = new Float32Array(program.layout.length).map((_, i) => (i % 13) / 100);
      const bytes = encodeState(initialOuterState(params, sparse), program.layout);
      const published = await publishRun(engine, ({ initialSeed: _, ...spec }) => ({
        ...spec,
        parent: { weights: digestOf(bytes), release: null, datasets: [] },
      }));
      const open = () => openRun({ spec: published.digest, blobs: published.blobs, engine });
      expect(await refusal(open())).to.match(/^BLOB_MISSING/);
      await published.blobs.put(bytes);
      expect((await open()).initial.params).to.deep.equal(params);
    });
  });
});

describe('a release of a run that went on from another', () => {
  const first = smallRelease(diloco);
  const parentOf = (release: Digest | null): RunParent => ({
    weights: digestOf(first.files.get('model.safetensors')!),
    release,
    datasets: release ? ['speeches-packed@1'] : [],
  });
  const second = (outer: typeof diloco, release: Digest | null) =>
    smallRelease(outer, { parent: parentOf(release), params: first.input.state.params });

  it('has a bundle that holds together, whatever the recipe', () => {
    for (const outer of [diloco, sparse]) {
      for (const release of [first.built.digest, null]) {
        expect(second(outer, release).built.files.length).to.be.above(10);
      }
    }
  });

  it('is another release than one from a seed', () => {
    const digests = [
      smallRelease(sparse),
      second(sparse, null),
      second(sparse, first.built.digest),
    ];
    expect(new Set(digests.map(({ built }) => built.digest)).size).to.equal(3);
    const card = new TextDecoder().decode(
      second(sparse, first.built.digest).files.get('README.md'),
    );
    expect(card).to.include(`| goes on from | release \`${first.built.digest}\` |`);
    expect(canonicalBytes(second(sparse, null).input.spec).length).to.be.above(100);
  });
});
