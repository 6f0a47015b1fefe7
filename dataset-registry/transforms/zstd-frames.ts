/**
 * What a `.zst` file asks of who unpacks it (RFC 8878), read beside the unpacking, before the unpacker sees
 * it: a file may have many frames, each with a window of its own, and only the first is at its beginning.
 */
import { zstdLimits } from './limits.js';

const frameMagic = 0xfd2fb528;
/** The last four bits are free. */
const skippableMagic = 0x184d2a50;

type Part = 'head' | 'block' | 'content' | 'checksum' | 'skipped';

/** Follows the frames of one file, whatever pieces it comes in. Throws a sentence, without a code. */
export class ZstdFrames {
  private part: Part = 'head';
  /** Of a head or a block's head, as far as they came. */
  private seen: number[] = [];
  /** Of what is not looked at. */
  private leftBytes = 0;
  private hasChecksum = false;
  private isLast = false;
  private frames = 0;

  see(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.leftBytes > 0) {
        const passed = Math.min(this.leftBytes, piece.length - at);
        this.leftBytes -= passed;
        at += passed;
      } else {
        this.seen.push(piece[at++]!);
        if (this.part === 'head') this.readHead();
        else this.readBlock();
      }
      if (this.leftBytes === 0) this.goOn();
    }
  }

  private goOn(): void {
    if (this.part === 'content') {
      if (!this.isLast) this.part = 'block';
      else if (this.hasChecksum) [this.part, this.leftBytes] = ['checksum', 4];
      else this.part = 'head';
    } else if (this.part === 'checksum' || this.part === 'skipped') this.part = 'head';
  }

  private readHead(): void {
    const { seen } = this;
    if (seen.length < 4) return;
    const magic = numberOf(seen, 0, 4);
    if (magic !== frameMagic) return this.readSkippable(magic);
    if (seen.length < 5 || seen.length < headLength(seen[4]!)) return;
    const windowBytes = windowOf(seen);
    if (windowBytes > zstdLimits.windowBytesMax) {
      const most = zstdLimits.windowBytesMax;
      throw new Error(`it needs a window of ${windowBytes} bytes, at most ${most} are held`);
    }
    this.frames++;
    this.hasChecksum = (seen[4]! & 4) !== 0;
    this.part = 'block';
    this.seen = [];
  }

  private readSkippable(magic: number): void {
    // No tool writes one before a text.
    if (this.frames === 0) throw new Error('it does not begin as one');
    if ((magic & 0xfffffff0) !== skippableMagic) {
      throw new Error(`what follows on frame ${this.frames} is no frame`);
    }
    if (this.seen.length < 8) return;
    this.leftBytes = numberOf(this.seen, 4, 4);
    this.part = 'skipped';
    this.seen = [];
  }

  private readBlock(): void {
    if (this.seen.length < 3) return;
    const head = numberOf(this.seen, 0, 3);
    this.isLast = (head & 1) === 1;
    const type = (head >> 1) & 3;
    // One byte repeated is one byte.
    this.leftBytes = type === 1 ? 1 : head >> 3;
    this.part = 'content';
    this.seen = [];
  }
}

function numberOf(bytes: readonly number[], from: number, length: number): number {
  let number = 0;
  for (let i = 0; i < length; i++) number += (bytes[from + i] ?? 0) * 256 ** i;
  return number;
}

/** Of magic and frame header, from its descriptor. */
function headLength(descriptor: number): number {
  const isOneSegment = (descriptor & 0x20) !== 0;
  return 5 + (isOneSegment ? 0 : 1) + dictionaryLength(descriptor) + sizeLength(descriptor);
}

function dictionaryLength(descriptor: number): number {
  return [0, 1, 2, 4][descriptor & 3]!;
}

function sizeLength(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 ? ((descriptor & 0x20) !== 0 ? 1 : 0) : 1 << flag;
}

/** RFC 8878, 3.1.1.1: what an unpacker has to hold at once. */
function windowOf(head: readonly number[]): number {
  const descriptor = head[4]!;
  if ((descriptor & 0x20) === 0) {
    const window = head[5]!;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  // One segment: its content, whose size follows on the dictionary's number.
  const length = sizeLength(descriptor);
  return numberOf(head, 5 + dictionaryLength(descriptor), length) + (length === 2 ? 256 : 0);
}
