/**
 * Checks of which the strict reading of a run spec is made: each names the field that is wrong, by its
 * path in the document. They return what they accept.
 */
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';

type Check = (value: unknown, path: string) => unknown;

/** A field that may be absent. */
interface Optional {
  readonly optional: Check;
}

export function optional(check: Check): Optional {
  return { optional: check };
}

export function refuse(path: string, why: string): never {
  throw new Error(
    `BAD_RUN_SPEC: ${path || 'the document'}: ${why}; see "RunSpec" in docs/protocol/artefacts.md`,
  );
}

export function fields(value: unknown, path: string, checks: Record<string, Check | Optional>) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(path, 'must be an object');
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(checks, key)) refuse(join(path, key), 'is not a known field');
  }
  const out: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(checks)) {
    const check = typeof each === 'function' ? each : each.optional;
    if (!Object.hasOwn(value, key)) {
      if (typeof each === 'function') refuse(join(path, key), 'is missing');
      continue;
    }
    out[key] = check((value as Record<string, unknown>)[key], join(path, key));
  }
  return out;
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

export function literal(expected: string | number): Check {
  return (value, path) =>
    value === expected ? value : refuse(path, `must be ${JSON.stringify(expected)}`);
}

export function count(min: number, max: number): Check {
  return (value, path) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? value
      : refuse(path, `must be an integer from ${min} to ${max}`);
}

export const duration = count(1000, 31_536_000_000);

export function number(value: unknown, path: string): unknown {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? value
    : refuse(path, 'must be a number that is not negative');
}

export function positive(value: unknown, path: string): unknown {
  return (number(value, path) as number) > 0 ? value : refuse(path, 'must be greater than 0');
}

export function within(check: Check, most: number): Check {
  return (value, path) =>
    (check(value, path) as number) <= most ? value : refuse(path, `must be at most ${most}`);
}

export function flag(value: unknown, path: string): unknown {
  return typeof value === 'boolean' ? value : refuse(path, 'must be true or false');
}

export function text(value: unknown, path: string): unknown {
  return typeof value === 'string' && value.length > 0 && value.length <= 200
    ? value
    : refuse(path, 'must be a text of 1 to 200 characters');
}

/** Longer than a name; whole characters, so that it is the same text for everybody. */
export function textUpTo(charactersMax: number): Check {
  return (value, path) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= charactersMax &&
    !/\p{Surrogate}/u.test(value)
      ? value
      : refuse(path, `must be a text of 1 to ${charactersMax} characters`);
}

export function digest(value: unknown, path: string): unknown {
  return isDigest(value) ? value : refuse(path, 'must be "sha256:" and 64 hex digits');
}

export function orNull(check: Check): Check {
  return (value, path) => (value === null ? null : check(value, path));
}

export function listOf(check: Check, most: number): Check {
  return (value, path) => {
    if (Array.isArray(value) && value.length <= most) {
      return value.map((one: unknown, i) => check(one, `${path}.${i}`));
    }
    return refuse(path, `must be a list of at most ${most}`);
  };
}

export function decimal(value: unknown, path: string): unknown {
  return typeof value === 'string' && /^(0|[1-9][0-9]{0,38})$/.test(value)
    ? value
    : refuse(path, 'must be a natural number as a decimal string');
}
