/**
 * The operations that programs may use, each turned into calls of kernels once its shapes are known.
 * Programs come from strangers and a kernel checks nothing but ids, so whatever a node says about its
 * inputs is checked here, before anything runs.
 */
import type { ReadNode } from '../../program/onnx-reader.js';
import { broadcastShape, planCombine } from './combine.js';
import { planCopy, stridesOf, stridesWithin, type CopyAxis } from './copies.js';
import type { KernelCalls } from './kernels.js';
import { planProduct } from './products.js';
import { planReduction } from './reductions.js';
import {
  adds,
  bad,
  countOf,
  requireThat,
  type OperandShape,
  type PlannedNode,
  type PlanningNode,
} from './planned-node.js';

export function planNode(it: PlanningNode): PlannedNode {
  const plan = operations.get(it.node.op);
  if (!plan) throw bad(it.node, 'it is not an operation that programs may use');
  try {
    return plan(it);
  } catch (error) {
    if ((error as Error).message.startsWith('BAD_ONNX')) throw error;
    throw bad(it.node, 'its inputs and attributes do not fit together');
  }
}

type Planner = (it: PlanningNode) => PlannedNode;

const mapped = ['Sqrt', 'Neg', 'Sigmoid', 'Log'];

const operations: ReadonlyMap<string, Planner> = new Map<string, Planner>([
  ...['Add', 'Sub', 'Mul', 'Div', 'Max'].map((op) => [op, planCombine] as const),
  ...mapped.map((op) => [op, planMap] as const),
  ['Softmax', planSoftmax],
  ['MatMul', planProduct],
  ['Gemm', planProduct],
  ...['ReduceSum', 'ReduceMean', 'ReduceSumSquare'].map((op) => [op, planReduction] as const),
  ['Expand', planExpand],
  ['Transpose', planTranspose],
  ['Slice', planSlice],
  ['Split', planSplit],
  ['Concat', planConcat],
  ['Pad', planPad],
  ['Trilu', planTriangle],
  ['Gather', planGather],
  ['GatherElements', planGatherElements],
  ['ScatterElements', planScatter],
]);

function planMap({ node, inputs: [x] }: PlanningNode): PlannedNode {
  requireThat(node, x?.type === 'f32', 'it takes numbers');
  const [op, count] = [mapped.indexOf(node.op), countOf(x!.shape)];
  return {
    results: [x!],
    inPlace: [0],
    part: { walked: [true], run: (call, [from], to, some) => call.map(op, from!, to, some) },
    run: (call, [from], [to]) => call.map(op, from!, to!, count),
  };
}

function planSoftmax({ node, inputs: [x] }: PlanningNode): PlannedNode {
  requireThat(node, x?.type === 'f32' && x.shape.length > 0, 'it takes numbers');
  const axis = node.integers.get('axis')?.[0];
  requireThat(node, axis === x!.shape.length - 1, 'it is taken along another axis than the last');
  const columns = x!.shape[x!.shape.length - 1]!;
  const rows = countOf(x!.shape) / columns;
  return {
    results: [x!],
    inPlace: [0],
    run: (call, [from], [to]) => call.softmax(from!, to!, rows, columns),
  };
}

function planExpand({ node, inputs: [x], integers }: PlanningNode): PlannedNode {
  const shape = broadcastShape(node, x!.shape, integers(1));
  return copying(x!, shape, stridesWithin(x!.shape, shape));
}

function planTranspose({ node, inputs: [x] }: PlanningNode): PlannedNode {
  const order = node.integers.get('perm') ?? [];
  const sorted = [...order].sort((a, b) => a - b);
  const whole = order.length === x!.shape.length && sorted.every((axis, i) => axis === i);
  requireThat(node, whole, 'its order is none');
  const strides = stridesOf(x!.shape);
  return copying(
    x!,
    order.map((axis) => x!.shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** One result of `shape`, read from `x` with strides. */
function copying(
  x: OperandShape,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): PlannedNode {
  const to = stridesOf(shape);
  const axes = shape.map((size, i): CopyAxis => ({ size, from: strides[i]!, to: to[i]! }));
  const copy = planCopy(axes, { from: offset, to: 0 });
  return {
    results: [{ type: x.type, shape }],
    run: (call, [from], [result]) => copy(call, from!, result!),
  };
}

function planSlice({ node, inputs, integers }: PlanningNode): PlannedNode {
  const x = inputs[0]!;
  const [from, to, axes] = [integers(1), integers(2), integers(3)];
  requireThat(node, node.inputs.length === 4, 'it takes steps');
  requireThat(node, from.length === axes.length && to.length === axes.length, 'it does not fit');
  requireThat(node, new Set(axes).size === axes.length, 'it names an axis twice');
  const strides = stridesOf(x.shape);
  const shape = [...x.shape];
  let offset = 0;
  axes.forEach((axis, i) => {
    const [first, end] = [from[i]!, to[i]!];
    const inside = first >= 0 && first < end && end <= (x.shape[axis] ?? 0);
    requireThat(node, inside, `${first} to ${end} is no part of axis ${axis}`);
    shape[axis] = end - first;
    offset += first * strides[axis]!;
  });
  return copying(x, shape, strides, offset);
}

function planSplit(it: PlanningNode): PlannedNode {
  const x = it.inputs[0]!;
  const axis = axisOf(it.node, x.shape);
  const sizes = it.integers(1);
  const fits = adds(sizes) === x.shape[axis] && sizes.every((size) => size >= 1);
  requireThat(it.node, fits && sizes.length === it.node.outputs.length, 'its sizes do not fit');
  const strides = stridesOf(x.shape);
  let from = 0;
  const parts = sizes.map((size) => {
    const part = copying(x, x.shape.with(axis, size), strides, from * strides[axis]!);
    from += size;
    return part;
  });
  return {
    results: parts.map(({ results }) => results[0]!),
    run: (call, inputs, results) =>
      parts.forEach((part, i) => part.run(call, inputs, [results[i]!], 0, 0)),
  };
}

function planConcat({ node, inputs }: PlanningNode): PlannedNode {
  const [first] = inputs;
  requireThat(
    node,
    first !== undefined && inputs.length === node.inputs.length,
    'it joins nothing',
  );
  const axis = axisOf(node, first!.shape);
  const besides = ({ type, shape }: OperandShape): string =>
    `${type} ${shape.map((size, i) => (i === axis ? '' : size)).join()}`;
  const fits = inputs.every((one) => besides(one) === besides(first!));
  requireThat(node, fits, 'its parts do not fit');
  const shape = first!.shape.with(axis, adds(inputs.map((one) => one.shape[axis]!)));
  const to = stridesOf(shape);
  let offset = 0;
  const copies = inputs.map((part) => {
    const copy = planCopy(axesInto(part.shape, to), { from: 0, to: offset * to[axis]! });
    offset += part.shape[axis]!;
    return copy;
  });
  return {
    results: [{ type: first!.type, shape }],
    run: (call, parts, [result]) => copies.forEach((copy, i) => copy(call, parts[i]!, result!)),
  };
}

function axesInto(shape: readonly number[], to: readonly number[]): CopyAxis[] {
  const from = stridesOf(shape);
  return shape.map((size, i) => ({ size, from: from[i]!, to: to[i]! }));
}

function planPad({ node, inputs, integers }: PlanningNode): PlannedNode {
  const x = inputs[0]!;
  const pads = integers(1);
  const rank = x.shape.length;
  const fits =
    node.inputs.length === 2 && pads.length === 2 * rank && pads.every((size) => size >= 0);
  requireThat(node, fits, 'its padding does not fit');
  const shape = x.shape.map((size, axis) => pads[axis]! + size + pads[rank + axis]!);
  const to = stridesOf(shape);
  const offset = adds(to.map((stride, axis) => pads[axis]! * stride));
  const copy = planCopy(axesInto(x.shape, to), { from: 0, to: offset });
  const count = countOf(shape);
  return {
    results: [{ type: x.type, shape }],
    run(call, [from], [result], _scratch, zero) {
      call.fill_rows(zero, 0, result!, 0, count, 1);
      copy(call, from!, result!);
    },
  };
}

function planTriangle({ node, inputs: [x], integers }: PlanningNode): PlannedNode {
  const upper = node.integers.get('upper')?.[0] === 1;
  const rank = x!.shape.length;
  requireThat(node, upper && rank >= 2, 'it is no upper triangle of a matrix');
  const [rows, columns] = [x!.shape[rank - 2]!, x!.shape[rank - 1]!];
  const offset = integers(1)[0] ?? NaN;
  requireThat(node, Math.abs(offset) < 2 ** 30, 'its diagonal is nowhere');
  const count = countOf(x!.shape) / (rows * columns);
  return {
    results: [x!],
    inPlace: [0],
    run: (call, [from], [to]) => call.upper_triangle(from!, to!, count, rows, columns, offset),
  };
}

function planGather({ node, inputs: [table, ids] }: PlanningNode): PlannedNode {
  requireThat(node, ids?.type === 'i32', 'its ids are none');
  requireThat(node, axisOf(node, table!.shape) === 0, 'it picks along another axis than the first');
  const [size, ...rest] = table!.shape as [number, ...number[]];
  const [count, n] = [countOf(ids!.shape), countOf(rest)];
  return {
    results: [{ type: table!.type, shape: [...ids!.shape, ...rest] }],
    run: (call, [from, at], [to]) =>
      refuseIds(node, call.gather_rows(from!, at!, to!, size, count, n)),
  };
}

function planGatherElements({ node, inputs: [x, ids] }: PlanningNode): PlannedNode {
  const [rows, n] = x!.shape as [number, number];
  const [sameRows, picked] = ids!.shape as [number, number];
  const fits = x!.shape.length === 2 && ids!.shape.length === 2 && sameRows === rows;
  requireThat(node, ids?.type === 'i32' && fits, 'it takes [rows, n] and ids [rows, picked]');
  requireThat(node, axisOf(node, x!.shape) === 1, 'it picks along another axis than the last');
  return {
    results: [{ type: x!.type, shape: ids!.shape }],
    run: (call, [from, at], [to]) =>
      refuseIds(node, call.gather_elements(from!, at!, to!, rows, n, picked)),
  };
}

function planScatter({ node, inputs: [x, ids, updates] }: PlanningNode): PlannedNode {
  const numbers = x?.type === 'f32' && updates?.type === 'f32' && ids?.type === 'i32';
  const flat = numbers && x.shape.length === 2 && ids.shape.join() === updates.shape.join();
  const adding = node.texts.get('reduction') === 'add';
  requireThat(node, flat && ids!.shape.length === 2 && adding, 'it does not add to a table');
  const [size, n] = x!.shape as [number, number];
  const [rows, picked] = ids!.shape as [number, number];
  const axis = axisOf(node, x!.shape);
  requireThat(node, axis === 0 ? picked <= n : rows <= size, 'its ids are more than the table');
  const add = (call: KernelCalls, to: number, at: number, from: number): number =>
    axis === 0
      ? call.scatter_down_columns(to, at, from, size, n, rows, picked)
      : call.scatter_along_rows(to, at, from, rows, n, picked);
  return {
    results: [x!],
    inPlace: [0],
    run(call, [from, at, more], [to]) {
      if (to !== from) call.copy_rows(from!, 0, to!, 0, size * n, 1);
      refuseIds(node, add(call, to!, at!, more!));
    },
  };
}

function axisOf(node: ReadNode, shape: readonly number[]): number {
  const axis = node.integers.get('axis')?.[0];
  requireThat(node, axis !== undefined && axis >= 0 && axis < shape.length, 'it has no such axis');
  return axis!;
}

function refuseIds(node: ReadNode, outside: number): void {
  if (outside !== 0) {
    throw new Error(
      `BAD_PROGRAM_ID: ${node.op} met an id outside its table; this program computes ids that do ` +
        'not exist, use another',
    );
  }
}
