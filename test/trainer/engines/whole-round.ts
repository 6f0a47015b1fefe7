/**
 * A whole round in one digest: two workers train from one state, their updates are encoded, decoded and
 * averaged, the outer step is taken, and so once more from the new state with what they kept.
 */
import { zeroLocalState, decodeLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { stateRoot } from '@commonweights/trainer/checkpoint/state.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import { tinyRun } from '../../support/tiny-run.js';

export async function rootAfterRounds(engine: Engine): Promise<string> {
  const { spec, program, initial, train } = await tinyRun(engine);
  const { layout } = program;
  const session = await engine.compile(program);
  const locals = [0, 1].map(() => zeroLocalState(layout, spec.outer));
  let outer = initial;
  for (const ordinal of [0, 1]) {
    const updates: Float32Array[] = [];
    for (const worker of [0, 1]) {
      const of = { spec, layout, session, sequences: train, round: ordinal + 1, ordinal };
      const input = { ...of, startParams: outer.params, slice: 2 * ordinal + worker };
      const { update, localOut } = await trainRound(input, locals[worker]!);
      updates.push(decodeUpdate(update.bytes, layout, spec.outer));
      locals[worker] = decodeLocalState(localOut.bytes, layout, spec.outer);
    }
    const mean = aggregate(updates, spec.outer.aggregation);
    outer = outerStep({ ...outer, mean, recipe: spec.outer });
  }
  await session.dispose();
  return stateRoot(outer, layout);
}
