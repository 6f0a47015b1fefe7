/** The gradient of every operation against finite differences, on whatever engine. */
import { differentiate } from '../../program/gradient.js';
import { countElements, Graph } from '../../program/graph.js';
import { multiply, sum } from '../../program/operations.js';
import type { GraphRuntime, HostTensor, OpenedGraph } from '../graph-runtime.js';
import type { OperationCase } from './operation-cases.js';

/** A power of two, so that inputs move by what they are said to. */
const step = 1 / 128;
/** Curvature and float32 together stay well below; a wrong rule is off by a share of 1. */
const tolerance = 2e-3;

/** Loss and gradients by name. */
export type CaseResults = Readonly<Record<string, Float32Array>>;

/** Throws `GRADIENT_WRONG` where a gradient is not what the loss does. */
export async function compareWithDifferences(
  one: OperationCase,
  runtime: GraphRuntime,
): Promise<void> {
  if (one.forwardOnly) return;
  const { graph, feeds } = await openCase(one, runtime);
  try {
    const lossOf = async (): Promise<number> =>
      (await runOnHost(runtime, graph, feeds))['loss']![0]!;
    const exact = await runOnHost(runtime, graph, feeds);
    for (const i of one.shapes.keys()) {
      const data = feeds[`x${i}`]!.data;
      for (let at = 0; at < data.length; at++) {
        const before = data[at]!;
        data[at] = before + step;
        const above = await lossOf();
        data[at] = before - step;
        const difference = (above - (await lossOf())) / (2 * step);
        data[at] = before;
        const gradient = exact[`g${i}`]![at]!;
        if (Math.abs(gradient - difference) <= tolerance) continue;
        throw new Error(
          `GRADIENT_WRONG: ${one.name}: d loss / d x${i}[${at}] is ${gradient}, differences give ` +
            `${difference}; this engine must not train`,
        );
      }
    }
  } finally {
    await graph.release();
  }
}

/** What an engine makes of a case. */
export async function runCase(one: OperationCase, runtime: GraphRuntime): Promise<CaseResults> {
  const { graph, feeds } = await openCase(one, runtime);
  try {
    return await runOnHost(runtime, graph, feeds);
  } finally {
    await graph.release();
  }
}

/** Outputs: the result's weighted sum `loss`, so that every element has another gradient; `g0` … */
export function graphOf(one: OperationCase): Uint8Array {
  return buildCase(one).onnx;
}

function buildCase(one: OperationCase): { onnx: Uint8Array; feeds: Record<string, HostTensor> } {
  const graph = new Graph();
  const inputs = one.shapes.map((shape, i) => graph.input(`x${i}`, 'f32', shape));
  const result = one.build(...inputs);
  const weights = graph.input('weights', 'f32', result.shape);
  const weighted = multiply(result, weights);
  const axes = result.shape.map((_, axis) => axis);
  const loss = axes.length === 0 ? weighted : sum(weighted, axes);
  graph.output('loss', loss);
  const gradients = one.forwardOnly ? [] : differentiate(loss, inputs);
  gradients.forEach((gradient, i) => {
    // Through a multiplication: a gradient may be a constant or an input itself
    graph.output(`g${i}`, multiply(gradient, graph.scalar(1)));
  });
  return { onnx: graph.write('case'), feeds: feedsOf(one, result.shape) };
}

/** A case opened on an engine, with its inputs. */
export async function openCase(one: OperationCase, runtime: GraphRuntime) {
  const { onnx, feeds } = buildCase(one);
  return { graph: await runtime.open(onnx), feeds };
}

function feedsOf(one: OperationCase, result: readonly number[]): Record<string, HostTensor> {
  const weights = Float32Array.from(numbers(countElements(result), 7));
  const feeds: Record<string, HostTensor> = {
    weights: { type: 'f32', data: weights, shape: result },
  };
  one.shapes.forEach((shape, i) => {
    const data = Float32Array.from(numbers(countElements(shape), i), (x) =>
      one.positive ? 1 + Math.abs(x) : x,
    );
    feeds[`x${i}`] = { type: 'f32', data, shape };
  });
  if (one.ids)
    feeds['ids'] = { type: 'i32', data: Int32Array.from(one.ids), shape: [one.ids.length] };
  return feeds;
}

/** Runs a graph with inputs from, and results to, this process's memory. */
export async function runOnHost(
  runtime: GraphRuntime,
  graph: OpenedGraph,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<CaseResults> {
  const held = Object.entries(feeds).map(([name, tensor]) => [name, runtime.hold(tensor)] as const);
  try {
    const results = Object.entries(await graph.run(Object.fromEntries(held)));
    return Object.fromEntries(
      await Promise.all(
        results.map(async ([name, tensor]) => {
          const values = (await tensor.read()).slice();
          tensor.drop();
          return [name, values] as const;
        }),
      ),
    );
  } finally {
    for (const [, tensor] of held) tensor.drop();
  }
}

/** Numbers of about ±1 without a pattern. */
function numbers(count: number, salt: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(1 + 12.9898 * i + 78.233 * salt));
}
