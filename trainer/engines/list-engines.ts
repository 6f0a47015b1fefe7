/** Every engine that there is, and which of them this machine has. */
import { Graph } from '../program/graph.js';
import { multiply } from '../program/operations.js';
import type { Engine } from './engine.js';
import { createOrtNativeEngine, ortDevices, ortPrecisions } from './ort-native.js';
import { createOrtWasmEngine } from './ort-wasm.js';
import { createSimdWasmEngine } from './simd-wasm.js';
import { createTfjsEngine, tfjsBackends } from './tfjs.js';

/** Exact engines first, the default of runs before the other; mixed precision after float32. */
export function knownEngines(options: { threads: number }): Engine[] {
  const mixed = ortDevices.flatMap((device) =>
    ortPrecisions[device].map((precision) => ({ ...options, device, precision })),
  );
  return [
    createSimdWasmEngine(),
    createOrtWasmEngine(),
    ...ortDevices.map((device) => createOrtNativeEngine({ ...options, device })),
    ...mixed.map((one) => createOrtNativeEngine(one)),
    ...tfjsBackends.map((backend) => createTfjsEngine({ backend })),
  ];
}

/** Error: `NO_SUCH_ENGINE`. */
export function engineNamed(name: string, options: { threads: number }): Engine {
  const engines = knownEngines(options);
  const engine = engines.find((one) => one.name === name);
  if (engine) return engine;
  const names = engines.map((one) => one.name).join(', ');
  throw new Error(`NO_SUCH_ENGINE: "${name.slice(0, 60)}"; the engines are ${names}`);
}

/** Null when a small graph runs on it, else the sentence that says what is missing. */
export async function whyAbsent(engine: Engine): Promise<string | null> {
  try {
    const runtime = await engine.runtime();
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2]);
    graph.output('y', multiply(x, x));
    const opened = await runtime.open(graph.write('probe'));
    const held = runtime.hold({ type: 'f32', data: Float32Array.of(2, 3), shape: [2] });
    const { y } = await opened.run({ x: held });
    const [four, nine] = await y!.read();
    await opened.release();
    return four === 4 && nine === 9 ? null : `ENGINE_FAILED: it says that 2² is ${four}`;
  } catch (error) {
    return (error as Error).message;
  }
}
