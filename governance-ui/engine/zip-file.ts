/**
 * Files as one zip, without compression: weights have nothing to gain from it, and every program opens it.
 * The same files give the same bytes, since they have no times. Format: APPNOTE 6.3.10, sections 4.3.7,
 * 4.3.12 and 4.3.16, without zip64: what a page verifies is far below 4 GiB.
 */
import type { FileMap } from '@commonweights/trainer/release/release-files.js';

const utf8Names = 0x800;
/** The first of January 1980, where the format's time begins. */
const noDate = 0x21;
const filesMax = 65_535;
const bytesMax = 0xffff_ffff;

/** The parts of the file in order. Error: `ZIP_TOO_LARGE`. */
export function zipOf(files: FileMap): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of files) {
    const name = new TextEncoder().encode(path);
    const entry = { name, crc: crc32(bytes), size: bytes.length };
    const header = localHeader(entry);
    parts.push(header, bytes);
    directory.push(directoryHeader(entry, offset));
    offset += header.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  if (offset + size > bytesMax || directory.length > filesMax) {
    throw new Error(
      `ZIP_TOO_LARGE: ${directory.length} files of ${offset} bytes do not fit one zip; ` +
        'use "commonweights pull"',
    );
  }
  return [...parts, ...directory, endOf({ count: directory.length, size, offset })];
}

interface Entry {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
}

/** Version 2.0, stored, and what both headers have. */
function common(view: DataView, at: number, { name, crc, size }: Entry): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, utf8Names, true);
  view.setUint16(at + 8, noDate, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name.length, true);
}

function localHeader(entry: Entry): Uint8Array {
  const { out, view } = record(30 + entry.name.length, 0x0403_4b50);
  common(view, 4, entry);
  out.set(entry.name, 30);
  return out;
}

function directoryHeader(entry: Entry, offset: number): Uint8Array {
  const { out, view } = record(46 + entry.name.length, 0x0201_4b50);
  view.setUint16(4, 20, true);
  common(view, 6, entry);
  view.setUint32(42, offset, true);
  out.set(entry.name, 46);
  return out;
}

function endOf(it: { count: number; size: number; offset: number }): Uint8Array {
  const { out, view } = record(22, 0x0605_4b50);
  view.setUint16(8, it.count, true);
  view.setUint16(10, it.count, true);
  view.setUint32(12, it.size, true);
  view.setUint32(16, it.offset, true);
  return out;
}

function record(length: number, signature: number): { out: Uint8Array; view: DataView } {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, signature, true);
  return { out, view };
}

const polynomial = 0xedb8_8320;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
