/**
 * What each wasm instruction of the protocol's feature set carries in the code and does to the operand
 * stack: MVP, sign extension, saturating conversions, bulk memory, and reference types of functions.
 * The metering pass needs both: the first to find the next instruction, the second to know how many
 * bytes of stack a function may use.
 */
import { PrepareError, type WasmReader } from './wasm-bytes.js';

export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  typedSelect: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  tableGet: 0x25,
  tableSet: 0x26,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32GtU: 0x4b,
  i64LtS: 0x53,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64Add: 0x7c,
  i64ExtendI32U: 0xad,
  refNull: 0xd0,
  refIsNull: 0xd1,
  refFunc: 0xd2,
  /** The first byte of the instructions that have two. */
  prefix: 0xfc,
} as const;

/** Instructions of two bytes, by their second. Up to 7 they convert to integers, saturating. */
export const op2 = {
  lastConversion: 7,
  memoryInit: 8,
  dataDrop: 9,
  memoryCopy: 10,
  memoryFill: 11,
  tableInit: 12,
  elemDrop: 13,
  tableCopy: 14,
  tableGrow: 15,
  tableSize: 16,
  tableFill: 17,
} as const;

export const type = {
  ...{ i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c },
  funcref: 0x70,
  empty: 0x40,
} as const;

/** Bytes that the protocol counts for a value of a type. */
export function valueBytes(valueType: number): number {
  switch (valueType) {
    case type.i32:
    case type.f32:
      return 4;
    case type.i64:
    case type.f64:
    case type.funcref:
      return 8;
    default:
      throw new PrepareError('Deserialization', `value type 0x${valueType.toString(16)}`);
  }
}

/** Steps over what follows `opcode`; refuses instructions outside the feature set. */
export function skipImmediates(reader: WasmReader, opcode: number): void {
  if (opcode >= 0x45 && opcode <= 0xc4) return;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    // More than eight bytes would be the flag of another memory.
    if (reader.unsigned() > 3) throw new PrepareError('Deserialization', 'a load of many memories');
    reader.unsigned();
    return;
  }
  switch (opcode) {
    case 0x00:
    case 0x01:
    case op.else:
    case op.end:
    case op.return:
    case op.drop:
    case op.select:
    case op.refIsNull:
      return;
    case op.br:
    case op.brIf:
    case op.call:
    case op.localGet:
    case op.localSet:
    case op.localTee:
    case op.globalGet:
    case op.globalSet:
    case op.tableGet:
    case op.tableSet:
    case op.refFunc:
      reader.unsigned();
      return;
    case op.typedSelect:
      if (reader.unsigned() !== 1) throw new PrepareError('Deserialization', 'a select of several');
      valueBytes(reader.byte());
      return;
    case op.refNull:
      if (reader.byte() === type.funcref) return;
      throw new PrepareError('Deserialization', 'a reference that is to no function');
    case op.prefix:
      return skipSecond(reader);
    case op.memorySize:
    case op.memoryGrow:
      reader.byte();
      return;
    case op.brTable:
      for (let rest = reader.unsigned(); rest >= 0; rest--) reader.unsigned();
      return;
    case op.callIndirect:
      reader.unsigned();
      reader.unsigned();
      return;
    case op.i32Const:
      return reader.skipSigned(5);
    case op.i64Const:
      return reader.skipSigned(10);
    case 0x43:
      return reader.skip(4);
    case 0x44:
      return reader.skip(8);
    case op.block:
    case op.loop:
    case op.if:
      return skipBlockType(reader);
    default:
      throw new PrepareError(
        'Deserialization',
        `instruction 0x${opcode.toString(16)} is not among the protocol's; lower it with wasm-opt`,
      );
  }
}

/** What follows the prefix: which instruction it is, and what that carries. */
function skipSecond(reader: WasmReader): void {
  const second = reader.unsigned();
  if (second <= op2.lastConversion) return;
  switch (second) {
    case op2.memoryInit:
    case op2.memoryCopy:
    case op2.tableInit:
    case op2.tableCopy:
      reader.unsigned();
      reader.unsigned();
      return;
    case op2.dataDrop:
    case op2.memoryFill:
    case op2.elemDrop:
    case op2.tableGrow:
    case op2.tableSize:
    case op2.tableFill:
      reader.unsigned();
      return;
    default:
      throw new PrepareError('Deserialization', `instruction 0xfc ${second} is not known`);
  }
}

/** Loads, stores, divisions and conversions that have no answer for some operands. */
export function mayTrap(opcode: number): boolean {
  return (
    (opcode >= 0x28 && opcode <= 0x3e) ||
    (opcode >= 0x6d && opcode <= 0x70) ||
    (opcode >= 0x7f && opcode <= 0x82) ||
    (opcode >= 0xa8 && opcode <= 0xab) ||
    (opcode >= 0xae && opcode <= 0xb1) ||
    opcode === op.tableGet ||
    opcode === op.tableSet
  );
}

/** Of these the last operand is a count that is paid by unit, beside a base. */
export function isPaidByUnit(second: number): boolean {
  const { memoryInit, memoryCopy, memoryFill, tableInit, tableCopy, tableGrow, tableFill } = op2;
  const bulk: number[] = [memoryInit, memoryCopy, memoryFill, tableInit, tableCopy, tableGrow];
  return second === tableFill || bulk.includes(second);
}

function skipBlockType(reader: WasmReader): void {
  const byte = reader.byte();
  if (byte === type.empty || byte === type.funcref || (byte >= type.f64 && byte <= type.i32))
    return;
  throw new PrepareError('Deserialization', 'blocks with several values are not allowed');
}

/** Operands taken, and bytes pushed (0: nothing), for instructions whose effect is fixed. */
export interface StackEffect {
  pops: number;
  pushBytes: number;
}

const effects: (StackEffect | undefined)[] = tabulate();

export function stackEffect(opcode: number): StackEffect | undefined {
  return effects[opcode];
}

/** The same of the instructions of two bytes. */
export function secondStackEffect(second: number): StackEffect {
  if (second <= op2.lastConversion) return { pops: 1, pushBytes: second < 4 ? 4 : 8 };
  switch (second) {
    case op2.dataDrop:
    case op2.elemDrop:
      return { pops: 0, pushBytes: 0 };
    case op2.tableSize:
      return { pops: 0, pushBytes: 4 };
    case op2.tableGrow:
      return { pops: 2, pushBytes: 4 };
    default:
      return { pops: 3, pushBytes: 0 };
  }
}

function tabulate(): (StackEffect | undefined)[] {
  const table: (StackEffect | undefined)[] = new Array(256).fill(undefined);
  const set = (from: number, to: number, pops: number, pushBytes: number): void => {
    for (let code = from; code <= to; code++) table[code] = { pops, pushBytes };
  };
  set(0x01, 0x01, 0, 0); // nop
  set(0x28, 0x28, 1, 4); // loads
  set(0x29, 0x29, 1, 8);
  set(0x2a, 0x2a, 1, 4);
  set(0x2b, 0x2b, 1, 8);
  set(0x2c, 0x2f, 1, 4);
  set(0x30, 0x35, 1, 8);
  set(0x36, 0x3e, 2, 0); // stores
  set(op.memorySize, op.memorySize, 0, 4);
  set(op.memoryGrow, op.memoryGrow, 1, 4);
  set(op.i32Const, op.i32Const, 0, 4);
  set(op.i64Const, op.i64Const, 0, 8);
  set(0x43, 0x43, 0, 4);
  set(0x44, 0x44, 0, 8);
  set(0x45, 0x45, 1, 4); // tests and comparisons give i32
  set(0x46, 0x4f, 2, 4);
  set(0x50, 0x50, 1, 4);
  set(0x51, 0x66, 2, 4);
  set(0x67, 0x69, 1, 4); // i32
  set(0x6a, 0x78, 2, 4);
  set(0x79, 0x7b, 1, 8); // i64
  set(0x7c, 0x8a, 2, 8);
  set(0x8b, 0x91, 1, 4); // f32
  set(0x92, 0x98, 2, 4);
  set(0x99, 0x9f, 1, 8); // f64
  set(0xa0, 0xa6, 2, 8);
  set(0xa7, 0xab, 1, 4); // conversions, by result
  set(0xac, 0xb1, 1, 8);
  set(0xb2, 0xb6, 1, 4);
  set(0xb7, 0xbb, 1, 8);
  set(0xbc, 0xbc, 1, 4);
  set(0xbd, 0xbd, 1, 8);
  set(0xbe, 0xbe, 1, 4);
  set(0xbf, 0xbf, 1, 8);
  set(0xc0, 0xc1, 1, 4); // sign extension
  set(0xc2, 0xc4, 1, 8);
  set(op.tableGet, op.tableGet, 1, 8);
  set(op.tableSet, op.tableSet, 2, 0);
  set(op.refNull, op.refNull, 0, 8);
  set(op.refIsNull, op.refIsNull, 1, 4);
  set(op.refFunc, op.refFunc, 0, 8);
  return table;
}
