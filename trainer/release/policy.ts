/**
 * What a verifier asks of a release beyond that every claim about it holds: a file of its own, never
 * taken from the release. Every field is a rule; one that is not there asks nothing. A field that is
 * not known is refused, so that no rule that somebody meant is passed over.
 */
import {
  decodeHash,
  decodeProducers,
} from '@commonweights/dao-contracts/client/light-client-decoding.js';
import type { TrustedHead } from './decision-proof.js';
import { VerifyingKey } from '../model-signing/signing-key.js';
import { POLICY_ACCOUNTS_MAX, POLICY_KEYS_MAX, POLICY_LICENCES_MAX } from './limits.js';

export interface VerifierPolicy {
  readonly version: 1;
  /** Only what this DAO decided, on this network. */
  readonly dao?: { readonly network: string; readonly contract: string };
  /** Only what light-client evidence proves from this block; needs `dao`. */
  readonly head?: TrustedHead;
  /** So many of these accounts computed it again, none of whom worked on the run. */
  readonly reproductions?: AskedSigners;
  /** So many of these keys signed its files (OpenSSF Model Signing, key method). */
  readonly signers?: { readonly atLeast: number; readonly keys: readonly string[] };
  readonly endorsements?: AskedSigners;
  readonly evaluations?: AskedSigners;
  /** Whose dispute of the release stops it: these accounts', or anybody's. */
  readonly disputes?: { readonly by: readonly string[] | 'anyone' };
  /** No dataset that it descends from is disputed. */
  readonly data?: 'undisputed';
  /** Concluded licences of the data, and the licence of the weights: these only. */
  readonly dataLicences?: readonly string[];
  readonly weightLicences?: readonly string[];
  /** The DAO decided at this time or later. */
  readonly decidedSinceMs?: number;
  /** What the chain says was read at this height or above: not revoked as of then. */
  readonly factsHeightMin?: number;
  /** No round kept wrong work, however little. */
  readonly work?: 'untainted';
}

export interface AskedSigners {
  readonly atLeast: number;
  readonly by: readonly string[];
}

/** Error: `BAD_POLICY: field: why; remedy`. */
export function decodePolicy(value: unknown): VerifierPolicy {
  const it = object(value, 'the policy');
  if (it.version !== 1) throw bad('version', `${show(it.version)} is not 1`);
  const rules = Object.keys(it).filter((name) => name !== 'version');
  const unknown = rules.find((name) => !Object.hasOwn(decoders, name));
  if (unknown !== undefined) throw bad(unknown, 'is no rule that is known here');
  if (rules.length === 0) throw bad('the policy', 'has no rule');
  const decoded = rules.map((name) => {
    const [field, read] = decoders[name]!;
    return [field, read(it[name], name)] as const;
  });
  // Anybody's account can log anything: a proof is of what one account said.
  if (Object.hasOwn(it, 'head') && !Object.hasOwn(it, 'dao')) {
    throw bad('head', 'proves what one account decided; name it with "dao"');
  }
  return { version: 1, ...(Object.fromEntries(decoded) as Omit<VerifierPolicy, 'version'>) };
}

type Read = (value: unknown, name: string) => unknown;

/** Field of the file → field here, and how it is read. */
const decoders: Readonly<Record<string, readonly [keyof VerifierPolicy, Read]>> = {
  dao: [
    'dao',
    (value, name) => {
      const { network, contract } = fields(value, name, ['network', 'contract']);
      return {
        network: text(network, `${name}.network`),
        contract: text(contract, `${name}.contract`),
      };
    },
  ],
  head: ['head', head],
  reproductions: ['reproductions', signers],
  signers: ['signers', keys],
  endorsements: ['endorsements', signers],
  evaluations: ['evaluations', signers],
  disputes: [
    'disputes',
    (value, name) => {
      const { by } = fields(value, name, ['by']);
      return { by: by === 'anyone' ? by : accounts(by, `${name}.by`) };
    },
  ],
  data: ['data', word('undisputed')],
  dataLicences: ['dataLicences', licences],
  weightLicences: ['weightLicences', licences],
  decidedSince: ['decidedSinceMs', time],
  factsHeightMin: [
    'factsHeightMin',
    (value, name) => count(value, name, 0, Number.MAX_SAFE_INTEGER),
  ],
  work: ['work', word('untainted')],
};

function head(value: unknown, name: string): TrustedHead {
  const named = Object.hasOwn(object(value, name), 'producers') ? ['hash', 'producers'] : ['hash'];
  const { hash, producers } = fields(value, name, named);
  const as = <T>(field: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw bad(`${name}.${field}`, (error as Error).message);
    }
  };
  as('hash', () => decodeHash(hash));
  if (producers === undefined) return { hash: hash as string };
  as('producers', () => decodeProducers(producers));
  return { hash: hash as string, producers: producers as unknown[] };
}

function signers(value: unknown, name: string): AskedSigners {
  const { atLeast, by } = fields(value, name, ['atLeast', 'by']);
  const list = accounts(by, `${name}.by`);
  // More than are named can never be, which would look like a strict rule and is a mistake.
  return { atLeast: count(atLeast, `${name}.atLeast`, 1, list.length), by: list };
}

function keys(value: unknown, name: string): VerifierPolicy['signers'] {
  const { atLeast, keys: given } = fields(value, name, ['atLeast', 'keys']);
  const pems = list(given, `${name}.keys`, POLICY_KEYS_MAX).map((one) => {
    try {
      return VerifyingKey.fromPem(String(one)).pem;
    } catch (error) {
      throw bad(`${name}.keys`, (error as Error).message);
    }
  });
  if (new Set(pems).size !== pems.length) throw bad(`${name}.keys`, 'names something twice');
  return { atLeast: count(atLeast, `${name}.atLeast`, 1, pems.length), keys: pems };
}

function accounts(value: unknown, name: string): string[] {
  return list(value, name, POLICY_ACCOUNTS_MAX).map((one) => {
    if (typeof one === 'string' && /^(0x[0-9a-f]{40}|[a-z0-9._-]{2,64})$/.test(one)) return one;
    throw bad(name, `${show(one)} is neither a NEAR account nor 0x and 40 lower-case hex digits`);
  });
}

function licences(value: unknown, name: string): string[] {
  return list(value, name, POLICY_LICENCES_MAX).map((one) => text(one, name));
}

/** Not empty, nothing twice. */
function list(value: unknown, name: string, max: number): unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > max) {
    throw bad(name, `is no list of 1 to ${max}`);
  }
  if (new Set(value).size !== value.length) throw bad(name, 'names something twice');
  return value as unknown[];
}

function word(wanted: string): Read {
  return (value, name) => {
    if (value === wanted) return wanted;
    throw bad(name, `${show(value)} is not "${wanted}"`);
  };
}

function time(value: unknown, name: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  // One spelling: a day without a zone would mean another moment on another machine.
  const exact = Number.isFinite(ms) && new Date(ms).toISOString().replace('.000Z', 'Z') === value;
  if (exact) return ms;
  throw bad(name, `${show(value)} is no moment such as "2026-11-28T00:00:00Z"`);
}

function count(value: unknown, name: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  throw bad(name, `${show(value)} is no integer from ${min} to ${max}`);
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 200) return value;
  throw bad(name, `${show(value)} is no text of 1 to 200 characters`);
}

function fields(value: unknown, name: string, known: readonly string[]): Record<string, unknown> {
  const it = object(value, name);
  const unknown = Object.keys(it).find((key) => !known.includes(key));
  if (unknown !== undefined) throw bad(`${name}.${unknown}`, 'is not known here');
  const missing = known.find((key) => !Object.hasOwn(it, key));
  if (missing !== undefined) throw bad(`${name}.${missing}`, 'is missing');
  return it;
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw bad(name, 'is not an object');
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}

function bad(field: string, why: string): Error {
  return new Error(`BAD_POLICY: ${field}: ${why}; see docs/protocol/releases.md for the rules`);
}
