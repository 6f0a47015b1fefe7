/**
 * The newest entries of a list that only grows, without reading the whole of it: a DAO of ten thousand
 * proposals is as quick to look at as one of ten. Where nobody says how many there are, it is searched for
 * once, by halving, which takes some twenty answers in a row; afterwards it is only looked at from there on.
 */
import type { Page } from '@commonweights/dao-contracts/client/page.js';

export interface Tail<T> {
  /** Newest first. */
  readonly items: readonly T[];
  /** Of the whole list. */
  readonly count: number;
}

/** More than any list of the contract can hold. */
const countMax = 2 ** 31;

export class TailReader<T> {
  #count = 0;
  #looked = false;
  #asking: Promise<number | null> | null = null;

  constructor(
    private readonly list: (page: Page) => Promise<readonly T[]>,
    /** The most that the contract gives at once. */
    private readonly pageItems: number,
    /** How many there are, from whoever knows at once; null: nobody does. Asked before the first look. */
    private readonly told: () => Promise<number | null> = async () => null,
  ) {}

  /** `limit` entries, after so many newer ones. */
  async read(it: { limit: number; newer?: number }): Promise<Tail<T>> {
    const count = await this.#countNow();
    const end = Math.max(0, count - (it.newer ?? 0));
    const start = Math.max(0, end - it.limit);
    const pages: Promise<readonly T[]>[] = [];
    for (let from = start; from < end; from += this.pageItems) {
      pages.push(this.list({ from, limit: Math.min(this.pageItems, end - from) }));
    }
    return { items: (await Promise.all(pages)).flat().reverse(), count };
  }

  async #countNow(): Promise<number> {
    if (!this.#looked) {
      const told = await (this.#asking ??= this.told());
      this.#looked = true;
      if (told !== null) return (this.#count = Math.max(this.#count, told));
    }
    // Others may read at the same time, and remember what they found.
    const from = this.#count;
    const found = (await this.list({ from, limit: this.pageItems })).length;
    if (found < this.pageItems) return (this.#count = from + found);
    // There are at least `low`; doubled, until some index is beyond the end.
    let low = from + found;
    let step = found;
    while (low + step < countMax && (await this.#has(low + step - 1))) {
      low += step;
      step *= 2;
    }
    let high = low + step - 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (await this.#has(middle)) low = middle + 1;
      else high = middle;
    }
    return (this.#count = low);
  }

  async #has(index: number): Promise<boolean> {
    return (await this.list({ from: index, limit: 1 })).length > 0;
  }
}
