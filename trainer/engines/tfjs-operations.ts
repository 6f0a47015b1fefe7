/**
 * The operations that programs may use, in TensorFlow.js: one function each, for any backend. Where
 * a backend lacks a kernel (WASM has no adding scatter), the same sum is a matrix product with ones.
 */
import type * as core from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ReadNode, ReadProgram } from '../program/onnx-reader.js';

export type Tf = typeof core;

interface Applied {
  readonly tf: Tf;
  readonly node: ReadNode;
  readonly inputs: readonly Tensor[];
  /** Values of an input that is a constant of integers: axes, shapes and sizes. */
  integers(at: number): number[];
}

type Operation = (it: Applied) => Tensor | Tensor[];

/** Runs one node. The caller tidies up what is made on the way. */
export function applyNode(
  tf: Tf,
  node: ReadNode,
  it: { inputs: readonly Tensor[]; program: ReadProgram },
): Tensor[] {
  const operation = operations.get(node.op);
  if (!operation) {
    throw new Error(`BAD_ONNX: ${node.op}: it is not an operation that programs may use`);
  }
  const integers = (at: number): number[] => [...it.program.integers.get(node.inputs[at]!)!];
  const results = operation({ tf, node, inputs: it.inputs, integers });
  return Array.isArray(results) ? results : [results];
}

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['Add', ({ tf, inputs: [a, b] }) => tf.add(a!, b!)],
  ['Sub', ({ tf, inputs: [a, b] }) => tf.sub(a!, b!)],
  ['Mul', ({ tf, inputs: [a, b] }) => tf.mul(a!, b!)],
  ['Div', ({ tf, inputs: [a, b] }) => tf.div(a!, b!)],
  ['Max', ({ tf, inputs: [a, b] }) => tf.maximum(a!, b!)],
  ['Sqrt', ({ tf, inputs: [x] }) => tf.sqrt(x!)],
  ['Log', ({ tf, inputs: [x] }) => tf.log(x!)],
  ['Neg', ({ tf, inputs: [x] }) => tf.neg(x!)],
  ['Sigmoid', ({ tf, inputs: [x] }) => tf.sigmoid(x!)],
  ['Softmax', ({ tf, inputs: [x] }) => tf.softmax(x!, -1)],
  ['MatMul', ({ tf, inputs: [a, b] }) => tf.matMul(a!, b!)],
  ['Gemm', gemm],
  ['ReduceSum', (it) => it.tf.sum(it.inputs[0]!, it.integers(1), keepsDimensions(it.node))],
  ['ReduceMean', (it) => it.tf.mean(it.inputs[0]!, it.integers(1), keepsDimensions(it.node))],
  [
    'ReduceSumSquare',
    (it) => it.tf.sum(it.tf.square(it.inputs[0]!), it.integers(1), keepsDimensions(it.node)),
  ],
  ['Reshape', (it) => it.tf.reshape(it.inputs[0]!, it.integers(1))],
  ['Expand', expand],
  ['Transpose', ({ tf, node, inputs: [x] }) => tf.transpose(x!, [...node.integers.get('perm')!])],
  ['Slice', slice],
  ['Split', (it) => it.tf.split(it.inputs[0]!, it.integers(1), axisOf(it.node))],
  ['Concat', ({ tf, node, inputs }) => tf.concat([...inputs], axisOf(node))],
  ['Pad', pad],
  ['Trilu', upperTriangle],
  ['Gather', ({ tf, node, inputs: [x, ids] }) => tf.gather(x!, ids!, axisOf(node))],
  ['GatherElements', gatherElements],
  ['ScatterElements', scatterElements],
]);

/** With explicit transposes: transposed products leave the WASM backend's fast path. */
function gemm({ tf, node, inputs: [a, b] }: Applied): Tensor {
  const turned = (x: Tensor, name: string): Tensor =>
    node.integers.get(name)?.[0] === 1 ? tf.transpose(x, [1, 0]) : x;
  return tf.matMul(turned(a!, 'transA'), turned(b!, 'transB'));
}

function expand(it: Applied): Tensor {
  const [x] = it.inputs;
  const shape = it.integers(1);
  // Integers are spread by adding zeros: not every backend tiles them.
  if (x!.dtype === 'int32') return it.tf.add(x!, it.tf.zeros(shape, 'int32'));
  return it.tf.broadcastTo(x!, shape);
}

function slice(it: Applied): Tensor {
  const [x] = it.inputs;
  const [from, to, axes] = [1, 2, 3].map((at) => it.integers(at));
  const begin = x!.shape.map(() => 0);
  const size = [...x!.shape];
  axes!.forEach((axis, i) => {
    begin[axis] = from![i]!;
    size[axis] = to![i]! - from![i]!;
  });
  return it.tf.slice(x!, begin, size);
}

function pad(it: Applied): Tensor {
  const [x] = it.inputs;
  const pads = it.integers(1);
  return it.tf.pad(
    x!,
    x!.shape.map((_, axis) => [pads[axis]!, pads[x!.rank + axis]!] as [number, number]),
  );
}

/** Keeps what lies on or above a diagonal. */
function upperTriangle(it: Applied): Tensor {
  const { tf, node } = it;
  const [x] = it.inputs;
  if (node.integers.get('upper')?.[0] !== 1) throw unsupported(node, 'a lower triangle');
  const [rows, columns] = x!.shape.slice(-2) as [number, number];
  const [offset] = it.integers(1);
  const row = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
  const column = tf.reshape(tf.range(0, columns, 1, 'int32'), [1, columns]);
  const kept = tf.greaterEqual(tf.sub(column, row), tf.scalar(offset!, 'int32'));
  return tf.mul(x!, tf.cast(kept, 'float32'));
}

/** One element of each row. */
function gatherElements({ tf, node, inputs: [x, ids] }: Applied): Tensor {
  const rows = x!.shape[0]!;
  if (axisOf(node) !== 1 || x!.rank !== 2 || ids!.shape[1] !== 1) {
    throw unsupported(node, 'more than one element of each row');
  }
  const row = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
  return tf.reshape(tf.gatherND(x!, tf.concat([row, ids!], 1)), [rows, 1]);
}

/** Adds rows where ids say (axis 0), or one number to each row (axis 1). */
function scatterElements({ tf, node, inputs: [x, ids, updates] }: Applied): Tensor {
  if (node.texts.get('reduction') !== 'add' || x!.rank !== 2) {
    throw unsupported(node, 'anything but adding to a table');
  }
  const [rows, columns] = x!.shape as [number, number];
  if (axisOf(node) === 1) {
    if (ids!.shape[1] !== 1) throw unsupported(node, 'more than one element of each row');
    const place = tf.oneHot(tf.reshape(ids!, [rows]) as never, columns);
    return tf.add(x!, tf.mul(tf.cast(place, 'float32'), updates!));
  }
  const count = ids!.shape[0]!;
  const id = tf.reshape(tf.slice(ids!, [0, 0], [count, 1]), [count]);
  const sums = tf.getKernel('UnsortedSegmentSum', tf.getBackend())
    ? tf.unsortedSegmentSum(updates!, id as never, rows)
    : tf.matMul(tf.transpose(tf.cast(tf.oneHot(id as never, rows), 'float32')), updates!);
  return tf.add(x!, sums);
}

function axisOf(node: ReadNode): number {
  return node.integers.get('axis')![0]!;
}

function keepsDimensions(node: ReadNode): boolean {
  return node.integers.get('keepdims')?.[0] === 1;
}

function unsupported({ op }: ReadNode, what: string): Error {
  return new Error(`OPERATION_MISSING: ${op}: the tfjs engine does not do ${what}; use simd-wasm`);
}
