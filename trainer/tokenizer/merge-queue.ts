/**
 * A binary heap over pairs of numbers, smallest first key first, then smallest second. Serves both
 * sides of byte-pair encoding: the trainer (−count, pair) and the encoder (rank, position).
 */
export class MergeQueue {
  private readonly firsts: number[] = [];
  private readonly seconds: number[] = [];

  get length(): number {
    return this.firsts.length;
  }

  push(first: number, second: number): void {
    let at = this.firsts.length;
    this.firsts.push(first);
    this.seconds.push(second);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Removes and returns the smallest pair. */
  pop(): [first: number, second: number] | null {
    if (this.firsts.length === 0) return null;
    const last = this.firsts.length - 1;
    this.swap(0, last);
    const top: [number, number] = [this.firsts.pop()!, this.seconds.pop()!];
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= last) return top;
      const right = left + 1;
      const child = right < last && this.before(right, left) ? right : left;
      if (!this.before(child, at)) return top;
      this.swap(child, at);
      at = child;
    }
  }

  private before(a: number, b: number): boolean {
    const x = this.firsts[a]!;
    const y = this.firsts[b]!;
    return x < y || (x === y && this.seconds[a]! < this.seconds[b]!);
  }

  private swap(a: number, b: number): void {
    swapIn(this.firsts, a, b);
    swapIn(this.seconds, a, b);
  }
}

function swapIn(list: number[], a: number, b: number): void {
  const kept = list[a]!;
  list[a] = list[b]!;
  list[b] = kept;
}
