/** Why the contract said no, out of what nodes make of it. */

/**
 * The `CODE: sentence` that a contract panicked with, out of the text a node wraps around it:
 * `Smart contract panicked: …` in transactions, Rust's `GuestPanic { panic_msg: "…" }` in views,
 * and the stack that the contract's JavaScript engine appends. Null when there is no code in it.
 */
export function readPanic(text: string): { code: string; facts: string } | null {
  const quoted = /panic_msg: "((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  const inner = quoted === undefined ? text : unescapeRust(quoted);
  const match = /(?:^|[\s:"(])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,}): ([^\n]+)/.exec(inner);
  if (!match) return null;
  return { code: match[1]!, facts: match[2]!.replace(/^"|"$/g, '').trim() };
}

function unescapeRust(text: string): string {
  return text.replace(/\\(["'\\nt])/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? ' ' : c));
}
