/** Bundled into a page: the conformance suite on ONNX Runtime's WebGPU build for browsers. */
import type { Env, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-web';
import { checkEngine } from '@commonweights/trainer/engines/conformance/check-engine.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { ortRuntime } from '@commonweights/trainer/engines/ort-runtime.js';
import { openSession } from '@commonweights/trainer/engines/program-session.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { Turnstile } from '@commonweights/trainer/engines/turnstile.js';

interface Ort {
  readonly env: Env;
  readonly Tensor: TensorConstructor;
  readonly InferenceSession: InferenceSessionFactory;
}

/** Of WebGPU's interface: what is asked of it here. */
interface Gpu {
  requestAdapter(): Promise<{ info: { vendor: string; architecture: string } } | null>;
}

const name = 'ort-web-webgpu';

/** `ort` comes with a script of its own; the binary that it loads lies in `folder`. */
export async function suite(ort: Ort, folder: string, repeats: number) {
  const { gpu } = navigator as unknown as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return null;
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const { vendor, architecture } = adapter.info;
  const engine = engineOf(ort);
  const checks = await checkEngine({ engine, reference: createSimdWasmEngine(), repeats });
  return { adapter: `${vendor} ${architecture}`, checks };
}

function engineOf(ort: Ort): Engine {
  const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;
  const whole = ortRuntime({
    Tensor: ort.Tensor,
    turnstile: new Turnstile(),
    open: (model) =>
      ort.InferenceSession.create(model, {
        executionProviders: ['webgpu', 'wasm'],
        logSeverityLevel: 3,
        ...pinned,
      }),
  });
  const runtime = () => Promise.resolve(whole);
  return {
    name,
    class: 'tolerance',
    fingerprint: () => Promise.reject(new Error('BUG: no run names it')),
    runtime,
    compile: async (program) => openSession({ name, runtime: await runtime() }, program),
  };
}
