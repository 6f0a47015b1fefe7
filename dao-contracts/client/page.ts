import { pageItemsMax } from '../rules/limits.js';

/** Lists come in pages: `from` is the first index, `limit` at most what the contract allows. */
export interface Page {
  readonly from?: number;
  readonly limit?: number;
}

/** Enough for years of a DAO; a contract that goes on for ever must not keep a reader for ever. */
const pagesMax = 2000;

/** Everything of a paged list, in order. `pageItems`: the most that the contract gives at once. */
export async function readAll<T>(
  list: (page: Page) => Promise<readonly T[]>,
  pageItems = pageItemsMax,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 0; page < pagesMax; page++) {
    const items = await list({ from: all.length, limit: pageItems });
    all.push(...items);
    if (items.length < pageItems) return all;
  }
  throw new Error(`LIST_TOO_LONG: more than ${pagesMax * pageItems} entries`);
}
