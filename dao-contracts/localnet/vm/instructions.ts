/**
 * What each wasm instruction of the protocol's feature set (MVP and sign extension) carries in the
 * code and does to the operand stack. The metering pass needs both: the first to find the next
 * instruction, the second to know how many bytes of stack a function may use.
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
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
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
} as const;

export const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, empty: 0x40 } as const;

/** Bytes that the protocol counts for a value of a type. */
export function valueBytes(valueType: number): number {
  switch (valueType) {
    case type.i32:
    case type.f32:
      return 4;
    case type.i64:
    case type.f64:
      return 8;
    default:
      throw new PrepareError('Deserialization', `value type 0x${valueType.toString(16)}`);
  }
}

/** Steps over what follows `opcode`; refuses instructions outside the feature set. */
export function skipImmediates(reader: WasmReader, opcode: number): void {
  if (opcode >= 0x45 && opcode <= 0xc4) return;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned();
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
      return;
    case op.br:
    case op.brIf:
    case op.call:
    case op.localGet:
    case op.localSet:
    case op.localTee:
    case op.globalGet:
    case op.globalSet:
      reader.unsigned();
      return;
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
        `instruction 0x${opcode.toString(16)} is outside wasm MVP and sign extension; ` +
          'lower it with wasm-opt',
      );
  }
}

function skipBlockType(reader: WasmReader): void {
  const byte = reader.byte();
  if (byte === type.empty || (byte >= type.f64 && byte <= type.i32)) return;
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
  return table;
}
