/**
 * One change to somebody else's source: what must be there, what takes its place, and why. A source
 * that moved on must stop the build, not slip through unpatched.
 */
export interface Patch {
  file: string;
  find: string | RegExp;
  /** Where what is replaced ends, itself left in place; else at the end of `find`. */
  until?: string;
  /** How often `find` must be there; else once. */
  times?: number;
  replace: string | ((found: string) => string);
  why: string;
}

/** Throws `ENGINE_SOURCE_CHANGED` unless the text has what is to be replaced, as often as said. */
export function applyPatch(text: string, { file, find, until, times = 1, replace }: Patch): string {
  const pieces: string[] = [];
  let rest = text;
  let found = 0;
  for (let place; (place = placeOf(rest, find, until)); found++) {
    const old = rest.slice(place.from, place.to);
    pieces.push(rest.slice(0, place.from), typeof replace === 'string' ? replace : replace(old));
    rest = rest.slice(place.to);
  }
  if (found !== times) {
    throw new Error(
      `ENGINE_SOURCE_CHANGED: ${file} has not exactly ${times} of ${JSON.stringify(`${find}`)}; ` +
        'install the versions of the lock file with "npm ci"',
    );
  }
  return pieces.join('') + rest;
}

function placeOf(
  text: string,
  find: string | RegExp,
  until: string | undefined,
): { from: number; to: number } | null {
  const literal = typeof find === 'string' ? find : (text.match(find)?.[0] ?? '');
  const from = literal === '' ? -1 : text.indexOf(literal);
  if (from < 0) return null;
  const to = until === undefined ? from + literal.length : text.indexOf(until, from);
  return to < 0 ? null : { from, to };
}
