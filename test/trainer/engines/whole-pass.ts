/** What generation is held against: the logits of one position by a pass over the whole context. */
import { Graph } from '@commonweights/trainer/program/graph.js';
import { decode, predict } from '@commonweights/trainer/program/llama.js';
import type { TrainingProgram } from '@commonweights/trainer/program/training-program.js';
import { gatherRows } from '@commonweights/trainer/program/transformer-operations.js';

/** ONNX model of `tokens` [context], padded, and `position` [1] → `logits` [1, vocabSize]. */
export function wholePass({ model, layout }: TrainingProgram): Uint8Array {
  const graph = new Graph();
  const inputs = new Map(
    layout.slots.map(({ name, shape }) => [name, graph.input(name, 'f32', shape)]),
  );
  const weights = (name: string) => inputs.get(name)!;
  const positions = model.contextLength;
  const ids = graph.input('tokens', 'i32', [positions]);
  const position = graph.input('position', 'i32', [1]);
  const hidden = decode(ids, { batch: 1, positions }, model, weights);
  graph.output('logits', predict(gatherRows(hidden, position), model, weights));
  return graph.write('whole_pass');
}
