/**
 * Items that are not for everybody have a salt of their own, 128 bits of chance, as a field. So nobody can guess
 * a text and find its digest in a tree, a proof or a list: without the salt, the digest is of other bytes.
 * A proof of one item shows the salt of that item, and says nothing about another.
 *
 * Law: `withoutSalt(saltItem(item))` equals `item`.
 */
import { randomBytes } from 'node:crypto';
import { canonicalBytes } from '../digest/canonical.js';
import { digestOf, type Digest } from '../digest/digest.js';
import { encodeItem, type TextItem } from './text-item.js';

export const saltField = 'cwSalt';
const saltPattern = /^[0-9a-f]{32}$/;

export function isSalted(item: TextItem): boolean {
  const salt = item[saltField];
  return typeof salt === 'string' && saltPattern.test(salt);
}

/** With a salt; one that has one keeps it. */
export function saltItem(item: TextItem): TextItem {
  return isSalted(item) ? item : { ...item, [saltField]: randomBytes(16).toString('hex') };
}

export function withoutSalt(item: TextItem): TextItem {
  return Object.fromEntries(
    Object.entries(item).filter(([field]) => field !== saltField),
  ) as unknown as TextItem;
}

/** What two items have in common that differ in their salts only. */
export function digestWithoutSalt(item: TextItem): Digest {
  return digestOf(canonicalBytes(withoutSalt(item)));
}

/**
 * Of items that were made of others: what has no salt has to be one that had none, or a guess would find it.
 * Error: `SALT_LOST`.
 */
export function refuseLostSalts(made: readonly TextItem[], from: readonly TextItem[]): void {
  const open = new Set(from.filter((item) => !isSalted(item)).map(digestOfItem));
  const lost = made.filter((item) => !isSalted(item) && !open.has(digestOfItem(item))).length;
  if (lost === 0) return;
  throw new Error(
    `SALT_LOST: ${lost} items made of such as are not for everybody have no ${saltField}; let the ` +
      'transform keep that field',
  );
}

function digestOfItem(item: TextItem): Digest {
  return digestOf(encodeItem(item));
}
