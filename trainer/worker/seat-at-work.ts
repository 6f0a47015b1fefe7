/**
 * One seat's hands: how each duty is done. What it keeps in memory is a cache (`run-material.ts`, and
 * here its own results of rounds); every entry can be had again from blobs or by computing the round
 * anew, which gives the same bytes.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AuditView, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import {
  commitmentOf,
  drawDecoy,
  saltOf,
  ZERO_LOCAL_STATE,
} from '@commonweights/dao-contracts/rules/commitment.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { LocalState } from '../checkpoint/local-state.js';
import type { Engine, Session } from '../engines/engine.js';
import type { StreamedUpdate } from '../exchange/aggregate-stream.js';
import type { OpenRun } from '../run/open-run.js';
import type { RunSpec } from '../run/run-spec.js';
import { findSeat, nextDuty, type Acting, type Duty } from './duty.js';
import { KeptWork, memoryNotebook, type Notebook } from './kept-work.js';
import type { LayeredStore } from './layered-store.js';
import { codeOf, isPassing, pause, RoundAbandoned } from './passing.js';
import { plantWrongEnds } from './plant-wrong-ends.js';
import { plantDecoy, tracedLeaves, type Decoy, type TracedResult } from './plant-decoy.js';
import { trainRound, type BeforeStep, type RoundInput, type RoundResult } from './round.js';
import { RunMaterial } from './run-material.js';
import type { RunReader, Seen } from './run-reader.js';
import { SeatByDistance } from './seat-by-distance.js';
import { SeatInDispute } from './seat-in-dispute.js';
import { roundInput, SegmentReplay, type RoundContext } from './segment-replay.js';
import { selfTest } from './self-test.js';
import type { WorkEvent } from './work-event.js';

/** How a round's result comes about. Honest work is `trainRound`; simulations plug in others. */
export type ComputeRound = typeof trainRound;

/** Who acts, and for whom. */
export function actingOf({ client, worker, owner }: SeatOptions): Acting {
  const account = client.accountId!;
  return { account, worker: worker ?? '', ...(owner === undefined ? {} : { owner }) };
}

export interface SeatOptions {
  /** Connected as the account that works. */
  readonly client: DaoClient;
  readonly run: number;
  readonly role: 'trainer' | 'auditor';
  readonly fromRound?: number;
  /** Label of this machine among the account's; default ''. */
  readonly worker?: string;
  /** Who owns the seat, where it is another account's (duty.ts). */
  readonly owner?: string;
  /** Somebody else pays for its calls. */
  readonly relayed?: boolean;
  /** Who is to be paid; default: the account that works. */
  readonly payout?: string;
  /** Enrol without a stake: pay becomes stake until it is whole. */
  readonly earnStake?: boolean;
  readonly blobs: LayeredStore;
  /** One, or all that this machine could compute a run with. */
  readonly engine: Engine | readonly Engine[];
  /** Known to this worker only: the salts of its commitments follow from it. */
  readonly saltSecret: string;
  /** Tolerance class: what was committed to and sealed is in it; without, a restart loses that. */
  readonly notebook?: Notebook;
  readonly computeRound?: ComputeRound;
  readonly onEvent?: (event: WorkEvent) => void;
  /** The chain as it was just read. */
  readonly onSeen?: (seen: Seen) => void;
  /** Leave now, whatever it costs. */
  readonly signal?: AbortSignal;
  /** Begin nothing new, and leave as soon as that costs nothing. */
  readonly retire?: AbortSignal;
  /** Only test the machine and say what working would bring. */
  readonly dryRun?: boolean;
  /** Between two looks at the chain when there is nothing to do. */
  readonly pollMs?: number;
}

export const defaultPollMs = 250;

/** How long a certifier tries to upload and to fetch before it certifies what is there. */
const certifyAttempts = 20;
/** A full cohort's updates and the states of a few rounds. */
const owedMax = 68;
/** Clocks are set back: by `Date.now` a machine could wait for an hour that has passed already. */
const monotonicMs = () => performance.now();
/** While training: between two moments in which anything else gets its turn. */
const breathEveryMs = 100;

export class SeatAtWork {
  readonly #results = new Map<number, TracedResult>();
  /** The latest round whose update everybody can have. */
  #offered = 0;
  /** What others need of this seat and no registry took yet: a state, updates that it certified. */
  readonly #owed = new Set<Digest>();
  /** It goes up beside whatever else this seat does. */
  #offering: Promise<void> | null = null;
  #offeringFault: unknown = null;
  /** The root that it named last. */
  #lastRoot: Digest | null = null;
  readonly #material: RunMaterial;
  readonly #replay: SegmentReplay;
  readonly #disputes: SeatInDispute;
  /** In a run of the tolerance class. */
  readonly #byDistance: SeatByDistance | null = null;
  readonly #kept: KeptWork | null = null;

  private constructor(
    private readonly options: SeatOptions,
    private readonly opened: OpenRun,
    private readonly session: Session,
    private readonly reader: RunReader,
  ) {
    const { client, blobs, run } = options;
    const tell = (event: WorkEvent) => this.#tell(event);
    const material = new RunMaterial({ opened, blobs, pollMs: this.#pollMs, tell });
    this.#material = material;
    this.#replay = new SegmentReplay({ opened, session, material });
    const { replay } = this.#replay;
    const mine = this.#mine(run);
    const { saltSecret } = options;
    if (opened.spec.tolerance) {
      const { notebook = memoryNotebook() } = options;
      const kept = new KeptWork({ blobs, notebook, spec: digestOfJson(opened.spec) });
      this.#kept = kept;
      const distance = { client, blobs, material, replay: this.#replay, kept, mine };
      this.#byDistance = new SeatByDistance({ ...distance, saltSecret, tell });
    }
    const byDistance = this.#byDistance;
    this.#disputes = new SeatInDispute({ client, blobs, material, replay, byDistance, mine, tell });
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
  sent = 0;

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
    const { run } = this.options;
    if (this.#offeringFault !== null) throw this.#offeringFault;
    switch (duty.kind) {
      case 'enrol':
        return this.#enrol(seen.run);
      case 'rejoin':
        return this.#rejoin(run);
      case 'tick':
        return this.#tick(duty.because, seen);
      case 'train':
        return this.#trainAndCommit(duty.round, seen);
      case 'reveal':
        return this.#reveal(duty.round, seen);
      case 'certify':
        return this.#certify(duty.round, duty.revealed, seen);
      case 'submit-root':
        return this.#submitRoot(duty.round, duty.included, seen);
      case 'deliver':
        return this.#deliver(duty.audit, seen);
      case 'open':
        return this.#open(duty.audit, seen);
      case 'answer':
        return this.#answer(duty.audit, seen);
      case 'measure':
        return this.#measure(duty.audit, seen);
      case 'uncover':
        return this.#uncover(duty.audit, seen);
      case 'judge':
        return this.#disputes.judge(duty.dispute, seen);
      case 'challenge-root':
        return this.#disputes.challengeRoot(duty, seen);
      case 'appeal':
        return this.#disputes.appeal(duty.dispute, seen);
      case 'wait':
        return this.#offerAgain(seen.run);
      case 'finish':
        return this.#offerLast();
    }
  }

  /** A seat that does not certify waits; what a registry refused before may be taken now. */
  async #offerAgain({ open }: RunView): Promise<void> {
    this.#offerBeside();
    const mine = open && this.#results.get(open.round);
    if (!mine || open.phase !== 'certify' || this.#offered === open.round) return;
    if (await this.#material.offer(mine.update.bytes)) this.#offered = open.round;
  }

  /** Whoever leaves makes sure that the last state can be had, as far as it can be in a while. */
  async #offerLast(): Promise<void> {
    if (this.#lastRoot) this.#owe(this.#lastRoot);
    for (let attempt = 0; this.#owed.size > 0 && attempt < certifyAttempts; attempt++) {
      if (attempt > 0) await pause(this.#pollMs);
      this.#offerBeside();
      await this.#offering;
      if (this.#offeringFault !== null) throw this.#offeringFault;
    }
  }

  async #enrol(run: RunView): Promise<void> {
    const { client, role, fromRound, payout, earnStake = false } = this.options;
    await client.enrol({
      ...this.#mine(run.id),
      role,
      ...(fromRound === undefined ? {} : { fromRound }),
      ...(payout === undefined ? {} : { payout }),
      depositYocto: earnStake ? 0n : run.terms.stakeYocto,
    });
    this.#tell({ kind: 'enrolled', role });
  }

  /** What is refused for good is not asked for again: it would keep this seat from what it owes. */
  async #rejoin(run: number): Promise<void> {
    try {
      await this.options.client.rejoin(this.#mine(run));
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
    const rank = active.findIndex((seat) => seat.seat === this.#seatAmong(seats)?.seat);
    await pause((Math.max(rank, 0) * this.#pollMs) / 2);
    const now = rank > 0 ? await this.options.client.getRun({ run: run.id }) : run;
    const moved = now?.open?.round !== run.open?.round || now?.open?.phase !== run.open?.phase;
    if (!now || moved || now.status !== run.status) return;
    await this.options.client.tick({
      ...this.#mine(run.id),
      round: run.open?.round ?? 0,
      phase: run.open?.phase ?? null,
    });
    this.#tell({ kind: 'ticked', because });
  }

  async #trainAndCommit(round: number, seen: Seen): Promise<void> {
    const result = await this.#resultOf(round, seen);
    if (!result) return;
    // What the seat starts from may have been read a block too early; a wrong commitment can only
    // be opened wrongly.
    this.reader.forget();
    const now = await this.reader.read();
    if (now.run.open?.round !== round) return;
    const context = this.#context(round, now);
    if (context.localIn !== result.localIn) {
      this.#results.delete(round);
      return;
    }
    await this.options.blobs.put(result.localOut.bytes);
    await this.#kept?.forgetBefore(now.run.provisional?.round ?? round);
    await this.#kept?.keepRound(context, result);
    const commitment = this.#commitment(round, now, result);
    this.sent = round;
    await this.options.client.commit({ ...this.#mine(seen.run.id), round, commitment });
    this.#tell({ kind: 'committed', round, commitment });
    // Whoever led the round before had this one's time to upload what it came to.
    this.#owe(context.startRoot);
    this.#offerBeside();
  }

  async #reveal(round: number, seen: Seen): Promise<void> {
    const result = await this.#resultOf(round, seen);
    if (!result) return;
    // Not being fetched costs one reward, not revealing costs the stake: a registry that is away
    // must not keep this seat from revealing.
    if (await this.#material.offer(result.update.bytes)) this.#offered = round;
    await this.options.client.reveal({
      ...this.#mine(seen.run.id),
      round,
      update: result.update.digest,
      updateBytes: result.update.bytes.length,
      startRoot: this.#context(round, seen).startRoot,
      localIn: result.localIn,
      localOut: result.localOut.digest,
      traceRoot: result.traceRoot,
      salt: this.#salt(round, result),
    });
    this.#tell({ kind: 'revealed', round, update: result.update.digest });
  }

  /** Names the seats whose update is here and decodes; the rest of the round does without them. */
  async #certify(round: number, revealed: readonly number[], seen: Seen): Promise<void> {
    const { deadlineMs } = seen.run.open!;
    const until =
      monotonicMs() + Math.min(certifyAttempts * this.#pollMs, (deadlineMs - seen.run.nowMs) / 2);
    // Revealed while the registry was away, an update is uploaded now. Whoever keeps silent costs
    // the others one patience, not one for each.
    const mine = this.#results.get(round);
    while (mine && !(await this.#material.offer(mine.update.bytes)) && monotonicMs() < until) {
      await pause(this.#pollMs);
    }
    const available: number[] = [];
    for (const seat of revealed) {
      let update = await this.#updateOf(seat, round, seen);
      while (!update && monotonicMs() < until) {
        await pause(this.#pollMs);
        update = await this.#updateOf(seat, round, seen);
      }
      if (update) available.push(seat);
    }
    await this.options.client.certify({ ...this.#mine(seen.run.id), round, available });
    this.#tell({ kind: 'certified', round, available });
    this.#serve(available, round, seen);
  }

  async #submitRoot(round: number, included: readonly number[], seen: Seen): Promise<void> {
    const updates: StreamedUpdate[] = [];
    for (const seat of [...included].sort((a, b) => a - b)) {
      const update = await this.#updateOf(seat, round, seen);
      if (!update) throw new Error(`BLOB_MISSING: the update of seat ${seat} cannot be had yet`);
      updates.push(update);
    }
    const { state, bytes } = await this.#material.step(
      seen.run.open!.startRoot,
      updates,
      seen.run.terms.initialRoot,
    );
    const { blobs, client } = this.options;
    const root = await blobs.put(bytes);
    this.#disputes.noteOwnRoot(round, root);
    this.#material.finishRound(root, state);
    await client.submitRoot({ ...this.#mine(seen.run.id), round, root });
    this.#tell({ kind: 'submitted', round, root });
    this.#lastRoot = root;
    // Nobody but a joiner needs it before the next round is over: one uploads it beside that, and the
    // others make sure, when they have trained, that somebody did.
    if (this.#mySeat(seen).seat !== Math.min(...included)) return;
    this.#owe(root);
    this.#offerBeside();
  }

  /**
   * What a registry refuses now is offered again: without the state nobody can join, and without an
   * update that counts nobody can compute the run again, or release it.
   */
  #owe(digest: Digest): void {
    this.#owed.add(digest);
    if (this.#owed.size > owedMax) this.#owed.delete(this.#owed.keys().next().value!);
  }

  /** One at a time, whatever this seat does meanwhile. */
  #offerBeside(): void {
    this.#offering ??= this.#offerOwed()
      .catch((error: unknown) => void (this.#offeringFault = error))
      .finally(() => (this.#offering = null));
  }

  /** One patience for all of it: a registry that takes none is not asked for each. */
  async #offerOwed(): Promise<void> {
    // What is owed meanwhile comes last.
    for (const digest of this.#owed) {
      // What is not kept here was fetched from where everybody can.
      const bytes = await this.options.blobs.held(digest);
      if (bytes && !(await this.#material.offer(bytes))) return;
      this.#owed.delete(digest);
    }
  }

  /** Two seats can have the same update of their own, and nobody else: whoever certifies serves it. */
  #serve(certified: readonly number[], round: number, { seats }: Seen): void {
    for (const seat of certified) {
      const claim = seats.find((one) => one.seat === seat)?.claim;
      if (claim?.round === round && claim.revealed) this.#owe(claim.revealed.update);
    }
    this.#offerBeside();
  }

  async #deliver(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#resultOf(audit.round, seen);
    if (!result) return;
    if (this.#byDistance) return this.#byDistance.deliver(audit, result);
    const snapshot = result.snapshots[audit.segment]!;
    await this.options.blobs.publish(snapshot);
    await this.options.client.deliver(this.#auditStep(audit, result, audit.segment));
    const { round, segment } = audit;
    this.#tell({ kind: 'delivered', round, segment, bytes: snapshot.length });
  }

  async #open(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#resultOf(audit.round, seen);
    if (!result) return;
    if (this.#byDistance) return this.#byDistance.open(audit, result);
    const step = this.#auditStep(audit, result, audit.segment + 1);
    const last = audit.segment + 1 === seen.run.terms.segments;
    const secret = step.nonce === null ? null : this.#secret(audit.round);
    await this.options.client.open({ ...step, end: last ? result.endSnapshot : null, secret });
    this.#tell({ kind: 'opened', round: audit.round, segment: audit.segment });
  }

  #auditStep(audit: AuditView, result: TracedResult, index: number) {
    return {
      ...this.#mine(this.options.run),
      round: audit.round,
      seat: audit.seat,
      segment: audit.segment,
      leaf: result.leaves[index]!,
      proof: proveTraceLeaf(tracedLeaves(result), index),
      nonce: result.decoy?.index === index ? result.decoy.nonce : null,
    };
  }

  async #answer(audit: AuditView, seen: Seen): Promise<void> {
    const subject = seen.seats.find((seat) => seat.seat === audit.seat)!;
    const context = this.#context(audit.round, seen, subject);
    if (this.#byDistance) return this.#byDistance.answer(audit, context, seen.run);
    const { segment } = audit;
    const { replay } = this.#replay;
    const leaf = await replay(context, { segment, startLeaf: audit.startLeaf! }, seen.run);
    const { run, round, seat } = { run: seen.run.id, ...audit };
    await this.options.client.answer({ ...this.#mine(run), round, seat, segment, leaf });
    this.#tell({ kind: 'answered', round, seat, segment, leaf });
  }

  async #measure(audit: AuditView, seen: Seen): Promise<void> {
    const subject = seen.seats.find((seat) => seat.seat === audit.seat)!;
    const context = this.#context(audit.round, seen, subject);
    await this.#byDistance!.measure(audit, { context, run: seen.run });
  }

  async #uncover(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#resultOf(audit.round, seen);
    if (result) await this.#byDistance!.uncover(audit, result, this.#secret(audit.round));
  }

  /** The seat's own result of a round; null when the round went away while it was computed. */
  async #resultOf(round: number, seen: Seen): Promise<TracedResult | null> {
    const known = this.#results.get(round);
    if (known) return known;
    const context = this.#context(round, seen);
    const startedAt = monotonicMs();
    this.#tell({ kind: 'training', round, slice: context.slice });
    try {
      const input = await roundInput(
        { opened: this.opened, material: this.#material },
        { context, run: seen.run, session: this.session },
      );
      const kept = await this.#kept?.round(context, input);
      const honest = kept ?? (await this.#compute(context, input));
      const result = this.#plant(honest, round, seen.run);
      this.#remember(round, result, seen.run);
      this.#tell({
        kind: 'trained',
        round,
        loss: result.loss,
        updateBytes: result.update.bytes.length,
        elapsedMs: monotonicMs() - startedAt,
      });
      return result;
    } catch (error) {
      if (!(error instanceof RoundAbandoned)) throw error;
      this.#tell({ kind: 'abandoned', round, why: error.message });
      return null;
    }
  }

  async #compute(context: RoundContext, input: RoundInput): Promise<RoundResult> {
    const compute = this.options.computeRound ?? trainRound;
    const local = await this.#localState(context.localIn);
    return compute(input, local, this.#watchWhileTraining(context.round));
  }

  /** What the round before ended with is at hand, even where no disk took it. */
  #localState(digest: Digest): Promise<LocalState> {
    const results = [...this.#results.values()];
    const before = results.find(({ localOut }) => localOut.digest === digest);
    return this.#material.localState(digest, before?.localOut.bytes);
  }

  /** While a round is computed, others must not wait for this seat's audits, nor it for theirs. */
  #watchWhileTraining(round: number): BeforeStep {
    let lookedAt = monotonicMs();
    let breathedAt = -Infinity;
    return async (step, steps) => {
      // Steps of a small model take milliseconds; nobody needs to hear of each.
      if (monotonicMs() - breathedAt < breathEveryMs) return;
      breathedAt = monotonicMs();
      this.#tell({ kind: 'step', round, step, steps });
      // Lets timers, signals and sockets have their turn between two steps.
      await pause(0);
      if (this.options.signal?.aborted) throw new RoundAbandoned('stopped on request');
      if (monotonicMs() - lookedAt < 8 * this.#pollMs) return;
      const seen = await this.#look();
      lookedAt = monotonicMs();
      if (!seen) return;
      const { open, provisional } = seen.run;
      if (open?.round !== round && provisional?.round !== round) {
        throw new RoundAbandoned('the round was cancelled');
      }
      const { retire } = this.options;
      if (retire?.aborted && open?.round === round) {
        const { seat } = this.#mySeat(seen);
        // Computed again after a restart, a committed round is owed.
        if (!open.committed.includes(seat)) throw new RoundAbandoned('stopped on request');
      }
      const duty = nextDuty({
        run: seen.run,
        seats: seen.seats,
        ...actingOf(this.options),
        role: this.options.role,
        nowMs: seen.run.nowMs,
        ownRoot: this.ownRootOf(seen.run.provisional?.round),
        declined: this.declined,
        ...(this.lost ? { lost: this.lost } : {}),
        retiring: this.options.retire?.aborted ?? false,
      });
      if (duty.kind === 'judge' || duty.kind === 'challenge-root' || duty.kind === 'appeal') {
        return this.#tryUrgent(duty, seen);
      }
      const byAuditor = duty.kind === 'answer' || duty.kind === 'measure';
      const byWorker = duty.kind === 'deliver' || duty.kind === 'open' || duty.kind === 'uncover';
      // After a restart the audited round's result is not at hand, and computing it needs the very
      // session that is training now.
      const isThis = (byAuditor || byWorker) && duty.audit.round === round;
      if (byWorker && !isThis && !this.#results.has(duty.audit.round)) {
        throw new RoundAbandoned('an audit needs an earlier round computed again first');
      }
      if ((byAuditor || byWorker) && !isThis) await this.#tryUrgent(duty, seen);
    };
  }

  async #look(): Promise<Seen | null> {
    try {
      return await this.reader.read();
    } catch (error) {
      if (isPassing(error)) return null;
      throw error;
    }
  }

  /** A hindered side duty is no reason to lose the round: the main loop will meet it again. */
  async #tryUrgent(duty: Duty, seen: Seen): Promise<void> {
    try {
      await this.perform(duty, seen);
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#tell({ kind: 'hindered', message: (error as Error).message });
    }
  }

  #context(round: number, { run, seats }: Seen, whose?: SeatView): RoundContext {
    const seat = whose ?? this.#mySeat({ run, seats });
    const view =
      run.open?.round === round
        ? run.open
        : run.provisional?.round === round
          ? run.provisional
          : null;
    const slice = view?.slices.find((one) => one.seat === seat.seat)?.slice;
    if (!view || slice === undefined) {
      throw new RoundAbandoned(`round ${round} is over`);
    }
    const claim = [seat.claim, seat.previousClaim].find((one) => one?.round === round);
    const localIn =
      claim?.revealed?.localIn ?? (view.localReset ? ZERO_LOCAL_STATE : seat.localOut);
    return { round, slice, startRoot: view.startRoot, ordinal: view.ordinal, localIn };
  }

  async #updateOf(seat: number, round: number, { seats }: Seen): Promise<StreamedUpdate | null> {
    const claim = seats.find((one) => one.seat === seat)?.claim;
    const revealed = claim?.round === round ? claim.revealed : null;
    if (!revealed) return null;
    return this.#material.updateOf({ seat, ...revealed });
  }

  get spec(): RunSpec {
    return this.opened.spec;
  }

  get #pollMs(): number {
    return this.options.pollMs ?? defaultPollMs;
  }

  #mySeat({ seats }: Seen): SeatView {
    return this.#seatAmong(seats)!;
  }

  #seatAmong(seats: readonly SeatView[]): SeatView | undefined {
    return findSeat(seats, actingOf(this.options));
  }

  /** Which seat a call is about: the label goes along only where there is one. */
  #mine(run: number): { run: number; worker?: string } {
    const { worker = '' } = this.options;
    return worker === '' ? { run } : { run, worker };
  }

  #commitment(round: number, seen: Seen, result: TracedResult): Digest {
    const mine = this.#mySeat(seen);
    return commitmentOf({
      contract: this.options.client.contract,
      run: seen.run.id,
      round,
      account: mine.account,
      worker: mine.worker,
      update: result.update.digest,
      startRoot: this.#context(round, seen).startRoot,
      localIn: result.localIn,
      localOut: result.localOut.digest,
      traceRoot: result.traceRoot,
      salt: this.#salt(round, result),
    });
  }

  /** Derived, not stored: after a kill the same round opens the same commitment. */
  #salt(round: number, result: TracedResult): string {
    return result.cover?.salt ?? saltOf(this.#secret(round));
  }

  #secret(round: number): string {
    const { saltSecret, client, run, worker = '' } = this.options;
    const parts = [saltSecret, client.contract, run, round, worker];
    return taggedDigest('cw/round-secret/2', parts).slice(7);
  }

  /** What the trace commits to instead of what was computed, if its secret says so. */
  #plant(result: RoundResult, round: number, run: RunView): TracedResult {
    const { tolerance, decoyShareBps: shareBps } = run.terms;
    if (!tolerance) return plantDecoy(result, this.#decoyOf(round, run));
    const { toleranceBillionths } = tolerance;
    const { spec, program } = this.opened;
    const by = { toleranceBillionths, layout: program.layout, recipe: spec.outer };
    return plantWrongEnds(result, { secret: this.#secret(round), round, shareBps, ...by });
  }

  /** Where this round's trace has a decoy, if its secret says so. */
  #decoyOf(round: number, { terms }: RunView): Decoy | null {
    const secret = this.#secret(round);
    const { segments, decoyShareBps: shareBps } = terms;
    const index = drawDecoy({ secret, round, segments, shareBps });
    return index === null ? null : { index, nonce: taggedDigest('cw/decoy-nonce/1', [secret]) };
  }

  /** Rounds that may still be asked for stay: a provisional one waits while others are called off. */
  #remember(round: number, result: TracedResult, { open, provisional }: RunView): void {
    this.#results.set(round, result);
    const asked = new Set([round, round - 1, open?.round, provisional?.round]);
    const old = [...this.#results].filter(([number]) => !asked.has(number));
    for (const [number] of old) this.#results.delete(number);
    // What a round began with too: after a kill it is computed again from there.
    const digestsOf = (one: TracedResult) => [
      ...[...one.leaves, one.localIn, one.localOut.digest, one.endSnapshot],
      ...(one.cover?.traced ?? []),
    ];
    // After a rewind the same work is done again, and what an old round left is what a new one has.
    const needed = new Set([...this.#results.values()].flatMap(digestsOf));
    for (const digest of old.flatMap(([, one]) => digestsOf(one))) {
      if (!needed.has(digest)) void this.options.blobs.forget?.(digest);
    }
  }

  #tell(event: WorkEvent): void {
    this.options.onEvent?.(event);
  }
}
