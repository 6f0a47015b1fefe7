/**
 * Places for tensors in a WebAssembly memory. The smallest gap that is large enough is taken, and
 * neighbouring gaps are joined: a step frees nearly all that it takes, in sizes that come again.
 */

/** A cache line, and more than a vector needs. */
const unit = 64;
const pageBytes = 65_536;

interface Gap {
  at: number;
  bytes: number;
}

export class Heap {
  /** By address. */
  private readonly gaps: Gap[] = [];
  private readonly taken = new Map<number, number>();
  private end: number;

  constructor(
    private readonly memory: WebAssembly.Memory,
    base: number,
  ) {
    this.end = Math.ceil(base / unit) * unit;
  }

  /** Its address. Throws `OUT_OF_MEMORY: …` in words that failure.ts knows. */
  take(bytes: number): number {
    const size = Math.max(unit, Math.ceil(bytes / unit) * unit);
    const gap = this.smallestGap(size);
    let at: number;
    if (gap) {
      at = gap.at;
      gap.at += size;
      gap.bytes -= size;
      if (gap.bytes === 0) this.gaps.splice(this.gaps.indexOf(gap), 1);
    } else {
      at = this.grow(size);
    }
    this.taken.set(at, size);
    return at;
  }

  give(at: number): void {
    const bytes = this.taken.get(at);
    if (bytes === undefined) throw new Error(`BUG: nothing was taken at ${at}`);
    this.taken.delete(at);
    let place = 0;
    let beyond = this.gaps.length;
    while (place < beyond) {
      const middle = (place + beyond) >> 1;
      if (this.gaps[middle]!.at < at) place = middle + 1;
      else beyond = middle;
    }
    const [before, behind] = [this.gaps[place - 1], this.gaps[place]];
    const joinsBefore = before !== undefined && before.at + before.bytes === at;
    const joinsBehind = behind !== undefined && at + bytes === behind.at;
    if (joinsBefore) {
      before.bytes += bytes + (joinsBehind ? behind.bytes : 0);
      if (joinsBehind) this.gaps.splice(place, 1);
    } else if (joinsBehind) {
      behind.at = at;
      behind.bytes += bytes;
    } else {
      this.gaps.splice(place, 0, { at, bytes });
    }
  }

  /** Valid until something is taken. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count);
  }

  bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, count);
  }

  /** All that the memory has ever grown to. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  private smallestGap(bytes: number): Gap | undefined {
    let best: Gap | undefined;
    for (const gap of this.gaps) {
      if (gap.bytes >= bytes && (!best || gap.bytes < best.bytes)) best = gap;
    }
    return best;
  }

  private grow(bytes: number): number {
    // A gap at the end is the beginning of what is needed.
    const last = this.gaps[this.gaps.length - 1];
    const at = last && last.at + last.bytes === this.end ? last.at : this.end;
    const missing = at + bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.enlarge(missing);
    if (last && at === last.at) this.gaps.pop();
    this.end = at + bytes;
    return at;
  }

  private enlarge(missing: number): void {
    const whole = this.memory.buffer.byteLength;
    // A sixteenth more, so that a large state is not loaded in a thousand small steps.
    for (const extra of [Math.floor(whole / 16), 0]) {
      try {
        this.memory.grow(Math.ceil((missing + extra) / pageBytes));
        return;
      } catch {
        // The second attempt asks for no more than is needed.
      }
    }
    throw new Error(`out of memory: ${whole} bytes are taken and ${missing} more are needed`);
  }
}
