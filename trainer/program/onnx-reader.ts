/**
 * Reads back what onnx-writer.ts writes, and nothing more: a field that it never writes is refused,
 * since it could mean something to an engine that was not counted here. So weights in other files,
 * paths, graphs inside attributes, functions and foreign operator sets have no way in.
 */
import { dimensionsMax, programNodesMax } from './limits.js';
import { irVersion, operatorSet, type ElementType } from './onnx-writer.js';

export interface ReadNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: ReadonlyMap<string, readonly number[]>;
  /** Such as how a scatter combines. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface ReadProgram {
  readonly nodes: readonly ReadNode[];
  readonly constants: readonly ReadConstant[];
  readonly inputs: readonly ReadValue[];
  readonly outputs: readonly ReadValue[];
  /** Shapes of constants and inputs by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Values of one-dimensional int64 constants: axes, shapes and sizes. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
}

export interface ReadValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface ReadConstant extends ReadValue {
  /** Little-endian, as many bytes as the shape needs. */
  readonly data: Uint8Array;
}

const elementTypes: ReadonlyMap<number, { type: ElementType; bytes: number }> = new Map([
  [1, { type: 'f32', bytes: 4 }],
  [6, { type: 'i32', bytes: 4 }],
  [7, { type: 'i64', bytes: 8 }],
]);

/** Error: `BAD_ONNX`. */
export function readOnnx(bytes: Uint8Array): ReadProgram {
  // Node's Buffer is a Uint8Array whose slice() copies nothing; views of it would mislead readers.
  const model = readFields(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  only(model, [1, 2, 7, 8], 'model');
  if (asNumber(onlyOf(model, 1, 'a version')) !== irVersion) throw bad('another version');
  readOperatorSet(asBytes(onlyOf(model, 8, 'an operator set')));
  asText(onlyOf(model, 2, 'a producer'));
  const fields = readFields(asBytes(onlyOf(model, 7, 'a graph')));
  only(fields, [1, 2, 5, 11, 12], 'graph');
  const of = (field: number): Uint8Array[] =>
    fields.filter((one) => one.field === field).map(({ value }) => asBytes(value));
  const nodes = of(1);
  if (nodes.length > programNodesMax) {
    throw bad(`${nodes.length} nodes; at most ${programNodesMax} are read`);
  }
  const constants = of(5).map(readConstant);
  const inputs = of(11).map(readValue);
  const known = [...constants, ...inputs];
  return {
    nodes: nodes.map(readNode),
    constants,
    inputs,
    outputs: of(12).map(readValue),
    shapes: new Map(known.map(({ name, shape }) => [name, shape])),
    integers: new Map(
      constants.filter(({ type }) => type === 'i64').map((one) => [one.name, readIntegers(one)]),
    ),
  };
}

function readOperatorSet(bytes: Uint8Array): void {
  const fields = readFields(bytes);
  only(fields, [2], 'operator set');
  if (asNumber(onlyOf(fields, 2, 'a version')) !== operatorSet) throw bad('another operator set');
}

function readNode(bytes: Uint8Array): ReadNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers = new Map<string, readonly number[]>();
  const texts = new Map<string, string>();
  let op = '';
  for (const { field, value: part } of readFields(bytes)) {
    if (field === 1) inputs.push(asText(part));
    else if (field === 2) outputs.push(asText(part));
    else if (field === 4) op = asText(part);
    else if (field === 5) readAttribute(asBytes(part), { integers, texts });
    else throw bad(`node field ${field}`);
  }
  return { op, inputs, outputs, integers, texts };
}

/** One integer (3), several (8), a text (4); of floats (2) no operation that is allowed has one. */
function readAttribute(
  bytes: Uint8Array,
  into: { integers: Map<string, readonly number[]>; texts: Map<string, string> },
): void {
  const fields = readFields(bytes);
  only(fields, [1, 3, 4, 8, 20], 'attribute');
  const name = asText(onlyOf(fields, 1, 'a name'));
  if (into.integers.has(name) || into.texts.has(name)) throw bad(`attribute ${name} twice`);
  const text = fields.filter(({ field }) => field === 4);
  const values = fields.filter(({ field }) => field === 3 || field === 8);
  if (text.length + values.length === 0 || (text.length > 0 && values.length > 0)) {
    throw bad(`attribute ${name} has no value, or two`);
  }
  if (text.length > 0) into.texts.set(name, asText(onlyOf(fields, 4, 'a text')));
  else {
    into.integers.set(
      name,
      values.map(({ value }) => asNumber(value)),
    );
  }
}

/** Fields of a tensor beyond these say that its data is in another file, and where. */
function readConstant(bytes: Uint8Array): ReadConstant {
  const fields = readFields(bytes);
  only(fields, [1, 2, 8, 9], 'constant');
  const shape = readShape(fields.filter(({ field }) => field === 1).map(({ value }) => value));
  const name = asText(onlyOf(fields, 8, 'a name'));
  const { type, bytes: size } = elementOf(onlyOf(fields, 2, 'a type'));
  const data = asBytes(onlyOf(fields, 9, 'data'));
  if (data.length !== shape.reduce((product, n) => product * n, size)) {
    throw bad(`${name} has ${data.length} bytes of data for [${shape.join(', ')}]`);
  }
  return { name, type, shape, data };
}

function readIntegers({ data }: ReadConstant): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values: number[] = [];
  for (let at = 0; at < data.length; at += 8) values.push(Number(view.getBigInt64(at, true)));
  return values;
}

function readValue(bytes: Uint8Array): ReadValue {
  const fields = readFields(bytes);
  only(fields, [1, 2], 'value');
  const type = readFields(asBytes(onlyOf(fields, 2, 'a type')));
  only(type, [1], 'type');
  const tensor = readFields(asBytes(onlyOf(type, 1, 'a tensor type')));
  only(tensor, [1, 2], 'tensor type');
  const dimensions = readFields(asBytes(onlyOf(tensor, 2, 'a shape')));
  only(dimensions, [1], 'shape');
  const sizes = dimensions.map(({ value }) => {
    const size = readFields(asBytes(value));
    only(size, [1], 'dimension');
    return onlyOf(size, 1, 'a fixed size');
  });
  return {
    name: asText(onlyOf(fields, 1, 'a name')),
    type: elementOf(onlyOf(tensor, 1, 'a type')).type,
    shape: readShape(sizes),
  };
}

function readShape(sizes: readonly Value[]): number[] {
  const shape = sizes.map(asNumber);
  if (shape.length > dimensionsMax || shape.some((size) => size < 1)) {
    throw bad(`the shape [${shape.slice(0, 20).join(', ')}]`);
  }
  return shape;
}

function elementOf(code: Value): { type: ElementType; bytes: number } {
  const element = elementTypes.get(asNumber(code));
  if (!element) throw bad(`element type ${asNumber(code)}`);
  return element;
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

function only(fields: readonly Field[], allowed: readonly number[], what: string): void {
  const odd = fields.find(({ field }) => !allowed.includes(field));
  if (odd) throw bad(`${what} field ${odd.field}`);
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
