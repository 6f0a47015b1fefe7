/**
 * Whether a text is a licence, as an SPDX expression. What the DAO's policy allows, and what who uses
 * several things keeps to, is decided where the contract decides it: `dao-contracts/rules/licence.ts`.
 */
import parseSpdx, { type LicenceTree } from 'spdx-expression-parse';

/** What the contract stores; it bounds the expansion of nested AND and OR as well. */
export const licenceLengthMax = 100;

/** Why the text is not a licence expression (the end of a sentence), or null when it is one. */
export function explainBadLicence(text: unknown): string | null {
  if (typeof text !== 'string' || text === '') return 'is not a text';
  if (text.length > licenceLengthMax) return `is longer than ${licenceLengthMax} characters`;
  try {
    parseSpdx(text);
    return null;
  } catch {
    return `is ${JSON.stringify(text)}, not an SPDX licence expression`;
  }
}

/**
 * Whether who keeps to the one licence keeps to the other, too, whichever of its choices is made: `MIT AND
 * CC0-1.0` to `MIT`, and `MIT` to `MIT OR GPL-2.0-only`. Names are compared as they are spelled: that one
 * licence permits all that another does is for people to conclude. What cannot be read keeps to nothing.
 */
export function keepsTo(one: string, other: string): boolean {
  if (explainBadLicence(one) !== null || explainBadLicence(other) !== null) return false;
  const asked = parseSpdx(other);
  return choicesOf(parseSpdx(one)).every((kept) => holds(asked, kept));
}

type Names = ReadonlySet<string>;

/** The sets of names that one may keep to; as few as fit a hundred characters. */
function choicesOf(tree: LicenceTree): Names[] {
  if (!('conjunction' in tree)) return [new Set([nameOf(tree)])];
  const [left, right] = [choicesOf(tree.left), choicesOf(tree.right)];
  if (tree.conjunction === 'or') return [...left, ...right];
  return left.flatMap((some) => right.map((more) => new Set([...some, ...more])));
}

function holds(tree: LicenceTree, kept: Names): boolean {
  if (!('conjunction' in tree)) return kept.has(nameOf(tree));
  const [left, right] = [holds(tree.left, kept), holds(tree.right, kept)];
  return tree.conjunction === 'or' ? left || right : left && right;
}

function nameOf(leaf: Exclude<LicenceTree, { conjunction: unknown }>): string {
  return JSON.stringify([leaf.license, leaf.plus ?? false, leaf.exception ?? '']);
}
