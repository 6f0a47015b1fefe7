/** An engine's runtime that fails when told to, as a device does in the middle of a step. */
import type { GraphRuntime } from '@commonweights/trainer/engines/graph-runtime.js';

/** `failure`: what the engine says before it would run a graph; null: it runs. */
export function failingWhen(runtime: GraphRuntime, failure: () => string | null): GraphRuntime {
  return {
    hold: (tensor) => runtime.hold(tensor),
    open: async (model) => {
      const graph = await runtime.open(model);
      return {
        release: () => graph.release(),
        run: async (feeds) => {
          const sentence = failure();
          if (sentence !== null) throw new Error(sentence);
          return graph.run(feeds);
        },
      };
    },
  };
}
