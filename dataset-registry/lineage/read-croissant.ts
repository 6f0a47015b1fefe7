/**
 * A dataset that others describe as Croissant (1.0 or 1.1, with its responsible-AI fields): which files, which
 * columns of them, under which licence, from where. What is not read is refused by its name, never passed over:
 * a description half understood would make another dataset than its author meant.
 */
import { isDigest, type Digest } from '../digest/digest.js';
import { explainBadLicence } from './licence.js';

export interface CroissantFile {
  readonly id: string;
  /** As it is written: an address, or a path beside the description. */
  readonly contentUrl: string;
  readonly kind: '.jsonl' | '.csv' | '.parquet';
  readonly digest: Digest;
}

export interface CroissantRecords {
  readonly id: string;
  readonly file: CroissantFile;
  readonly textColumn: string;
  readonly keepColumns: readonly string[];
}

export interface CroissantPlan {
  readonly title: string;
  /** SPDX; null: it says another thing, or nothing. */
  readonly licence: string | null;
  readonly licenceText: string | null;
  readonly source: string | null;
  readonly collectedAt: string | null;
  readonly contributors: readonly { account: string; weightBps: number }[];
  /** In order: the items of one follow on those of the one before. */
  readonly records: readonly CroissantRecords[];
  readonly rai: Readonly<Record<string, unknown>>;
}

export const croissantLimits = {
  /** Of the description. */
  bytesMax: 2 ** 24,
  filesMax: 10_000,
  recordSetsMax: 10_000,
  fieldsMax: 1_000,
} as const;

const versions = /^https?:\/\/mlcommons\.org\/croissant\/1\.[01]$/;

type Node = Readonly<Record<string, unknown>>;

/**
 * `recordSets`: the ids of those that are wanted; all unless it is said. `textColumn`: which column is an item's
 * text, where several could be. Errors: `BAD_CROISSANT`, `CROISSANT_UNSUPPORTED`.
 */
export function readCroissant(
  json: unknown,
  it: { recordSets?: readonly string[]; textColumn?: string; network?: string } = {},
): CroissantPlan {
  const root = node(json, 'the description');
  if (!types(root).includes('Dataset')) refuse('its @type is not sc:Dataset');
  const conforms = list(root['conformsTo']).map((one) => textOf(one));
  if (!conforms.some((one) => one !== null && versions.test(one))) {
    unsupported(
      `it conforms to ${conforms.join(', ') || 'nothing that it names'}, not to 1.0 or 1.1`,
    );
  }
  const files = readFiles(root);
  const licenceText = licenceTextOf(root['license']);
  return {
    title: textOf(root['name']) ?? refuse('it has no name'),
    licence: licenceText === null ? null : spdxOf(licenceText),
    licenceText,
    source: sourceOf(root),
    collectedAt: daysOf(root),
    contributors: contributorsOf(root, it.network),
    records: readRecordSets(root, files, it),
    rai: Object.fromEntries(Object.entries(root).filter(([name]) => name.startsWith('rai:'))),
  };
}

function readFiles(root: Node): Map<string, CroissantFile | string> {
  const found = list(root['distribution']);
  if (found.length > croissantLimits.filesMax)
    refuse(`it has more than ${croissantLimits.filesMax} files`);
  const files = new Map<string, CroissantFile | string>();
  for (const one of found) {
    const file = node(one, 'a file');
    const id = idOf(file) ?? refuse('a file has no @id');
    if (files.has(id)) refuse(`two files are called ${show(id)}`);
    files.set(id, readFile(file, id));
  }
  return files;
}

/** Why it cannot be read, as a sentence, where it is not a plain file: it may be one that nobody wants. */
function readFile(file: Node, id: string): CroissantFile | string {
  if (!types(file).includes('FileObject'))
    return `${show(id)} is a ${types(file).join(', ') || 'thing'}`;
  if (file['containedIn'] !== undefined) return `${show(id)} lies in an archive (containedIn)`;
  const sha256 = textOf(file['sha256']);
  const digest = `sha256:${sha256?.toLowerCase()}`;
  if (!isDigest(digest)) return `${show(id)} has no sha256, so that nobody could check it`;
  const format = textOf(file['encodingFormat']) ?? '';
  const kind = kinds[format.toLowerCase().split(';')[0]!.trim()];
  if (!kind) return `${show(id)} has the encodingFormat ${show(format)}`;
  const contentUrl = textOf(file['contentUrl']);
  if (contentUrl === null) return `${show(id)} has no contentUrl`;
  return { id, contentUrl, kind, digest };
}

const kinds: Readonly<Record<string, CroissantFile['kind']>> = {
  'application/jsonlines': '.jsonl',
  'application/jsonl': '.jsonl',
  'application/x-ndjson': '.jsonl',
  'application/x-jsonlines': '.jsonl',
  'text/csv': '.csv',
  'application/parquet': '.parquet',
  'application/x-parquet': '.parquet',
  'application/vnd.apache.parquet': '.parquet',
};

function readRecordSets(
  root: Node,
  files: ReadonlyMap<string, CroissantFile | string>,
  it: { recordSets?: readonly string[]; textColumn?: string },
): CroissantRecords[] {
  const all = list(root['recordSet']).map((one) => node(one, 'a record set'));
  const ids = all.map((one) => idOf(one) ?? refuse('a record set has no @id'));
  if (all.length === 0) unsupported('it has no recordSet');
  if (all.length > croissantLimits.recordSetsMax) {
    refuse(`it has more than ${croissantLimits.recordSetsMax} record sets`);
  }
  const unknown = it.recordSets?.find((id) => !ids.includes(id));
  if (unknown !== undefined)
    refuse(`it has no record set ${show(unknown)}, only ${ids.join(', ')}`);
  return all
    .filter((_, i) => it.recordSets?.includes(ids[i]!) ?? true)
    .map((one) => readRecordSet(one, files, it.textColumn));
}

function readRecordSet(
  set: Node,
  files: ReadonlyMap<string, CroissantFile | string>,
  wanted: string | undefined,
): CroissantRecords {
  const id = idOf(set)!;
  const where = `record set ${show(id)}`;
  refuseParts(set, ['data', 'subRecordSet'], where);
  const fields = list(set['field']).map((one) => node(one, `a field of ${where}`));
  if (fields.length === 0) unsupported(`${where} has no field`);
  if (fields.length > croissantLimits.fieldsMax) refuse(`${where} has too many fields`);
  const columns = fields.map((field) => readField(field, where));
  const sources = new Set(columns.map(({ file }) => file));
  const [from] = sources;
  if (sources.size > 1) unsupported(`${where} joins ${[...sources].map(show).join(' and ')}`);
  const file =
    files.get(from!) ?? refuse(`${where} names the file ${show(from!)}, which is not there`);
  if (typeof file === 'string') unsupported(file);
  const texts = columns.filter(({ isText }) => isText).map(({ column }) => column);
  const textColumn =
    wanted ?? (texts.includes('text') ? 'text' : texts.length === 1 ? texts[0]! : null);
  if (textColumn === null || !texts.includes(textColumn)) {
    const there = texts.length === 0 ? 'none' : texts.map(show).join(', ');
    refuse(`${where}: which column is the text? Of text are ${there}; name it with --text`);
  }
  const keepColumns = columns.map(({ column }) => column).filter((one) => one !== textColumn);
  return { id, file, textColumn, keepColumns };
}

function readField(field: Node, where: string): { column: string; file: string; isText: boolean } {
  const name = show(idOf(field) ?? textOf(field['name']) ?? 'without a name');
  const what = `field ${name} of ${where}`;
  refuseParts(
    field,
    ['subField', 'parentField', 'references', 'repeated', 'isArray', 'value'],
    what,
  );
  const source = node(
    field['source'] ?? unsupported(`${what} has no source`),
    `the source of ${what}`,
  );
  refuseParts(source, ['transform', 'format', 'fileSet', 'recordSet', 'field'], what);
  const extract = node(source['extract'] ?? {}, `the extract of ${what}`);
  refuseParts(extract, ['jsonPath', 'fileProperty', 'regex', 'separator'], what);
  const column = textOf(extract['column']) ?? unsupported(`${what} is extracted by no column`);
  const file = idOf(source['fileObject']) ?? unsupported(`${what} has no fileObject`);
  const kinds = list(field['dataType']).map((one) => bare(textOf(one) ?? ''));
  return { column, file, isText: kinds.includes('Text') };
}

/** False and empty parts say nothing. */
function refuseParts(of: Node, names: readonly string[], what: string): void {
  for (const name of names) {
    const value = of[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0))
      continue;
    unsupported(`${what} has a ${show(name)}`);
  }
}

/** Which accounts it says have a share, when it is of the same network: nobody is guessed from a name. */
function contributorsOf(root: Node, network: string | undefined): CroissantPlan['contributors'] {
  const shares = list(root['prov:qualifiedAttribution']).flatMap((one) => {
    const share = node(one, 'an attribution');
    const agent = idOf(share['prov:agent']) ?? '';
    const [, of, account] = /^urn:near:([a-z0-9-]+):([a-z0-9._-]{2,64})$/.exec(agent) ?? [];
    const weightBps = share['prov:value'];
    if (account === undefined || of !== network || typeof weightBps !== 'number') return [];
    return [{ account, weightBps }];
  });
  return shares;
}

function licenceTextOf(value: unknown): string | null {
  const [first, ...others] = list(value);
  if (others.length > 0)
    unsupported('it has several licences, and does not say whether all or any');
  if (typeof first !== 'object' || first === null) return textOf(first);
  const licence = node(first, 'the licence');
  return textOf(licence['name']) ?? textOf(licence['url']) ?? idOf(licence);
}

/** An expression, or the address of one licence at spdx.org. */
function spdxOf(text: string): string | null {
  const [, named] =
    /^https?:\/\/spdx\.org\/licenses\/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?\/?$/.exec(text) ?? [];
  const expression = named ?? text;
  return explainBadLicence(expression) === null ? expression : null;
}

function sourceOf(root: Node): string | null {
  const based = list(root['isBasedOn']).map((one) => textOf(one) ?? idOf(one));
  const named = based.filter((one): one is string => one !== null);
  return named.length > 0 ? named.join(' | ') : (textOf(root['url']) ?? textOf(root['sameAs']));
}

function daysOf(root: Node): string | null {
  const day = String.raw`\d{4}-\d\d-\d\d`;
  const days = new RegExp(`^${day}(/${day})?$`);
  for (const name of ['temporalCoverage', 'datePublished', 'dateCreated']) {
    const text = textOf(root[name]);
    if (text !== null && days.test(text)) return text;
    // A moment of a day is that day.
    const cut = text?.slice(0, 10) ?? '';
    if (name !== 'temporalCoverage' && days.test(cut)) return cut;
  }
  return null;
}

/** Names without the prefixes that say whose they are; `rai:` and `prov:` are told apart by theirs. */
function node(value: unknown, what: string): Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(`${what} is no object`);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [bare(name), one]));
}

function bare(name: string): string {
  return name
    .replace(/^(sc|cr|dct):/, '')
    .replace(/^https?:\/\/(schema\.org|mlcommons\.org\/croissant|purl\.org\/dc\/terms)\//, '');
}

function types(of: Node): string[] {
  return list(of['@type']).map((one) => bare(textOf(one) ?? ''));
}

function list(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value !== 'object' || value === null) return null;
  const { '@value': literal } = value as { '@value'?: unknown };
  return typeof literal === 'string' ? literal : null;
}

/** An `@id`, as an object or as it is. */
function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const { '@id': id } = value as { '@id'?: unknown };
  return typeof id === 'string' && id !== '' ? id : null;
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refuse(why: string): never {
  throw new Error(`BAD_CROISSANT: ${why}; mend the description`);
}

function unsupported(what: string): never {
  throw new Error(
    `CROISSANT_UNSUPPORTED: ${what}; bring the items into JSON lines, CSV or Parquet, and add those`,
  );
}
