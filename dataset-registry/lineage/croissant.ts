/**
 * A dataset's record as Croissant 1.1, for catalogues and loaders that know nothing of the DAO: files with
 * their digests, items as records, the responsible-AI fields that the record can answer, and its lineage in
 * W3C PROV. Nothing is said that is not on record; what a publisher declares is called declared.
 */
import type { ManifestFile } from '../digest/manifest.js';
import type { DatasetRecord } from './record.js';

export interface CroissantInput {
  record: DatasetRecord & {
    publisher: string;
    registeredAtMs: number;
    status: string;
    bounty: number | null;
  };
  files: readonly Pick<ManifestFile, 'path' | 'size' | 'digest'>[];
  /** Where the record stands: the network's name and the DAO's account. */
  network: string;
  contract: string;
  /** Of the registry that has the blobs, without a slash at its end. */
  registryUrl: string;
  /** Each parent's transform in words, like `clean 1`; the digest where that is not known. */
  transform: string | null;
  /** What a description that it was imported with says of responsible AI: carried on as it is. */
  carried?: Readonly<Record<string, unknown>>;
}

export function describeCroissant(it: CroissantInput): Record<string, unknown> {
  const { record, network, contract, registryUrl } = it;
  const makers = record.contributors.map(({ account }) => account);
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    '@id': nameOf(it, record.id),
    conformsTo: ['http://mlcommons.org/croissant/1.1', 'http://mlcommons.org/croissant/RAI/1.0'],
    name: record.title,
    identifier: record.id,
    description:
      `${record.items} items, ${record.bytes} bytes. Record ${record.id} of the DAO ${contract} on ` +
      `NEAR ${network}, ${record.status}. Its files are proven by their digests; source, days and ` +
      'licence are declared by its publisher.',
    version: record.version,
    license: licenceOf(record.licenceConcluded),
    url: `${registryUrl}/manifests/${record.manifest}`,
    isBasedOn: record.source.split(' | '),
    creator: (makers.length > 0 ? makers : [record.publisher]).map(account),
    publisher: account(record.publisher),
    datePublished: new Date(record.registeredAtMs).toISOString().slice(0, 10),
    temporalCoverage: record.collectedAt,
    citeAs: `${record.title} (${record.id}), ${record.manifest}`,
    isLiveDataset: false,
    distribution: it.files.map((file) => fileObject(file, registryUrl)),
    recordSet: it.files.filter(({ path }) => isItems(path)).map(({ path }) => recordSet(path)),
    ...provenance(it),
    ...joined(it.carried ?? {}, responsibility(it)),
  };
}

/** What both say, one after the other: neither is left out for the other. */
function joined(
  carried: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...carried, ...own };
  for (const name of Object.keys(own)) {
    const said = [carried[name] ?? []].flat().filter((one) => one !== own[name]);
    if (said.length > 0) all[name] = [...said, own[name]];
  }
  return all;
}

function provenance(it: CroissantInput): Record<string, unknown> {
  const { record, transform, network } = it;
  const attributed = {
    'prov:wasAttributedTo': agent(record.publisher, network),
    ...(record.contributors.length === 0
      ? {}
      : {
          'prov:qualifiedAttribution': record.contributors.map(({ account, weightBps }) => ({
            '@type': 'prov:Attribution',
            'prov:agent': agent(account, network),
            'prov:label': `contributor, ${weightBps} of 10000 shares`,
            'prov:value': weightBps,
          })),
        }),
  };
  if (record.parents.length === 0) return attributed;
  return {
    ...attributed,
    'prov:wasDerivedFrom': record.parents.map(({ dataset }) => ({ '@id': nameOf(it, dataset) })),
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      'prov:label': transform ?? record.parents[0]!.transform,
      'prov:used': { '@id': `${it.registryUrl}/blobs/${record.parents[0]!.transform}` },
    },
  };
}

/** What the record can answer of the responsible-AI vocabulary, and no more. */
function responsibility({ record, contract, transform }: CroissantInput): Record<string, unknown> {
  const made =
    record.bounty === null
      ? {}
      : {
          'rai:annotationPlatform':
            `Bounty ${record.bounty} of the DAO ${contract}: handed in sealed, accepted by reviewers ` +
            'who were drawn by lot, paid by item.',
        };
  return {
    'rai:dataCollection':
      `Declared by its publisher ${record.publisher}: collected ${record.collectedAt}, from ` +
      `${record.source}; licence of the source ${record.licenceDeclared}.`,
    ...(record.parents.length === 0
      ? {}
      : {
          'rai:dataManipulationProtocol':
            `Derived from ${record.parents.map(({ dataset }) => dataset).join(', ')} by the transform ` +
            `${transform ?? record.parents[0]!.transform}; anybody can run it again and compare.`,
        }),
    'rai:dataReleaseMaintenance':
      'A version never changes. Its publisher may withdraw it or name items to leave out, anybody may ' +
      `dispute it, and the DAO ${contract} decides; its status is on chain.`,
    ...made,
  };
}

function fileObject(
  { path, size, digest }: CroissantInput['files'][number],
  registryUrl: string,
): Record<string, unknown> {
  return {
    '@type': 'cr:FileObject',
    '@id': path,
    name: path,
    contentUrl: `${registryUrl}/blobs/${digest}`,
    contentSize: `${size} B`,
    encodingFormat: isItems(path)
      ? 'application/jsonlines'
      : path.endsWith('.json')
        ? 'application/json'
        : 'application/octet-stream',
    sha256: digest.slice('sha256:'.length),
  };
}

/** The text of each item; what else items have differs from one to the next. */
function recordSet(path: string): Record<string, unknown> {
  const id = path.replace(/\.jsonl$/, '');
  return {
    '@type': 'cr:RecordSet',
    '@id': id,
    name: id,
    field: [
      {
        '@type': 'cr:Field',
        '@id': `${id}/text`,
        name: `${id}/text`,
        description: 'The text of an item.',
        dataType: 'sc:Text',
        source: { fileObject: { '@id': path }, extract: { column: 'text' } },
      },
    ],
  };
}

function isItems(path: string): boolean {
  return /^items-\d{5}\.jsonl$/.test(path);
}

/** One licence by its address; several as the expression that they are. */
function licenceOf(expression: string): unknown {
  return /^[A-Za-z0-9.-]+$/.test(expression)
    ? `https://spdx.org/licenses/${expression}`
    : { '@type': 'sc:CreativeWork', name: expression, description: 'An SPDX licence expression.' };
}

function nameOf({ network, contract }: CroissantInput, id: string): string {
  return `urn:dataset:${network}:${contract}:${id}`;
}

function account(name: string): Record<string, unknown> {
  return { '@type': 'sc:Person', name, identifier: name };
}

function agent(name: string, network: string): Record<string, unknown> {
  return { '@type': 'prov:Agent', '@id': `urn:near:${network}:${name}`, 'prov:label': name };
}

const prefixed = [
  ...[
    'annotation',
    'arrayShape',
    'citeAs',
    'column',
    'containedIn',
    'equivalentProperty',
    'excludes',
  ],
  ...['extract', 'field', 'fileProperty', 'fileObject', 'fileSet', 'format', 'includes', 'isArray'],
  ...['isLiveDataset', 'jsonPath', 'key', 'md5', 'parentField', 'recordSet', 'references', 'regex'],
  ...[
    'path',
    'readLines',
    'repeated',
    'replace',
    'samplingRate',
    'sdVersion',
    'separator',
    'source',
    'subField',
    'transform',
    'unArchive',
    'value',
  ],
];

/** The terms that the specification fixes (its Appendix 1), with PROV beside. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  prov: 'http://www.w3.org/ns/prov#',
  ...Object.fromEntries(prefixed.map((term) => [term, `cr:${term}`])),
  conformsTo: 'dct:conformsTo',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  examples: { '@id': 'cr:examples', '@type': '@json' },
};
