/**
 * Prepares a contract for execution as the network does: checks it against the limits, gives it
 * the standard memory, meters every function, and
 * exports the two counters. Exports are prefixed, so that no contract can name ours.
 */
import { meterFunction, type MeteredModule } from './meter-function.js';
import type { FunctionType } from './operand-stack.js';
import {
  boundTable,
  checkElements,
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
import { growBody, sizeBody, unitsBody } from './virtual-memory.js';
import { limits } from '../protocol/parameters.js';
import { op, type } from './instructions.js';
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
export const exported = { gas: 'gas', stack: 'stack', start: 'start', nothing: 'nothing' } as const;
/** The memory that the instrumented module imports. */
export const memoryImport = { module: 'localnet', name: 'memory' } as const;
export const methodExport = (name: string): string => `m:${name}`;

/** Throws `PrepareError` for whatever the network would not prepare. `exact`: see meter-function.ts. */
export function instrument(source: Uint8Array, exact = false): InstrumentedModule {
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
  const declaredTable = sections.get(ids.table);
  const table = declaredTable && boundTable(declaredTable);
  checkElements(sections.get(ids.element));
  const declaredPages = readDeclaredPages(sections.get(ids.memory));
  const { types: globalTypes, pointsUpTo } = readGlobals(sections.get(ids.global));
  const module: MeteredModule = {
    types,
    functionTypes,
    globalTypes,
    gasGlobal: globalTypes.length,
    stackGlobal: globalTypes.length + 1,
    growFunction: functionTypes.length,
    sizeFunction: functionTypes.length + 1,
    unitsFunction: functionTypes.length + 2,
    // Without a table nothing is called through one.
    exact: exact ? { calleeFunction: functionTypes.length + 3 } : null,
  };
  const startSection = sections.get(ids.start);
  const startFunction = startSection === undefined ? undefined : reader(startSection).unsigned();
  const methods = new Map<string, FunctionType>();

  const out = new WasmWriter(source.length * 3).bytes(header);
  out.section(ids.type, appendTypes(sections.get(ids.type)));
  out.section(ids.import, appendImport(sections.get(ids.import)));
  const added = addedBodies(module, table !== undefined);
  out.section(
    ids.function,
    appendFunctions(sections.get(ids.function), types.length, added.length),
  );
  if (table) out.section(ids.table, table);
  out.section(ids.global, appendGlobals(sections.get(ids.global)));
  out.section(ids.export, rewriteExports(sections.get(ids.export), module, startFunction, methods));
  const element = sections.get(ids.element);
  if (element) out.section(ids.element, element);
  const dataCount = sections.get(ids.dataCount);
  if (dataCount) out.section(ids.dataCount, dataCount);
  out.section(ids.code, meterCode(sections.get(ids.code), module, imports.length, added));
  const data = sections.get(ids.data);
  if (data) out.section(ids.data, data);
  return {
    bytes: out.finish(),
    imports,
    methods,
    hasStart: startFunction !== undefined,
    dataEnd: Math.max(pointsUpTo, readDataEnd(data)),
    declaredPages,
  };
}

/** Adds the types of the functions that stand in for `memory.grow`, `memory.size` and pay units. */
function appendTypes(section: Uint8Array | undefined): Uint8Array {
  return append(section, [0x60, 1, type.i32, 1, type.i32, 0x60, 0, 1, type.i32], 2);
}

function appendImport(section: Uint8Array | undefined): Uint8Array {
  const added = new WasmWriter(32).name(memoryImport.module).name(memoryImport.name);
  added.bytes([2, 1]).unsigned(0).unsigned(limits.maxMemoryPages);
  return append(section, added.finish(), 1);
}

/** The functions that stand in for instructions: all but the second take a number and give one. */
function addedBodies({ gasGlobal, stackGlobal, exact }: MeteredModule, table: boolean) {
  const bodies = [growBody(gasGlobal), sizeBody(), unitsBody(gasGlobal)];
  if (exact) bodies.push(calleeBody(stackGlobal + 1, table));
  return bodies;
}

function appendFunctions(
  section: Uint8Array | undefined,
  growType: number,
  count: number,
): Uint8Array {
  const types = new WasmWriter(16);
  for (let i = 0; i < count; i++) types.unsigned(i === 1 ? growType + 1 : growType);
  return append(section, types.finish(), count);
}

/** Notes in a global that there is nothing at the index, and stops. */
function calleeBody(nothingGlobal: number, table: boolean): Uint8Array {
  const out = new WasmWriter(32).bytes([0]);
  if (table) {
    out.bytes([op.localGet, 0, op.tableGet, 0, op.refIsNull, op.if, type.empty]);
    out.bytes([op.i32Const, 1, op.globalSet]).unsigned(nothingGlobal);
    out.bytes([op.unreachable, op.end]);
  }
  return out.bytes([op.localGet, 0, op.end]).finish();
}

function appendGlobals(section: Uint8Array | undefined): Uint8Array {
  const added = new WasmWriter(32).bytes([type.i64, 1, 0x42, 0, 0x0b]);
  added.bytes([type.i32, 1, 0x41]).signed(limits.maxStackBytes).byte(0x0b);
  added.bytes([type.i32, 1, 0x41, 0, 0x0b]);
  return append(section, added.finish(), 3);
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
  let count = 3;
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
  entries
    .name(exported.nothing)
    .byte(3)
    .unsigned(module.stackGlobal + 1);
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
  added: readonly Uint8Array[],
): Uint8Array {
  const input = reader(section);
  const count = input.unsigned();
  const out = new WasmWriter(input.end * 3 + 64).unsigned(count + added.length);
  let [blocksInAll, localsInAll, parametersInAll] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const size = input.unsigned();
    if (size > limits.maxFunctionBodyBytes) {
      const limit = limits.maxFunctionBodyBytes;
      throw new PrepareError('FunctionBodyTooLarge', `function ${i}: ${size} bytes of ${limit}`);
    }
    const signature = typeAt(module.functionTypes as FunctionType[], imported + i);
    const { code, locals, blocks } = meterFunction(module, signature, input.section(size));
    const parameters = signature.parameters.length;
    blocksInAll += blocks;
    localsInAll += locals;
    parametersInAll += parameters;
    bound('TooManyLocals', localsInAll, limits.maxLocals);
    bound('TooManyParamsPerFunction', parameters, limits.maxParametersPerFunction);
    bound('TooManyParamsPerContract', parametersInAll, limits.maxParametersPerContract);
    bound('TooManyBlocksPerFunction', blocks, limits.maxBlocksPerFunction);
    bound('TooManyBlocksPerContract', blocksInAll, limits.maxBlocksPerContract);
    out.unsigned(code.length).bytes(code);
  }
  for (const body of added) out.unsigned(body.length).bytes(body);
  return out.finish();
}

function bound(error: string, count: number, most: number): void {
  if (count > most) throw new PrepareError(error, `${count} of ${most}`);
}
