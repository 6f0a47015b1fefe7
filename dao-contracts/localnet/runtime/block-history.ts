/** The blocks so far, by height and by hash, and what the last few of them changed. */
import type { BlockHeader } from './journal.js';
import type { Change } from './world.js';

const recentBlocks = 256;

export class BlockHistory {
  private readonly headers: BlockHeader[] = [];
  private readonly heights = new Map<string, number>();
  private readonly recent = new Map<number, readonly Change[]>();

  add(header: BlockHeader, changes: readonly Change[] = []): void {
    this.headers.push(header);
    this.heights.set(header.hash, header.height);
    this.recent.set(header.height, changes);
    if (this.recent.size > recentBlocks) this.recent.delete(this.recent.keys().next().value!);
  }

  get latest(): BlockHeader | undefined {
    return this.headers.at(-1);
  }

  get head(): BlockHeader {
    return this.headers.at(-1)!;
  }

  get genesis(): BlockHeader {
    return this.headers[0]!;
  }

  heightOf(hash: string): number | undefined {
    return this.heights.get(hash);
  }

  byHash(hash: string): BlockHeader | undefined {
    const height = this.heights.get(hash);
    return height === undefined ? undefined : this.at(height);
  }

  /** Heights only rise but may jump (fast forward), so they are found by halving. */
  at(height: number): BlockHeader | undefined {
    let [low, high] = [0, this.headers.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.headers[middle]!.height < height) low = middle + 1;
      else high = middle;
    }
    const found = this.headers[low];
    return found?.height === height ? found : undefined;
  }

  /** What a recent block changed; undefined where that is no longer kept. */
  changesIn(height: number): readonly Change[] | undefined {
    return this.recent.get(height);
  }
}
