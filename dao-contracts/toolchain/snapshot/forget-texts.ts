/**
 * Texts in the C code's data that nothing left in a contract says: the compiler's errors, those of
 * functions that were left out. All of the engine is one memory image, linked before anybody knew
 * what a contract needs. A text that no instruction and no word in memory points into is blanked.
 */
import { readSections, sectionIds } from './wasm-sections.js';

/** Shorter ones are not worth a gap between two segments. */
const charsMin = 6;

const [constant, firstAccess, lastAccess] = [0x41, 0x28, 0x3e] as const;

/** Changes `memory` between `from` and `to`, where the C code's data are. Returns bytes blanked. */
export function forgetTexts(
  memory: Uint8Array,
  runtime: Uint8Array,
  { from, to }: { from: number; to: number },
): number {
  const pointedTo = new Uint8Array(to - from);
  const note = (address: number): void => {
    if (address >= from && address < to) pointedTo[address - from] = 1;
  };
  const code = readSections(runtime).find(({ id }) => id === sectionIds.code);
  if (code) noteInstructions(code.body, note);
  const words = new DataView(memory.buffer, memory.byteOffset, memory.length);
  for (let at = from; at + 4 <= memory.length; at++) note(words.getUint32(at, true));
  let blanked = 0;
  for (let at = from; at < to; at++) {
    const start = at;
    while (at < to && isPrintable(memory[at]!)) at++;
    const isText = at < to && memory[at] === 0 && (start === from || memory[start - 1] === 0);
    if (!isText || at - start < charsMin) continue;
    if (pointedTo.subarray(start - from, at + 1 - from).includes(1)) continue;
    memory.fill(0, start, at);
    blanked += at - start;
  }
  return blanked;
}

/**
 * Addresses that instructions hold: constants, and offsets of loads and stores. Bytes that look like
 * such an instruction inside of another one only keep a text that nobody needs.
 */
function noteInstructions(code: Uint8Array, note: (address: number) => void): void {
  for (let at = 0; at < code.length; at++) {
    const op = code[at]!;
    if (op === constant) note(leb(code, at + 1));
    else if (op >= firstAccess && op <= lastAccess && code[at + 1]! < 4) note(leb(code, at + 2));
  }
}

function leb(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return value;
}

function isPrintable(byte: number): boolean {
  return byte === 0x0a || (byte >= 0x20 && byte < 0x7f);
}
