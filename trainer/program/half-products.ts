/**
 * Mixed precision as a transformation of a finished program (Micikevicius et al., "Mixed precision
 * training", 2018): the factors of every matrix product are rounded to half precision and multiplied
 * there; weights, moments, sums, norms, softmax and the optimizer stay in float32. What was voted on
 * stays what it was: an engine of the tolerance class transforms the program as it opens it.
 *
 * No loss is scaled. Gradients of our programs are those of a sum over tokens, not of a mean
 * (build-llama-program.ts), so they are as large as a loss scaled by the count of tokens would make
 * them. A product beyond 65,504 is infinite in float16: the norm is then not finite and the step is
 * refused, its state intact. bfloat16 reaches as far as float32.
 */
import { readOnnx, type ReadNode, type ReadProgram } from './onnx-reader.js';
import { writeOnnx, type AttributeValue, type OnnxNode } from './onnx-writer.js';

export const halfPrecisions = ['float16', 'bfloat16'] as const;
export type HalfPrecision = (typeof halfPrecisions)[number];

/** ONNX's numbers of element types. */
const codes = { float32: 1, float16: 10, bfloat16: 16 } as const;

const products: ReadonlySet<string> = new Set(['MatMul', 'Gemm']);

/**
 * `multiplied`: by the engine's own kernels for half precision. `rounded`: factors and result are
 * rounded to it and multiplied in float32, for engines that have no such kernels: not faster, but the
 * same arithmetic, as graphics cards add up products of halves in float32 too.
 */
export type HalfProducts = 'multiplied' | 'rounded';

/**
 * ONNX bytes of the same graph with its products in `precision`: same inputs, same results, both
 * float32. Not a program of ours any more: casts are not among the operations that may be voted on.
 * Error: `BAD_ONNX`.
 */
export function withHalfProducts(
  onnx: Uint8Array,
  precision: HalfPrecision,
  how: HalfProducts,
): Uint8Array {
  const program = readOnnx(onnx);
  const writer = new Writer(program, precision, how);
  for (const node of program.nodes) {
    if (products.has(node.op)) writer.product(node);
    else writer.nodes.push(asWritten(node));
  }
  const { constants, inputs, outputs } = program;
  return writeOnnx({ name: 'in_half', nodes: writer.nodes, constants, inputs, outputs });
}

class Writer {
  readonly nodes: OnnxNode[] = [];
  private readonly names: Set<string>;
  private readonly factors = new Map<string, string>();

  constructor(
    program: ReadProgram,
    private readonly precision: HalfPrecision,
    private readonly how: HalfProducts,
  ) {
    this.names = namesOf(program);
  }

  product(node: ReadNode): void {
    const [result] = node.outputs as [string];
    const inputs = node.inputs.map((name) => this.factor(name));
    const raw = this.fresh(`${result}.product`);
    this.nodes.push({ ...asWritten(node), inputs, outputs: [raw] });
    const half = this.how === 'rounded' ? this.cast(raw, this.precision) : raw;
    this.cast(half, 'float32', result);
  }

  /** A factor of several products is rounded once. */
  private factor(name: string): string {
    let made = this.factors.get(name);
    if (made === undefined) {
      const half = this.cast(name, this.precision);
      made = this.how === 'rounded' ? this.cast(half, 'float32') : half;
      this.factors.set(name, made);
    }
    return made;
  }

  private cast(from: string, type: keyof typeof codes, to = this.fresh(`${from}.${type}`)): string {
    this.nodes.push({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: codes[type] } });
    return to;
  }

  private fresh(wanted: string): string {
    let name = wanted;
    while (this.names.has(name)) name += '_';
    this.names.add(name);
    return name;
  }
}

function namesOf({ nodes, constants, inputs }: ReadProgram): Set<string> {
  return new Set([
    ...[...constants, ...inputs].map(({ name }) => name),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
}

/** The one attribute that lists integers; all others are single ones. */
const lists: ReadonlySet<string> = new Set(['perm']);

function asWritten({ op, inputs, outputs, integers, texts }: ReadNode): OnnxNode {
  const attributes: Record<string, AttributeValue> = Object.fromEntries(texts);
  for (const [name, values] of integers) {
    attributes[name] = lists.has(name) ? values : values[0]!;
  }
  return { op, inputs, outputs, attributes };
}
