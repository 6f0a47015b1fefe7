/**
 * Answers of views that are asked again: workers ask for the same ones several times a second.
 * While no block is made and the clock stands, which only the logical one does, the answer is the
 * same and needs no contract to run. It is kept by bytes, not by number: arguments and answers may
 * have megabytes each.
 */
import type { Chain } from '../runtime/chain.js';

export interface View {
  readonly result: readonly number[];
  readonly logs: readonly string[];
}

/** Of question and answer together; what is larger is asked rarely. */
const viewBytesMax = 256 * 1024;
const bytesMax = 8 * 1024 * 1024;

export class ViewCache {
  readonly #kept = new Map<string, { view: View; bytes: number }>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): View | undefined {
    return this.#kept.get(name)?.view;
  }

  /** In the place of the oldest ones, where there is no room. */
  keep(name: string, view: View): void {
    const logged = view.logs.reduce((sum, line) => sum + line.length, 0);
    const bytes = name.length + view.result.length + logged;
    if (bytes > viewBytesMax || this.#kept.has(name)) return;
    this.#kept.set(name, { view, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= bytesMax) break;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

const caches = new WeakMap<Chain, ViewCache>();

/** The views of a chain whose clock stands between blocks; null: those of any other are new. */
export function viewsOf(chain: Chain): ViewCache | null {
  if (!chain.standsBetweenBlocks) return null;
  const cache = caches.get(chain) ?? new ViewCache();
  caches.set(chain, cache);
  return cache;
}
