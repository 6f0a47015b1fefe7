/**
 * A seat's part in a round: it trains and commits, reveals, certifies what it could fetch of the
 * others, and steps the shared state to the next root.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import type { StreamedUpdate } from '../exchange/aggregate-stream.js';
import type { KeptWork } from './kept-work.js';
import type { OwedBlobs } from './owed-blobs.js';
import { commitmentFor, saltFor } from './own-commitment.js';
import type { OwnRounds } from './own-rounds.js';
import { monotonicMs, pause } from './passing.js';
import type { TracedResult } from './plant-decoy.js';
import { contextOf, type RoundContext } from './round-context.js';
import type { RunMaterial } from './run-material.js';
import type { RunReader, Seen } from './run-reader.js';
import { mineOf, ownSeat, pollMsOf, type SeatOptions } from './seat-options.js';
import type { WorkEvent } from './work-event.js';

/** How long a certifier tries to upload and to fetch before it certifies what is there. */
const certifyAttempts = 20;

export class SeatInRound {
  /** The round whose commitment it sent last. */
  sent = 0;
  /** The latest round whose update everybody can have. */
  #offered = 0;
  /** The root that it named last. */
  #lastRoot: Digest | null = null;

  constructor(
    private readonly it: {
      readonly options: SeatOptions;
      readonly reader: RunReader;
      readonly material: RunMaterial;
      readonly rounds: OwnRounds;
      readonly owed: OwedBlobs;
      /** In a run of the tolerance class. */
      readonly kept: KeptWork | null;
      readonly noteOwnRoot: (round: number, root: Digest) => void;
      readonly tell: (event: WorkEvent) => void;
    },
  ) {}

  async trainAndCommit(round: number, seen: Seen): Promise<void> {
    const result = await this.resultOf(round, seen);
    if (!result) return;
    // What the seat starts from may have been read a block too early; a wrong commitment can only
    // be opened wrongly.
    this.it.reader.forget();
    const now = await this.it.reader.read();
    if (now.run.open?.round !== round) return;
    const context = this.#context(round, now);
    if (context.localIn !== result.localIn) return this.it.rounds.drop(round);
    await this.it.options.blobs.put(result.localOut.bytes);
    await this.it.kept?.forgetBefore(now.run.provisional?.round ?? round);
    await this.it.kept?.keepRound(context, result);
    const { options } = this.it;
    const seat = ownSeat(options, now.seats)!;
    const commitment = commitmentFor(options, { seat, context, result });
    this.sent = round;
    await this.it.options.client.commit({ ...mineOf(this.it.options), round, commitment });
    this.it.tell({ kind: 'committed', round, commitment });
    // Whoever led the round before had this one's time to upload what it came to.
    this.it.owed.owe(context.startRoot);
    this.it.owed.offerBeside();
  }

  async reveal(round: number, seen: Seen): Promise<void> {
    const result = await this.resultOf(round, seen);
    if (!result) return;
    // Not being fetched costs one reward, not revealing costs the stake: a registry that is away
    // must not keep this seat from revealing.
    if (await this.it.material.offer(result.update.bytes)) this.#offered = round;
    await this.it.options.client.reveal({
      ...mineOf(this.it.options),
      round,
      update: result.update.digest,
      updateBytes: result.update.bytes.length,
      startRoot: this.#context(round, seen).startRoot,
      localIn: result.localIn,
      localOut: result.localOut.digest,
      traceRoot: result.traceRoot,
      salt: saltFor(this.it.options, round, result),
    });
    this.it.tell({ kind: 'revealed', round, update: result.update.digest });
  }

  /** Names the seats whose update is here and decodes; the rest of the round does without them. */
  async certify(round: number, revealed: readonly number[], seen: Seen): Promise<void> {
    const { deadlineMs } = seen.run.open!;
    const until =
      monotonicMs() +
      Math.min(certifyAttempts * pollMsOf(this.it.options), (deadlineMs - seen.run.nowMs) / 2);
    // Revealed while the registry was away, an update is uploaded now. Whoever keeps silent costs
    // the others one patience, not one for each.
    const mine = this.it.rounds.known(round);
    while (mine && !(await this.it.material.offer(mine.update.bytes)) && monotonicMs() < until) {
      await pause(pollMsOf(this.it.options));
    }
    const available: number[] = [];
    for (const seat of revealed) {
      let update = await this.#updateOf(seat, round, seen);
      while (!update && monotonicMs() < until) {
        await pause(pollMsOf(this.it.options));
        update = await this.#updateOf(seat, round, seen);
      }
      if (update) available.push(seat);
    }
    await this.it.options.client.certify({ ...mineOf(this.it.options), round, available });
    this.it.tell({ kind: 'certified', round, available });
    this.#serve(available, round, seen);
  }

  async submitRoot(round: number, included: readonly number[], seen: Seen): Promise<void> {
    const updates: StreamedUpdate[] = [];
    for (const seat of [...included].sort((a, b) => a - b)) {
      const update = await this.#updateOf(seat, round, seen);
      if (!update) throw new Error(`BLOB_MISSING: the update of seat ${seat} cannot be had yet`);
      updates.push(update);
    }
    const { state, bytes } = await this.it.material.step(
      seen.run.open!.startRoot,
      updates,
      seen.run.terms.initialRoot,
    );
    const { blobs, client } = this.it.options;
    const root = await blobs.put(bytes);
    this.it.noteOwnRoot(round, root);
    this.it.material.finishRound(root, state);
    await client.submitRoot({ ...mineOf(this.it.options), round, root });
    this.it.tell({ kind: 'submitted', round, root });
    this.#lastRoot = root;
    // Nobody but a joiner needs it before the next round is over: one uploads it beside that, and the
    // others make sure, when they have trained, that somebody did.
    if (ownSeat(this.it.options, seen.seats)!.seat !== Math.min(...included)) return;
    this.it.owed.owe(root);
    this.it.owed.offerBeside();
  }

  /** Two seats can have the same update of their own, and nobody else: whoever certifies serves it. */
  #serve(certified: readonly number[], round: number, { seats }: Seen): void {
    for (const seat of certified) {
      const claim = seats.find((one) => one.seat === seat)?.claim;
      if (claim?.round === round && claim.revealed) this.it.owed.owe(claim.revealed.update);
    }
    this.it.owed.offerBeside();
  }

  /** A seat that does not certify waits; what a registry refused before may be taken now. */
  async offerAgain({ open }: RunView): Promise<void> {
    this.it.owed.offerBeside();
    const mine = open && this.it.rounds.known(open.round);
    if (!mine || open.phase !== 'certify' || this.#offered === open.round) return;
    if (await this.it.material.offer(mine.update.bytes)) this.#offered = open.round;
  }

  /** Whoever leaves makes sure that the last state can be had, as far as it can be in a while. */
  async offerLast(): Promise<void> {
    if (this.#lastRoot) this.it.owed.owe(this.#lastRoot);
    await this.it.owed.offerAgain({ attempts: certifyAttempts, pollMs: pollMsOf(this.it.options) });
  }

  /** The seat's own result of a round; null when the round went away while it was computed. */
  async resultOf(round: number, seen: Seen): Promise<TracedResult | null> {
    const known = this.it.rounds.known(round);
    return known ?? this.it.rounds.compute(this.#context(round, seen), seen.run);
  }

  #context(round: number, seen: Seen): RoundContext {
    return contextOf(round, seen, ownSeat(this.it.options, seen.seats)!);
  }

  async #updateOf(seat: number, round: number, { seats }: Seen): Promise<StreamedUpdate | null> {
    const claim = seats.find((one) => one.seat === seat)?.claim;
    const revealed = claim?.round === round ? claim.revealed : null;
    if (!revealed) return null;
    return this.it.material.updateOf({ seat, ...revealed });
  }
}
