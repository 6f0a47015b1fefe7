/**
 * Whether a text is a licence, as an SPDX expression. What the DAO's policy allows, and what who uses
 * several things keeps to, is decided where the contract decides it: `dao-contracts/rules/licence.ts`.
 */
import parseSpdx from 'spdx-expression-parse';

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
