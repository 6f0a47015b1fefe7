/**
 * A graph of typed tensors, built by calling operations and written out as an ONNX model. Shapes are
 * known while building, so a wrong program fails where it is written, not inside an engine. All
 * operations are pure: applying one twice to the same inputs gives back the first result, and what
 * no output needs is left out.
 */
import { elementsMax } from './limits.js';
import { writeOnnx, type AttributeValue, type ElementType } from './onnx-writer.js';

export type { ElementType } from './onnx-writer.js';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A value in a graph. `order` rises with creation, so inputs always come before results. */
export interface Tensor {
  readonly graph: Graph;
  readonly order: number;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** How a gradient of this tensor flows to what it was computed from; see gradient.ts. */
  flows?: readonly Flow[];
}

/** One input of a differentiable operation and the rule that maps the output's gradient to its own. */
export interface Flow {
  readonly input: Tensor;
  gradient(outputGradient: Tensor): Tensor;
}

interface Operation {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
}

export class Graph {
  private readonly operations: Operation[] = [];
  private readonly seen = new Map<string, readonly Tensor[]>();
  private readonly makers = new Map<Tensor, Operation>();
  private readonly inputs: Tensor[] = [];
  private readonly constants = new Map<string, { tensor: Tensor; data: Uint8Array }>();
  private readonly outputs: { name: string; tensor: Tensor }[] = [];
  private created = 0;

  input(name: string, type: ElementType, shape: readonly number[]): Tensor {
    const tensor = this.create(name, type, shape);
    this.inputs.push(tensor);
    return tensor;
  }

  /** A float32 constant; scalars have shape []. Equal constants are one. */
  constant(values: ArrayLike<number>, shape: readonly number[]): Tensor {
    const data = new Uint8Array(4 * values.length);
    const view = new DataView(data.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
    return this.remember('f32', shape, data);
  }

  scalar(value: number): Tensor {
    return this.constant([value], []);
  }

  /** A one-dimensional int64 constant, as ONNX takes axes, shapes and sizes. */
  integers(values: readonly number[]): Tensor {
    return this.remember('i64', [values.length], encodeIntegers(values));
  }

  integerScalar(value: number): Tensor {
    return this.remember('i64', [], encodeIntegers([value]));
  }

  /** Adds an operation with one result. */
  apply(
    op: string,
    inputs: readonly Tensor[],
    attributes: Attributes,
    result: { type: ElementType; shape: readonly number[] },
  ): Tensor {
    return this.applyMany(op, inputs, attributes, [result])[0]!;
  }

  applyMany(
    op: string,
    inputs: readonly Tensor[],
    attributes: Attributes,
    results: readonly { type: ElementType; shape: readonly number[] }[],
  ): readonly Tensor[] {
    const foreign = inputs.find((input) => input.graph !== this);
    if (foreign) throw new Error(`FOREIGN_TENSOR: ${op} of ${foreign.name}, of another graph`);
    const identity = JSON.stringify([op, inputs.map((input) => input.order), attributes]);
    const known = this.seen.get(identity);
    if (known) return known;
    const outputs = results.map((result) =>
      this.create(`t${this.created}`, result.type, result.shape),
    );
    const operation = { op, inputs, attributes, outputs };
    this.operations.push(operation);
    for (const output of outputs) this.makers.set(output, operation);
    this.seen.set(identity, outputs);
    return outputs;
  }

  /** The operation that computes a tensor; undefined for inputs and constants. */
  makerOf(tensor: Tensor): Pick<Operation, 'op' | 'inputs'> | undefined {
    return this.makers.get(tensor);
  }

  /** Names a computed tensor as a result of the whole graph. */
  output(name: string, tensor: Tensor): void {
    if (!this.makers.has(tensor) || this.outputs.some((output) => output.tensor === tensor)) {
      throw new Error(`BUG: ${name} must be a computed tensor that has no other name`);
    }
    this.outputs.push({ name, tensor });
  }

  /** ONNX bytes of what the outputs need, in the order of building. */
  write(name: string): Uint8Array {
    const operations = this.needed();
    const used = new Set(operations.flatMap((operation) => operation.inputs));
    const names = new Map(this.outputs.map((output) => [output.tensor, output.name]));
    const nameOf = (tensor: Tensor): string => names.get(tensor) ?? tensor.name;
    const valueOf = (tensor: Tensor) => ({ ...tensor, name: nameOf(tensor) });
    return writeOnnx({
      name,
      nodes: operations.map((operation) => ({
        op: operation.op,
        inputs: operation.inputs.map(nameOf),
        outputs: operation.outputs.map(nameOf),
        attributes: operation.attributes,
      })),
      constants: [...this.constants.values()]
        .filter(({ tensor }) => used.has(tensor))
        .map(({ tensor, data }) => ({ ...valueOf(tensor), data })),
      inputs: this.inputs.map(valueOf),
      outputs: this.outputs.map(({ tensor }) => valueOf(tensor)),
    });
  }

  private needed(): Operation[] {
    const needed = new Set(this.outputs.map((output) => output.tensor));
    const kept: Operation[] = [];
    for (let i = this.operations.length - 1; i >= 0; i--) {
      const operation = this.operations[i]!;
      if (!operation.outputs.some((output) => needed.has(output))) continue;
      kept.push(operation);
      for (const input of operation.inputs) needed.add(input);
    }
    return kept.reverse();
  }

  private create(name: string, type: ElementType, shape: readonly number[]): Tensor {
    const elements = countElements(shape);
    if (!shape.every((size) => Number.isInteger(size) && size > 0) || elements > elementsMax) {
      throw new Error(
        `BAD_SHAPE: ${name} would be [${shape.join(', ')}]; sizes are natural numbers whose ` +
          `product is at most ${elementsMax}, so make the model, batch or context smaller`,
      );
    }
    return { graph: this, order: this.created++, name, type, shape: [...shape] };
  }

  private remember(type: ElementType, shape: readonly number[], data: Uint8Array): Tensor {
    const identity = `${type}:${shape.join(',')}:${data.length > 64 ? hashText(data) : data.join()}`;
    const known = this.constants.get(identity);
    if (known && equalBytes(known.data, data)) return known.tensor;
    const tensor = this.create(`c${this.created}`, type, shape);
    this.constants.set(known ? `${identity}:${tensor.order}` : identity, { tensor, data });
    return tensor;
  }
}

/** States how gradients flow through a result; applying an operation twice states it once. */
export function differentiable(result: Tensor, flows: readonly Flow[]): Tensor {
  result.flows ??= flows;
  return result;
}

export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function encodeIntegers(values: readonly number[]): Uint8Array {
  const data = new Uint8Array(8 * values.length);
  const view = new DataView(data.buffer);
  values.forEach((value, i) => view.setBigInt64(8 * i, BigInt(value), true));
  return data;
}

/** Only a lookup key (FNV-1a); equality is checked on the bytes. */
function hashText(data: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return `#${hash >>> 0}:${data.length}`;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
