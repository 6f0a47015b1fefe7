/**
 * Counts the floating-point operations of a program from its ONNX bytes, so that the digest that
 * the DAO votes on also fixes what a round computes, and a price by the FLOP can be checked by
 * anyone who has the file.
 *
 * Counted, by convention: a product of matrices m × k and k × n is 2·m·k·n; an element-wise
 * operation one for each element of its result, whatever the operation; a reduction one for each
 * element that goes in (two for a sum of squares); softmax five for each element (largest, subtract,
 * exponential, sum, divide); an adding scatter one for each element
 * that is added. Moving, copying and choosing elements counts nothing. An operation that is not
 * listed here is refused: nobody may be paid for what was not counted.
 */
import { dimensionsMax, elementsMax } from './limits.js';
import { readOnnx, type ReadNode, type ReadProgram } from './onnx-reader.js';

export interface FlopCount {
  /** Of MatMul and Gemm: what 6·N·D estimates. */
  readonly matrixProducts: bigint;
  readonly others: bigint;
  readonly total: bigint;
  /**
   * The most bytes of results that are alive at once when the nodes run in the order of the file and
   * each result is dropped after its last use: activations, gradients, and the outputs as they come.
   * Weights and moments that come in are not counted, nor what an engine needs inside an operation.
   */
  readonly peakBytes: number;
}

type Shape = readonly number[];

interface Applied {
  readonly node: ReadNode;
  readonly inputs: readonly Shape[];
  readonly program: ReadProgram;
}

interface Counted {
  readonly results: readonly Shape[];
  readonly flops: bigint;
}

/** Of one execution, with the batch that the program was built for. Error: `BAD_ONNX`. */
export function countFlops(onnx: Uint8Array): FlopCount {
  const program = readOnnx(onnx);
  const shapes = new Map(program.shapes);
  let [matrixProducts, others] = [0n, 0n];
  for (const node of program.nodes) {
    const count = operations.get(node.op);
    if (!count) throw bad(node, 'it is not an operation that programs may use');
    const inputs = node.inputs.map((name) => {
      const shape = shapes.get(name);
      if (!shape) throw bad(node, `its input ${name} comes from nowhere`);
      return shape;
    });
    const { results, flops } = countNode(count, { node, inputs, program });
    if (results.length !== node.outputs.length) throw bad(node, 'it has a wrong count of results');
    node.outputs.forEach((name, i) => addShape(shapes, node, name, results[i]!));
    if (node.op === 'MatMul' || node.op === 'Gemm') matrixProducts += flops;
    else others += flops;
  }
  const peakBytes = countPeak(program, shapes);
  return { matrixProducts, others, total: matrixProducts + others, peakBytes };
}

/** Axes, sizes and attributes come from strangers: whatever they make of a shape, it is refused. */
function countNode(count: (it: Applied) => Counted, it: Applied): Counted {
  try {
    return count(it);
  } catch (error) {
    if ((error as Error).message.startsWith('BAD_ONNX')) throw error;
    throw bad(it.node, 'its inputs and attributes do not fit together');
  }
}

function addShape(shapes: Map<string, Shape>, node: ReadNode, name: string, shape: Shape): void {
  if (shapes.has(name)) throw bad(node, `its result ${name} is there already`);
  if (shape.length > dimensionsMax) throw bad(node, `its result has ${shape.length} axes`);
  if (elements(shape) > BigInt(elementsMax)) {
    throw bad(node, `its result [${shape.join(', ')}] has more than ${elementsMax} elements`);
  }
  shapes.set(name, shape);
}

function countPeak(program: ReadProgram, shapes: ReadonlyMap<string, Shape>): number {
  // A reshaped tensor is the same memory: its uses count for what it was made from.
  const origin = new Map<string, string>();
  const originOf = (name: string): string => origin.get(name) ?? name;
  const lastUse = new Map<string, number>();
  program.nodes.forEach((node, at) => {
    if (node.op === 'Reshape') origin.set(node.outputs[0]!, originOf(node.inputs[0]!));
    for (const name of node.inputs) lastUse.set(originOf(name), at);
  });
  for (const { name } of program.outputs) lastUse.set(originOf(name), Infinity);
  const given = new Set([...program.constants, ...program.inputs].map(({ name }) => name));
  let [alive, peak] = [0, 0];
  program.nodes.forEach((node, at) => {
    if (node.op !== 'Reshape') for (const name of node.outputs) alive += bytesOf(shapes, name);
    peak = Math.max(peak, alive);
    const dropped = new Set([...node.inputs, ...node.outputs].map(originOf));
    for (const name of dropped) {
      if (!given.has(name) && (lastUse.get(name) ?? at) === at) alive -= bytesOf(shapes, name);
    }
  });
  return peak;
}

/** Computed tensors are float32 or int32. */
function bytesOf(shapes: ReadonlyMap<string, Shape>, name: string): number {
  return 4 * Number(elements(shapes.get(name)!));
}

/** FLOPs of one worker's round: what `terms.flopsPerRound` has to be. */
export function flopsOfRound(it: { flopsPerStep: bigint; stepsPerRound: number }): bigint {
  return it.flopsPerStep * BigInt(it.stepsPerRound);
}

const softmaxFlops = 5n;

const operations: ReadonlyMap<string, (it: Applied) => Counted> = new Map([
  ['MatMul', multiplied],
  ['Gemm', gemm],
  ...['Add', 'Sub', 'Mul', 'Div', 'Max'].map((op) => [op, broadcast] as const),
  ...['Sqrt', 'Sigmoid', 'Log', 'Neg'].map((op) => [op, alike(1n)] as const),
  ['Softmax', alike(softmaxFlops)],
  ['Trilu', alike(0n)],
  ['ReduceSum', reduced(1n)],
  ['ReduceMean', reduced(1n)],
  ['ReduceSumSquare', reduced(2n)],
  ['ScatterElements', scattered],
  ['Reshape', (it) => moved(integersOf(it, 1))],
  ['Expand', (it) => moved(broadcastShape(it, inputOf(it, 0), integersOf(it, 1)))],
  ['Transpose', (it) => moved(attributeOf(it, 'perm').map((axis) => inputOf(it, 0)[axis]!))],
  ['Gather', gathered],
  ['GatherElements', (it) => moved(inputOf(it, 1))],
  ['Slice', sliced],
  ['Pad', padded],
  ['Split', split],
  ['Concat', concatenated],
]);

/** All that a program may use. */
export const allowedOperations: readonly string[] = [...operations.keys()];

function multiplied(it: Applied): Counted {
  const [a, b] = [inputOf(it, 0), inputOf(it, 1)];
  const inner = a[a.length - 1]!;
  const result = [...a.slice(0, -1), b[b.length - 1]!];
  if (a.length !== b.length || b[b.length - 2] !== inner) throw bad(it.node, 'shapes do not fit');
  return { results: [result], flops: 2n * exactly(inner) * elements(result) };
}

function gemm(it: Applied): Counted {
  const turned = (input: number, attribute: string): Shape => {
    const shape = inputOf(it, input);
    return it.node.integers.get(attribute)?.[0] === 1 ? [shape[1]!, shape[0]!] : shape;
  };
  const [a, b] = [turned(0, 'transA'), turned(1, 'transB')];
  if (a.length !== 2 || b.length !== 2 || a[1] !== b[0] || it.inputs.length !== 2) {
    throw bad(it.node, 'shapes do not fit');
  }
  const result = [a[0]!, b[1]!];
  return { results: [result], flops: 2n * exactly(a[1]) * elements(result) };
}

function broadcast(it: Applied): Counted {
  const result = broadcastShape(it, inputOf(it, 0), inputOf(it, 1));
  return { results: [result], flops: elements(result) };
}

function alike(flopsPerElement: bigint) {
  return (it: Applied): Counted => {
    const shape = inputOf(it, 0);
    return { results: [shape], flops: flopsPerElement * elements(shape) };
  };
}

function reduced(flopsPerElement: bigint) {
  return (it: Applied): Counted => {
    const shape = inputOf(it, 0);
    const axes = integersOf(it, 1);
    const [kept] = attributeOf(it, 'keepdims');
    const result = shape.flatMap((size, axis) =>
      axes.includes(axis) ? (kept === 1 ? [1] : []) : [size],
    );
    return { results: [result], flops: flopsPerElement * elements(shape) };
  };
}

function scattered(it: Applied): Counted {
  return { results: [inputOf(it, 0)], flops: elements(inputOf(it, 2)) };
}

function gathered(it: Applied): Counted {
  const [axis] = attributeOf(it, 'axis');
  const table = inputOf(it, 0);
  return moved([...table.slice(0, axis), ...inputOf(it, 1), ...table.slice(axis! + 1)]);
}

function sliced(it: Applied): Counted {
  const [from, to, axes] = [1, 2, 3].map((input) => integersOf(it, input));
  const shape = [...inputOf(it, 0)];
  axes!.forEach((axis, i) => {
    const [first, end] = [from![i]!, to![i]!];
    // An axis beyond the last would make a list of billions of holes, and every count of it takes minutes.
    const inside = axis in shape && first >= 0 && first < end && end <= shape[axis]!;
    if (!inside) throw bad(it.node, `${first} to ${end} is no part of axis ${axis}`);
    shape[axis] = end - first;
  });
  return moved(shape);
}

function padded(it: Applied): Counted {
  const pads = integersOf(it, 1);
  const shape = inputOf(it, 0);
  if (pads.length !== 2 * shape.length || pads.some((size) => size < 0)) {
    throw bad(it.node, 'its padding does not fit');
  }
  return moved(shape.map((size, axis) => pads[axis]! + size + pads[shape.length + axis]!));
}

function split(it: Applied): Counted {
  const [axis] = attributeOf(it, 'axis');
  const shape = inputOf(it, 0);
  const results = integersOf(it, 1).map((size) => shape.with(axis!, size));
  return { results, flops: 0n };
}

function concatenated(it: Applied): Counted {
  const [axis] = attributeOf(it, 'axis');
  const size = it.inputs.reduce((sum, shape) => sum + shape[axis!]!, 0);
  return moved(inputOf(it, 0).with(axis!, size));
}

function moved(result: Shape): Counted {
  return { results: [result], flops: 0n };
}

function broadcastShape({ node }: Applied, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [sizeA, sizeB] = [a, b].map((shape) => shape[axis - rank + shape.length] ?? 1);
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw bad(node, 'shapes do not fit');
    return Math.max(sizeA!, sizeB!);
  });
}

function inputOf({ node, inputs }: Applied, at: number): Shape {
  const shape = inputs[at];
  if (!shape) throw bad(node, `it has no input ${at}`);
  return shape;
}

/** Shapes are fixed by the file: whatever decides one must be a constant. */
function integersOf({ node, program }: Applied, at: number): readonly number[] {
  const values = program.integers.get(node.inputs[at] ?? '');
  if (!values) throw bad(node, `its input ${at} is not a constant`);
  return values;
}

function attributeOf({ node }: Applied, name: string): readonly number[] {
  const values = node.integers.get(name);
  if (!values) throw bad(node, `it has no attribute ${name}`);
  return values;
}

function elements(shape: Shape): bigint {
  return shape.reduce((product, size) => product * exactly(size), 1n);
}

function bad({ op }: ReadNode, why: string): Error {
  return new Error(`BAD_ONNX: ${op}: ${why}; this is not a program of ours, fetch it again`);
}

/** An axis that a program names may not be there, and a size that it computes may be none. */
function exactly(size: number | undefined): bigint {
  if (size !== undefined && Number.isSafeInteger(size) && size >= 0) return BigInt(size);
  throw new Error(`BAD_ONNX: a tensor has the size ${size}; get the program again`);
}
