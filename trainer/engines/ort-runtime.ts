/**
 * ONNX Runtime's JavaScript interface, which its WebAssembly and its native build share, as a graph
 * runtime. Outputs are never pre-allocated: the WebAssembly build then silently returns unwritten
 * memory.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import type { GraphRuntime, HeldTensor, HostTensor, OpenedGraph } from './graph-runtime.js';

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
}): GraphRuntime {
  return {
    hold: ({ type, data, shape }: HostTensor) =>
      new OrtTensor(
        type === 'f32'
          ? new it.Tensor('float32', data.slice(), shape)
          : new it.Tensor('int32', data.slice(), shape),
      ),
    async open(model): Promise<OpenedGraph> {
      const session = await it.open(model);
      return {
        async run(feeds) {
          const tensors = Object.entries(feeds).map(([name, held]) => [
            name,
            (held as OrtTensor).tensor,
          ]);
          const results = await session.run(
            Object.fromEntries(tensors) as InferenceSession.FeedsType,
          );
          return Object.fromEntries(
            Object.entries(results).map(([name, tensor]) => [name, new OrtTensor(tensor)]),
          );
        },
        release: () => session.release(),
      };
    },
  };
}
