/** A dataset's record as Croissant 1.1: what the specification asks for, and nothing that is not on record. */
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  describeCroissant,
  type CroissantInput,
} from '@commonweights/dataset-registry/lineage/croissant.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const transform = digestOf(bytes('transform'));
const input: CroissantInput = {
  record: {
    ...{ id: 'clean@1', version: '1', title: 'Letters, cleaned', items: 2, bytes: 30 },
    ...{ manifest: digestOf(bytes('m')), itemsRoot: digestOf(bytes('r')), evidence: null },
    ...{ source: 'https://a.example | npm:b', collectedAt: '2023-01-01/2024-02-29' },
    ...{ licenceDeclared: 'MIT', licenceConcluded: 'MIT' },
    parents: [
      { dataset: 'letters@1', transform },
      { dataset: 'notes@1', transform },
    ],
    contributors: [{ account: 'ann.near', weightBps: 10_000 }],
    ...{ publisher: 'bob.near', registeredAtMs: Date.UTC(2026, 0, 2), status: 'active' },
    bounty: null,
  },
  files: ['items-00000.jsonl', 'items-00001.jsonl', 'packing.json', 'train.u16'].map((path) => ({
    ...{ path, size: path.length, digest: digestOf(bytes(path)) },
  })),
  ...{ network: 'testnet', contract: 'dao.testnet', registryUrl: 'https://r.example' },
  transform: 'clean 1',
};

interface Node {
  [name: string]: unknown;
}

describe('a dataset as Croissant', () => {
  const described = describeCroissant(input) as Node & { distribution: Node[]; recordSet: Node[] };

  it('has what Croissant 1.1 requires', () => {
    for (const name of ['@context', 'description', 'license', 'name', 'url', 'creator']) {
      expect(described[name], name).to.be.ok;
    }
    expect(described).to.include({ '@type': 'sc:Dataset', datePublished: '2026-01-02' });
    expect(described.conformsTo).to.include('http://mlcommons.org/croissant/1.1');
    const context = described['@context'] as Node;
    // Every term is one of the context, of schema.org, or has a prefix that the context explains.
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(visit);
      if (typeof node !== 'object' || node === null) return;
      for (const [name, value] of Object.entries(node)) {
        const [, prefix] = /^([a-z]+):/.exec(name) ?? [];
        if (prefix !== undefined) expect(context, name).to.have.property(prefix);
        if (name !== '@context') visit(value);
      }
    };
    visit(described);
  });

  it('names every file by what proves it, and where it is', () => {
    expect(described.distribution).to.have.lengthOf(4);
    for (const [i, file] of described.distribution.entries()) {
      const { path, size, digest } = input.files[i]!;
      expect(file).to.include({
        '@type': 'cr:FileObject',
        '@id': path,
        sha256: digest.slice(7),
        contentSize: `${size} B`,
        contentUrl: `https://r.example/blobs/${digest}`,
      });
    }
    expect(described.distribution.map((file) => file.encodingFormat)).to.deep.equal([
      ...Array<string>(2).fill('application/jsonlines'),
      ...['application/json', 'application/octet-stream'],
    ]);
  });

  it('refers to nothing that it does not have', () => {
    const ids = new Set(described.distribution.map((file) => file['@id']));
    expect(described.recordSet).to.have.lengthOf(2);
    for (const { field } of described.recordSet) {
      for (const { source } of field as { source: { fileObject: Node } }[]) {
        expect(ids).to.include(source.fileObject['@id']);
      }
    }
  });

  it('tells its lineage in PROV, and who answers for it', () => {
    expect(described['prov:wasDerivedFrom']).to.deep.equal([
      { '@id': 'urn:dataset:testnet:dao.testnet:letters@1' },
      { '@id': 'urn:dataset:testnet:dao.testnet:notes@1' },
    ]);
    expect(described['prov:wasGeneratedBy']).to.deep.include({ 'prov:label': 'clean 1' });
    expect(described['prov:wasAttributedTo']).to.deep.include({ 'prov:label': 'bob.near' });
    expect(described.isBasedOn).to.deep.equal(['https://a.example', 'npm:b']);
    expect(described['rai:dataManipulationProtocol']).to.include('letters@1, notes@1 by the tran');
    expect(described['rai:dataCollection']).to.match(
      /^Declared by its publisher bob\.near: .*2023-/,
    );
    expect(described).to.not.have.property('rai:annotationPlatform');
  });

  it('says less of one that was not derived, and who judged one that a bounty made', () => {
    const record = { ...input.record, parents: [], contributors: [], bounty: 7 };
    const raw = describeCroissant({ ...input, record, transform: null });
    expect(raw).to.not.have.any.keys('prov:wasDerivedFrom', 'rai:dataManipulationProtocol');
    expect(raw['rai:annotationPlatform']).to.match(/^Bounty 7 of the DAO dao\.testnet: /);
    expect(raw.creator).to.deep.equal([
      { '@type': 'sc:Person', name: 'bob.near', identifier: 'bob.near' },
    ]);
  });

  it('gives one licence by its address, and several as the expression that they are', () => {
    expect(described.license).to.equal('https://spdx.org/licenses/MIT');
    const record = { ...input.record, licenceConcluded: 'MIT AND (CC0-1.0 OR Zlib)' };
    expect(describeCroissant({ ...input, record }).license).to.deep.include({
      ...{ '@type': 'sc:CreativeWork', name: 'MIT AND (CC0-1.0 OR Zlib)' },
    });
  });
});
