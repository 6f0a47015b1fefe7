/**
 * A contract that boots its engine in every call, as near-sdk-js builds it: the evaluator, the
 * bytecode of what it evaluates, and one exported function per method that boots, evaluates, binds
 * and calls. Nobody deploys it; what it does is what a snapshot must do.
 */
import {
  countImports,
  countOf,
  exportEntry,
  memoryPages,
  readExports,
} from '../snapshot/assemble-contract.js';
import {
  appendItems,
  concat,
  i32Const,
  readSections,
  sectionIds,
  u32,
  vector,
  writeSections,
  type Section,
} from '../snapshot/wasm-sections.js';

/** Far above what booting and evaluating allocate, and inside the memory that a call starts with. */
const partsAt = 48 * 1024 * 1024;

export function assembleBooted(it: {
  evaluator: Uint8Array;
  parts: readonly Uint8Array[];
  methods: readonly string[];
}): Uint8Array {
  const sections = readSections(it.evaluator);
  const section = (id: number): Section => {
    const found = sections.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`ENGINE_INVALID: no section ${id}`);
    return found;
  };
  const exported = readExports(section(sectionIds.export).body);
  const indexOf = (name: string): number => {
    const found = exported.find((entry) => entry.name === name);
    if (!found) throw new Error(`ENGINE_INVALID: no export ${name}`);
    return found.index;
  };
  const laid = layOut([
    ...it.parts,
    ...it.methods.map((name) => new TextEncoder().encode(`${name}\0`)),
  ]);
  const parts = laid.slice(0, it.parts.length);
  const names = laid.slice(it.parts.length);

  const types = section(sectionIds.type);
  const typeIndex = countOf(types);
  types.body = appendItems(types.body, [Uint8Array.of(0x60, 0, 0)]);
  const functions = section(sectionIds.function);
  const firstFunction = countImports(sections) + countOf(functions);
  functions.body = appendItems(
    functions.body,
    it.methods.map(() => u32(typeIndex)),
  );
  const bodies = names.map((name, i) =>
    functionBody([
      callOf(indexOf('cw_boot')),
      ...parts.map(({ at, bytes }) =>
        callOf(indexOf('cw_evaluate'), i32Const(at), i32Const(bytes.length)),
      ),
      concat([callOf(indexOf('cw_bind'), i32Const(i), i32Const(name.at)), [drop]]),
      callOf(indexOf('cw_call'), i32Const(i)),
    ]),
  );
  const code = section(sectionIds.code);
  code.body = appendItems(code.body, bodies);
  section(sectionIds.export).body = vector([
    exportEntry('memory', 2, indexOf('memory')),
    ...it.methods.map((method, i) => exportEntry(method, 0, firstFunction + i)),
  ]);
  section(sectionIds.memory).body = vector([
    concat([[1], u32(memoryPages.initial), u32(memoryPages.maximum)]),
  ]);
  const data = section(sectionIds.data);
  const segments = laid.map(({ at, bytes }) =>
    concat([[0], i32Const(at), [end], u32(bytes.length), bytes]),
  );
  data.body = appendItems(data.body, segments);
  return writeSections(sections);
}

const [end, drop, callFunction] = [0x0b, 0x1a, 0x10] as const;

function layOut(pieces: readonly Uint8Array[]): { at: number; bytes: Uint8Array }[] {
  let at = partsAt;
  return pieces.map((bytes) => {
    const placed = { at, bytes };
    at += bytes.length;
    return placed;
  });
}

function callOf(index: number, ...operands: Uint8Array[]): Uint8Array {
  return concat([...operands, [callFunction], u32(index)]);
}

function functionBody(instructions: readonly Uint8Array[]): Uint8Array {
  const body = concat([[0], ...instructions, [end]]);
  return concat([u32(body.length), body]);
}
