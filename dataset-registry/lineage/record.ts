/**
 * A dataset's record: what the DAO's register says about it. Digests in it prove bytes; the licence,
 * the source and the date are claims of the publisher and stay labelled as such.
 *
 * Law: `decodeDatasetRecord(JSON.parse(JSON.stringify(r)))` equals `r` for every valid record.
 */
import { isDigest, type Digest } from '../digest/digest.js';
import { digestOfJson } from '../digest/canonical.js';
import { explainBadLicence } from './licence.js';

export interface DatasetRecord {
  /** `<name>@<version>`, unique for ever. */
  id: string;
  version: string;
  title: string;
  /** Digest of the manifest of its files. */
  manifest: Digest;
  /** RFC 6962 root over the items' digests in order. */
  itemsRoot: Digest;
  /** Sum of the sizes of its files. */
  bytes: number;
  items: number;
  /** Where it came from: a URI, or `package:…`, as declared; several with ` | ` between them. */
  source: string;
  /** Day, `YYYY-MM-DD`, or the first and the last one with a slash between them, as declared. */
  collectedAt: string;
  /** SPDX expression that the source claims. */
  licenceDeclared: string;
  /** SPDX expression that the publisher concludes; what the DAO's policy is checked against. */
  licenceConcluded: string;
  /** Digest of what the conclusion rests on. */
  evidence: Digest | null;
  parents: DatasetParent[];
  contributors: { account: string; weightBps: number }[];
}

export interface DatasetParent {
  dataset: string;
  /** Digest of the transform that was applied: the same one for every parent of a record. */
  transform: Digest;
}

export const recordLimits = {
  idLengthMax: 80,
  titleLengthMax: 200,
  sourceLengthMax: 500,
  /** A record is stored on chain: its lists are paid for by the byte. */
  parentsMax: 16,
  contributorsMax: 64,
} as const;

/** Narrower than the contract's: whatever is taken here is taken there. */
const idPattern = /^([a-z0-9]+(?:-[a-z0-9]+)*)@([0-9a-z]+(?:[.-][0-9a-z]+)*)$/;
const accountPattern = /^(?=.{2,64}$)(([a-z\d]+[-_])*[a-z\d]+\.)*([a-z\d]+[-_])*[a-z\d]+$/;
const fields = [
  'id',
  'version',
  'title',
  'manifest',
  'itemsRoot',
  'bytes',
  'items',
  'source',
  'collectedAt',
  'licenceDeclared',
  'licenceConcluded',
  'evidence',
  'parents',
  'contributors',
] as const;

export function isDatasetId(text: string): boolean {
  return idPattern.test(text);
}

/** Throws `BAD_DATASET_RECORD` with the first thing that is wrong. */
export function decodeDatasetRecord(json: unknown): DatasetRecord {
  const record = readExactly(json, fields, 'record');
  const id = readText(record.id, 'id', recordLimits.idLengthMax);
  const [, , version] = idPattern.exec(id) ?? refuse(`id ${show(id)} is not <name>@<version>`);
  if (record.version !== version) refuse(`version ${show(record.version)} is not the id's`);
  const parents = readList(record.parents, 'parents', recordLimits.parentsMax).map(readParent);
  if (new Set(parents.map((parent) => parent.dataset)).size !== parents.length) {
    refuse('a parent is named twice');
  }
  if (new Set(parents.map((parent) => parent.transform)).size > 1) {
    refuse('its parents name different transforms; one derivation has one transform');
  }
  if (parents.some((parent) => parent.dataset === id)) refuse('it names itself as a parent');
  return {
    id,
    version: version!,
    title: readText(record.title, 'title', recordLimits.titleLengthMax),
    manifest: readDigest(record.manifest, 'manifest'),
    itemsRoot: readDigest(record.itemsRoot, 'itemsRoot'),
    bytes: readCount(record.bytes, 'bytes'),
    items: readCount(record.items, 'items'),
    source: readText(record.source, 'source', recordLimits.sourceLengthMax),
    collectedAt: readDays(record.collectedAt),
    licenceDeclared: readLicence(record.licenceDeclared, 'licenceDeclared'),
    licenceConcluded: readLicence(record.licenceConcluded, 'licenceConcluded'),
    evidence: record.evidence === null ? null : readDigest(record.evidence, 'evidence'),
    parents,
    contributors: readContributors(record.contributors),
  };
}

/** Digest of the record's canonical JSON. */
export function digestOfRecord(record: DatasetRecord): Digest {
  return digestOfJson(record);
}

function readParent(json: unknown): DatasetParent {
  const parent = readExactly(json, ['dataset', 'transform'] as const, 'parent');
  const dataset = readText(parent.dataset, 'parent', recordLimits.idLengthMax);
  if (!idPattern.test(dataset)) refuse(`parent ${show(dataset)} is not <name>@<version>`);
  return { dataset, transform: readDigest(parent.transform, 'transform') };
}

function readContributors(json: unknown): DatasetRecord['contributors'] {
  const list = readList(json, 'contributors', recordLimits.contributorsMax).map((each) => {
    const { account, weightBps } = readExactly(each, ['account', 'weightBps'] as const, 'share');
    const name = readText(account, 'account', 64);
    if (!accountPattern.test(name)) refuse(`${show(name)} is not a NEAR account`);
    const weight = readCount(weightBps, 'weightBps');
    if (weight < 1 || weight > 10_000) refuse(`weightBps of ${name} is ${weight}, not 1 to 10000`);
    return { account: name, weightBps: weight };
  });
  if (new Set(list.map((each) => each.account)).size !== list.length) {
    refuse('a contributor is named twice');
  }
  const sum = list.reduce((total, each) => total + each.weightBps, 0);
  if (list.length > 0 && sum !== 10_000) refuse(`contributors' shares add up to ${sum}, not 10000`);
  return list;
}

function readLicence(json: unknown, name: string): string {
  const bad = explainBadLicence(json);
  if (bad) refuse(`${name} ${bad}`);
  return json as string;
}

function readDays(json: unknown): string {
  const text = readText(json, 'collectedAt', 21);
  const days = text.split('/');
  if (days.length > 2 || !days.every(isDay)) {
    refuse(`collectedAt ${show(text)} is not a day YYYY-MM-DD, or the first and last one: a/b`);
  }
  if (days.length === 2 && days[0]! >= days[1]!) {
    refuse(`collectedAt ${show(text)} does not end after it begins`);
  }
  return text;
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

function readText(json: unknown, name: string, lengthMax: number): string {
  if (typeof json !== 'string' || json === '') refuse(`${name} is not a text`);
  if (json.length > lengthMax) refuse(`${name} is longer than ${lengthMax} characters`);
  // Control characters, direction overrides and unpaired surrogates have no place in a register.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(json)) refuse(`${name} has control characters`);
  return json;
}

function readCount(json: unknown, name: string): number {
  if (!Number.isSafeInteger(json) || (json as number) < 0 || Object.is(json, -0)) {
    refuse(`${name} is ${show(json)}, not a count`);
  }
  return json as number;
}

function readDigest(json: unknown, name: string): Digest {
  if (!isDigest(json)) refuse(`${name} is ${show(json)}, not a digest`);
  return json;
}

function readList(json: unknown, name: string, lengthMax: number): unknown[] {
  if (!Array.isArray(json)) refuse(`${name} is not a list`);
  if (json.length > lengthMax) refuse(`${name} has more than ${lengthMax} entries`);
  return json;
}

function readExactly<K extends string>(
  json: unknown,
  keys: readonly K[],
  name: string,
): Record<K, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    refuse(`${show(json)} is not a ${name}`);
  }
  const extra = Object.keys(json).find((key) => !keys.includes(key as K));
  if (extra !== undefined) refuse(`unknown field ${show(extra)}`);
  const missing = keys.find((key) => !Object.hasOwn(json, key));
  if (missing !== undefined) refuse(`field "${missing}" is missing`);
  return json as Record<K, unknown>;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}

function refuse(why: string): never {
  throw new Error(`BAD_DATASET_RECORD: ${why}; mend the record and register it again`);
}
