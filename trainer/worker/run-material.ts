/**
 * What a run is computed from, as one worker has it: agreed states, decoded updates, snapshots and
 * local states. All of it is a cache; every entry can be had again from blobs or by computing it
 * anew, which gives the same bytes. Whose material it is must never pay for a registry that is away.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { decodeLocalState, zeroLocalState, type LocalState } from '../checkpoint/local-state.js';
import { blankState, decodeState } from '../checkpoint/state.js';
import { aggregateInChunks, type StreamedUpdate } from '../exchange/aggregate-stream.js';
import { requireMoved, stepChunk, type OuterState } from '../exchange/outer-step.js';
import { updateBytesMax } from '../exchange/update-codec.js';
import { inspectUpdate, readUpdate } from '../exchange/update-stream.js';
import type { TensorLayout } from '../program/layout.js';
import type { OpenRun } from '../run/open-run.js';
import { CheckedBytes } from './checked-bytes.js';
import type { DisputedClaim, DisputedRound } from './disputed-round.js';
import type { LayeredStore } from './layered-store.js';
import { codeOf, isPassing, pause } from './passing.js';
import type { WorkEvent } from './work-event.js';

/** How long an auditor looks for material before it says that there is none. */
const materialAttempts = 40;
/** The updates of a full cohort, and the states of the rounds that can still be asked about. */
const updatesKept = 64;
const statesKept = 4;
const headerBytesMax = 1 << 20;

export class RunMaterial {
  readonly #states = new Map<Digest, OuterState>();
  /** What is known of those that were looked at, by digest and claimed length: who claims another length of good bytes claims wrongly. */
  readonly #updates = new Map<string, StreamedUpdate>();

  constructor(
    private readonly it: {
      readonly opened: OpenRun;
      readonly blobs: LayeredStore;
      /** Between two looks for something that is not there yet. */
      readonly pollMs: number;
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  /** The agreed state behind a root; whoever holds one that no registry has any more offers it. */
  async stateOf(root: Digest, initialRoot: Digest): Promise<OuterState> {
    const known = this.#states.get(root);
    if (known) return known;
    const { layout } = this.it.opened.program;
    const { spec } = this.it.opened;
    const state =
      root === initialRoot
        ? this.it.opened.initial
        : decodeState(
            await this.it.blobs.get(root, { maxBytes: vectorsBytesMax(layout, 2) }),
            layout,
            spec.outer,
          );
    this.#states.set(root, state);
    if (this.#states.size > statesKept) this.#states.delete(this.#states.keys().next().value!);
    return state;
  }

  /** `atHand`: its bytes, where the caller has them. */
  async localState(digest: Digest, atHand?: Uint8Array): Promise<LocalState> {
    const { layout } = this.it.opened.program;
    const { outer } = this.it.opened.spec;
    if (digest === ZERO_LOCAL_STATE) return zeroLocalState(layout, outer);
    const maxBytes = vectorsBytesMax(layout, 3);
    const bytes = atHand ?? (await this.it.blobs.get(digest, { maxBytes }));
    return decodeLocalState(bytes, layout, outer);
  }

  /**
   * What a round comes to: the same bytes for everybody who has its updates. Of these there is a chunk
   * of each in memory, and of what comes out the file, in which the state lies.
   */
  async step(startRoot: Digest, updates: readonly StreamedUpdate[], initialRoot: Digest) {
    const start = await this.stateOf(startRoot, initialRoot);
    const { outer: recipe } = this.it.opened.spec;
    const { layout } = this.it.opened.program;
    const { state, bytes } = blankState(layout, recipe);
    const { length } = layout;
    await aggregateInChunks(updates, { length, rule: recipe.aggregation }, (at, mean) =>
      stepChunk({ ...start, start: at, mean, recipe }, state),
    );
    requireMoved(state);
    return { state, bytes };
  }

  /** The root of a round under dispute; null where an update of it cannot be had. */
  async rootOf(
    { startRoot, included }: DisputedRound,
    initialRoot: Digest,
  ): Promise<Digest | null> {
    const updates: StreamedUpdate[] = [];
    for (const claim of included) {
      const update = await this.fetchUpdate(claim);
      if (!update) return null;
      updates.push(update);
    }
    return digestOf((await this.step(startRoot, updates, initialRoot)).bytes);
  }

  /** Fetched, kept and looked at; null: it cannot be had, or nobody can have computed it. */
  async updateOf(
    it: Pick<DisputedClaim, 'seat' | 'update' | 'updateBytes'>,
  ): Promise<StreamedUpdate | null> {
    const { seat, updateBytes, update } = it;
    const key = `${update} ${updateBytes}`;
    const known = this.#updates.get(key);
    if (known) return known;
    try {
      const { program, spec } = this.it.opened;
      const { layout } = program;
      const recipe = spec.outer;
      if (updateBytes > updateBytesMax(layout, recipe)) return null;
      const bytes = await this.it.blobs.get(update, { maxBytes: updateBytes });
      if (bytes.length !== updateBytes) return null;
      const inspected = inspectUpdate(bytes, layout, recipe);
      const checked = new CheckedBytes(this.it.blobs, update, bytes);
      const open = () => readUpdate(checked, inspected, { layout, recipe });
      const streamed = { norm: inspected.norm, open };
      this.#updates.set(key, streamed);
      if (this.#updates.size > updatesKept)
        this.#updates.delete(this.#updates.keys().next().value!);
      return streamed;
    } catch (error) {
      // Whose update it is must not pay for a registry that is away for a moment, or lies.
      if (isRegistrysFault(error)) throw error;
      this.it.tell({
        kind: 'hindered',
        message: `update of seat ${seat}: ${(error as Error).message}`,
      });
      return null;
    }
  }

  /** As patient as an auditor is with material: a slow registry is nobody's fault. */
  async fetchUpdate(claim: DisputedClaim): Promise<StreamedUpdate | null> {
    for (let attempt = 1; attempt < materialAttempts; attempt++) {
      const update = await this.updateOf(claim);
      if (update) return update;
      await pause(this.it.pollMs);
    }
    return null;
  }

  async snapshot(leaf: Digest): Promise<Uint8Array | null> {
    const maxBytes = vectorsBytesMax(this.it.opened.program.layout, 4);
    for (let attempt = 1; attempt <= materialAttempts; attempt++) {
      try {
        return await this.it.blobs.get(leaf, { maxBytes });
      } catch (error) {
        if (codeOf(error) === 'BLOB_TOO_LARGE') return null;
        // Says nothing about the worker: the main loop tries again.
        if (isRegistrysFault(error)) throw error;
        await pause(this.it.pollMs);
      }
    }
    return null;
  }

  /** What is not there now is not waited for. */
  async fileOrNull(digest: Digest): Promise<Uint8Array | null> {
    const maxBytes = vectorsBytesMax(this.it.opened.program.layout, 4);
    return this.it.blobs.get(digest, { maxBytes }).catch(() => null);
  }

  /** Publishes, or says why not: nothing that others need may stop what this seat owes. */
  async offer(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.it.blobs.publish(bytes);
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.it.tell({ kind: 'hindered', message: (error as Error).message });
      return false;
    }
  }

  /** The updates of a round that is done with make room; its state is what the next starts from. */
  finishRound(root: Digest, state: OuterState): void {
    this.#states.set(root, state);
    this.#updates.clear();
  }
}

/** Nobody who commits to a digest can make a registry answer with other bytes. */
function isRegistrysFault(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'STORE_UNREACHABLE' || code === 'BLOB_CORRUPT';
}

/** Most bytes that a safetensors file of so many flat vectors and a header can have. */
function vectorsBytesMax(layout: TensorLayout, vectors: number): number {
  return vectors * 4 * layout.length + headerBytesMax;
}
