/**
 * Prepares a contract for execution as the network does: checks it against the limits, gives it
 * the standard memory, meters every function, and
 * exports the two counters. Exports are prefixed, so that no contract can name ours.
 */
import { meterFunction, type FunctionType, type MeteredModule } from './meter-function.js';
import { growBody, sizeBody } from './virtual-memory.js';
import { limits } from '../protocol/parameters.js';
import { type, valueBytes } from './instructions.js';
import { PrepareError, WasmReader, WasmWriter } from './wasm-bytes.js';

export interface HostImport {
  name: string;
  type: FunctionType;
}

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

const ids = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

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

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function splitSections(source: Uint8Array): Map<number, Uint8Array> {
  const module = new WasmReader(source);
  if (header.some((byte) => module.byte() !== byte)) {
    throw new PrepareError('Deserialization', 'not a WebAssembly 1.0 module');
  }
  // Whether the original is well typed is V8's to say: a body could otherwise reach the counters
  // that the metering adds, under indices that do not exist in the original.
  if (!WebAssembly.validate(source as BufferSource)) {
    throw new PrepareError('Deserialization', 'the module does not validate');
  }
  const sections = new Map<number, Uint8Array>();
  while (!module.done) {
    const id = module.byte();
    const body = module.slice(module.unsigned());
    if (id === 0) continue;
    if (id > ids.data) {
      throw new PrepareError('Deserialization', `section ${id} is not part of wasm MVP`);
    }
    sections.set(id, body);
  }
  return sections;
}

function reader(section: Uint8Array | undefined): WasmReader {
  return new WasmReader(section ?? new Uint8Array([0]));
}

function readTypes(section: Uint8Array | undefined): FunctionType[] {
  const input = reader(section);
  const count = input.unsigned();
  if (count > limits.maxTypes) throw new PrepareError('TooManyTypes', `${count}`);
  return repeat(count, () => {
    if (input.byte() !== 0x60) throw new PrepareError('Deserialization', 'not a function type');
    const parameters = repeat(input.unsigned(), () => valueType(input));
    const results = repeat(input.unsigned(), () => valueType(input));
    if (parameters.length > limits.maxParametersPerFunction) {
      throw new PrepareError('TooManyParameters', `${parameters.length} parameters`);
    }
    if (results.length > 1) throw new PrepareError('Deserialization', 'several results');
    return { parameters, results };
  });
}

function valueType(input: WasmReader): number {
  const byte = input.byte();
  valueBytes(byte);
  return byte;
}

function readImports(section: Uint8Array | undefined, types: FunctionType[]): HostImport[] {
  const input = reader(section);
  return repeat(input.unsigned(), () => {
    const from = input.name();
    const name = input.name();
    const kind = input.byte();
    if (from !== 'env') throw new PrepareError('Instantiate', `import from "${from}", not "env"`);
    if (kind === 2) {
      throw new PrepareError('Memory', 'memory is imported; a contract must define its own');
    }
    if (kind !== 0) throw new PrepareError('Instantiate', `"${name}" is not a function`);
    return { name, type: typeAt(types, input.unsigned()) };
  });
}

function readFunctions(section: Uint8Array | undefined, types: FunctionType[]): FunctionType[] {
  const input = reader(section);
  return repeat(input.unsigned(), () => typeAt(types, input.unsigned()));
}

function typeAt(types: FunctionType[], index: number): FunctionType {
  const found = types[index];
  if (!found) throw new PrepareError('Deserialization', `no type ${index}`);
  return found;
}

function checkTable(section: Uint8Array | undefined): void {
  const input = reader(section);
  const count = input.unsigned();
  if (count > 1) throw new PrepareError('TooManyTables', `${count} of 1`);
  if (count === 0) return;
  input.byte();
  input.unsigned();
  const elements = input.unsigned();
  if (elements > limits.maxTableElements) {
    throw new PrepareError('TooManyTableElements', `${elements} of ${limits.maxTableElements}`);
  }
}

/** Types of the globals, and the highest address that one of them may start with. */
function readGlobals(section: Uint8Array | undefined): { types: number[]; pointsUpTo: number } {
  const input = reader(section);
  let pointsUpTo = 0;
  const types = repeat(input.unsigned(), () => {
    const globalType = valueType(input);
    input.byte();
    const value = readConstant(input);
    if (value <= limits.initialMemoryPages * 65_536) pointsUpTo = Math.max(pointsUpTo, value);
    return globalType;
  });
  return { types, pointsUpTo };
}

/** The value of a constant expression where it is an i32, else 0. */
function readConstant(input: WasmReader): number {
  const opcode = input.byte();
  let value = 0;
  if (opcode === 0x41) value = input.signed32() >>> 0;
  else if (opcode === 0x42) input.skipSigned(10);
  else if (opcode === 0x43) input.skip(4);
  else if (opcode === 0x44) input.skip(8);
  else throw new PrepareError('Deserialization', `constant made by 0x${opcode.toString(16)}`);
  if (input.byte() !== 0x0b) throw new PrepareError('Deserialization', 'extended constant');
  return value;
}

function readDataEnd(section: Uint8Array | undefined): number {
  const input = reader(section);
  const ends = repeat(input.unsigned(), () => {
    if (input.unsigned() !== 0) throw new PrepareError('Deserialization', 'passive data');
    const start = readConstant(input);
    const size = input.unsigned();
    input.skip(size);
    return start + size;
  });
  return ends.reduce((most, end) => Math.max(most, end), 0);
}

function readDeclaredPages(section: Uint8Array | undefined): number {
  const input = reader(section);
  if (input.unsigned() === 0) return 0;
  input.byte();
  return input.unsigned();
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
  for (let i = 0; i < count; i++) {
    const size = input.unsigned();
    if (size > limits.maxFunctionBodyBytes) {
      const limit = limits.maxFunctionBodyBytes;
      throw new PrepareError('FunctionBodyTooLarge', `function ${i}: ${size} bytes of ${limit}`);
    }
    const signature = typeAt(module.functionTypes as FunctionType[], imported + i);
    const { code, blocks } = meterFunction(module, signature, input.section(size));
    blocksInAll += blocks;
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

function repeat<T>(count: number, read: () => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(read());
  return list;
}
