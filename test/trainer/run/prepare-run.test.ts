import { expect } from 'chai';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  decodeManifest,
  encodeManifest,
  parseManifest,
} from '@commonweights/dataset-registry/digest/manifest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { openRun } from '@commonweights/trainer/run/open-run.js';
import { prepareRun, type RunDraft } from '@commonweights/trainer/run/prepare-run.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';
import { engineOfVersion, publishManifest } from '../../support/published-run.js';
import { tinyRun, tokensOf } from '../../support/tiny-run.js';

const engine = engineOfVersion('1');
const vocabSize = 260;

class PublishingStore extends MemoryStore {
  readonly published: Digest[] = [];
  async publish(bytes: Uint8Array): Promise<Digest> {
    const digest = await this.put(bytes);
    this.published.push(digest);
    return digest;
  }
}

describe('preparing a run', () => {
  let blobs: PublishingStore;
  let draft: RunDraft;
  const tokenizer = new TextEncoder().encode(
    JSON.stringify(trainTokenizer({ texts: ['abc abd abc abd '.repeat(50)], vocabSize })),
  );
  const files = {
    'heldout.u16': tokensOf(401),
    'tokenizer.json': tokenizer,
    'train.u16': tokensOf(4001),
  };

  before(async () => {
    const { spec } = await tinyRun(engine);
    const derived = ['version', 'tokenizer', 'program', 'fingerprint', 'flopsPerRound'];
    const { data, ...written } = JSON.parse(
      JSON.stringify(spec, (key, value: unknown) =>
        [...derived, 'vocabSize'].includes(key) ? undefined : value,
      ),
    ) as RunSpec;
    draft = { ...written, data: { dataset: data.dataset, seed: data.seed } };
  });
  beforeEach(() => (blobs = new PublishingStore()));

  const prepare = async (it: { draft?: RunDraft; manifest?: Digest } = {}) =>
    prepareRun({
      draft: it.draft ?? draft,
      manifest: it.manifest ?? (await publishManifest(blobs, files)),
      blobs,
      engine,
    });
  const refusal = async (it: Parameters<typeof prepare>[0]) => {
    const outcome = await prepare(it).catch((error: Error) => error.message);
    if (typeof outcome !== 'string') throw new Error('nothing was refused');
    return outcome;
  };

  it('takes from the dataset what the draft does not say', async () => {
    const { spec } = await prepare();
    expect(spec.model.vocabSize).to.equal(vocabSize);
    expect(spec.tokenizer).to.equal(digestOf(tokenizer));
    expect(spec.data).to.include({ train: 'train.u16', heldOut: 'heldout.u16', sequences: 500 });
  });

  it('publishes everything that a worker needs to open it', async () => {
    const { spec, terms } = await prepare();
    const opened = await openRun({ spec: terms.spec, blobs, engine });
    expect(opened.spec).to.deep.equal(spec);
    const { program, fingerprint, initialRoot } = terms;
    expect(blobs.published).to.have.members([terms.spec, program, fingerprint, initialRoot]);
    expect(initialRoot).to.equal(initialRootOf(spec, opened.program));
  });

  it('asks for the terms of the spec and the escrow that they need', async () => {
    const { spec, terms, budgetYocto } = await prepare();
    const { spec: digest, initialRoot } = terms;
    expect(terms).to.deep.equal(termsOf({ spec, digest, initialRoot }));
    expect(budgetYocto).to.equal(escrowNeeded(terms));
  });

  it('gives the same digests again', async () => {
    const first = await prepare();
    blobs = new PublishingStore();
    expect(await prepare()).to.deep.equal(first);
  });

  it('refuses a dataset without one of the packed files, and publishes nothing', async () => {
    for (const path of Object.keys(files)) {
      const others = Object.entries(files).filter(([one]) => one !== path);
      const manifest = await publishManifest(blobs, Object.fromEntries(others));
      const message = await refusal({ manifest });
      expect(message).to.match(/^NOT_PACKED: the dataset has no usable ".*dataset derive --transf/);
      expect(message).to.include(`"${path}"`);
    }
    expect(blobs.published).to.deep.equal([]);
  });

  it('refuses a packed file too large to hold in memory', async () => {
    const bytes = await blobs.get(await publishManifest(blobs, files));
    const { files: listed, ...rest } = parseManifest(bytes);
    const swollen = listed.map((one) =>
      one.path === 'train.u16' ? { ...one, size: 2 ** 31 } : one,
    );
    const large = decodeManifest({ ...rest, files: swollen });
    const manifest = await blobs.put(encodeManifest(large));
    expect(await refusal({ manifest })).to.match(/^NOT_PACKED: .*"train\.u16"/);
  });

  it('refuses a draft with a field that the spec does not have', async () => {
    const odd = { ...draft, bogus: 1 } as RunDraft;
    expect(await refusal({ draft: odd })).to.match(/^BAD_RUN_SPEC: bogus: is not a known field/);
  });

  it('refuses prices under which cheating pays, and publishes nothing', async () => {
    const manifest = await publishManifest(blobs, files);
    const before = blobs.published.length;
    expect(await refusal({ draft: { ...draft, auditedClaimsBps: 100 }, manifest })).to.match(
      /^CHEATING_PAYS: free-riding .*raise stakeYocto to \d+, or auditedClaimsBps to \d+/,
    );
    const wary = { ...draft, economics: { ...draft.economics, liarsBps: 5_000 } };
    expect(await refusal({ draft: wary, manifest })).to.match(/^CHEATING_PAYS: .*50\.0 % liars/);
    expect(blobs.published).to.have.length(before);
  });

  it('takes a round to cost what it pays where the draft does not say it', async () => {
    const { computeCostYocto, ...economics } = draft.economics;
    void computeCostYocto;
    const { spec } = await prepare({ draft: { ...draft, economics } });
    expect(spec.economics.computeCostYocto).to.equal(economics.rewardYocto);
    expect(spec.economics).to.not.have.property('liarsBps');
  });

  it('refuses prices and assumptions that are none', async () => {
    const odd = [
      { economics: { ...draft.economics, computeCostYocto: '-1' } },
      { economics: { ...draft.economics, rewardYocto: 5 as unknown as string } },
      { economics: { ...draft.economics, liarsBps: 10_001 } },
      { auditedClaimsBps: 0.5 },
    ];
    for (const change of odd) {
      expect(await refusal({ draft: { ...draft, ...change } })).to.match(
        /^BAD_RUN_SPEC: (economics\.\w+|auditedClaimsBps): must be/,
      );
    }
  });

  it('refuses prices that are missing, or that no spec has, before it reckons with them', async () => {
    const { stakeYocto, ...unstaked } = draft.economics;
    const missing = { ...draft, economics: unstaked as RunDraft['economics'] };
    expect(await refusal({ draft: missing })).to.match(
      /^BAD_RUN_SPEC: economics\.stakeYocto: is missing/,
    );
    const slip = { ...draft, economics: { ...draft.economics, stakesYocto: stakeYocto } };
    expect(await refusal({ draft: slip })).to.match(
      /^BAD_RUN_SPEC: economics\.stakesYocto: is not a known field/,
    );
  });

  it('takes what is paid for data into the terms, and refuses parts that are none', async () => {
    const paying = (dataRewardYocto: string, weightBps = 10_000) => {
      const dataShares = [{ dataset: 'raw@1', weightBps }];
      return { ...draft, economics: { ...draft.economics, dataRewardYocto, dataShares } };
    };
    const { terms } = await prepare({ draft: paying('200000000') });
    expect(terms.dataRewardYocto).to.equal('200000000');
    expect(terms.dataShares).to.deep.equal([{ dataset: 'raw@1', weightBps: 10_000 }]);
    expect((await prepare()).terms).to.deep.include({ dataRewardYocto: '0', dataShares: [] });
    expect(await refusal({ draft: paying('200000001') })).to.match(/^BAD_TERMS: dataRewardYocto/);
    expect(await refusal({ draft: paying('200000000', 9_999) })).to.match(/^BAD_TERMS: weightBps/);
  });

  it('counts what a round computes from the program', async () => {
    const { spec, terms } = await prepare();
    expect(terms.flopsPerRound).to.equal(spec.flopsPerRound);
    expect(Number(spec.flopsPerRound)).to.be.greaterThan(1e5);
  });

  it('does not let a draft say what follows from the rest', async () => {
    const sly = { ...draft, version: 2, tokenizer: 'sha256:mine', program: 'mine' };
    const { spec } = await prepare({ draft: sly as unknown as RunDraft });
    expect(spec.version).to.equal(1);
    expect(spec.tokenizer).to.equal(digestOf(tokenizer));
    expect(blobs.published).to.include(spec.program);
  });

  it('refuses to evaluate more than was held out', async () => {
    const greedy = { ...draft, evaluation: { sequences: 51 } };
    expect(await refusal({ draft: greedy })).to.match(
      /^BAD_RUN_SPEC: evaluation\.sequences: 51 are asked for, the held-out file has 50;/,
    );
  });

  it('refuses a tokenizer that is none', async () => {
    const broken = { ...files, 'tokenizer.json': new TextEncoder().encode('{}') };
    const manifest = await publishManifest(blobs, broken);
    expect(await refusal({ manifest })).to.match(/^BAD_TOKENIZER/);
  });

  it('refuses a manifest that is not there', async () => {
    expect(await refusal({ manifest: digestOf(new Uint8Array(5)) })).to.match(/^BLOB_MISSING/);
  });
});
