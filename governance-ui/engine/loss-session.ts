/**
 * What a worker does to draw a run's loss curve: fetches the state behind a root, and evaluates it on the
 * run's held-out text with the run's own engine. Nobody's word is taken for a point of the curve: the
 * state has the digest that the chain names, and whoever computes the same gets the same number.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { decodeState } from '@commonweights/trainer/checkpoint/state.js';
import type { Engine, Session } from '@commonweights/trainer/engines/engine.js';
import { evaluateHeldOut } from '@commonweights/trainer/run/evaluate.js';
import { openEvaluation, type OpenRun } from '@commonweights/trainer/run/open-run.js';

export interface LossRequest {
  readonly spec: Digest;
  readonly root: Digest;
}

export type LossAnswer =
  | {
      readonly kind: 'measured';
      readonly root: Digest;
      /** Nats per token, the mean over so many sequences. */
      readonly loss: number;
      readonly sequences: number;
      /** The one that the run names. */
      readonly engine: string;
    }
  | { readonly kind: 'failed'; readonly root: Digest; readonly why: string };

/** A state is parameters and, beside them, a momentum of the same length. */
const bytesPerParameter = 8;
const headerBytesMax = 1 << 20;

interface Opened extends Pick<OpenRun, 'spec' | 'program' | 'heldOut' | 'engine'> {
  readonly session: Session;
}

export class LossSession {
  #opened: { readonly spec: Digest; readonly it: Promise<Opened> } | null = null;

  constructor(
    private readonly it: {
      readonly store: Pick<BlobStore, 'get'>;
      /** All that a run may name. */
      readonly openEngine: () => Promise<Engine | readonly Engine[]>;
    },
  ) {}

  /** Never throws: what goes wrong is the answer. */
  async measure({ spec, root }: LossRequest): Promise<LossAnswer> {
    try {
      const opened = await this.#open(spec);
      const { program, heldOut, session } = opened;
      const maxBytes = program.layout.length * bytesPerParameter + headerBytesMax;
      const bytes = await this.it.store.get(root, { maxBytes });
      const { params } = decodeState(bytes, program.layout, opened.spec.outer);
      const { sequences } = opened.spec.evaluation;
      const { batchSize } = opened.spec.inner;
      const found = await evaluateHeldOut({ session, params, heldOut, sequences, batchSize });
      return { kind: 'measured', root, ...found, engine: opened.engine.name };
    } catch (error) {
      return { kind: 'failed', root, why: (error as Error).message };
    }
  }

  async #open(spec: Digest): Promise<Opened> {
    if (this.#opened?.spec === spec) return this.#opened.it;
    const it = this.#start(spec);
    this.#opened = { spec, it };
    // One that failed is not kept: the next question starts anew.
    it.catch(() => (this.#opened = null));
    return it;
  }

  async #start(spec: Digest): Promise<Opened> {
    const engine = await this.it.openEngine();
    const opened = await openEvaluation({ spec, blobs: this.it.store, engine });
    return { ...opened, session: await opened.engine.compile(opened.program) };
  }
}
