/**
 * Writes the small part of ONNX's protobuf format that programs use. Our own writer, because the
 * bytes are hashed and voted on: fields go out in the order of their numbers, nothing optional is
 * written, so one graph has one encoding on every machine and in every version of any library.
 */

export type ElementType = 'f32' | 'i32' | 'i64';

export type AttributeValue = number | string | { readonly float: number } | readonly number[];

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly (OnnxValue & { readonly data: Uint8Array })[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Programs are written for operator set 18; IR version 9 is the lowest that every engine reads. */
export const operatorSet = 18;
export const irVersion = 9;

const elementCodes: Readonly<Record<ElementType, number>> = { f32: 1, i32: 6, i64: 7 };
const attributeCodes = { float: 1, integer: 2, integers: 7, string: 3 };

export function writeOnnx(model: OnnxModel): Uint8Array {
  const graph = concat([
    ...model.nodes.map((node) => message(1, writeNode(node))),
    text(2, model.name),
    ...model.constants.map((constant) => message(5, writeConstant(constant))),
    ...model.inputs.map((input) => message(11, writeValue(input))),
    ...model.outputs.map((output) => message(12, writeValue(output))),
  ]);
  return concat([
    integer(1, irVersion),
    text(2, 'commonweights'),
    message(7, graph),
    message(8, integer(2, operatorSet)),
  ]);
}

function writeNode(node: OnnxNode): Uint8Array {
  const names = Object.keys(node.attributes).sort();
  return concat([
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(4, node.op),
    ...names.map((name) => message(5, writeAttribute(name, node.attributes[name]!))),
  ]);
}

function writeAttribute(name: string, value: AttributeValue): Uint8Array {
  if (typeof value === 'string') {
    return concat([text(1, name), text(4, value), integer(20, attributeCodes.string)]);
  }
  if (typeof value === 'number') {
    return concat([text(1, name), integer(3, value), integer(20, attributeCodes.integer)]);
  }
  if ('float' in value) {
    const raw = new Uint8Array(4);
    new DataView(raw.buffer).setFloat32(0, value.float, true);
    return concat([text(1, name), key(2, 5), raw, integer(20, attributeCodes.float)]);
  }
  const items = value.map((item) => integer(8, item));
  return concat([text(1, name), ...items, integer(20, attributeCodes.integers)]);
}

function writeConstant(constant: OnnxValue & { readonly data: Uint8Array }): Uint8Array {
  return concat([
    ...constant.shape.map((size) => integer(1, size)),
    integer(2, elementCodes[constant.type]),
    text(8, constant.name),
    message(9, constant.data),
  ]);
}

function writeValue(value: OnnxValue): Uint8Array {
  const sizes = value.shape.map((size) => message(1, integer(1, size)));
  const tensor = concat([integer(1, elementCodes[value.type]), message(2, concat(sizes))]);
  return concat([text(1, value.name), message(2, message(1, tensor))]);
}

function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value));
}

function message(field: number, body: Uint8Array): Uint8Array {
  return concat([key(field, 2), varint(body.length), body]);
}

function integer(field: number, value: number): Uint8Array {
  return concat([key(field, 0), varint(value)]);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Error(`BAD_ONNX: ${value} is not a natural number`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
