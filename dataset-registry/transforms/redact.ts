/**
 * `redact`: takes what names or reaches a person, or opens a door, out of texts, and leaves a mark
 * like `[email]` in its place. Patterns with a check digit are checked, so that ordinary numbers
 * stay. It finds what has a form; it cannot find a name or a street, and says nothing about them.
 *
 * Every pattern has bounded repetition: time grows linearly with the text, whoever wrote it.
 */
import { readParams } from './params.js';
import { saltField } from './salt.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export const redactKinds = [
  'secret',
  'url-login',
  'email',
  'iban',
  'card',
  'ssn',
  'phone',
  'ip',
] as const;
export type RedactKind = (typeof redactKinds)[number];

export interface RedactParams {
  /** In the order of `redactKinds`, each once. */
  kinds: RedactKind[];
}

export const redactDefaults: RedactParams = { kinds: [...redactKinds] };

export function decodeRedactParams(json: unknown): RedactParams {
  const { kinds } = readParams(json, ['kinds'] as const);
  const known = Array.isArray(kinds) ? redactKinds.filter((kind) => kinds.includes(kind)) : [];
  if (known.length === 0 || known.length !== (kinds as unknown[]).length) {
    throw new Error(
      `BAD_PARAMS: "kinds" is not a list of different ones of ${redactKinds.join(', ')}`,
    );
  }
  // Text that one pattern marks is not seen by the next: their order is not for choice.
  if (known.some((kind, i) => kind !== (kinds as unknown[])[i])) {
    throw new Error(`BAD_PARAMS: "kinds" is not in the order ${known.join(', ')}`);
  }
  return { kinds: known };
}

/** All texts of an item, its metadata too; but no salt, which can be like a number of a card. */
export function redact(items: readonly TextItem[], params: RedactParams): DatasetContent {
  return encodeItems(
    items.map((item) => {
      const fields = Object.entries(item).map(([field, value]) => [
        field,
        typeof value === 'string' && field !== saltField ? redactText(value, params.kinds) : value,
      ]);
      return Object.fromEntries(fields) as TextItem;
    }),
  );
}

export function redactText(text: string, kinds: readonly RedactKind[]): string {
  return kinds.reduce((left, kind) => patterns[kind](left), text);
}

const patterns: Readonly<Record<RedactKind, (text: string) => string>> = {
  secret: (text) => secrets.reduce((left, pattern) => left.replace(pattern, '[secret]'), text),
  'url-login': (text) =>
    text.replace(
      /\b([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@:]{1,64}:[^\s/@]{1,128}@/gi,
      '$1[url-login]@',
    ),
  email: (text) =>
    text.replace(
      /[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/g,
      '[email]',
    ),
  iban: (text) =>
    text.replace(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, (found) =>
      hasIbanCheck(found.replace(/ /g, '')) ? '[iban]' : found,
    ),
  card: (text) =>
    text.replace(/(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d-])/g, (found) =>
      hasLuhnCheck(found.replace(/\D/g, '')) ? '[card]' : found,
    ),
  ssn: (text) =>
    text.replace(/(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g, '[ssn]'),
  phone: (text) =>
    text
      .replace(/(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)/g, '[phone]')
      .replace(/(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\d-])/g, '[phone]'),
  ip: (text) =>
    text
      .replace(
        /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]\d|\d)/g,
        '[ip]',
      )
      .replace(/(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi, '[ip]')
      .replace(/(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])/gi, '[ip]'),
};

const secrets = [
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s]{16,8192}-----END [A-Z ]{0,20}PRIVATE KEY-----/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,250}/g,
  /\bsk-[A-Za-z0-9_-]{32,200}/g,
  /\bed25519:[1-9A-HJ-NP-Za-km-z]{85,90}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
];

/** ISO/IEC 7812: every second digit from the right doubled, the sum of all digits divides by ten. */
function hasLuhnCheck(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const value = i % 2 === 1 ? 2 * digit : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the first four moved to the end, letters as 10 to 35, is 1 modulo 97. */
function hasIbanCheck(iban: string): boolean {
  if (iban.length < 15 || iban.length > 34) return false;
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    for (const digit of String(Number.parseInt(sign, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}
