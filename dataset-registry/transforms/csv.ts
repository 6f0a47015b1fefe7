/**
 * CSV as RFC 4180 has it, piece by piece: cells between commas, in double quotes where they hold
 * commas, quotes (doubled) or line ends; lines end in LF or CRLF. The first row names the columns.
 * Nothing is guessed: a stray quote or a row with another number of cells is an error with its line.
 */

/**
 * Rows by column name, each with the line that it begins on. Throws with what is wrong, and where;
 * `checkHeader` may, too, before the first row.
 */
export async function* readCsv(
  pieces: AsyncIterable<string> | Iterable<string>,
  rowCharactersMax: number,
  checkHeader: (columns: readonly string[]) => void = () => {},
): AsyncGenerator<{ row: Map<string, string>; line: number }, void> {
  let columns: string[] | null = null;
  for await (const { cells, line } of readRows(pieces, rowCharactersMax)) {
    if (!columns) {
      columns = cells;
      const twice = cells.find((name, i) => cells.indexOf(name) < i);
      if (twice !== undefined) throw new Error(`two columns are called "${twice}"`);
      checkHeader(cells);
      continue;
    }
    if (cells.length !== columns.length) {
      throw new Error(`line ${line} has ${cells.length} cells, not ${columns.length}`);
    }
    yield { row: new Map(columns.map((name, i) => [name, cells[i]!])), line };
  }
}

type State = 'start' | 'plain' | 'quoted' | 'closed';

async function* readRows(
  pieces: AsyncIterable<string> | Iterable<string>,
  rowCharactersMax: number,
): AsyncGenerator<{ cells: string[]; line: number }, void> {
  let cells: string[] = [];
  let cell = '';
  let state: State = 'start';
  let characters = 0;
  let line = 1;
  let rowLine = 1;
  const endCell = (): void => {
    cells.push(cell);
    cell = '';
    state = 'start';
  };
  const endRow = (): { cells: string[]; line: number } | null => {
    // A carriage return before the line feed belongs to the line's end.
    if (state === 'plain' && cell.endsWith('\r')) cell = cell.slice(0, -1);
    const isEmpty = cells.length === 0 && cell === '' && state !== 'closed';
    endCell();
    const row = { cells, line: rowLine };
    cells = [];
    characters = 0;
    rowLine = ++line;
    return isEmpty ? null : row;
  };
  for await (const piece of pieces) {
    for (const character of piece) {
      if (++characters > rowCharactersMax) {
        throw new Error(`line ${rowLine} has more than ${rowCharactersMax} characters`);
      }
      if (state === 'quoted') {
        if (character === '"') state = 'closed';
        else cell += character;
        if (character === '\n') line++;
      } else if (character === '\n') {
        const row = endRow();
        if (row) yield row;
      } else if (character === ',') endCell();
      else if (character === '"' && state === 'closed') {
        cell += '"';
        state = 'quoted';
      } else if (character === '"' && state === 'start') state = 'quoted';
      else if (character === '"') throw new Error(`line ${line} has a quote inside of a cell`);
      else if (state === 'closed') {
        if (character !== '\r') throw new Error(`line ${line} goes on after a closing quote`);
      } else {
        cell += character;
        state = 'plain';
      }
    }
  }
  if (state === 'quoted') throw new Error(`a quote on line ${rowLine} is never closed`);
  const last = cells.length > 0 || cell !== '' || state === 'closed' ? endRow() : null;
  if (last) yield last;
}
