/**
 * Reading and writing the bytes of a WebAssembly module: LEB128 integers, names, sections. The
 * reader never runs past its end; whatever is malformed is a `PrepareError`, which the chain
 * reports like any other contract that cannot be prepared.
 */

/** Why a contract cannot be prepared. `kind` is the protocol's word for it. */
export class PrepareError extends Error {
  constructor(
    readonly kind: string,
    detail: string,
  ) {
    super(`${kind}: ${detail}`);
    this.name = 'PrepareError';
  }
}

export class WasmReader {
  at: number;

  constructor(
    readonly bytes: Uint8Array,
    start = 0,
    readonly end = bytes.length,
  ) {
    this.at = start;
  }

  byte(): number {
    if (this.at >= this.end) throw new PrepareError('Deserialization', 'the module ends early');
    return this.bytes[this.at++]!;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 5; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
      scale *= 128;
    }
    throw new PrepareError('Deserialization', `integer out of range at byte ${this.at}`);
  }

  signed32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte & 0x40 && shift < 25 ? value | (-1 << (shift + 7)) : value;
    }
    throw new PrepareError('Deserialization', `integer out of range at byte ${this.at}`);
  }

  /** Steps over a signed LEB128 integer of at most `bytesMax` bytes. */
  skipSigned(bytesMax: number): void {
    for (let i = 0; i < bytesMax; i++) if (this.byte() < 0x80) return;
    throw new PrepareError('Deserialization', `integer out of range at byte ${this.at}`);
  }

  skip(count: number): void {
    if (count > this.end - this.at) {
      throw new PrepareError('Deserialization', 'the module ends early');
    }
    this.at += count;
  }

  slice(count: number): Uint8Array {
    const start = this.at;
    this.skip(count);
    return this.bytes.subarray(start, this.at);
  }

  name(): string {
    const raw = this.slice(this.unsigned());
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(raw);
    } catch {
      throw new PrepareError('Deserialization', 'a name is not UTF-8');
    }
  }

  /** A reader over the next `count` bytes, which this reader steps over. */
  section(count: number): WasmReader {
    const start = this.at;
    this.skip(count);
    return new WasmReader(this.bytes, start, this.at);
  }

  get done(): boolean {
    return this.at >= this.end;
  }
}

/** A growing buffer of module bytes. */
export class WasmWriter {
  private buffer: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.buffer = new Uint8Array(capacity);
  }

  bytes(raw: Uint8Array | readonly number[]): this {
    this.reserve(raw.length);
    this.buffer.set(raw, this.length);
    this.length += raw.length;
    return this;
  }

  byte(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of a non-negative safe integer. */
  signed(value: number): this {
    let rest = value;
    while (rest >= 64) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  name(text: string): this {
    const raw = new TextEncoder().encode(text);
    return this.unsigned(raw.length).bytes(raw);
  }

  section(id: number, body: Uint8Array): this {
    return this.byte(id).unsigned(body.length).bytes(body);
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(extra: number): void {
    if (this.length + extra <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + extra));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}
