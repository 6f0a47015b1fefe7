/**
 * A contract is the runtime engine, the memory that evaluating the contract left, and one small
 * exported function per method that calls the engine with the method's number.
 */
import { shadowStackBytes } from '../engine/compile-engine.js';
import {
  appendItems,
  concat,
  i32Const,
  name,
  readSections,
  sectionIds,
  u32,
  vector,
  WasmReader,
  writeSections,
  type Section,
} from './wasm-sections.js';

/** What nearcore gives every contract, whatever it declares. */
export const memoryPages = { initial: 1024, maximum: 2048 };

/** A gap of zeros this long is worth a segment of its own: that is what its header takes. */
export const gapBytes = 7;

export function assembleContract(parts: {
  runtime: Uint8Array;
  memory: Uint8Array;
  methods: readonly string[];
}): Uint8Array {
  const sections = readSections(parts.runtime);
  const section = (id: number): Section => {
    const found = sections.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`ENGINE_INVALID: no section ${id}`);
    return found;
  };
  const exported = readExports(section(sectionIds.export).body);
  const call = exported.find((entry) => entry.name === 'cw_call')?.index;
  const memory = exported.find((entry) => entry.kind === 2);
  if (call === undefined || !memory) throw new Error('ENGINE_INVALID: no cw_call or no memory');

  const types = section(sectionIds.type);
  const typeIndex = countOf(types);
  types.body = appendItems(types.body, [Uint8Array.of(0x60, 0, 0)]);

  const functions = section(sectionIds.function);
  const firstFunction = countImports(sections) + countOf(functions);
  functions.body = appendItems(
    functions.body,
    parts.methods.map(() => u32(typeIndex)),
  );
  const code = section(sectionIds.code);
  code.body = appendItems(
    code.body,
    parts.methods.map((_, i) => callBody(call, i)),
  );
  section(sectionIds.export).body = vector([
    exportEntry('memory', 2, memory.index),
    ...parts.methods.map((method, i) => exportEntry(method, 0, firstFunction + i)),
  ]);
  section(sectionIds.memory).body = vector([
    concat([[1], u32(memoryPages.initial), u32(memoryPages.maximum)]),
  ]);
  section(sectionIds.data).body = vector(segmentsOf(parts.memory));
  return writeSections(sections);
}

/**
 * The non-zero parts of the memory. What is below the shadow stack's end is left out: between calls
 * nothing on it is alive, and what it holds is left over from the evaluation.
 */
function segmentsOf(memory: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let start = shadowStackBytes;
  for (;;) {
    while (start < memory.length && memory[start] === 0) start++;
    if (start >= memory.length) return segments;
    let end = start;
    for (let at = start; at < memory.length && at - end <= gapBytes; at++) {
      if (memory[at] !== 0) end = at + 1;
    }
    segments.push(
      concat([[0], i32Const(start), [0x0b], u32(end - start), memory.subarray(start, end)]),
    );
    start = end;
  }
}

/** `(func (call $cw_call (i32.const index)))` */
function callBody(call: number, index: number): Uint8Array {
  const body = concat([[0], i32Const(index), [0x10], u32(call), [0x0b]]);
  return concat([u32(body.length), body]);
}

export function exportEntry(text: string, kind: number, index: number): Uint8Array {
  return concat([name(text), [kind], u32(index)]);
}

export function readExports(body: Uint8Array): { name: string; kind: number; index: number }[] {
  const reader = new WasmReader(body);
  return Array.from({ length: reader.u32() }, () => ({
    name: reader.name(),
    kind: reader.byte(),
    index: reader.u32(),
  }));
}

export function countOf(section: Section): number {
  return new WasmReader(section.body).u32();
}

/** All imports of the engine are host functions, so functions are numbered after them. */
export function countImports(sections: readonly Section[]): number {
  const imports = sections.find(({ id }) => id === 2);
  return imports ? countOf(imports) : 0;
}
