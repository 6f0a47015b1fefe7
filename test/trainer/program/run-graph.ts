/** Runs a graph under test in the exact engine's runtime. */
import * as ort from 'onnxruntime-web';
import type { Graph } from '@commonweights/trainer/program/graph.js';

export type Feeds = Record<string, { data: Float32Array | Int32Array; shape: readonly number[] }>;

export async function openGraph(
  graph: Graph,
): Promise<(feeds: Feeds) => Promise<Record<string, Float32Array>>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(graph.write('test'), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
      name,
      data instanceof Float32Array
        ? new ort.Tensor('float32', data, shape)
        : new ort.Tensor('int32', data, shape),
    ]);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  };
}
