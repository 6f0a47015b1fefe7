/** Reads the sections of a contract's module, within the network's limits. */
import { limits } from '../protocol/parameters.js';
import { op, type, valueBytes } from './instructions.js';
import type { FunctionType } from './operand-stack.js';
import { PrepareError, WasmReader, WasmWriter } from './wasm-bytes.js';

export interface HostImport {
  name: string;
  type: FunctionType;
}

export const ids = {
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
  dataCount: 12,
} as const;

export const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function splitSections(source: Uint8Array): Map<number, Uint8Array> {
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
    if (id > ids.dataCount) {
      throw new PrepareError('Deserialization', `section ${id} is not among the protocol's`);
    }
    sections.set(id, body);
  }
  return sections;
}

export function reader(section: Uint8Array | undefined): WasmReader {
  return new WasmReader(section ?? new Uint8Array([0]));
}

export function readTypes(section: Uint8Array | undefined): FunctionType[] {
  const input = reader(section);
  const count = input.unsigned();
  if (count > limits.maxTypes) throw new PrepareError('TooManyTypes', `${count}`);
  return repeat(count, () => {
    if (input.byte() !== 0x60) throw new PrepareError('Deserialization', 'not a function type');
    const parameters = repeat(input.unsigned(), () => valueType(input));
    const results = repeat(input.unsigned(), () => valueType(input));
    if (results.length > 1) throw new PrepareError('Deserialization', 'several results');
    return { parameters, results };
  });
}

function valueType(input: WasmReader): number {
  const byte = input.byte();
  valueBytes(byte);
  return byte;
}

export function readImports(section: Uint8Array | undefined, types: FunctionType[]): HostImport[] {
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

export function readFunctions(
  section: Uint8Array | undefined,
  types: FunctionType[],
): FunctionType[] {
  const input = reader(section);
  return repeat(input.unsigned(), () => typeAt(types, input.unsigned()));
}

export function typeAt(types: FunctionType[], index: number): FunctionType {
  const found = types[index];
  if (!found) throw new PrepareError('Deserialization', `no type ${index}`);
  return found;
}

/** The table as it is, except that it never grows beyond what the protocol allows. */
export function boundTable(section: Uint8Array): Uint8Array {
  const input = reader(section);
  const count = input.unsigned();
  const most = limits.maxTableElements;
  const out = new WasmWriter(16).unsigned(count);
  for (let i = 0; i < count; i++) {
    requireFunctions(input.byte());
    const bounded = readLimitsFlag(input);
    const elements = input.unsigned();
    const declared = bounded ? input.unsigned() : most;
    // Even where it begins with too many: which it then is refused for.
    out
      .byte(type.funcref)
      .byte(1)
      .unsigned(elements)
      .unsigned(Math.max(elements, Math.min(declared, most)));
    if (elements > most) throw new PrepareError('TooManyTableElements', `${elements} of ${most}`);
  }
  if (count > 1) throw new PrepareError('TooManyTables', `${count} of 1`);
  return out.finish();
}

/** Whether an upper bound follows; other flags are of memories and tables that the protocol has not. */
function readLimitsFlag(input: WasmReader): boolean {
  const flag = input.byte();
  if (flag > 1) throw new PrepareError('Deserialization', `limits of kind ${flag}`);
  return flag === 1;
}

function requireFunctions(referenceType: number): void {
  if (referenceType === type.funcref) return;
  throw new PrepareError('Deserialization', 'references that are to no functions');
}

/** Throws unless all references in the element section are to functions. */
export function checkElements(section: Uint8Array | undefined): void {
  const input = reader(section);
  repeat(input.unsigned(), () => {
    const flags = input.unsigned();
    const [isActive, hasTable, hasExpressions] = [!(flags & 1), flags & 2, flags & 4];
    if (isActive && hasTable) input.unsigned();
    if (isActive) readConstant(input);
    if (flags & 3) {
      // Of lists of functions, a zero that says so; else the type.
      const kind = input.byte();
      if (hasExpressions) requireFunctions(kind);
    }
    repeat(input.unsigned(), () => (hasExpressions ? readConstant(input) : input.unsigned()));
  });
}

/** Types of the globals, and the highest address that one of them may start with. */
export function readGlobals(section: Uint8Array | undefined): {
  types: number[];
  pointsUpTo: number;
} {
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
  else if (opcode === op.refNull) requireFunctions(input.byte());
  else if (opcode === op.refFunc) input.unsigned();
  else throw new PrepareError('Deserialization', `constant made by 0x${opcode.toString(16)}`);
  if (input.byte() !== 0x0b) throw new PrepareError('Deserialization', 'extended constant');
  return value;
}

export function readDataEnd(section: Uint8Array | undefined): number {
  const input = reader(section);
  const ends = repeat(input.unsigned(), () => {
    const flags = input.unsigned();
    const isPassive = flags === 1;
    if (flags === 2) input.unsigned();
    // Passive data is copied when the code says so, and to where it says.
    const start = isPassive ? 0 : readConstant(input);
    const size = input.unsigned();
    input.skip(size);
    return isPassive ? 0 : start + size;
  });
  return ends.reduce((most, end) => Math.max(most, end), 0);
}

export function readDeclaredPages(section: Uint8Array | undefined): number {
  const input = reader(section);
  const count = input.unsigned();
  if (count > 1) throw new PrepareError('Deserialization', `${count} memories`);
  if (count === 0) return 0;
  readLimitsFlag(input);
  return input.unsigned();
}

export function repeat<T>(count: number, read: () => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(read());
  return list;
}
