/**
 * ONNX Runtime's JavaScript interface, which its WebAssembly and its native build share, as a graph
 * runtime. Outputs are never pre-allocated: the WebAssembly build then silently returns unwritten
 * memory.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import type { GraphRuntime, HeldTensor, HostTensor, OpenedGraph } from './graph-runtime.js';
import type { Turnstile } from './turnstile.js';

class OrtTensor implements HeldTensor {
  constructor(readonly tensor: Tensor) {}

  async read(): Promise<Float32Array> {
    return (await this.tensor.getData()) as Float32Array;
  }

  drop(): void {
    this.tensor.dispose();
  }
}

/** How to make tensors, and how to open a graph with the engine's pinned options. */
export function ortRuntime(it: {
  Tensor: TensorConstructor;
  open(model: Uint8Array): Promise<InferenceSession>;
  /** Where calls must not overlap. */
  turnstile?: Turnstile;
}): GraphRuntime {
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    it.turnstile ? it.turnstile.pass(work) : work();
  return {
    hold: ({ type, data, shape }: HostTensor) =>
      new OrtTensor(
        type === 'f32'
          ? new it.Tensor('float32', data.slice(), shape)
          : new it.Tensor('int32', data.slice(), shape),
      ),
    async open(model): Promise<OpenedGraph> {
      const session = await inTurn(() => it.open(model));
      return {
        async run(feeds) {
          const tensors = Object.entries(feeds).map(([name, held]) => [
            name,
            (held as OrtTensor).tensor,
          ]);
          const given = Object.fromEntries(tensors) as InferenceSession.FeedsType;
          const results = await inTurn(() => session.run(given));
          return Object.fromEntries(
            Object.entries(results).map(([name, tensor]) => [name, new OrtTensor(tensor)]),
          );
        },
        release: () => inTurn(() => session.release()),
      };
    },
  };
}
