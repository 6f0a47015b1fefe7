/**
 * A seat's own results of rounds: computed once, kept for as long as they may be asked for, and
 * computed again, to the same bytes, where a restart lost them.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import type { LocalState } from '../checkpoint/local-state.js';
import type { Session } from '../engines/engine.js';
import type { OpenRun } from '../run/open-run.js';
import type { KeptWork } from './kept-work.js';
import { plantFor } from './own-commitment.js';
import { monotonicMs, RoundAbandoned } from './passing.js';
import type { TracedResult } from './plant-decoy.js';
import type { RoundContext } from './round-context.js';
import { trainRound, type BeforeStep, type RoundInput, type RoundResult } from './round.js';
import type { RunMaterial } from './run-material.js';
import type { SeatOptions } from './seat-options.js';
import { roundInput } from './segment-replay.js';
import type { WorkEvent } from './work-event.js';

export class OwnRounds {
  readonly #results = new Map<number, TracedResult>();

  constructor(
    private readonly it: {
      readonly options: SeatOptions;
      readonly opened: OpenRun;
      readonly session: Session;
      readonly material: RunMaterial;
      /** In a run of the tolerance class. */
      readonly kept: KeptWork | null;
      readonly beforeStep: (round: number) => BeforeStep;
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  /** Where it is at hand. */
  known(round: number): TracedResult | undefined {
    return this.#results.get(round);
  }

  /** It was computed from what the chain no longer says. */
  drop(round: number): void {
    this.#results.delete(round);
  }

  /** Null when the round went away meanwhile. */
  async compute(context: RoundContext, run: RunView): Promise<TracedResult | null> {
    const { round, slice } = context;
    const { options, opened, tell } = this.it;
    const startedAt = monotonicMs();
    tell({ kind: 'training', round, slice });
    try {
      const input = await roundInput(this.it, { context, run, session: this.it.session });
      const kept = await this.it.kept?.round(context, input);
      const honest = kept ?? (await this.#train(context, input));
      const result = plantFor(options, { result: honest, round, run, opened });
      this.#remember(round, result, run);
      const updateBytes = result.update.bytes.length;
      const elapsedMs = monotonicMs() - startedAt;
      tell({ kind: 'trained', round, loss: result.loss, updateBytes, elapsedMs });
      return result;
    } catch (error) {
      if (!(error instanceof RoundAbandoned)) throw error;
      tell({ kind: 'abandoned', round, why: error.message });
      return null;
    }
  }

  async #train(context: RoundContext, input: RoundInput): Promise<RoundResult> {
    const compute = this.it.options.computeRound ?? trainRound;
    const local = await this.#localState(context.localIn);
    return compute(input, local, this.it.beforeStep(context.round));
  }

  /** What the round before ended with is at hand, even where no disk took it. */
  #localState(digest: Digest): Promise<LocalState> {
    const results = [...this.#results.values()];
    const before = results.find(({ localOut }) => localOut.digest === digest);
    return this.it.material.localState(digest, before?.localOut.bytes);
  }

  /** Rounds that may still be asked for stay: a provisional one waits while others are called off. */
  #remember(round: number, result: TracedResult, { open, provisional }: RunView): void {
    this.#results.set(round, result);
    const asked = new Set([round, round - 1, open?.round, provisional?.round]);
    const old = [...this.#results].filter(([number]) => !asked.has(number));
    for (const [number] of old) this.#results.delete(number);
    // After a rewind the same work is done again, and what an old round left is what a new one has.
    const needed = new Set([...this.#results.values()].flatMap(digestsOf));
    for (const digest of old.flatMap(([, one]) => digestsOf(one))) {
      if (!needed.has(digest)) void this.it.options.blobs.forget?.(digest);
    }
  }
}

/** What a round began with too: after a kill it is computed again from there. */
function digestsOf({ leaves, localIn, localOut, endSnapshot, cover }: TracedResult): Digest[] {
  return [...leaves, localIn, localOut.digest, endSnapshot, ...(cover?.traced ?? [])];
}
