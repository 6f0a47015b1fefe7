/**
 * Turns a program into a list of kernel calls over numbered places. What costs nothing is settled
 * here, once: a reshaped tensor is the same place, a factor that was turned just before its product
 * is read turned, a result takes the place of an operand that nobody needs any more.
 */
import type { ReadNode, ReadProgram } from '../../program/onnx-reader.js';
import { fuse, type Step } from './fuse.js';
import { planNode } from './operations.js';
import { bad, countOf, type OperandShape } from './planned-node.js';

export interface Plan {
  readonly steps: readonly Step[];
  readonly places: number;
  readonly inputs: readonly { readonly name: string; readonly place: number; bytes: number }[];
  readonly constants: readonly { readonly place: number; readonly data: Uint8Array }[];
  readonly outputs: readonly PlannedOutput[];
  readonly scratchBytes: number;
}

export interface PlannedOutput {
  readonly name: string;
  readonly place: number;
  readonly count: number;
  /** The place is an input's, a constant's or another output's: somebody else goes on using it. */
  readonly shared: boolean;
}

interface Value extends OperandShape {
  readonly place: number;
}

/** Error: `BAD_ONNX`. */
export function planProgram(program: ReadProgram): Plan {
  const values = new Map<string, Value>();
  let places = 0;
  const given = new Set<number>();
  const name = (value: string, { type, shape }: OperandShape): number => {
    values.set(value, { type, shape, place: places });
    return places++;
  };
  const constants = program.constants.flatMap(({ name: value, type, shape, data }) => {
    if (type === 'i64') return [];
    const place = name(value, { type, shape });
    given.add(place);
    return [{ place, data }];
  });
  const inputs = program.inputs.map(({ name: value, type, shape }) => {
    if (type === 'i64') throw new Error(`BAD_ONNX: the input ${value} is i64; use another program`);
    const place = name(value, { type, shape });
    given.add(place);
    return { name: value, place, bytes: 4 * countOf(shape) };
  });
  const steps: Step[] = [];
  for (const { node, turned } of withoutTurning(program)) {
    const operands = node.inputs.map((input) => values.get(input));
    const integers = (at: number): readonly number[] => {
      const found = program.integers.get(node.inputs[at] ?? '') ?? scalarOf(program, node, at);
      if (!found) throw bad(node, `its input ${at} is not a constant`);
      return found;
    };
    if (node.op === 'Reshape') {
      const [x] = operands;
      if (!x || countOf(integers(1)) !== countOf(x.shape)) throw bad(node, 'it does not fit');
      values.set(node.outputs[0]!, { ...x, shape: integers(1) });
      continue;
    }
    const known = operands.filter((one) => one !== undefined);
    const planned = planNode({ node, inputs: known, integers, turned });
    steps.push({
      planned,
      inputs: known.map(({ place }) => place),
      results: node.outputs.map((output, i) => name(output, planned.results[i]!)),
      free: [],
    });
  }
  const taken = new Set(given);
  const outputs = program.outputs.map(({ name: output }): PlannedOutput => {
    const value = values.get(output);
    if (!value) throw new Error(`BAD_ONNX: the output ${output} comes from nowhere`);
    const shared = taken.has(value.place);
    taken.add(value.place);
    return { name: output, place: value.place, count: countOf(value.shape), shared };
  });
  const kept = new Set([...given, ...outputs.map(({ place }) => place)]);
  const fused = fuse(steps, kept);
  settlePlaces(fused, kept);
  const scratchBytes = Math.max(0, ...fused.map(({ planned }) => planned.scratchBytes ?? 0));
  return { steps: fused, places, inputs, constants, outputs, scratchBytes };
}

/** Where each place is needed last, and which results can be written over what ends there. */
function settlePlaces(steps: readonly Step[], kept: ReadonlySet<number>): void {
  const last = new Map<number, number>();
  steps.forEach((step, at) => {
    for (const place of [...step.inputs, ...step.results]) last.set(place, at);
  });
  steps.forEach((step, at) => {
    const ending = new Set(
      [...step.inputs, ...step.results].filter(
        (place) => last.get(place) === at && !kept.has(place),
      ),
    );
    for (const input of step.planned.inPlace ?? []) {
      const place = step.inputs[input]!;
      if (!ending.has(place) || step.results.includes(place)) continue;
      // What reads it a second time, elsewhere than where it writes, would read its own results.
      const uses = step.inputs.filter((one) => one === place).length;
      if (uses > 1 && !step.planned.part) continue;
      step.over = place;
      ending.delete(place);
      break;
    }
    step.free = [...ending];
  });
}

/** An offset comes as a constant without axes. */
function scalarOf(program: ReadProgram, node: ReadNode, at: number): readonly number[] | undefined {
  const constant = program.constants.find(({ name }) => name === node.inputs[at]);
  if (constant?.type !== 'i64' || constant.shape.length !== 0) return undefined;
  const { data } = constant;
  return [Number(new DataView(data.buffer, data.byteOffset, 8).getBigInt64(0, true))];
}

/** Nodes in order; products take a transposed factor as it lies, and what is then unused is left out. */
function withoutTurning(program: ReadProgram): { node: ReadNode; turned: boolean[] }[] {
  const sources = new Map<string, string>();
  for (const { op, inputs, outputs, integers } of program.nodes) {
    if (op === 'Transpose' && swapsLastTwo(integers.get('perm') ?? [])) {
      sources.set(outputs[0]!, inputs[0]!);
    }
  }
  const rewritten = program.nodes.map((node) => {
    if (node.op !== 'MatMul') return { node, turned: [] };
    const turned = node.inputs.map((input) => sources.has(input));
    const inputs = node.inputs.map((input) => sources.get(input) ?? input);
    return { node: { ...node, inputs }, turned };
  });
  const needed = new Set(program.outputs.map(({ name }) => name));
  return rewritten
    .reverse()
    .filter(({ node }) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    })
    .reverse();
}

function swapsLastTwo(order: readonly number[]): boolean {
  const rank = order.length;
  if (rank < 2) return false;
  return order.every((axis, i) => {
    if (i < rank - 2) return axis === i;
    return axis === (i === rank - 1 ? rank - 2 : rank - 1);
  });
}
