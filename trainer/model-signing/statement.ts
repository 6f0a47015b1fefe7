/**
 * What is signed: an in-toto statement whose predicate lists every file with its hash, as the
 * OpenSSF Model Signing specification 1.0 has it. The subject's digest is the SHA-256 of the raw
 * digests of all resources in their order.
 */
import { createHash } from 'node:crypto';
import { hashTypes, type HashType } from './model-files.js';
import { SigningRefusal } from './refusal.js';

export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://model_signing/signature/v1.0';
/** Before 1.0; it covers added files badly, so it is refused by its name. */
const oldPredicateType = 'https://model_signing/Digests/v0.1';
const resourcesMax = 1_000_000;

export interface Resource {
  /** Path of a file, or `path:start:end` for a part of one. */
  readonly name: string;
  readonly algorithm: HashType;
  /** Hex. */
  readonly digest: string;
}

export interface Serialization {
  readonly method: 'files' | 'shards';
  readonly hash_type: HashType;
  readonly allow_symlinks: boolean;
  readonly ignore_paths?: readonly string[];
  readonly shard_size?: number;
}

export interface ModelStatement {
  readonly model: string;
  readonly serialization: Serialization;
  readonly resources: readonly Resource[];
}

export function writeStatement(it: ModelStatement): Uint8Array {
  const statement = {
    _type: statementType,
    subject: [{ name: it.model, digest: { sha256: rootOf(it.resources) } }],
    predicateType,
    predicate: { serialization: it.serialization, resources: it.resources },
  };
  return new TextEncoder().encode(JSON.stringify(statement));
}

/** Errors: `BAD_SIGNATURE_FILE`, `METHOD_NOT_SUPPORTED`. */
export function readStatement(payload: Uint8Array): ModelStatement {
  const it = objectOf(parse(payload), 'the statement');
  if (it._type !== statementType) throw bad(`its statement is a ${told(it._type)}`);
  if (it.predicateType !== predicateType) {
    if (it.predicateType === oldPredicateType) {
      throw unsupported(`predicate ${oldPredicateType} (from before version 1.0)`);
    }
    throw unsupported(`predicate ${told(it.predicateType)}`);
  }
  const subjects = arrayOf(it.subject, 'subject');
  if (subjects.length !== 1) throw bad(`it has ${subjects.length} subjects instead of one`);
  const subject = objectOf(subjects[0], 'the subject');
  const predicate = objectOf(it.predicate, 'the predicate');
  const serialization = readSerialization(objectOf(predicate.serialization, 'serialization'));
  const listed = arrayOf(predicate.resources, 'resources');
  if (listed.length > resourcesMax) throw bad(`it lists more than ${resourcesMax} resources`);
  const resources = listed.map((one) => readResource(objectOf(one, 'a resource'), serialization));
  if (new Set(resources.map(({ name }) => name)).size !== resources.length) {
    throw bad('it lists a file twice');
  }
  const { sha256 } = objectOf(subject.digest, "the subject's digest");
  if (sha256 !== rootOf(resources)) throw bad('its subject is not the hash of its resources');
  return { model: textOf(subject.name, "the subject's name"), serialization, resources };
}

function rootOf(resources: readonly Resource[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}

function readSerialization(it: Record<string, unknown>): Serialization {
  const { method, shard_size: shardSize } = it;
  const type = textOf(it.hash_type, 'hash_type');
  const allowLinks = it.allow_symlinks;
  if (method !== 'files' && method !== 'shards') throw unsupported(`method ${told(method)}`);
  if (!Object.hasOwn(hashTypes, type)) throw unsupported(`hash ${told(type)}`);
  if (typeof allowLinks !== 'boolean') throw bad('allow_symlinks is neither true nor false');
  const ignored = it.ignore_paths === undefined ? [] : arrayOf(it.ignore_paths, 'ignore_paths');
  const ignorePaths = ignored.map((path) => textOf(path, 'ignore_paths'));
  // It would leave out everything, and any folder would pass.
  if (ignorePaths.some((path) => /^\.?\/*$/.test(path))) throw bad('it ignores the whole model');
  const sharded = typeof shardSize === 'number' && Number.isSafeInteger(shardSize) && shardSize > 0;
  if (method === 'shards' && !sharded) throw bad('shard_size is no size');
  return {
    ...{ method, hash_type: type as HashType, allow_symlinks: allowLinks },
    ignore_paths: ignorePaths,
    ...(method === 'shards' ? { shard_size: shardSize as number } : {}),
  };
}

function readResource(it: Record<string, unknown>, by: Serialization): Resource {
  const name = textOf(it.name, "a resource's name");
  const digest = textOf(it.digest, "a resource's digest");
  const algorithm = textOf(it.algorithm, "a resource's algorithm");
  if (algorithm !== by.hash_type) throw bad(`${told(name)} is hashed with ${told(algorithm)}`);
  const length = by.hash_type === 'sha256' ? 64 : 128;
  if (!/^[0-9a-f]+$/.test(digest) || digest.length !== length) {
    throw bad(`the digest of ${told(name)} is none`);
  }
  return { name, algorithm: by.hash_type, digest };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw bad('its payload is not JSON');
  }
}

export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw bad(`${what} is missing or not an object`);
}

export function arrayOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw bad(`${what} is missing or not a list`);
}

export function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw bad(`${what} is missing or not a text`);
}

/** What a stranger wrote, short and on one line. */
export function told(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

export function bad(facts: string): SigningRefusal {
  return new SigningRefusal('BAD_SIGNATURE_FILE', `${facts}; ask for the signature again`);
}

export function unsupported(what: string): SigningRefusal {
  return new SigningRefusal(
    'METHOD_NOT_SUPPORTED',
    `this signature uses ${what}; only the key method of version 1.0 with sha256 or blake2b is ` +
      'checked here; use the tool that made it',
  );
}
