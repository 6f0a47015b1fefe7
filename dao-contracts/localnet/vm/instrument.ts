/**
 * Prepares a contract for execution as the network does: checks it against the limits, gives it
 * the standard memory, meters every function, and
 * exports the two counters. Exports are prefixed, so that no contract can name ours.
 */
import { meterFunction, type MeteredModule } from './meter-function.js';
import type { FunctionType } from './operand-stack.js';
import {
  checkTable,
  header,
  ids,
  readDataEnd,
  readDeclaredPages,
  readFunctions,
  readGlobals,
  readImports,
  readTypes,
  reader,
  repeat,
  splitSections,
  typeAt,
  type HostImport,
} from './module-sections.js';
import { growBody, sizeBody } from './virtual-memory.js';
import { limits } from '../protocol/parameters.js';
import { type } from './instructions.js';
import { PrepareError, WasmWriter } from './wasm-bytes.js';

export interface InstrumentedModule {
  bytes: Uint8Array;
  imports: readonly HostImport[];
  /** Types of the exported functions, by name. */
  methods: ReadonlyMap<string, FunctionType>;
  hasStart: boolean;
  /** Where its data, and what its globals point at, end in memory. */
  dataEnd: number;
  declaredPages: number;
}

/** Names of exports in the instrumented module; methods are `m:<name>`. */
export const exported = { gas: 'gas', stack: 'stack', start: 'start' } as const;
/** The memory that the instrumented module imports. */
export const memoryImport = { module: 'localnet', name: 'memory' } as const;
export const methodExport = (name: string): string => `m:${name}`;

/** Throws `PrepareError` for whatever the network would not prepare. */
export function instrument(source: Uint8Array): InstrumentedModule {
  const sections = splitSections(source);
  const types = readTypes(sections.get(ids.type));
  const imports = readImports(sections.get(ids.import), types);
  const functionTypes = [
    ...imports.map((imported) => imported.type),
    ...readFunctions(sections.get(ids.function), types),
  ];
  if (functionTypes.length > limits.maxFunctions) {
    throw new PrepareError('TooManyFunctions', `${functionTypes.length} of ${limits.maxFunctions}`);
  }
  checkTable(sections.get(ids.table));
  const { types: globalTypes, pointsUpTo } = readGlobals(sections.get(ids.global));
  const module: MeteredModule = {
    types,
    functionTypes,
    globalTypes,
    gasGlobal: globalTypes.length,
    stackGlobal: globalTypes.length + 1,
    growFunction: functionTypes.length,
    sizeFunction: functionTypes.length + 1,
  };
  const startSection = sections.get(ids.start);
  const startFunction = startSection === undefined ? undefined : reader(startSection).unsigned();
  const methods = new Map<string, FunctionType>();

  const out = new WasmWriter(source.length * 3).bytes(header);
  out.section(ids.type, appendTypes(sections.get(ids.type)));
  out.section(ids.import, appendImport(sections.get(ids.import)));
  out.section(ids.function, appendFunctions(sections.get(ids.function), types.length));
  const table = sections.get(ids.table);
  if (table) out.section(ids.table, table);
  out.section(ids.global, appendGlobals(sections.get(ids.global)));
  out.section(ids.export, rewriteExports(sections.get(ids.export), module, startFunction, methods));
  const element = sections.get(ids.element);
  if (element) out.section(ids.element, element);
  out.section(ids.code, meterCode(sections.get(ids.code), module, imports.length));
  const data = sections.get(ids.data);
  if (data) out.section(ids.data, data);
  return {
    bytes: out.finish(),
    imports,
    methods,
    hasStart: startFunction !== undefined,
    dataEnd: Math.max(pointsUpTo, readDataEnd(data)),
    declaredPages: readDeclaredPages(sections.get(ids.memory)),
  };
}

/** Adds the types of the functions that stand in for `memory.grow` and `memory.size`. */
function appendTypes(section: Uint8Array | undefined): Uint8Array {
  return append(section, [0x60, 1, type.i32, 1, type.i32, 0x60, 0, 1, type.i32], 2);
}

function appendImport(section: Uint8Array | undefined): Uint8Array {
  const added = new WasmWriter(32).name(memoryImport.module).name(memoryImport.name);
  added.bytes([2, 1]).unsigned(0).unsigned(limits.maxMemoryPages);
  return append(section, added.finish(), 1);
}

function appendFunctions(section: Uint8Array | undefined, growType: number): Uint8Array {
  return append(
    section,
    new WasmWriter(8)
      .unsigned(growType)
      .unsigned(growType + 1)
      .finish(),
    2,
  );
}

function appendGlobals(section: Uint8Array | undefined): Uint8Array {
  const added = new WasmWriter(32).bytes([type.i64, 1, 0x42, 0, 0x0b]);
  added.bytes([type.i32, 1, 0x41]).signed(limits.maxStackBytes).byte(0x0b);
  return append(section, added.finish(), 2);
}

function append(
  section: Uint8Array | undefined,
  added: Uint8Array | readonly number[],
  count: number,
): Uint8Array {
  const input = reader(section);
  const out = new WasmWriter(input.end + added.length + 8).unsigned(input.unsigned() + count);
  return out.bytes(input.bytes.subarray(input.at)).bytes(added).finish();
}

/** Keeps exported functions only; fills `methods`. */
function rewriteExports(
  section: Uint8Array | undefined,
  module: MeteredModule,
  startFunction: number | undefined,
  methods: Map<string, FunctionType>,
): Uint8Array {
  const input = reader(section);
  const entries = new WasmWriter();
  let count = 2;
  repeat(input.unsigned(), () => {
    const name = input.name();
    const kind = input.byte();
    const index = input.unsigned();
    if (kind !== 0) return;
    methods.set(name, typeAt(module.functionTypes as FunctionType[], index));
    entries.name(methodExport(name)).byte(0).unsigned(index);
    count++;
  });
  entries.name(exported.gas).byte(3).unsigned(module.gasGlobal);
  entries.name(exported.stack).byte(3).unsigned(module.stackGlobal);
  if (startFunction !== undefined) {
    entries.name(exported.start).byte(0).unsigned(startFunction);
    count++;
  }
  return new WasmWriter(entries.length + 8).unsigned(count).bytes(entries.finish()).finish();
}

function meterCode(
  section: Uint8Array | undefined,
  module: MeteredModule,
  imported: number,
): Uint8Array {
  const input = reader(section);
  const count = input.unsigned();
  const out = new WasmWriter(input.end * 3 + 64).unsigned(count + 2);
  let blocksInAll = 0;
  let localsInAll = 0;
  for (let i = 0; i < count; i++) {
    const size = input.unsigned();
    if (size > limits.maxFunctionBodyBytes) {
      const limit = limits.maxFunctionBodyBytes;
      throw new PrepareError('FunctionBodyTooLarge', `function ${i}: ${size} bytes of ${limit}`);
    }
    const signature = typeAt(module.functionTypes as FunctionType[], imported + i);
    const { code, locals, blocks } = meterFunction(module, signature, input.section(size));
    blocksInAll += blocks;
    localsInAll += locals;
    if (localsInAll > limits.maxLocals) {
      throw new PrepareError('TooManyLocals', `${localsInAll} of ${limits.maxLocals}`);
    }
    if (blocks > limits.maxBlocksPerFunction || blocksInAll > limits.maxBlocksPerContract) {
      const where = `${blocks} in function ${i}, ${blocksInAll} so far`;
      throw new PrepareError('TooManyBlocks', where);
    }
    out.unsigned(code.length).bytes(code);
  }
  for (const body of [growBody(module.gasGlobal), sizeBody()]) {
    out.unsigned(body.length).bytes(body);
  }
  return out.finish();
}
