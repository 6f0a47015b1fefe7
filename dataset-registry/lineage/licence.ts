/**
 * Licences as SPDX expressions, checked against the DAO's list of allowed ones. What cannot be
 * understood is not allowed: an unknown name, a private `LicenseRef-`, `NONE`, `NOASSERTION`.
 */
import parseSpdx from 'spdx-expression-parse';
import satisfiesSpdx from 'spdx-satisfies';

/** Bounds the expansion of nested AND and OR, which doubles with every operator. */
export const licenceLengthMax = 120;

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

/** One identifier: an AND or OR in the policy would have no meaning. */
function isSimple(licence: string): boolean {
  if (explainBadLicence(licence)) return false;
  return !('conjunction' in parseSpdx(licence));
}
