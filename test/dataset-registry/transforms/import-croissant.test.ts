/** Data that others describe, and our own description read back. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { describeCroissant } from '@commonweights/dataset-registry/lineage/croissant.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import {
  openCroissant,
  type CroissantOptions,
} from '@commonweights/dataset-registry/transforms/import-croissant.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

describe('an import of a Croissant description', () => {
  let folder: string;
  let store: FolderStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-croissant-'));
    store = new FolderStore(join(folder, 'blobs'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const csv = 'bio,year,secret\n"born, and raised",1790,x\nlived,1801,y\n';
  const fileOf = (text: string, contentUrl: string, encodingFormat = 'text/csv') => ({
    ...{
      '@type': 'cr:FileObject',
      '@id': contentUrl.split('/').at(-1)!,
      contentUrl,
      encodingFormat,
    },
    sha256: digestOf(new TextEncoder().encode(text)).slice(7),
  });
  const setOf = (file: { '@id': string }, columns: Record<string, string>) => ({
    ...{ '@type': 'cr:RecordSet', '@id': `${file['@id']}-items` },
    field: Object.entries(columns).map(([column, dataType]) => ({
      ...{ '@id': column, dataType },
      source: { fileObject: { '@id': file['@id'] }, extract: { column } },
    })),
  });
  async function describe_(distribution: object[], recordSet: object[]): Promise<string> {
    const path = join(folder, 'croissant.json');
    const json = {
      ...{
        '@type': 'sc:Dataset',
        conformsTo: 'http://mlcommons.org/croissant/1.1',
        name: 'People',
      },
      ...{ license: 'MIT', distribution, recordSet },
    };
    await writeFile(path, JSON.stringify(json));
    return path;
  }
  async function itemsOf(path: string, options: CroissantOptions = {}): Promise<TextItem[]> {
    const items: TextItem[] = [];
    const { source } = await openCroissant(path, options);
    for await (const item of source.items()) items.push(item);
    return items;
  }
  const messageOf = (work: Promise<unknown>) =>
    work.then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  it('takes the columns that are described, of files beside it, in the order of the record sets', async () => {
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'people.csv'), csv);
    const lines = '{"text":"one","n":1}\n';
    await writeFile(join(folder, 'lines.jsonl'), lines);
    const people = fileOf(csv, 'data/people.csv');
    // An address, and the file was downloaded beside the description.
    const jsonl = fileOf(lines, 'https://a.example/x/lines.jsonl', 'application/x-ndjson');
    const path = await describe_(
      [people, jsonl],
      [setOf(jsonl, { text: 'sc:Text' }), setOf(people, { bio: 'sc:Text', year: 'sc:Integer' })],
    );
    expect(await itemsOf(path)).to.deep.equal([
      { text: 'one', n: 1 },
      { text: 'born, and raised', year: '1790' },
      { text: 'lived', year: '1801' },
    ]);
  });

  it('takes a file that is a blob already, and none that is another than described', async () => {
    const people = fileOf(csv, 'https://a.example/people.csv');
    const path = await describe_([people], [setOf(people, { bio: 'sc:Text' })]);
    const asked: Digest[] = [];
    const findBlob = async (digest: Digest) => {
      asked.push(digest);
      return (await store.has(digest)) ? store.pathOf(digest) : null;
    };
    expect(await messageOf(itemsOf(path, { findBlob }))).to.match(
      /^BAD_CROISSANT: file "people\.csv" should be sha256:.*neither beside .* download it into/,
    );
    await store.put(new TextEncoder().encode(csv));
    expect(await itemsOf(path, { findBlob })).to.have.lengthOf(2);
    expect(asked).to.deep.equal([1, 2].map(() => `sha256:${people.sha256}`));
    await writeFile(join(folder, 'people.csv'), csv.replace('lived', 'loved'));
    expect(await messageOf(itemsOf(path))).to.match(/^BAD_CROISSANT: .*people\.csv is sha256:/);
  });

  it('looks for no file outside of its folder', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'people.csv'), csv);
    const people = fileOf(csv, '../people.csv');
    const path = await describe_([people], [setOf(people, { bio: 'sc:Text' })]);
    expect(await messageOf(itemsOf(path))).to.match(/^BAD_CROISSANT: .*neither beside/);
  });

  it('refuses what is no JSON, and JSON lines whose text is called otherwise', async () => {
    await writeFile(join(folder, 'x.json'), '{');
    expect(await messageOf(openCroissant(join(folder, 'x.json')))).to.match(
      /^BAD_CROISSANT: .*x\.json is no JSON in UTF-8/,
    );
    const jsonl = fileOf('', 'a.jsonl', 'application/jsonlines');
    const path = await describe_([jsonl], [setOf(jsonl, { body: 'sc:Text' })]);
    expect(await messageOf(itemsOf(path))).to.match(
      /^CROISSANT_UNSUPPORTED: .*"body" of JSON lines/,
    );
  });

  it('reads our own description back to the same dataset, with its shares and what it says of it', async () => {
    const items = [{ text: 'one', year: 1790 }, { text: 'two, größer' }];
    const measure = await storeItemStream(store, items);
    const { files } = await getManifest(store, measure.manifest);
    const record = {
      ...{ id: 'letters@1', version: '1', title: 'Letters', source: 'https://a.example | npm:b' },
      ...{ collectedAt: '2024-01-01/2024-02-01', licenceDeclared: 'MIT', bounty: null },
      ...{ licenceConcluded: 'MIT AND CC0-1.0', evidence: null, parents: [], ...measure },
      contributors: [
        { account: 'ann.testnet', weightBps: 7_000 },
        { account: 'bob.testnet', weightBps: 3_000 },
      ],
      ...{ publisher: 'bob.testnet', registeredAtMs: 0, status: 'active' },
    };
    const described = describeCroissant({
      ...{ record, files, network: 'testnet', contract: 'dao.testnet', transform: null },
      registryUrl: 'https://r.example',
      carried: {
        'rai:personalSensitiveInformation': 'Names of the dead.',
        'rai:dataCollection': 'By hand.',
      },
    });
    const path = join(folder, 'c.json');
    await writeFile(path, JSON.stringify(described));
    const { plan, source } = await openCroissant(path, {
      network: 'testnet',
      findBlob: async (digest) => ((await store.has(digest)) ? store.pathOf(digest) : null),
    });
    expect(await storeItemStream(store, source.items())).to.deep.equal(measure);
    expect(plan).to.include({
      ...{ title: 'Letters', licence: 'MIT AND CC0-1.0', source: record.source },
      collectedAt: record.collectedAt,
    });
    expect(plan.contributors).to.deep.equal(record.contributors);
    expect(plan.rai['rai:personalSensitiveInformation']).to.equal('Names of the dead.');
    const [theirs, ours] = plan.rai['rai:dataCollection'] as string[];
    expect(theirs).to.equal('By hand.');
    expect(ours).to.match(/^Declared by its publisher bob\.testnet/);
    // Carried once more, nothing is said twice.
    const again = describeCroissant({
      ...{ record, files, network: 'testnet', contract: 'dao.testnet', transform: null },
      ...{ registryUrl: 'https://r.example', carried: plan.rai },
    });
    expect(again).to.deep.equal(described);
  });
});
