/** Runs planned programs: takes places in the kernels' memory, calls kernels, gives places back. */
import type { GraphRuntime, HeldTensor, HostTensor, OpenedGraph } from '../graph-runtime.js';
import { admitProgram } from '../../program/admit-program.js';
import { readOnnx } from '../../program/onnx-reader.js';
import { countOf } from './planned-node.js';
import { startKernels, type Kernels } from './kernels.js';
import { planProgram, type Plan } from './plan.js';

export async function simdRuntime(): Promise<GraphRuntime> {
  const kernels = await startKernels();
  return {
    hold: (tensor) => hold(kernels, tensor),
    async open(model): Promise<OpenedGraph> {
      admitProgram(model);
      const graph = new PlannedGraph(kernels, planProgram(readOnnx(model)));
      return {
        run: async (feeds) => graph.run(feeds),
        release: async () => graph.release(),
      };
    },
  };
}

class SimdTensor implements HeldTensor {
  private dropped = false;

  constructor(
    private readonly kernels: Kernels,
    readonly at: number,
    readonly count: number,
  ) {}

  async read(): Promise<Float32Array> {
    return this.kernels.heap.floats(this.at, this.count).slice();
  }

  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    this.kernels.heap.give(this.at);
  }
}

function hold(kernels: Kernels, { data, shape }: HostTensor): SimdTensor {
  const count = countOf(shape);
  if (data.length !== count) throw new Error(`BUG: ${data.length} numbers for ${count}`);
  return new SimdTensor(kernels, place(kernels, data), count);
}

/** The data's own copy. */
function place({ heap }: Kernels, data: Float32Array | Int32Array | Uint8Array): number {
  const at = heap.take(data.byteLength);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  heap.bytes(at, data.byteLength).set(bytes);
  return at;
}

class PlannedGraph {
  private readonly constants: readonly { place: number; at: number }[];
  private readonly zero: number;
  private released = false;

  constructor(
    private readonly kernels: Kernels,
    private readonly plan: Plan,
  ) {
    this.constants = plan.constants.map(({ place: to, data }) => ({
      place: to,
      at: place(kernels, data),
    }));
    this.zero = place(kernels, new Float32Array(4));
  }

  run(feeds: Readonly<Record<string, HeldTensor>>): Record<string, HeldTensor> {
    const { plan, kernels } = this;
    const { heap, call } = kernels;
    const addresses: number[] = new Array<number>(plan.places).fill(0);
    for (const { place: to, at } of this.constants) addresses[to] = at;
    for (const { name, place: to, bytes } of plan.inputs) {
      const given = feeds[name] as SimdTensor | undefined;
      if (!given || 4 * given.count !== bytes) {
        throw new Error(`BUG: the graph's input ${name} is not given, or of another size`);
      }
      addresses[to] = given.at;
    }
    const owned = new Set<number>();
    const take = (bytes: number): number => {
      const at = heap.take(bytes);
      owned.add(at);
      return at;
    };
    const give = (at: number): void => {
      owned.delete(at);
      heap.give(at);
    };
    try {
      const scratch = plan.scratchBytes > 0 ? take(plan.scratchBytes) : 0;
      for (const { planned, inputs, results, free, over } of plan.steps) {
        results.forEach((to, i) => {
          const reused = i === 0 && over !== undefined;
          addresses[to] = reused ? addresses[over]! : take(4 * countOf(planned.results[i]!.shape));
        });
        const from = inputs.map((at) => addresses[at]!);
        planned.run(
          call,
          from,
          results.map((at) => addresses[at]!),
          scratch,
          this.zero,
        );
        for (const at of free) give(addresses[at]!);
      }
      const outputs = plan.outputs.map(({ name, place: from, count, shared }) => {
        const at = shared ? take(4 * count) : addresses[from]!;
        if (shared) heap.bytes(at, 4 * count).set(heap.bytes(addresses[from]!, 4 * count));
        return [name, new SimdTensor(kernels, at, count)] as const;
      });
      for (const [, { at }] of outputs) owned.delete(at);
      return Object.fromEntries(outputs);
    } finally {
      // The room to work in, and all that was made where a step failed.
      for (const at of owned) heap.give(at);
    }
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    for (const { at } of this.constants) this.kernels.heap.give(at);
    this.kernels.heap.give(this.zero);
  }
}
