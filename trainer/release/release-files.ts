/**
 * Which files a release has, and how the JSON in `provenance/` is read. Canonical JSON throughout:
 * for run spec and fingerprint the file's digest is the one on chain.
 */
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type {
  ClaimRecord,
  DatasetRecord,
  RoundRecord,
} from '@commonweights/dao-contracts/rules/views.js';
import { decodeRunSpec, type RunSpec } from '../run/run-spec.js';
import { ReleaseFault } from './finding-codes.js';
import { DATASETS_MAX, JSON_BYTES_MAX, RECORDS_MAX } from './limits.js';

export const FILES = {
  card: 'README.md',
  release: 'provenance/release.json',
  runSpec: 'provenance/run-spec.json',
  program: 'provenance/program.onnx',
  fingerprint: 'provenance/fingerprint.json',
  rounds: 'provenance/rounds.json',
  evaluation: 'provenance/evaluation.json',
  datasets: 'provenance/datasets.json',
  state: 'provenance/state.json',
  /** Only when the outer recipe has a momentum. */
  outerState: 'provenance/outer-state.safetensors',
} as const;

/** Beside the files, not one of them: its digest is what was voted on. */
export const MANIFEST_FILE = 'manifest.json';

/** What a release calls itself; the DAO votes on the same words. */
export interface ReleaseNote {
  readonly version: 1;
  readonly title: string;
  /** E.g. `1.0.0`. */
  readonly release: string;
  /** SPDX expression under which the weights are given. */
  readonly licence: string;
}

/** How `model.safetensors` and the state root belong together. */
export interface StateNote {
  readonly version: 1;
  readonly root: Digest;
  readonly parameters: number;
  /** Digest of `outer-state.safetensors`; null: the root is the digest of `model.safetensors`. */
  readonly momentum: Digest | null;
}

export type FileMap = ReadonlyMap<string, Uint8Array>;

export function requireFile(files: FileMap, path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw bad(`${path} is missing`);
  return bytes;
}

/** The digest of a file that was gone through. */
export function requireSeen(
  seen: ReadonlyMap<string, { readonly digest: Digest | null }>,
  path: string,
): Digest {
  const digest = seen.get(path)?.digest;
  if (!digest) throw bad(`${path} is missing`);
  return digest;
}

export function readRunSpec(files: FileMap): RunSpec {
  const value = readCanonical(files, FILES.runSpec);
  try {
    return decodeRunSpec(value);
  } catch (error) {
    throw new ReleaseFault('SPEC_MALFORMED', (error as Error).message);
  }
}

/** Every record of the run up to the release's, oldest first. */
export function readRounds(files: FileMap): RoundRecord[] {
  const list = readList(files, FILES.rounds, RECORDS_MAX);
  return list.map((one) => decodeRoundRecord(one));
}

export function readDatasets(files: FileMap): DatasetRecord[] {
  const list = readList(files, FILES.datasets, DATASETS_MAX);
  return list.map((one) => decodeDatasetRecord(one));
}

export function readStateNote(files: FileMap): StateNote {
  const { version, root, parameters, momentum } = object(readCanonical(files, FILES.state));
  if (version !== 1) throw bad(`${FILES.state} has version ${show(version)}`);
  if (!isDigest(root) || !(momentum === null || isDigest(momentum))) {
    throw bad(`${FILES.state} lacks a digest`);
  }
  return { version, root, parameters: integer(parameters), momentum };
}

export function readReleaseNote(files: FileMap): ReleaseNote {
  const { version, title, release, licence } = object(readCanonical(files, FILES.release));
  if (version !== 1) throw bad(`${FILES.release} has version ${show(version)}`);
  return { version, title: text(title), release: text(release), licence: text(licence) };
}

/** Parses a file that must be canonical JSON. */
export function readCanonical(files: FileMap, path: string): unknown {
  const bytes = requireFile(files, path);
  if (bytes.length > JSON_BYTES_MAX) throw bad(`${path} has ${bytes.length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw bad(`${path} is not JSON`);
  }
  let canonical: Uint8Array;
  try {
    canonical = canonicalBytes(value);
  } catch {
    // Nested deeper than anybody's stack, or half a surrogate pair.
    throw bad(`${path} has no canonical form`);
  }
  if (canonical.length !== bytes.length || canonical.some((byte, i) => byte !== bytes[i])) {
    throw bad(`${path} is not canonical JSON`);
  }
  return value;
}

export function digestOfRecord(record: RoundRecord): Digest {
  return digestOfJson(record);
}

function readList(files: FileMap, path: string, max: number): unknown[] {
  const list = readCanonical(files, path);
  if (!Array.isArray(list) || list.length > max) throw bad(`${path} is no list of at most ${max}`);
  return list;
}

/** Checks what a verifier relies on; the digest over the whole covers the rest. */
function decodeRoundRecord(value: unknown): RoundRecord {
  const { version, run, round, outcome, previous, startRoot, root } = object(value);
  const { claims, audits, tainted, witnesses, to } = object(value);
  const known = ['final', 'rewound', 'aborted', 'rewind'].includes(outcome as string);
  if (version !== 1 || !known) throw bad(`a round record has outcome ${show(outcome)}`);
  integer(run);
  integer(round);
  if (!isDigest(startRoot) || !(root === null || isDigest(root))) {
    throw bad(`the record of round ${show(round)} lacks a root`);
  }
  if (!(previous === null || isDigest(previous))) {
    throw bad(`the record of round ${show(round)} has no digest before it`);
  }
  if (!Array.isArray(claims)) throw bad(`the record of round ${show(round)} has no claims`);
  for (const claim of claims) decodeClaim(claim);
  if (to !== undefined) integer(to);
  for (const [name, seats] of Object.entries({ tainted, witnesses })) {
    if (!Array.isArray(seats)) throw bad(`the record of round ${show(round)} has no "${name}"`);
    for (const seat of seats) integer(seat);
  }
  if (!Array.isArray(audits)) throw bad(`the record of round ${show(round)} has no audits`);
  for (const audit of audits) {
    const { verdict, ...numbers } = object(audit);
    if (verdict !== 'passed' && verdict !== 'failed') throw bad('an audit has no verdict');
    for (const name of ['seat', 'segment', 'auditor']) integer(numbers[name]);
  }
  return value as RoundRecord;
}

function decodeClaim(value: unknown): ClaimRecord {
  const { seat, account, slice, localIn, localOut, included, verdict } = object(value);
  integer(seat);
  integer(slice);
  if (!isDigest(localIn) || !isDigest(localOut)) throw bad('a claim lacks a local state');
  if (typeof account !== 'string' || typeof included !== 'boolean')
    throw bad('a claim is malformed');
  if (verdict !== 'unaudited' && verdict !== 'passed' && verdict !== 'failed') {
    throw bad(`a claim has the verdict ${show(verdict)}`);
  }
  return value as ClaimRecord;
}

/** What was registered, without what the chain added (who, when, status): fixed for ever. */
export function recordOf(dataset: DatasetRecord): DatasetRecord {
  const { id, version, title, manifest, itemsRoot, bytes, items, source, collectedAt } = dataset;
  const { licenceDeclared, licenceConcluded, evidence, parents, contributors } = dataset;
  return {
    ...{ id, version, title, manifest, itemsRoot, bytes, items, source, collectedAt },
    ...{ licenceDeclared, licenceConcluded, evidence, parents, contributors },
  };
}

function decodeDatasetRecord(value: unknown): DatasetRecord {
  const record = object(value);
  for (const name of ['id', 'title', 'source', 'licenceDeclared', 'licenceConcluded']) {
    if (typeof record[name] !== 'string') throw bad(`a dataset's "${name}" is not text`);
  }
  if (!isDigest(record.manifest) || !Array.isArray(record.parents)) {
    throw bad(`dataset ${show(record.id)} lacks manifest or parents`);
  }
  for (const parent of record.parents as unknown[]) {
    if (typeof object(parent).dataset !== 'string') throw bad('a parent is not named');
  }
  return value as DatasetRecord;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw bad(`${show(value)} is not an object`);
}

function text(value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 200) return value;
  throw bad(`${show(value)} is not a text of 1 to 200 characters`);
}

function integer(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw bad(`${show(value)} is not a count`);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}

function bad(facts: string): ReleaseFault {
  return new ReleaseFault(
    'RECORD_MALFORMED',
    `BAD_RELEASE: ${facts}; pull it again, or ask who published it`,
  );
}
