/** Two releases' provenance side by side: only what differs. */
import type { Chapter, Explanation, Statement } from './explanation.js';

/** Statements of one that the other lacks or has differently, chapter by chapter. */
export function compareExplanations(a: Explanation, b: Explanation): Chapter[] {
  const titles = [...new Set([...a.chapters, ...b.chapters].map(({ title }) => title))];
  return titles.flatMap((title) => {
    const [left, right] = [statementsOf(a, title), statementsOf(b, title)];
    const keys = [...new Set([...left.keys(), ...right.keys()])];
    const statements = keys.flatMap((what) => changes(left.get(what) ?? [], right.get(what) ?? []));
    return statements.length === 0 ? [] : [{ title, statements }];
  });
}

/** Of statements under one name: where both have one, from which to which; else what is gone and new. */
function changes(before: readonly Statement[], after: readonly Statement[]): Statement[] {
  const gone = without(before, after);
  const added = without(after, before);
  const rows = Math.max(gone.length, added.length);
  return Array.from({ length: rows }, (_, i) => {
    const [from, to] = [gone[i], added[i]];
    const { what, standing } = (to ?? from)!;
    return { what, value: `${from?.value ?? '–'} → ${to?.value ?? '–'}`, standing };
  });
}

function without(all: readonly Statement[], others: readonly Statement[]): Statement[] {
  const values = new Set(others.map(({ value }) => value));
  return all.filter(({ value }) => !values.has(value));
}

/** By name; several may have one, such as the sources of data. */
function statementsOf(it: Explanation, title: string): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const chapter of it.chapters.filter((one) => one.title === title)) {
    for (const one of chapter.statements) {
      found.set(one.what, [...(found.get(one.what) ?? []), one]);
    }
  }
  return found;
}
