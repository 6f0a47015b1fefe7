/**
 * Whether a policy allows a licence expression. Its entries are compared letter by letter; beside that
 * one thing is understood: `A AND B` asks to keep to both, so it is allowed where each of them is. A
 * choice (`OR`) must be an entry itself, and so must whatever is spelled otherwise: unknown fails
 * closed.
 */
export function isLicenceAllowed(licence: string, allowed: readonly string[]): boolean {
  if (allowed.includes(licence)) return true;
  const parts = partsOf(licence);
  return parts !== null && parts.every((part) => isLicenceAllowed(part, allowed));
}

/** What who uses both keeps to; a policy that allows each allows it. */
export function bothLicences(one: string, other: string): string {
  return allLicences([one, other]);
}

/**
 * What who uses all of it keeps to: the distinct licences in order, with AND between them; a policy
 * that allows each allows it. One licence stays as it is spelled. Whatever is more than one name is put
 * in parentheses, for it must mean by itself what it meant alone, and an entry of a policy that is
 * compound itself, `A AND B`, must still be found in it.
 */
export function allLicences(licences: readonly string[]): string {
  const distinct = [...new Set(licences)];
  if (distinct.length === 1) return distinct[0]!;
  return distinct.map((part) => (isOneName(part) ? part : `(${part})`)).join(' AND ');
}

/** `MIT`, `GPL-2.0+`, `GPL-2.0-only WITH Classpath-exception-2.0`. */
function isOneName(licence: string): boolean {
  return /^[^\s()]+( WITH [^\s()]+)?$/.test(licence);
}

/**
 * What stands between the ANDs outside of parentheses, each without its own; all shorter than the
 * whole. Null where an OR stands beside them, since AND binds tighter, or there is nothing to take
 * apart.
 */
function partsOf(licence: string): string[] | null {
  const parts: string[] = [];
  let part: string[] = [];
  let depth = 0;
  for (const word of licence.split(' ')) {
    if (depth === 0 && word === 'OR') return null;
    if (depth === 0 && word === 'AND') {
      parts.push(withoutParentheses(part.join(' ')));
      part = [];
      continue;
    }
    for (const character of word) depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    part.push(word);
  }
  parts.push(withoutParentheses(part.join(' ')));
  return depth === 0 && parts[0] !== licence ? parts : null;
}

function withoutParentheses(part: string): string {
  return part.startsWith('(') && part.endsWith(')') ? part.slice(1, -1) : part;
}
