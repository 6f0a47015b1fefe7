/**
 * Which file names a manifest may contain. Names come from strangers and become files on Linux,
 * macOS and Windows, so the rule is an allow-list: what is not plainly harmless is refused.
 */

/** Long enough for any layout we write, short enough for Windows' 260 with a folder in front. */
export const pathLengthMax = 200;

const segment = /^[A-Za-z0-9_@+=,()-][A-Za-z0-9._@+=,() -]*$/;
/** Device names that Windows reserves with any extension. */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Why `path` is refused, as the end of a sentence, or null when it is safe. */
export function explainUnsafePath(path: unknown): string | null {
  if (typeof path !== 'string' || path === '') return 'is not a file name';
  if (path.length > pathLengthMax) return `is longer than ${pathLengthMax} characters`;
  if (path.includes('\\')) return 'has a backslash';
  if (path.startsWith('/')) return 'is absolute';
  for (const part of path.split('/')) {
    if (part === '') return 'has an empty part';
    if (part === '.' || part === '..') return 'leaves its folder';
    if (part.startsWith('.')) return 'has a hidden part (starting with a dot)';
    if (!segment.test(part))
      return 'has a character other than letters, digits and . _ @ + = , ( ) - and space';
    if (part.endsWith('.') || part.endsWith(' ')) return 'has a part ending in a dot or a space';
    if (reserved.test(part)) return 'has a name reserved by Windows';
  }
  return null;
}

/** Order by code point, which differs from JavaScript's `<` only outside the basic plane. */
export function compareCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
