/**
 * One seat's hands: how each duty is done. What it keeps in memory is a cache (`run-material.ts`, and
 * `own-rounds.ts` for its own results); every entry can be had again from blobs or by computing the
 * round anew, which gives the same bytes.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { AuditView, RunView } from '@commonweights/dao-contracts/client/views.js';
import type { Session } from '../engines/engine.js';
import type { OpenRun } from '../run/open-run.js';
import type { RunSpec } from '../run/run-spec.js';
import type { Duty } from './duty.js';
import { KeptWork, memoryNotebook } from './kept-work.js';
import { OwedBlobs } from './owed-blobs.js';
import { secretOf } from './own-commitment.js';
import { OwnRounds } from './own-rounds.js';
import { codeOf, pause } from './passing.js';
import { RunMaterial } from './run-material.js';
import type { RunReader, Seen } from './run-reader.js';
import { SeatByDistance } from './seat-by-distance.js';
import { SeatInAudit } from './seat-in-audit.js';
import { SeatInDispute } from './seat-in-dispute.js';
import { SeatInRound } from './seat-in-round.js';
import { mineOf, ownSeat, pollMsOf, type SeatOptions } from './seat-options.js';
import { SegmentReplay } from './segment-replay.js';
import { selfTest } from './self-test.js';
import { watchWhileTraining, type WatchedSeat } from './watch-while-training.js';
import type { WorkEvent } from './work-event.js';

export class SeatAtWork {
  readonly #mine: { run: number; worker?: string };
  readonly #replay: SegmentReplay;
  readonly #rounds: OwnRounds;
  readonly #owed: OwedBlobs;
  readonly #round: SeatInRound;
  readonly #audits: SeatInAudit;
  readonly #disputes: SeatInDispute;
  /** In a run of the tolerance class. */
  readonly #byDistance: SeatByDistance | null;

  private constructor(
    private readonly options: SeatOptions,
    private readonly opened: OpenRun,
    private readonly session: Session,
    private readonly reader: RunReader,
  ) {
    const { client, blobs, notebook = memoryNotebook(), saltSecret } = options;
    const tell = (event: WorkEvent) => this.#tell(event);
    const mine = mineOf(options);
    const material = new RunMaterial({ opened, blobs, pollMs: pollMsOf(options), tell });
    const segments = new SegmentReplay({ opened, session, material });
    const { replay } = segments;
    const kept = opened.spec.tolerance
      ? new KeptWork({ blobs, notebook, spec: digestOfJson(opened.spec) })
      : null;
    const distance = { client, blobs, material, replay: segments, mine, saltSecret, tell };
    const byDistance = kept && new SeatByDistance({ ...distance, kept });
    this.#mine = mine;
    this.#byDistance = byDistance;
    this.#replay = segments;
    const owed = new OwedBlobs({ blobs, material });
    this.#owed = owed;
    const beforeStep = (round: number) =>
      watchWhileTraining(round, { options, reader, seat: this.#watched(), tell });
    const rounds = new OwnRounds({ options, opened, session, material, kept, beforeStep, tell });
    this.#rounds = rounds;
    const hands = { client, blobs, replay, byDistance, mine, tell };
    const secret = (round: number) => secretOf(options, round);
    this.#audits = new SeatInAudit({ ...hands, secretOf: secret });
    this.#disputes = new SeatInDispute({ ...hands, material });
    const noteOwnRoot = (round: number, root: Digest) => this.#disputes.noteOwnRoot(round, root);
    this.#round = new SeatInRound({
      options,
      reader,
      material,
      rounds,
      owed,
      kept,
      noteOwnRoot,
      tell,
    });
  }

  /** What this seat named as the root of a round that it may still challenge. */
  ownRootOf(round: number | undefined): Digest | null {
    return this.#disputes.ownRootOf(round);
  }

  /** What this machine needs for an inner step. */
  stepMs = NaN;
  /** It was absent as often as it may be. */
  banned = false;

  /** The round whose commitment it sent last. */
  get sent(): number {
    return this.#round.sent;
  }

  /** Disputes that this seat lost and does not appeal. */
  get declined(): ReadonlySet<number> {
    return this.#disputes.declined;
  }

  /** Audits that this seat cannot go on with. */
  get lost(): ReadonlySet<string> | undefined {
    return this.#byDistance?.lost;
  }

  /** Errors: those of `selfTest`; a machine that cannot repeat itself must not stake on its work. */
  static async open(options: SeatOptions, opened: OpenRun, reader: RunReader): Promise<SeatAtWork> {
    const session = await opened.engine.compile(opened.program);
    const seat = new SeatAtWork(options, opened, session, reader);
    const tested = await selfTest(opened.engine, session, opened);
    seat.stepMs = tested.stepMs;
    seat.#tell({ kind: 'tested', ...tested });
    return seat;
  }

  async close(): Promise<void> {
    await this.#replay.close();
    await this.session.dispose();
  }

  async perform(duty: Duty, seen: Seen): Promise<void> {
    this.#owed.throwFault();
    switch (duty.kind) {
      case 'enrol':
        return this.#enrol(seen.run);
      case 'rejoin':
        return this.#rejoin();
      case 'tick':
        return this.#tick(duty.because, seen);
      case 'train':
        return this.#round.trainAndCommit(duty.round, seen);
      case 'reveal':
        return this.#round.reveal(duty.round, seen);
      case 'certify':
        return this.#round.certify(duty.round, duty.revealed, seen);
      case 'submit-root':
        return this.#round.submitRoot(duty.round, duty.included, seen);
      case 'deliver':
        return this.#deliver(duty.audit, seen);
      case 'open':
        return this.#open(duty.audit, seen);
      case 'answer':
        return this.#audits.answer(duty.audit, seen);
      case 'measure':
        return this.#audits.measure(duty.audit, seen);
      case 'uncover':
        return this.#uncover(duty.audit, seen);
      case 'judge':
        return this.#disputes.judge(duty.dispute, seen);
      case 'challenge-root':
        return this.#disputes.challengeRoot(duty, seen);
      case 'appeal':
        return this.#disputes.appeal(duty.dispute, seen);
      case 'wait':
        return this.#round.offerAgain(seen.run);
      case 'finish':
        return this.#round.offerLast();
    }
  }

  async #enrol(run: RunView): Promise<void> {
    const { client, role, fromRound, payout, earnStake = false } = this.options;
    await client.enrol({
      ...this.#mine,
      role,
      ...(fromRound === undefined ? {} : { fromRound }),
      ...(payout === undefined ? {} : { payout }),
      depositYocto: earnStake ? 0n : run.terms.stakeYocto,
    });
    this.#tell({ kind: 'enrolled', role });
  }

  /** What is refused for good is not asked for again: it would keep this seat from what it owes. */
  async #rejoin(): Promise<void> {
    try {
      await this.options.client.rejoin(this.#mine);
    } catch (error) {
      if (codeOf(error) !== 'TOO_MANY') throw error;
      this.banned = true;
      return this.#tell({ kind: 'hindered', message: (error as Error).message });
    }
    this.#tell({ kind: 'rejoined' });
  }

  /** Everybody sees that a phase is over at the same moment; taking turns saves the others' gas. */
  async #tick(because: string, { run, seats }: Seen): Promise<void> {
    const active = seats.filter((seat) => seat.status === 'active');
    const rank = active.findIndex((seat) => seat.seat === ownSeat(this.options, seats)?.seat);
    await pause((Math.max(rank, 0) * pollMsOf(this.options)) / 2);
    const now = rank > 0 ? await this.options.client.getRun({ run: run.id }) : run;
    const moved = now?.open?.round !== run.open?.round || now?.open?.phase !== run.open?.phase;
    if (!now || moved || now.status !== run.status) return;
    await this.options.client.tick({
      ...this.#mine,
      round: run.open?.round ?? 0,
      phase: run.open?.phase ?? null,
    });
    this.#tell({ kind: 'ticked', because });
  }

  async #deliver(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#round.resultOf(audit.round, seen);
    if (result) await this.#audits.deliver(audit, result);
  }

  async #open(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#round.resultOf(audit.round, seen);
    if (result) await this.#audits.open(audit, result, seen.run);
  }

  async #uncover(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#round.resultOf(audit.round, seen);
    if (result) await this.#audits.uncover(audit, result);
  }

  #watched(): WatchedSeat {
    return {
      declined: this.declined,
      lost: this.lost,
      ownRootOf: (round) => this.ownRootOf(round),
      knows: (round) => this.#rounds.known(round) !== undefined,
      perform: (duty, seen) => this.perform(duty, seen),
    };
  }

  get spec(): RunSpec {
    return this.opened.spec;
  }

  #tell(event: WorkEvent): void {
    this.options.onEvent?.(event);
  }
}
