/**
 * The outer structure of a WebAssembly binary: enough to give an engine another memory, and
 * exports of its own, in milliseconds. Instructions inside functions are not looked at.
 */
export const sectionIds = {
  type: 1,
  function: 3,
  memory: 5,
  export: 7,
  code: 10,
  data: 11,
} as const;

export interface Section {
  id: number;
  body: Uint8Array;
}

const preamble = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Law: `writeSections(readSections(wasm))` has the sections of `wasm`, custom ones left out. */
export function readSections(wasm: Uint8Array): Section[] {
  if (!preamble.every((byte, i) => wasm[i] === byte)) {
    throw new Error('BAD_WASM: not a WebAssembly binary of version 1');
  }
  const sections: Section[] = [];
  const reader = new WasmReader(wasm, preamble.length);
  while (!reader.atEnd()) {
    const id = reader.byte();
    const body = reader.bytes(reader.u32());
    if (id !== 0) sections.push({ id, body });
  }
  return sections;
}

export function writeSections(sections: readonly Section[]): Uint8Array {
  return concat([preamble, ...sections.flatMap(({ id, body }) => [[id], u32(body.length), body])]);
}

/** A vector's items, appended to: the count goes up, the bytes go to the end. */
export function appendItems(body: Uint8Array, items: readonly Uint8Array[]): Uint8Array {
  const reader = new WasmReader(body);
  const count = reader.u32();
  return concat([u32(count + items.length), body.subarray(reader.at), ...items]);
}

export function vector(items: readonly Uint8Array[]): Uint8Array {
  return concat([u32(items.length), ...items]);
}

export class WasmReader {
  at: number;

  constructor(
    readonly bytesOf: Uint8Array,
    at = 0,
  ) {
    this.at = at;
  }

  atEnd(): boolean {
    return this.at >= this.bytesOf.length;
  }

  byte(): number {
    const byte = this.bytesOf[this.at++];
    if (byte === undefined) throw new Error('BAD_WASM: it ends in the middle');
    return byte;
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.bytesOf.length) throw new Error('BAD_WASM: it ends in the middle');
    this.at += length;
    return this.bytesOf.subarray(this.at - length, this.at);
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('BAD_WASM: an integer of more than 32 bits');
  }

  name(): string {
    return new TextDecoder().decode(this.bytes(this.u32()));
  }
}

/** Unsigned LEB128. */
export function u32(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    bytes.push((value % 128) + (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Uint8Array.from(bytes);
}

/** `i32.const value`, with its signed LEB128 immediate. */
export function i32Const(value: number): Uint8Array {
  const bytes = [0x41];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const last = (value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0);
    bytes.push(last ? byte : byte | 0x80);
    if (last) return Uint8Array.from(bytes);
  }
}

export function name(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return concat([u32(bytes.length), bytes]);
}

export function concat(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
