/** Descriptions of others: what is read of them, and what is refused by its name. */
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { readCroissant } from '@commonweights/dataset-registry/lineage/read-croissant.js';

const digest = digestOf(Uint8Array.of(1));
const file = {
  ...{ '@type': 'cr:FileObject', '@id': 'people.csv', name: 'people.csv' },
  ...{ contentUrl: 'data/people.csv', encodingFormat: 'text/csv', sha256: digest.slice(7) },
};
const field = (column: string, dataType: unknown = 'sc:Text') => ({
  ...{ '@type': 'cr:Field', '@id': `people/${column}`, dataType },
  source: { fileObject: { '@id': 'people.csv' }, extract: { column } },
});
const records = {
  ...{ '@type': 'cr:RecordSet', '@id': 'people' },
  field: [field('bio'), field('year', 'sc:Integer')],
};
const description = {
  '@context': { sc: 'https://schema.org/' },
  ...{ '@type': 'sc:Dataset', conformsTo: 'http://mlcommons.org/croissant/1.1', name: 'People' },
  ...{ license: 'https://spdx.org/licenses/CC-BY-4.0.html', url: 'https://a.example/people' },
  ...{ datePublished: '2025-03-04T10:00:00Z', distribution: [file], recordSet: [records] },
  'rai:dataCollection': 'Asked at the door.',
};
type Changed = Record<string, unknown>;
const read = (changed: Changed = {}, options = {}) =>
  readCroissant({ ...description, ...changed }, options);

describe('a Croissant description', () => {
  it('says which columns of which files are items, of whom, and under which licence', () => {
    expect(read()).to.deep.equal({
      ...{ title: 'People', licence: 'CC-BY-4.0', source: 'https://a.example/people' },
      licenceText: 'https://spdx.org/licenses/CC-BY-4.0.html',
      ...{ collectedAt: '2025-03-04', contributors: [] },
      records: [
        {
          ...{ id: 'people', textColumn: 'bio', keepColumns: ['year'] },
          file: { id: 'people.csv', contentUrl: 'data/people.csv', kind: '.csv', digest },
        },
      ],
      rai: { 'rai:dataCollection': 'Asked at the door.' },
    });
  });

  it('is the same with its words spelled out, and in version 1.0', () => {
    const { license, name, url, distribution, recordSet } = description;
    const spelled = {
      ...description,
      '@type': 'https://schema.org/Dataset',
      'dct:conformsTo': ['http://mlcommons.org/croissant/1.0'],
      ...{ 'sc:license': [license], 'https://schema.org/name': { '@value': name }, 'sc:url': url },
      ...{ 'sc:distribution': distribution, 'cr:recordSet': recordSet },
    };
    const without = ['conformsTo', 'license', 'name', 'url', 'distribution', 'recordSet'];
    const other = Object.fromEntries(
      Object.entries(spelled).filter(([key]) => !without.includes(key)),
    );
    expect(readCroissant(other)).to.deep.equal(read());
  });

  it('reads the licence as SPDX, or says what stands there', () => {
    const licence = (license: unknown) => {
      const { licence: spdx, licenceText } = read({ license });
      return [spdx, licenceText];
    };
    expect(licence('MIT OR Apache-2.0')).to.deep.equal(['MIT OR Apache-2.0', 'MIT OR Apache-2.0']);
    const work = { '@type': 'sc:CreativeWork', name: 'MIT AND CC0-1.0' };
    expect(licence(work)).to.deep.equal(['MIT AND CC0-1.0', 'MIT AND CC0-1.0']);
    expect(licence('ask me')).to.deep.equal([null, 'ask me']);
    expect(licence(undefined)).to.deep.equal([null, null]);
    expect(() => licence(['MIT', 'CC0-1.0'])).to.throw(
      /^CROISSANT_UNSUPPORTED: .*several licences/,
    );
  });

  it('pays nobody whom it does not name as an account of this network, with a share', () => {
    const share = (id: string, value: unknown) => ({
      'prov:agent': { '@id': id, 'prov:label': 'ann' },
      'prov:value': value,
    });
    const attributed = [
      share('urn:near:testnet:ann.testnet', 7_000),
      share('urn:near:testnet:bob.testnet', 3_000),
      share('urn:near:mainnet:eve.near', 10_000),
      share('https://orcid.org/1', 1),
      share('urn:near:testnet:zoe.testnet', '5'),
    ];
    const changed = { 'prov:qualifiedAttribution': attributed, creator: { name: 'eve.near' } };
    expect(read(changed, { network: 'testnet' }).contributors).to.deep.equal([
      { account: 'ann.testnet', weightBps: 7_000 },
      { account: 'bob.testnet', weightBps: 3_000 },
    ]);
    expect(read(changed).contributors).to.deep.equal([]);
  });

  it('asks which column is the text where several could be, and which record sets are wanted', () => {
    const two = { ...records, field: [field('bio'), field('name')] };
    expect(() => read({ recordSet: two })).to.throw(/^BAD_CROISSANT: .*"bio", "name".*--text/);
    const [chosen] = read({ recordSet: two }, { textColumn: 'name' }).records;
    expect(chosen)
      .to.include({ textColumn: 'name' })
      .and.deep.include({ keepColumns: ['bio'] });
    const named = { ...records, field: [field('name'), field('text')] };
    expect(read({ recordSet: named }).records[0]!.textColumn).to.equal('text');
    const codes = { '@id': 'codes', data: [{ code: 1 }], field: [] };
    const both = { recordSet: [codes, records] };
    expect(() => read(both)).to.throw(/^CROISSANT_UNSUPPORTED: record set "codes" has a "data"/);
    expect(read(both, { recordSets: ['people'] })).to.deep.equal(read());
    expect(() => read({}, { recordSets: ['x'] })).to.throw(/no record set "x", only people/);
  });

  it('refuses by name what is not read, and passes over files that nobody asks for', () => {
    const archive = {
      '@type': 'cr:FileObject',
      '@id': 'all.zip',
      encodingFormat: 'application/zip',
    };
    expect(read({ distribution: [archive, file] })).to.deep.equal(read());
    const withFile = (change: object) => ({ distribution: [{ ...file, ...change }] });
    const withField = (change: object) => ({
      recordSet: [{ ...records, field: [{ ...field('bio'), ...change }] }],
    });
    const { source } = field('bio');
    const extract = (by: object) => withField({ source: { ...source, extract: by } });
    const refusals: [Changed, RegExp][] = [
      [
        { conformsTo: 'http://mlcommons.org/croissant/2.0' },
        /conforms to .*2\.0, not to 1\.0 or 1\.1/,
      ],
      [{ recordSet: [] }, /has no recordSet/],
      [withFile({ '@type': 'cr:FileSet' }), /"people\.csv" is a FileSet/],
      [withFile({ containedIn: { '@id': 'all.zip' } }), /lies in an archive/],
      [withFile({ sha256: undefined, md5: 'x' }), /has no sha256/],
      [withFile({ encodingFormat: 'application/pdf' }), /the encodingFormat "application\/pdf"/],
      [withFile({ contentUrl: undefined }), /has no contentUrl/],
      [extract({ jsonPath: '$.a' }), /field "people\/bio" of record set "people" has a "jsonPath"/],
      [extract({ fileProperty: 'content' }), /has a "fileProperty"/],
      [extract({}), /is extracted by no column/],
      [withField({ source: { ...source, transform: { regex: 'a' } } }), /has a "transform"/],
      [withField({ source: { fileSet: { '@id': 'x' } } }), /has a "fileSet"/],
      [withField({ source: undefined }), /has no source/],
      [withField({ repeated: true }), /has a "repeated"/],
      [withField({ references: { '@id': 'x' } }), /has a "references"/],
      [withField({ subField: [{}] }), /has a "subField"/],
    ];
    for (const [changed, sentence] of refusals) {
      expect(() => read(changed), String(sentence)).to.throw(sentence);
      expect(() => read(changed)).to.throw(/^CROISSANT_UNSUPPORTED/);
    }
  });

  it('is refused where it is broken', () => {
    for (const [json, sentence] of [
      [[], /the description is no object/],
      [{ ...description, '@type': 'sc:Person' }, /its @type is not sc:Dataset/],
      [{ ...description, name: undefined }, /it has no name/],
      [{ ...description, distribution: [file, file] }, /two files are called "people\.csv"/],
      [{ ...description, distribution: [] }, /names the file "people\.csv", which is not there/],
      [{ ...description, recordSet: [{ field: [] }] }, /a record set has no @id/],
      [
        { ...description, recordSet: [{ ...records, field: [field('year', 'sc:Integer')] }] },
        /which column is the text\? Of text are none/,
      ],
    ] as const) {
      expect(() => readCroissant(json)).to.throw(sentence);
      expect(() => readCroissant(json)).to.throw(/^BAD_CROISSANT/);
    }
  });
});
