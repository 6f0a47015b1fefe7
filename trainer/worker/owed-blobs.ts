/**
 * What others need of a seat and no registry took yet: a state, updates that it certified. Without
 * the state nobody can join, and without an update that counts nobody can compute the run again, or
 * release it; so what a registry refuses now is offered again, beside whatever else the seat does.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { LayeredStore } from './layered-store.js';
import { pause } from './passing.js';
import type { RunMaterial } from './run-material.js';

/** A full cohort's updates and the states of a few rounds. */
const owedMax = 68;

export class OwedBlobs {
  readonly #owed = new Set<Digest>();
  #offering: Promise<void> | null = null;
  #fault: unknown = null;

  constructor(private readonly it: { blobs: LayeredStore; material: RunMaterial }) {}

  owe(digest: Digest): void {
    this.#owed.add(digest);
    if (this.#owed.size > owedMax) this.#owed.delete(this.#owed.keys().next().value!);
  }

  /** One at a time. */
  offerBeside(): void {
    this.#offering ??= this.#offerAll()
      .catch((error: unknown) => void (this.#fault = error))
      .finally(() => (this.#offering = null));
  }

  /** Offers until all is taken, so often at most. Error: what an offer beside ran into. */
  async offerAgain({ attempts, pollMs }: { attempts: number; pollMs: number }): Promise<void> {
    for (let attempt = 0; this.#owed.size > 0 && attempt < attempts; attempt++) {
      if (attempt > 0) await pause(pollMs);
      this.offerBeside();
      await this.#offering;
      this.throwFault();
    }
  }

  /** What an offer beside ran into, where that is no refusal. */
  throwFault(): void {
    if (this.#fault !== null) throw this.#fault;
  }

  /** One patience for all of it: a registry that takes none is not asked for each. */
  async #offerAll(): Promise<void> {
    // What is owed meanwhile comes last.
    for (const digest of this.#owed) {
      // What is not kept here was fetched from where everybody can.
      const bytes = await this.it.blobs.held(digest);
      if (bytes && !(await this.it.material.offer(bytes))) return;
      this.#owed.delete(digest);
    }
  }
}
