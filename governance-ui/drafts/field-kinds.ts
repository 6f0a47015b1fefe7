/**
 * What stands in a field of a form, as text, and what it means in an action. Only the way from text to
 * a value is here; whether the value may be so, the contract's own rules say (check-draft.ts).
 */
import { parseNear, formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';

export type FieldKind =
  | 'text'
  /** Its bytes are published; the action names their digest. */
  | 'published'
  /** The same as a document with a field `text`, as the reasons of revocations are. */
  | 'statement'
  | 'digest'
  | 'account'
  | 'number'
  | 'weight'
  | 'units'
  | 'near'
  /** A number and its unit: `3 d`. */
  | 'duration'
  /** Of a whole, with two decimals: `33.33`. */
  | 'percent'
  | 'choice'
  | 'flag'
  /** One entry a line. */
  | 'lines'
  /** `account weight` a line. */
  | 'members';

export type ReadField =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly problem: 'empty' | 'amount' | 'whole' | 'decimal' | 'duration' | 'percent';
    };

export const durationUnits = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type DurationUnit = keyof typeof durationUnits;

const fail = (problem: Extract<ReadField, { ok: false }>['problem']): ReadField => ({
  ok: false,
  problem,
});
const good = (value: unknown): ReadField => ({ ok: true, value });

export function readField(kind: FieldKind, text: string): ReadField {
  const trimmed = text.trim();
  if (kind === 'lines') return good(linesOf(text));
  if (kind === 'members') return good(linesOf(text).map(memberOf));
  if (kind === 'flag') return good(trimmed === 'yes');
  if (trimmed === '') return fail('empty');
  switch (kind) {
    case 'text':
    case 'account':
    case 'digest':
    case 'choice':
      return good(trimmed);
    case 'published':
    case 'statement':
      return good(digestOf(bytesOf(kind, text)));
    case 'number':
      return /^\d{1,15}$/.test(trimmed) ? good(Number(trimmed)) : fail('whole');
    case 'weight':
    case 'units':
      return /^\d{1,41}$/.test(trimmed) ? good(trimmed.replace(/^0+(?=\d)/, '')) : fail('whole');
    case 'near':
      return readNear(trimmed);
    case 'percent':
      return readPercent(trimmed);
    case 'duration': {
      const ms = parseDuration(trimmed);
      return ms === null ? fail('duration') : good(ms);
    }
  }
}

/** What a published text is, byte for byte. */
export function bytesOf(kind: 'published' | 'statement', text: string): Uint8Array {
  return kind === 'statement' ? canonicalBytes({ text }) : new TextEncoder().encode(text);
}

function readNear(text: string): ReadField {
  try {
    return good(`${parseNear(text)}`);
  } catch {
    return fail('amount');
  }
}

/** Basis points. */
function readPercent(text: string): ReadField {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text);
  return match
    ? good(Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')))
    : fail('percent');
}

/** Null: not one. Whole milliseconds. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,10}(?:\.\d{1,6})?) ?(s|min|h|d)$/.exec(text.trim());
  if (!match) return null;
  const ms = Number(match[1]) * durationUnits[match[2] as DurationUnit];
  return Number.isInteger(ms) ? ms : null;
}

/** In the largest unit of which it is a whole number: `parseDuration(writeDuration(ms))` is `ms`. */
export function writeDuration(ms: number): string {
  for (const unit of ['d', 'h', 'min', 's'] as const) {
    const size = durationUnits[unit];
    if (ms % size === 0 && (ms > 0 || unit === 's')) return `${ms / size} ${unit}`;
  }
  return `${ms / durationUnits.s} s`;
}

export function writeNear(yocto: bigint | string): string {
  return formatNear(BigInt(yocto)).replace(/ NEAR$/, '');
}

export function writePercent(bps: number): string {
  return `${bps / 100}`;
}

const linesMax = 200;

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, linesMax);
}

function memberOf(line: string): object {
  const [account = '', weight = '', ...rest] = line.split(/[\s,]+/);
  return { account, weight: [weight, ...rest].join(' ') };
}
