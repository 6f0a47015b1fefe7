/** Logits of the next token under given weights, from any engine, for `generate`. */
import { resultNames, stepInputNames } from '../program/names.js';
import type { TrainingProgram } from '../program/training-program.js';
import { checkTokens } from './check-input.js';
import type { Engine } from './engine.js';
import { explainFailure } from './failure.js';
import type { LogitsSource } from './generate.js';
import { holdSlots } from './program-session.js';

export async function openLogits(
  engine: Engine,
  program: TrainingProgram,
  params: Float32Array,
): Promise<LogitsSource> {
  const { contextLength, vocabSize } = program.model;
  const runtime = await engine.runtime();
  const graph = await runtime.open(program.logits);
  const weights = holdSlots(runtime, program.layout.slots, params, resultNames.weight);
  return {
    model: program.model,
    async next(tokens) {
      const last = tokens.slice(-contextLength);
      const ids = new Int32Array(contextLength);
      ids.set(last);
      checkTokens(ids, contextLength, vocabSize);
      const at = Int32Array.of(last.length - 1);
      const given = {
        [stepInputNames.tokens]: runtime.hold({ type: 'i32', data: ids, shape: [contextLength] }),
        [stepInputNames.position]: runtime.hold({ type: 'i32', data: at, shape: [1] }),
      };
      try {
        const held = (await graph.run({ ...weights, ...given }))[resultNames.logits]!;
        const logits = (await held.read()).slice();
        held.drop();
        return logits;
      } catch (error) {
        throw explainFailure(engine.name, error);
      } finally {
        for (const tensor of Object.values(given)) tensor.drop();
      }
    },
    async dispose() {
      for (const tensor of Object.values(weights)) tensor.drop();
      await graph.release();
    },
  };
}
