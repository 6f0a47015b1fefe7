import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  getFile,
  getManifest,
  putFiles,
} from '@commonweights/dataset-registry/store/manifest-store.js';
import {
  clean,
  cleanDefaults,
  normaliseText,
} from '@commonweights/dataset-registry/transforms/clean.js';
import {
  deriveDataset,
  reproduceDataset,
  storeItems,
  verifyDataset,
} from '@commonweights/dataset-registry/transforms/derive.js';
import { importStateOfTheUnion } from '@commonweights/dataset-registry/transforms/import-sotu.js';
import { importJsonLines } from '@commonweights/dataset-registry/transforms/import-text.js';
import {
  decodePacking,
  decodeTokens,
  encodeTokens,
  packedPaths,
  type Packing,
} from '@commonweights/dataset-registry/transforms/packing.js';
import {
  decodeItems,
  encodeItems,
  type TextItem,
} from '@commonweights/dataset-registry/transforms/text-item.js';
import {
  decodeTransform,
  digestOfTransform,
  type Transform,
} from '@commonweights/dataset-registry/transforms/transform.js';
import type { PackParams } from '@commonweights/dataset-registry/transforms/tokenise-and-pack.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const tools = { train: trainTokenizer, load: loadTokenizer };
const cleaning: Transform = { name: 'clean', version: 1, params: cleanDefaults };
const packing: Transform = {
  name: 'tokenise-and-pack',
  version: 1,
  params: { vocabSize: 300, contextLength: 16, heldoutBps: 2_000, seed: 1 },
};

/** Documents of pseudo-random words: long enough to keep, none like another. */
function document(number: number, words = 120): string {
  let state = number * 7919 + 13;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 8;
  const stems = ['union', 'people', 'peace', 'nation', 'law', 'year', 'work', 'state', 'common'];
  return Array.from({ length: words }, () => `${stems[next() % 9]}${next() % 50}`).join(' ');
}
const items: TextItem[] = Array.from({ length: 40 }, (_, i) => ({
  year: 1800 + i,
  text: document(i),
}));

describe('items', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 50 });
  const item = fc.record({ text, year: fc.maxSafeInteger(), name: text });

  it('are written and read back the same, with the same digests', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 10 }), (list) => {
        const { files, items: digests } = encodeItems(list);
        expect(decodeItems(files)).to.deep.equal({ items: list, digests });
      }),
    );
  });

  it('are refused unless canonical, complete and plain', () => {
    const lines = ['{"text":"a", "year":1}\n', '{"text":"a"}', '{"year":1}\n', '[]\n', 'x\n', '\n'];
    lines.push('{"text":5}\n', '{"text":"a","x":1.5}\n', '{"a b":1,"text":"a"}\n');
    lines.push('{"text":"a","x":{}}\n', '{"text":"\\ud800"}\n');
    for (const line of lines) {
      const file = { path: 'items-00000.jsonl', bytes: new TextEncoder().encode(line) };
      expect(() => decodeItems([file]), line).to.throw(/^BAD_ITEM/);
    }
    const elsewhere = {
      path: 'items-00001.jsonl',
      bytes: new TextEncoder().encode('{"text":""}\n'),
    };
    expect(() => decodeItems([elsewhere])).to.throw(/^BAD_ITEM/);
    expect(() => encodeItems([])).to.throw(/^EMPTY_DATASET/);
  });
});

describe('import', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-import-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the addresses that the installed package carries', async () => {
    const sotu = await importStateOfTheUnion();
    expect(sotu.items.length).to.be.greaterThan(200);
    expect(sotu.items[0]).to.include({ year: 1790, name: 'George Washington', party: 'none' });
    expect(sotu.items[0]!.text).to.match(/^Fellow-Citizens of the Senate/);
    expect(sotu.source).to.match(/^npm:@stdlib\/datasets-sotu@\d/);
    expect(new TextDecoder().decode(sotu.evidence)).to.include('Public Domain Dedication');
  });

  it('takes JSON lines, and names the line that is wrong', async () => {
    const path = join(folder, 'x.jsonl');
    await writeFile(path, '{"text":"a","n":1}\n\n{"text":"b"}\n');
    expect(await importJsonLines(path)).to.deep.equal([{ text: 'a', n: 1 }, { text: 'b' }]);
    await writeFile(path, '{"text":"a"}\n{"no":1}\n');
    const error = await importJsonLines(path).catch((caught: Error) => caught.message);
    expect(error).to.match(/^BAD_IMPORT: .*line 2: BAD_ITEM/);
  });
});

describe('cleaning', () => {
  it('brings text to one form, and changes that form no more', () => {
    expect(normaliseText('\ufeff a\u00a0 b\r\nc\u0002\u200b \n\n\n\n d\t\te \n')).to.equal(
      'a b\nc\n\nd e',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(normaliseText(normaliseText(text))).to.equal(normaliseText(text));
      }),
    );
  });

  it('drops the short, the long and what is mostly symbols', () => {
    const texts = ['short', document(1), '#$%&/()=?'.repeat(100), 'x'.repeat(1_000_001)];
    const kept = decodeItems(
      clean(
        texts.map((text) => ({ text })),
        cleanDefaults,
      ).files,
    ).items;
    expect(kept).to.deep.equal([{ text: document(1) }]);
  });

  it('keeps the first of exact and near duplicates, and what only resembles', () => {
    const long = document(1, 1000);
    const nearly = `${long} amen`;
    const half = `${long.slice(0, long.length / 2)} ${document(2, 500)}`;
    const list = [
      long,
      document(3),
      `${long}  \n`,
      nearly,
      half,
      nearly.replace(/union/g, 'Union'),
    ];
    const kept = decodeItems(
      clean(
        list.map((text) => ({ text })),
        cleanDefaults,
      ).files,
    ).items;
    expect(kept.map(({ text }) => list.indexOf(text))).to.deep.equal([0, 1, 4]);
  });

  it('gives the bytes that are written down here, on every machine', () => {
    const words = ['peace', 'of', 'the', 'people\u00a0', 'law.\r\n'];
    const texts = Array.from({ length: 30 }, (_, i) =>
      Array.from(
        { length: 200 },
        (_, k) => words[(i * k * k + k) % 5]! + ((i * 31 + k * 17) % 97),
      ).join(' '),
    );
    const all = [...texts, ...texts.map((text) => `${text} x`)].map((text) => ({ text }));
    const { items: digests } = clean(all, cleanDefaults);
    expect(digests).to.have.lengthOf(30);
    expect(digestTreeRoot(digests)).to.equal(
      'sha256:818f139def4755e5265dcc2c43ff1af6b4a9a916fbdb9e2113f669f69b10a14b',
    );
    expect(digestOfJson(trainTokenizer({ texts, vocabSize: 320 }))).to.equal(
      'sha256:60729e38fe1f62aa379984e4f6fea99dda47f3b3d588eae99f777bfac3d01206',
    );
  });
});

describe('a derivation', () => {
  async function deriveAll(): Promise<{
    store: MemoryStore;
    raw: Awaited<ReturnType<typeof storeItems>> & { id: string };
    packed: Awaited<ReturnType<typeof deriveDataset>> & { id: string };
  }> {
    const store = new MemoryStore();
    const raw = { id: 'raw@1', ...(await storeItems(store, items)) };
    const derived = await deriveDataset({
      store,
      transform: packing,
      parents: [raw],
      optOuts: [],
      tools,
    });
    return { store, raw, packed: { id: 'packed@1', ...derived } };
  }

  it('is reproduced from its parents, in another store too', async () => {
    const { store, raw, packed } = await deriveAll();
    const again = await reproduceDataset({ store, record: packed, parents: [raw], tools });
    expect(again.differences).to.deep.equal([]);
    const elsewhere = await deriveAll();
    expect(elsewhere.packed).to.deep.equal(packed);
    expect(packed.parents).to.deep.equal([
      { dataset: 'raw@1', transform: digestOfTransform(packing) },
    ]);
  });

  it('is not reproduced when the record says something else', async () => {
    const { store, raw, packed } = await deriveAll();
    const record = { ...packed, bytes: packed.bytes + 1, itemsRoot: raw.manifest };
    const { differences } = await reproduceDataset({ store, record, parents: [raw], tools });
    expect(differences).to.have.lengthOf(2);
    expect(differences[0]).to.match(/^itemsRoot: the record says sha256:/);
    const other = await store.put(
      canonicalBytes({ ...packing, params: { ...packing.params, seed: 2 } }),
    );
    const parents = [{ dataset: 'raw@1', transform: other }];
    const reseeded = { ...packed, parents };
    const seeds = await reproduceDataset({ store, record: reseeded, parents: [raw], tools });
    expect(seeds.differences).to.not.deep.equal([]);
  });

  it('refuses parents that are not what their records say', async () => {
    const { store, raw } = await deriveAll();
    const wrong = { ...raw, itemsRoot: raw.manifest };
    const derived = deriveDataset({
      store,
      transform: cleaning,
      parents: [wrong],
      optOuts: [],
      tools,
    });
    expect(await derived.catch((error: Error) => error.message)).to.match(/^WRONG_ITEMS_ROOT/);
    const none = deriveDataset({ store, transform: cleaning, parents: [], optOuts: [], tools });
    expect(await none.catch((error: Error) => error.message)).to.match(/^NO_PARENTS/);
  });

  it('is verified against its bytes: raw, clean and packed', async () => {
    const { store, raw, packed } = await deriveAll();
    const cleaned = await deriveDataset({
      store,
      transform: cleaning,
      parents: [raw],
      optOuts: [],
      tools,
    });
    for (const record of [raw, packed, { id: 'clean@1', ...cleaned }]) {
      expect(await verifyDataset(store, record)).to.deep.equal({ differences: [] });
      const wrong = await verifyDataset(store, { ...record, items: 5 });
      expect(wrong.differences).to.deep.equal([`items: the record says 5, found ${record.items}`]);
    }
  });

  it('packs every item once, ends it with token 0, and gives its text back', async () => {
    const { store, packed } = await deriveAll();
    const manifest = await getManifest(store, packed.manifest);
    const packed_ = decodePacking(await getFile(store, manifest, packedPaths.packing));
    const file = JSON.parse(
      new TextDecoder().decode(await getFile(store, manifest, packedPaths.tokenizer)),
    ) as object;
    const tokenizer = loadTokenizer(file);
    for (const split of ['train', 'heldout'] as const) {
      const bytes = await getFile(store, manifest, packedPaths[split]);
      const tokens = decodeTokens(bytes, packed_.vocabSize);
      for (const { index, start, end } of packed_[split].items) {
        expect(tokens[end - 1]).to.equal(0);
        const text = tokenizer.decode([...tokens.subarray(start, end - 1)]);
        expect(text).to.equal(items[index]!.text);
      }
    }
    expect(packed_.train.items.length + packed_.heldout.items.length).to.equal(40);
    expect(packed_.heldout.items.length).to.be.within(1, 20);
  });

  it('holds out the same documents when others are added', async () => {
    const heldout = async (list: TextItem[]): Promise<Set<string>> => {
      const store = new MemoryStore();
      const raw = { id: 'raw@1', ...(await storeItems(store, list)) };
      const { manifest } = await deriveDataset({
        store,
        transform: packing,
        parents: [raw],
        optOuts: [],
        tools,
      });
      const bytes = await getFile(store, await getManifest(store, manifest), packedPaths.packing);
      return new Set(decodePacking(bytes).heldout.items.map((each) => each.item));
    };
    const few = await heldout(items.slice(0, 30));
    const all = await heldout(items);
    for (const item of few) expect(all.has(item)).to.equal(true);
  });

  it('learns no token from documents that are held out', async () => {
    const trained: string[] = [];
    const spying = {
      load: loadTokenizer,
      train: (request: { texts: Iterable<string>; vocabSize: number }) => {
        trained.push(...request.texts);
        return trainTokenizer({ texts: trained, vocabSize: request.vocabSize });
      },
    };
    const store = new MemoryStore();
    const raw = { id: 'raw@1', ...(await storeItems(store, items)) };
    const derivation = { store, transform: packing, parents: [raw], optOuts: [], tools: spying };
    const { manifest } = await deriveDataset(derivation);
    const bytes = await getFile(store, await getManifest(store, manifest), packedPaths.packing);
    for (const { index } of decodePacking(bytes).heldout.items) {
      expect(trained).to.not.include(items[index]!.text);
    }
  });

  it('is packed with another model’s tokenizer, named by digest, and comes out the same again', async () => {
    const { store, raw, packed } = await deriveAll();
    const manifest = await getManifest(store, packed.manifest);
    const theirs = manifest.files.find(({ path }) => path === packedPaths.tokenizer)!.digest;
    const { vocabSize, ...rest } = packing.params as PackParams;
    void vocabSize;
    const transform: Transform = {
      ...{ name: 'tokenise-and-pack', version: 1 },
      params: { ...rest, tokenizer: theirs },
    };
    const untrained = { ...tools, train: () => expect.fail('a tokenizer was trained') };
    const derivation = { store, transform, parents: [raw], optOuts: [], tools: untrained };
    const again = { id: 'again@1', ...(await deriveDataset(derivation)) };
    expect(again.manifest).to.equal(packed.manifest);
    expect(
      await reproduceDataset({ store, record: again, parents: [raw], tools: untrained }),
    ).to.deep.equal({ differences: [] });
  });

  it('is refused with a tokenizer that is none, is not canonical, or beside a size', async () => {
    const { store, raw } = await deriveAll();
    const { vocabSize, ...rest } = packing.params as PackParams;
    const params = (tokenizer: unknown, more: object = {}) => ({
      ...{ name: 'tokenise-and-pack', version: 1 },
      params: { ...rest, tokenizer, ...more },
    });
    expect(() => decodeTransform(params('sha256:1'))).to.throw(/^BAD_PARAMS: "tokenizer" is/);
    const loose = await store.put(new TextEncoder().encode('{ "a": 1 }'));
    expect(() => decodeTransform(params(loose, { vocabSize }))).to.throw(
      /^BAD_PARAMS: unknown "vocabSize"/,
    );
    for (const digest of [loose, await store.put(Uint8Array.of(1, 2))]) {
      const transform = decodeTransform(params(digest));
      const derived = deriveDataset({ store, transform, parents: [raw], optOuts: [], tools });
      expect(await derived.catch((error: Error) => error.message)).to.match(
        /^BAD_TOKENIZER: .* is no tokenizer\.json in canonical JSON/,
      );
    }
  });

  it('is refused when all documents fall on one side', async () => {
    const store = new MemoryStore();
    const raw = { id: 'raw@1', ...(await storeItems(store, items.slice(0, 1))) };
    const derived = deriveDataset({
      store,
      transform: packing,
      parents: [raw],
      optOuts: [],
      tools,
    });
    expect(await derived.catch((error: Error) => error.message)).to.match(/^EMPTY_SPLIT/);
  });

  it('is refused from a packed dataset and from files of another kind', async () => {
    const { store, packed } = await deriveAll();
    const from = deriveDataset({
      store,
      transform: cleaning,
      parents: [packed],
      optOuts: [],
      tools,
    });
    expect(await from.catch((error: Error) => error.message)).to.match(/^NOT_A_TEXT_DATASET/);
    const { digest } = await putFiles(store, [{ path: 'x.bin', bytes: Uint8Array.of(1) }]);
    const verified = verifyDataset(store, { ...packed, manifest: digest });
    expect(await verified.catch((error: Error) => error.message)).to.match(
      /^UNKNOWN_DATASET_FORMAT: x.bin/,
    );
  });
});

describe('a transform', () => {
  it('is refused when unknown, of another version or with other parameters', () => {
    const near = cleanDefaults.nearDuplicates;
    const bad: unknown[] = [null, {}, { ...cleaning, name: 'magic' }, { ...cleaning, version: 2 }];
    bad.push({ ...cleaning, extra: 1 }, { ...packing, params: { ...packing.params, extra: 1 } });
    bad.push({ ...packing, params: { ...packing.params, vocabSize: 5 } });
    bad.push({ ...packing, params: { ...packing.params, seed: 0.5 } });
    bad.push({ ...cleaning, params: { ...cleanDefaults, nearDuplicates: { ...near, bands: 7 } } });
    for (const json of bad) {
      expect(() => decodeTransform(json), JSON.stringify(json)).to.throw(/^BAD_(TRANSFORM|PARAMS)/);
    }
  });
});

describe('a packing', () => {
  it('reads tokens back, and refuses those outside the vocabulary', () => {
    fc.assert(
      fc.property(fc.uint16Array({ max: 999 }), (tokens) => {
        expect(decodeTokens(encodeTokens(tokens), 1000)).to.deep.equal(tokens);
      }),
    );
    expect(() => decodeTokens(encodeTokens(Uint16Array.of(1000)), 1000)).to.throw(/^BAD_PACKING/);
    expect(() => decodeTokens(new Uint8Array(3), 1000)).to.throw(/^BAD_PACKING/);
  });

  it('is refused with gaps, overlaps, wrong counts or places', () => {
    const item = digestOf(new Uint8Array(0));
    const good: Packing = {
      version: 1,
      vocabSize: 300,
      contextLength: 4,
      train: { tokens: 9, sequences: 2, items: [{ item, index: 1, start: 0, end: 9 }] },
      heldout: { tokens: 3, sequences: 0, items: [{ item, index: 0, start: 0, end: 3 }] },
    };
    expect(decodePacking(canonicalBytes(good))).to.deep.equal(good);
    const entry = good.train.items[0]!;
    const train = (changes: object): object => ({ ...good, train: { ...good.train, ...changes } });
    const bad: object[] = [
      { ...good, version: 2 },
      { ...good, contextLength: 0 },
      train({ tokens: 8 }),
    ];
    bad.push(
      train({ sequences: 3 }),
      train({ items: [{ ...entry, start: 1 }] }),
      train({ items: 5 }),
    );
    bad.push(
      train({ items: [{ ...entry, index: 0 }] }),
      train({ items: [{ ...entry, index: 2 }] }),
    );
    bad.push(train({ items: [{ ...entry, item: 'x' }] }), { ...good, heldout: undefined }, []);
    for (const json of bad) {
      expect(() => decodePacking(canonicalBytes(json)), JSON.stringify(json)).to.throw(
        /^BAD_PACKING/,
      );
    }
    expect(() => decodePacking(Uint8Array.of(0xff))).to.throw(/^BAD_PACKING/);
  });
});
