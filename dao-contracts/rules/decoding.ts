/**
 * Arguments come from anybody. They are decoded once, at the edge, into exactly the fields that a
 * call knows: a missing, unknown or oversized one is refused by name, so that nothing is ignored
 * that a signer meant.
 */
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from './errors.js';
import { amountYoctoMax, workerCharsMax } from './limits.js';

/** Turns an unknown value into a `T` or refuses, naming the field. */
export type Decoder<T> = (value: unknown, field: string) => T;

export function record<T extends object>(shape: { [K in keyof T]: Decoder<T[K]> }): Decoder<T> {
  const known = Object.keys(shape) as (keyof T & string)[];
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return bad(field, 'an object');
    }
    const prefix = field === '' ? '' : `${field}.`;
    for (const key of Object.keys(value)) {
      if (!(known as string[]).includes(key)) {
        refuse('BAD_ARGUMENT', `${prefix}${printable(key)} is not a known field; remove it`);
      }
    }
    const out = {} as T;
    for (const key of known) {
      out[key] = shape[key]((value as Record<string, unknown>)[key], prefix + key);
    }
    return out;
  };
}

export function text(charsMax: number, charsMin = 1): Decoder<string> {
  return (value, field) =>
    typeof value === 'string' && value.length >= charsMin && value.length <= charsMax
      ? wellFormed(value, field)
      : bad(field, `a text of ${charsMin} to ${charsMax} characters`);
}

/** Most texts, in one step of the engine instead of several a character. */
const plainText = /^[ -~]*$/;

/** A lone surrogate has no UTF-8 form: two texts would share one digest. */
function wellFormed(value: string, field: string): string {
  if (plainText.test(value)) return value;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = value.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return bad(field, 'valid Unicode');
    i++;
  }
  return value;
}

export function integer(min: number, max: number): Decoder<number> {
  return (value, field) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value + 0 // −0 has another text than 0
      : bad(field, `an integer from ${min} to ${max}`);
}

export const id: Decoder<number> = integer(0, 2 ** 31);

export const digest: Decoder<Digest> = (value, field) =>
  isDigest(value) ? value : bad(field, 'a digest: "sha256:" and 64 lower-case hex digits');

/** A decimal string without sign or leading zeros. */
export function decimal(max: bigint): Decoder<string> {
  return (value, field) =>
    typeof value === 'string' && /^(0|[1-9][0-9]{0,40})$/.test(value) && BigInt(value) <= max
      ? value
      : bad(field, `a decimal string from "0" to "${max}"`);
}

export const amount: Decoder<string> = decimal(amountYoctoMax);

const accountPattern = /^(([a-z\d]+[-_])*[a-z\d]+\.)*([a-z\d]+[-_])*[a-z\d]+$/;

/** An account name under NEAR's rules. */
export const account: Decoder<string> = (value, field) =>
  typeof value === 'string' && value.length >= 2 && value.length <= 64 && accountPattern.test(value)
    ? value
    : bad(field, 'a NEAR account name');

/** A label of one of an account's machines. */
export const workerLabel: Decoder<string> = (value, field) =>
  typeof value === 'string' && value.length <= workerCharsMax && /^[a-z0-9-]*$/.test(value)
    ? value
    : bad(field, `a label of up to ${workerCharsMax} of a-z, 0-9 and "-"`);

export const flag: Decoder<boolean> = (value, field) =>
  typeof value === 'boolean' ? value : bad(field, 'true or false');

export function oneOf<T extends string>(...names: readonly T[]): Decoder<T> {
  return (value, field) =>
    names.includes(value as T) ? (value as T) : bad(field, `one of ${names.join(', ')}`);
}

export function list<T>(item: Decoder<T>, itemsMax: number): Decoder<T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length > itemsMax) {
      return bad(field, `a list of at most ${itemsMax} entries`);
    }
    return value.map((entry, i) => item(entry, `${field}[${i}]`));
  };
}

/** A list of integers, without a call for each that is right. */
export function integers(min: number, max: number, itemsMax: number): Decoder<number[]> {
  const item = integer(min, max);
  return (value, field) => {
    if (!Array.isArray(value) || value.length > itemsMax) {
      return bad(field, `a list of at most ${itemsMax} entries`);
    }
    const entries = [...(value as number[])];
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      // −0 has another text than 0.
      if (entry === (entry | 0) && entry > 0 && entry >= min && entry <= max) continue;
      entries[i] = item(entry, `${field}[${i}]`);
    }
    return entries;
  };
}

export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, field) => (value === null ? null : inner(value, field));
}

export function optional<T>(inner: Decoder<T>, otherwise: T): Decoder<T> {
  return (value, field) => (value === undefined ? otherwise : inner(value, field));
}

function bad(field: string, wanted: string): never {
  return refuse('BAD_ARGUMENT', `${field || 'the argument'} must be ${wanted}`);
}

/** A panic's text must be UTF-8: half a character would end the call without a code. */
function printable(key: string): string {
  return key.slice(0, 40).replace(/[^ -~]/g, '?');
}
