/**
 * Which columns of a table (CSV, Parquet) become an item: one is its text, others its fields. The header is
 * looked at once, before the first row, so that a choice that cannot be is refused with the columns that
 * are there and the flag of `dataset add` that mends it.
 */
import { itemLimits } from './limits.js';
import { isFieldName } from './text-item.js';

export interface ColumnChoice {
  /** The column that becomes the field `text`. */
  textColumn?: string;
  /** Other columns that are kept; all of them unless it is said. */
  keepColumns?: readonly string[];
}

/** What kind of values a column has that it cannot be that, in a word; null: it can. */
export type ExplainColumn = (name: string, as: 'text' | 'field') => string | null;

/** Facts and remedy, without a code. */
class ColumnError extends Error {
  override readonly name = 'ColumnError';
}

/** By name: this file may be loaded twice, as a module and as what another loader made of it. */
export function isColumnError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ColumnError';
}

/** The text's column and the kept ones, in the table's order. Throws a `ColumnError`. */
export function chooseColumns(
  columns: readonly string[],
  { textColumn = 'text', keepColumns }: ColumnChoice,
  explain: ExplainColumn = () => null,
): { text: string; kept: string[] } {
  const others = columns.filter((name) => name !== textColumn);
  const usable = others.filter(
    (one) => isFieldName(one) && one !== 'text' && !explain(one, 'field'),
  );
  const fitting = usable.slice(0, itemLimits.fieldsMax - 1);
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) refuse(`two columns are called "${twice}"; rename one of them`);
  if (!columns.includes(textColumn)) {
    refuse(
      `it has no column "${textColumn}", only ${list(columns)}; name the one with the text, like ` +
        `--text ${list(columns.slice(0, 1))}`,
    );
  }
  const missing = keepColumns?.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    refuse(
      `it has no column "${missing}", only ${list(columns)}; keep others of these, like ` +
        keeping(fitting),
    );
  }
  const noText = explain(textColumn, 'text');
  if (noText !== null) {
    const texts = columns.filter((name) => !explain(name, 'text'));
    refuse(`its column "${textColumn}" is ${noText}, no text; name another, out of ${list(texts)}`);
  }
  const kept = others.filter((name) => keepColumns?.includes(name) ?? true);
  const unfit = kept.filter((name) => explain(name, 'field') !== null);
  if (unfit.length > 0) {
    refuse(
      `${list(unfit.map((name) => `"${name}" (${explain(name, 'field')})`))}: neither text nor integers, ` +
        `which is all that an item has; keep others, like ${keeping(fitting)}`,
    );
  }
  if (kept.includes('text')) {
    refuse(
      `its column "text" is another one than that of the text, "${textColumn}"; leave it out, like ` +
        keeping(fitting),
    );
  }
  const odd = kept.filter((name) => !isFieldName(name));
  if (odd.length > 0) {
    refuse(
      `${list(odd.map((name) => `"${name}"`))} cannot be fields of an item (a small letter, then up ` +
        `to 39 of a-z, A-Z, 0-9 and _); rename them, or keep others, like ${keeping(fitting)}`,
    );
  }
  if (kept.length >= itemLimits.fieldsMax) {
    refuse(
      `it has ${kept.length} columns beside the text, an item at most ${itemLimits.fieldsMax - 1}; ` +
        `keep some of them, like ${keeping(fitting)}`,
    );
  }
  return { text: textColumn, kept };
}

/** A header is a stranger's: as much of it as a line on a screen holds. */
const namesShownMax = 20;
const nameCharactersShownMax = 60;

function list(names: readonly string[]): string {
  const shown = names.slice(0, namesShownMax).map((name) => name.slice(0, nameCharactersShownMax));
  const rest = names.length - shown.length;
  return `${shown.join(', ') || 'none'}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function keeping(names: readonly string[]): string {
  return `--keep ${names.join(',') || '""'}`;
}

function refuse(why: string): never {
  throw new ColumnError(why);
}
