/**
 * Reads back what onnx-writer.ts writes, and nothing more: a field that it never writes is refused,
 * since it could mean something to an engine that was not counted here.
 */
import { programNodesMax } from './limits.js';

export interface ReadNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: ReadonlyMap<string, readonly number[]>;
}

export interface ReadProgram {
  readonly nodes: readonly ReadNode[];
  /** Shapes of constants and inputs by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Values of one-dimensional int64 constants: axes, shapes and sizes. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
}

const int64 = 7;

/** Error: `BAD_ONNX`. */
export function readOnnx(bytes: Uint8Array): ReadProgram {
  const graph = onlyOf(readFields(bytes), 7, 'a graph');
  const fields = readFields(asBytes(graph));
  const nodes = fields.filter(({ field }) => field === 1).map(({ value }) => readNode(value));
  if (nodes.length > programNodesMax) {
    throw bad(`${nodes.length} nodes; at most ${programNodesMax} are read`);
  }
  const shapes = new Map<string, readonly number[]>();
  const integers = new Map<string, readonly number[]>();
  for (const { field, value } of fields) {
    if (field === 5) readConstant(asBytes(value), shapes, integers);
    else if (field === 11) readInput(asBytes(value), shapes);
    else if (field !== 1 && field !== 2 && field !== 12) throw bad(`graph field ${field}`);
  }
  return { nodes, shapes, integers };
}

function readNode(value: Value): ReadNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers = new Map<string, readonly number[]>();
  let op = '';
  for (const { field, value: part } of readFields(asBytes(value))) {
    if (field === 1) inputs.push(asText(part));
    else if (field === 2) outputs.push(asText(part));
    else if (field === 4) op = asText(part);
    else if (field === 5) readAttribute(asBytes(part), integers);
    else throw bad(`node field ${field}`);
  }
  return { op, inputs, outputs, integers };
}

/** Only integers decide shapes; floats and texts are passed over. */
function readAttribute(bytes: Uint8Array, integers: Map<string, readonly number[]>): void {
  const fields = readFields(bytes);
  const values = fields.filter(({ field }) => field === 3 || field === 8);
  if (values.length === 0) return;
  integers.set(
    asText(onlyOf(fields, 1, 'a name')),
    values.map(({ value }) => asNumber(value)),
  );
}

function readConstant(
  bytes: Uint8Array,
  shapes: Map<string, readonly number[]>,
  integers: Map<string, readonly number[]>,
): void {
  const fields = readFields(bytes);
  const shape = fields.filter(({ field }) => field === 1).map(({ value }) => asNumber(value));
  const name = asText(onlyOf(fields, 8, 'a name'));
  shapes.set(name, shape);
  if (asNumber(onlyOf(fields, 2, 'a type')) !== int64) return;
  const raw = asBytes(onlyOf(fields, 9, 'data'));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values: number[] = [];
  for (let at = 0; at + 8 <= raw.length; at += 8) values.push(Number(view.getBigInt64(at, true)));
  integers.set(name, values);
}

function readInput(bytes: Uint8Array, shapes: Map<string, readonly number[]>): void {
  const fields = readFields(bytes);
  const type = readFields(asBytes(onlyOf(fields, 2, 'a type')));
  const tensor = readFields(asBytes(onlyOf(type, 1, 'a tensor type')));
  const sizes = readFields(asBytes(onlyOf(tensor, 2, 'a shape')));
  const shape = sizes.map(({ value }) =>
    asNumber(onlyOf(readFields(asBytes(value)), 1, 'a fixed size')),
  );
  shapes.set(asText(onlyOf(fields, 1, 'a name')), shape);
}

type Value = Uint8Array | number;

interface Field {
  readonly field: number;
  readonly value: Value;
}

/** Protobuf's wire format: varints, 32-bit values (as bytes) and length-prefixed bytes. */
function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 0x2_0000_0000_0000; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw bad('it ends inside a number');
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw bad('a number is too large');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw bad('it ends inside a field');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 2:
        fields.push({ field, value: take(varint()) });
        break;
      case 5:
        fields.push({ field, value: take(4) });
        break;
      default:
        throw bad(`wire type ${key % 8}`);
    }
  }
  return fields;
}

function onlyOf(fields: readonly Field[], number: number, what: string): Value {
  const found = fields.filter(({ field }) => field === number);
  if (found.length !== 1) throw bad(`${found.length} times ${what}`);
  return found[0]!.value;
}

function asBytes(value: Value): Uint8Array {
  if (typeof value === 'number') throw bad('a number where bytes belong');
  return value;
}

function asNumber(value: Value): number {
  if (typeof value !== 'number') throw bad('bytes where a number belongs');
  return value;
}

function asText(value: Value): string {
  return new TextDecoder().decode(asBytes(value));
}

function bad(why: string): Error {
  return new Error(`BAD_ONNX: ${why}; this is not a program of ours, fetch it again`);
}
