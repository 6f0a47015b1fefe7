/** Mixed precision on any graph runtime: programs are transformed as they are opened. */
import { Graph } from '../program/graph.js';
import {
  withHalfProducts,
  type HalfPrecision,
  type HalfProducts,
} from '../program/half-products.js';
import { multiplyMatrices } from '../program/operations.js';
import type { GraphRuntime } from './graph-runtime.js';

export interface MixedPrecision {
  readonly precision: HalfPrecision;
  readonly how: HalfProducts;
}

export function halfRuntime(runtime: GraphRuntime, mixed: MixedPrecision): GraphRuntime {
  return {
    hold: (tensor) => runtime.hold(tensor),
    open: (model) => runtime.open(withHalfProducts(model, mixed.precision, mixed.how)),
  };
}

/** Rows and columns of the matrix that is squared to see whether a device can. */
const probeSize = 32;

/** Rejects with the runtime's own words where it cannot multiply so, or multiplies something else. */
export async function probeProducts(runtime: GraphRuntime): Promise<void> {
  const graph = new Graph();
  const shape = [probeSize, probeSize];
  const x = graph.input('x', 'f32', shape);
  graph.output('y', multiplyMatrices(x, x));
  const opened = await runtime.open(graph.write('probe'));
  // 0.5 and its multiples are exact in every precision
  const data = new Float32Array(probeSize * probeSize).fill(0.5);
  const held = runtime.hold({ type: 'f32', data, shape });
  const { y } = await opened.run({ x: held });
  const values = await y!.read();
  await opened.release();
  const expected = probeSize / 4;
  if (values.some((value) => value !== expected)) {
    throw new Error(`ENGINE_FAILED: it says that ${probeSize} · 0.5² is ${values[0]}`);
  }
}
