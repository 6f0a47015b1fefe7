/**
 * Licences as SPDX expressions, checked against the DAO's list of allowed ones. What cannot be
 * understood is not allowed: an unknown name, a private `LicenseRef-`, `NONE`, `NOASSERTION`.
 */
import parseSpdx, { type SpdxNode } from 'spdx-expression-parse';
import satisfiesSpdx from 'spdx-satisfies';

/** What the contract stores; it bounds the expansion of nested AND and OR as well. */
export const licenceLengthMax = 100;

export type LicenceVerdict = { allowed: true } | { allowed: false; why: string };

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

/** Whether the DAO's policy (a list of SPDX identifiers) allows the expression. Fails closed. */
export function checkLicence(expression: string, allowed: readonly string[]): LicenceVerdict {
  const bad = explainBadLicence(expression);
  if (bad) return { allowed: false, why: `the licence ${bad}` };
  const known = allowed.filter((licence) => isSimple(licence));
  try {
    if (known.length > 0 && satisfiesSpdx(expression, known)) return { allowed: true };
  } catch {
    // Falls through: what the library cannot decide is not allowed.
  }
  const list = known.join(', ') || 'none';
  return { allowed: false, why: `${expression} is not allowed; the DAO's policy allows ${list}` };
}

/**
 * What who uses all of it keeps to: the distinct licences of its parts, with AND between them, in order
 * of appearance. One licence stays as it is spelled. Errors: `BAD_LICENCE`, `LICENCES_TOO_LONG`.
 */
export function joinLicences(expressions: readonly string[]): string {
  const [first, ...others] = new Set(expressions);
  if (first !== undefined && others.length === 0) return first;
  const joined = [...new Set(expressions.flatMap((one) => conjuncts(parse(one))))].join(' AND ');
  if (joined.length <= licenceLengthMax) return joined;
  throw new Error(
    `LICENCES_TOO_LONG: together they are "${joined}", at most ${licenceLengthMax} characters fit ` +
      'one record; derive from fewer datasets',
  );
}

function parse(expression: string): SpdxNode {
  const bad = explainBadLicence(expression);
  if (bad) throw new Error(`BAD_LICENCE: it ${bad}; derive from another dataset`);
  return parseSpdx(expression);
}

function conjuncts(node: SpdxNode): string[] {
  const isAnd = 'conjunction' in node && node.conjunction === 'and';
  return isAnd ? [...conjuncts(node.left), ...conjuncts(node.right)] : [spell(node)];
}

/** As part of an AND: a choice in parentheses. */
function spell(node: SpdxNode): string {
  if (!('conjunction' in node)) {
    return `${node.license}${node.plus ? '+' : ''}${node.exception ? ` WITH ${node.exception}` : ''}`;
  }
  if (node.conjunction === 'and') return conjuncts(node).join(' AND ');
  return `(${choices(node).join(' OR ')})`;
}

function choices(node: SpdxNode): string[] {
  const isOr = 'conjunction' in node && node.conjunction === 'or';
  return isOr ? [...choices(node.left), ...choices(node.right)] : [spell(node)];
}

/** One identifier: an AND or OR in the policy would have no meaning. */
function isSimple(licence: string): boolean {
  if (explainBadLicence(licence)) return false;
  return !('conjunction' in parseSpdx(licence));
}
