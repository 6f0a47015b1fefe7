/**
 * One seat's hands: how each duty is done. What it keeps in memory (states, decoded updates, its own
 * round results) is a cache; every entry can be had again from blobs or by computing the round anew,
 * which gives the same bytes.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type {
  AuditView,
  DisputeView,
  RunView,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import {
  commitmentOf,
  drawDecoy,
  saltOf,
  ZERO_LOCAL_STATE,
} from '@commonweights/dao-contracts/rules/commitment.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import { replaySegment } from '../auditor/replay-segment.js';
import { decodeLocalState, zeroLocalState } from '../checkpoint/local-state.js';
import { decodeState, encodeState } from '../checkpoint/state.js';
import type { Engine, Session } from '../engines/engine.js';
import { aggregate } from '../exchange/aggregate.js';
import { outerStep, type OuterState } from '../exchange/outer-step.js';
import { decodeUpdate, updateBytesMax } from '../exchange/update-codec.js';
import type { TensorLayout } from '../program/layout.js';
import type { OpenRun } from '../run/open-run.js';
import { readDisputedRound, type DisputedClaim, type DisputedRound } from './disputed-round.js';
import { findSeat, nextDuty, type Duty } from './duty.js';
import type { LayeredStore } from './layered-store.js';
import { plantDecoy, tracedLeaves, type Decoy, type TracedResult } from './plant-decoy.js';
import { selfTest } from './self-test.js';
import { trainRound, type BeforeStep, type RoundInput, type RoundResult } from './round.js';
import type { RunReader, Seen } from './run-reader.js';
import type { WorkEvent } from './work-event.js';

/** How a round's result comes about. Honest work is `trainRound`; simulations plug in others. */
export type ComputeRound = typeof trainRound;

export interface SeatOptions {
  /** Connected as the account that works. */
  readonly client: DaoClient;
  readonly run: number;
  readonly role: 'trainer' | 'auditor';
  readonly fromRound?: number;
  /** Label of this machine among the account's; default ''. */
  readonly worker?: string;
  /** Who is to be paid; default: the account that works. */
  readonly payout?: string;
  /** Enrol without a stake: pay becomes stake until it is whole. */
  readonly earnStake?: boolean;
  readonly blobs: LayeredStore;
  readonly engine: Engine;
  /** Known to this worker only: the salts of its commitments follow from it. */
  readonly saltSecret: string;
  readonly computeRound?: ComputeRound;
  readonly onEvent?: (event: WorkEvent) => void;
  readonly signal?: AbortSignal;
  /** Between two looks at the chain when there is nothing to do. */
  readonly pollMs?: number;
}

export const defaultPollMs = 250;

interface RoundContext {
  readonly round: number;
  readonly startRoot: Digest;
  readonly slice: number;
  readonly ordinal: number;
  readonly localIn: Digest;
}

/** The round was cancelled or closed while it was being computed. */
class RoundAbandoned extends Error {}

/** How long an auditor looks for material before it says that there is none. */
const materialAttempts = 40;
/** How long a certifier tries to upload and to fetch before it certifies what is there. */
const certifyAttempts = 20;
/** While training: between two moments in which anything else gets its turn. */
const breathEveryMs = 100;

export class SeatAtWork {
  readonly #results = new Map<number, TracedResult>();
  readonly #states = new Map<Digest, OuterState>();
  readonly #updates = new Map<Digest, Float32Array>();
  #auditSession: Session | null = null;
  /** Disputes that this seat lost and does not appeal. */
  readonly declined = new Set<number>();
  /** The latest round whose update everybody can have. */
  #offered = 0;
  #ownRoot: { round: number; root: Digest } | null = null;

  private constructor(
    private readonly options: SeatOptions,
    private readonly opened: OpenRun,
    private readonly session: Session,
    private readonly reader: RunReader,
  ) {}

  /** Errors: those of `selfTest`; a machine that cannot repeat itself must not stake on its work. */
  static async open(options: SeatOptions, opened: OpenRun, reader: RunReader): Promise<SeatAtWork> {
    const session = await options.engine.compile(opened.program);
    const seat = new SeatAtWork(options, opened, session, reader);
    seat.#tell({ kind: 'tested', ...(await selfTest(options.engine, session, opened)) });
    return seat;
  }

  async close(): Promise<void> {
    await this.#auditSession?.dispose();
    await this.session.dispose();
  }

  async perform(duty: Duty, seen: Seen): Promise<void> {
    const { client, run } = this.options;
    switch (duty.kind) {
      case 'enrol':
        return this.#enrol(seen.run);
      case 'rejoin':
        await client.rejoin(this.#mine(run));
        return this.#tell({ kind: 'rejoined' });
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
      case 'judge':
        return this.#judge(duty.dispute, seen);
      case 'challenge-root':
        return this.#challengeRoot(duty, seen);
      case 'appeal':
        return this.#appeal(duty.dispute, seen);
      case 'wait':
        return this.#offerAgain(seen.run);
      case 'finish':
        return;
    }
  }

  /** A seat that does not certify waits; what a registry refused before may be taken now. */
  async #offerAgain({ open }: RunView): Promise<void> {
    const mine = open && this.#results.get(open.round);
    if (!mine || open.phase !== 'certify' || this.#offered === open.round) return;
    if (await this.#offer(mine.update.bytes)) this.#offered = open.round;
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
    if (this.#context(round, now).localIn !== result.localIn) {
      this.#results.delete(round);
      return;
    }
    const commitment = this.#commitment(round, now, result);
    await this.options.client.commit({ ...this.#mine(seen.run.id), round, commitment });
    this.#tell({ kind: 'committed', round, commitment });
  }

  async #reveal(round: number, seen: Seen): Promise<void> {
    const result = await this.#resultOf(round, seen);
    if (!result) return;
    // Not being fetched costs one reward, not revealing costs the stake: a registry that is away
    // must not keep this seat from revealing.
    if (await this.#offer(result.update.bytes)) this.#offered = round;
    await this.options.client.reveal({
      ...this.#mine(seen.run.id),
      round,
      update: result.update.digest,
      updateBytes: result.update.bytes.length,
      startRoot: this.#context(round, seen).startRoot,
      localIn: result.localIn,
      localOut: result.localOut.digest,
      traceRoot: result.traceRoot,
      salt: this.#salt(round),
    });
    this.#tell({ kind: 'revealed', round, update: result.update.digest });
  }

  /** Names the seats whose update is here and decodes; the rest of the round does without them. */
  async #certify(round: number, revealed: readonly number[], seen: Seen): Promise<void> {
    const { deadlineMs } = seen.run.open!;
    const until =
      Date.now() + Math.min(certifyAttempts * this.#pollMs, (deadlineMs - seen.run.nowMs) / 2);
    // Revealed while the registry was away, an update is uploaded now. Whoever keeps silent costs
    // the others one patience, not one for each.
    const mine = this.#results.get(round);
    while (mine && !(await this.#offer(mine.update.bytes)) && Date.now() < until) {
      await pause(this.#pollMs);
    }
    const available: number[] = [];
    for (const seat of revealed) {
      let update = await this.#updateOf(seat, round, seen);
      while (!update && Date.now() < until) {
        await pause(this.#pollMs);
        update = await this.#updateOf(seat, round, seen);
      }
      if (update) available.push(seat);
    }
    await this.options.client.certify({ ...this.#mine(seen.run.id), round, available });
    this.#tell({ kind: 'certified', round, available });
  }

  async #submitRoot(round: number, included: readonly number[], seen: Seen): Promise<void> {
    const updates: Float32Array[] = [];
    for (const seat of [...included].sort((a, b) => a - b)) {
      const update = await this.#updateOf(seat, round, seen);
      if (!update) throw new Error(`BLOB_MISSING: the update of seat ${seat} cannot be had yet`);
      updates.push(update);
    }
    const { state, bytes } = await this.#step(seen.run.open!.startRoot, updates, seen);
    const { blobs, client } = this.options;
    const root = await blobs.put(bytes);
    this.#ownRoot = { round, root };
    // One uploads before anybody needs it, the others make sure that somebody did.
    const leads = this.#mySeat(seen).seat === Math.min(...included);
    if (leads) await this.#offer(bytes);
    this.#states.set(root, state);
    this.#updates.clear();
    await client.submitRoot({ ...this.#mine(seen.run.id), round, root });
    this.#tell({ kind: 'submitted', round, root });
    if (!leads) await this.#offer(bytes);
  }

  /** What a round comes to: the same bytes for everybody who has its updates. */
  async #step(startRoot: Digest, updates: Float32Array[], seen: Seen) {
    const start = await this.#stateOf(startRoot, seen.run);
    const mean = aggregate(updates);
    const state = outerStep({ ...start, mean, recipe: this.opened.spec.outer });
    return { state, bytes: encodeState(state, this.opened.program.layout) };
  }

  /** The root of a round under dispute; null where an update of it cannot be had. */
  async #rootOf({ startRoot, included }: DisputedRound, seen: Seen): Promise<Digest | null> {
    const updates: Float32Array[] = [];
    for (const claim of included) {
      const update = await this.#fetchUpdate(claim);
      if (!update) return null;
      updates.push(update);
    }
    return digestOf((await this.#step(startRoot, updates, seen)).bytes);
  }

  /** As patient as an auditor is with material: a slow registry is nobody's fault. */
  async #fetchUpdate(claim: DisputedClaim): Promise<Float32Array | null> {
    for (let attempt = 1; attempt < materialAttempts; attempt++) {
      const update = await this.#decodedUpdate(claim);
      if (update) return update;
      await pause(this.#pollMs);
    }
    return null;
  }

  /** What this seat named, while nobody has refused its challenge. */
  ownRootOf(round: number | undefined): Digest | null {
    return this.#ownRoot && this.#ownRoot.round === round ? this.#ownRoot.root : null;
  }

  /** Once: without the bond, or with a key that cannot attach it, this seat cannot challenge. */
  async #challengeRoot({ round, root }: { round: number; root: Digest }, seen: Seen) {
    const { challengeYocto: depositYocto } = seen.run.provisional!;
    try {
      await this.options.client.challengeRoot({
        ...this.#mine(seen.run.id),
        round,
        root,
        depositYocto,
      });
      this.#ownRoot = null;
      this.#tell({ kind: 'challenged', round, root });
    } catch (error) {
      if (this.isPassing(error)) throw error;
      this.#ownRoot = null;
      this.#tell({ kind: 'hindered', message: `round ${round}: ${(error as Error).message}` });
    }
  }

  /**
   * A machine that was wrong finds out here and spares its bond: it appeals only what its own
   * computing, done once more, confirms. Without the bond, or with a key that cannot attach it, it
   * cannot.
   */
  async #appeal(dispute: DisputeView, seen: Seen): Promise<void> {
    const { id, claimed, verdict, appealYocto } = dispute;
    const round = await readDisputedRound(this.options.client, dispute, seen);
    const own = round && (await this.#recompute(dispute, round, seen));
    const right = verdict === 'against' ? own === claimed : own !== null && own !== claimed;
    if (!right) {
      this.declined.add(id);
      return this.#tell({ kind: 'hindered', message: `dispute ${id}: lost, and rightly so` });
    }
    // The panel may have grown by when this arrives; what is over comes back at once.
    const depositYocto = (5n * BigInt(appealYocto!)) / 4n;
    try {
      await this.options.client.appeal({ ...this.#mine(seen.run.id), dispute: id, depositYocto });
      this.#tell({ kind: 'appealed', dispute: id, round: dispute.round });
    } catch (error) {
      if (this.isPassing(error)) throw error;
      this.declined.add(id);
      this.#tell({ kind: 'hindered', message: `dispute ${id}: ${(error as Error).message}` });
    }
  }

  /** Publishes, or says why not: nothing that others need may stop what this seat owes. */
  async #offer(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.options.blobs.publish(bytes);
      return true;
    } catch (error) {
      if (!this.isPassing(error)) throw error;
      this.#tell({ kind: 'hindered', message: (error as Error).message });
      return false;
    }
  }

  async #deliver(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#resultOf(audit.round, seen);
    if (!result) return;
    const snapshot = result.snapshots[audit.segment]!;
    await this.options.blobs.publish(snapshot);
    await this.options.client.deliver(this.#auditStep(audit, result, audit.segment));
    const { round, segment } = audit;
    this.#tell({ kind: 'delivered', round, segment, bytes: snapshot.length });
  }

  async #open(audit: AuditView, seen: Seen): Promise<void> {
    const result = await this.#resultOf(audit.round, seen);
    if (!result) return;
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
    const { segment } = audit;
    const leaf = await this.#replay(context, { segment, startLeaf: audit.startLeaf! }, seen);
    const { run, round, seat } = { run: seen.run.id, ...audit };
    await this.options.client.answer({ ...this.#mine(run), round, seat, segment, leaf });
    this.#tell({ kind: 'answered', round, seat, segment, leaf });
  }

  /** The leaf that a segment leads to; null where there is nothing to start from. */
  async #replay(
    context: RoundContext,
    it: { segment: number; startLeaf: Digest },
    seen: Seen,
  ): Promise<Digest | null> {
    const snapshot = await this.#material(it.startLeaf);
    if (!snapshot) return null;
    this.#auditSession ??= this.session.fork();
    const input = await this.#roundInput(context, seen.run, this.#auditSession);
    return replaySegment(input, { ...it, snapshot, localIn: context.localIn });
  }

  /** A juror believes nobody: it computes what was claimed, whatever others have answered. */
  async #judge(dispute: DisputeView, seen: Seen): Promise<void> {
    const round = await readDisputedRound(this.options.client, dispute, seen);
    const answer = round && (await this.#recompute(dispute, round, seen));
    await this.options.client.judge({ ...this.#mine(seen.run.id), dispute: dispute.id, answer });
    this.#tell({ kind: 'judged', dispute: dispute.id, round: dispute.round, answer });
  }

  async #recompute(dispute: DisputeView, round: DisputedRound, seen: Seen): Promise<Digest | null> {
    if (dispute.kind === 'root') return this.#rootOf(round, seen);
    const claim = round.claims.find(({ seat }) => seat === dispute.seat);
    if (!claim) return null;
    if (dispute.kind === 'update') return this.#confirmUpdate(claim);
    const { segment, startLeaf } = dispute;
    const { slice, localIn } = claim;
    return this.#replay(
      { round: round.round, startRoot: round.startRoot, ordinal: round.ordinal, slice, localIn },
      { segment: segment!, startLeaf: startLeaf! },
      seen,
    );
  }

  /** Whoever says that an update can be had makes sure that it can. */
  async #confirmUpdate(claim: DisputedClaim): Promise<Digest | null> {
    if (!(await this.#fetchUpdate(claim))) return null;
    const { update, updateBytes: maxBytes } = claim;
    await this.#offer(await this.options.blobs.get(update, { maxBytes }));
    return update;
  }

  async #material(leaf: Digest): Promise<Uint8Array | null> {
    const maxBytes = vectorsBytesMax(this.opened.program.layout, 4);
    for (let attempt = 1; attempt <= materialAttempts; attempt++) {
      try {
        return await this.options.blobs.get(leaf, { maxBytes });
      } catch (error) {
        if (codeOf(error) === 'BLOB_TOO_LARGE') return null;
        // Says nothing about the worker: the main loop tries again.
        if (codeOf(error) === 'STORE_UNREACHABLE') throw error;
        await pause(this.#pollMs);
      }
    }
    return null;
  }

  /** The seat's own result of a round; null when the round went away while it was computed. */
  async #resultOf(round: number, seen: Seen): Promise<TracedResult | null> {
    const known = this.#results.get(round);
    if (known) return known;
    const context = this.#context(round, seen);
    const startedAt = Date.now();
    this.#tell({ kind: 'training', round, slice: context.slice });
    try {
      const compute = this.options.computeRound ?? trainRound;
      const input = await this.#roundInput(context, seen.run, this.session);
      const local = await this.#localState(context.localIn);
      const honest = await compute(input, local, this.#watchWhileTraining(round));
      const result = plantDecoy(honest, this.#decoyOf(round, seen.run));
      await this.options.blobs.put(result.localOut.bytes);
      this.#remember(round, result);
      this.#tell({
        kind: 'trained',
        round,
        loss: result.loss,
        updateBytes: result.update.bytes.length,
        elapsedMs: Date.now() - startedAt,
      });
      return result;
    } catch (error) {
      if (!(error instanceof RoundAbandoned)) throw error;
      this.#tell({ kind: 'abandoned', round, why: error.message });
      return null;
    }
  }

  /** While a round is computed, others must not wait for this seat's audits, nor it for theirs. */
  #watchWhileTraining(round: number): BeforeStep {
    let lookedAt = Date.now();
    let breathedAt = 0;
    return async (step, steps) => {
      // Steps of a small model take milliseconds; nobody needs to hear of each.
      if (Date.now() - breathedAt < breathEveryMs) return;
      breathedAt = Date.now();
      this.#tell({ kind: 'step', round, step, steps });
      // Lets timers, signals and sockets have their turn between two steps.
      await pause(0);
      if (this.options.signal?.aborted) throw new RoundAbandoned('stopped on request');
      if (Date.now() - lookedAt < 8 * this.#pollMs) return;
      const seen = await this.#look();
      lookedAt = Date.now();
      if (!seen) return;
      const { open, provisional } = seen.run;
      if (open?.round !== round && provisional?.round !== round) {
        throw new RoundAbandoned('the round was cancelled');
      }
      const duty = nextDuty({
        run: seen.run,
        seats: seen.seats,
        account: this.options.client.accountId!,
        worker: this.options.worker ?? '',
        role: this.options.role,
        nowMs: seen.run.nowMs,
        ownRoot: this.ownRootOf(seen.run.provisional?.round),
        declined: this.declined,
      });
      if (duty.kind === 'judge' || duty.kind === 'challenge-root' || duty.kind === 'appeal') {
        return this.#tryUrgent(duty, seen);
      }
      const urgent = duty.kind === 'deliver' || duty.kind === 'open' || duty.kind === 'answer';
      // After a restart the audited round's result is not at hand, and computing it needs the very
      // session that is training now.
      if (urgent && duty.kind !== 'answer' && !this.#results.has(duty.audit.round)) {
        throw new RoundAbandoned('an audit needs an earlier round computed again first');
      }
      if (urgent && duty.audit.round !== round) await this.#tryUrgent(duty, seen);
    };
  }

  async #look(): Promise<Seen | null> {
    try {
      return await this.reader.read();
    } catch (error) {
      if (this.isPassing(error)) return null;
      throw error;
    }
  }

  /** A hindered side duty is no reason to lose the round: the main loop will meet it again. */
  async #tryUrgent(duty: Duty, seen: Seen): Promise<void> {
    try {
      await this.perform(duty, seen);
    } catch (error) {
      if (!this.isPassing(error)) throw error;
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

  async #roundInput(context: RoundContext, run: RunView, session: Session): Promise<RoundInput> {
    const { spec, program, train } = this.opened;
    const start = await this.#stateOf(context.startRoot, run);
    return {
      round: context.round,
      spec,
      layout: program.layout,
      session,
      sequences: train,
      startParams: start.params,
      slice: context.slice,
      ordinal: context.ordinal,
    };
  }

  async #localState(digest: Digest) {
    const { layout } = this.opened.program;
    const { outer } = this.opened.spec;
    if (digest === ZERO_LOCAL_STATE) return zeroLocalState(layout, outer);
    return decodeLocalState(
      await this.options.blobs.get(digest, { maxBytes: vectorsBytesMax(layout, 3) }),
      layout,
      outer,
    );
  }

  /** The agreed state behind a root; whoever holds one that no registry has any more offers it. */
  async #stateOf(root: Digest, run: RunView): Promise<OuterState> {
    const known = this.#states.get(root);
    if (known) return known;
    const { layout } = this.opened.program;
    const { spec } = this.opened;
    const state =
      root === run.terms.initialRoot
        ? this.opened.initial
        : decodeState(
            await this.options.blobs.get(root, { maxBytes: vectorsBytesMax(layout, 2) }),
            layout,
            spec.outer,
          );
    this.#states.set(root, state);
    if (this.#states.size > 4) this.#states.delete(this.#states.keys().next().value!);
    return state;
  }

  async #updateOf(seat: number, round: number, { seats }: Seen): Promise<Float32Array | null> {
    const claim = seats.find((one) => one.seat === seat)?.claim;
    const revealed = claim?.round === round ? claim.revealed : null;
    if (!revealed) return null;
    return this.#decodedUpdate({ seat, ...revealed });
  }

  async #decodedUpdate(
    it: Pick<DisputedClaim, 'seat' | 'update' | 'updateBytes'>,
  ): Promise<Float32Array | null> {
    const { seat, updateBytes, update } = it;
    const known = this.#updates.get(update);
    if (known) return known;
    try {
      const { program, spec } = this.opened;
      if (updateBytes > updateBytesMax(program.layout, spec.outer)) return null;
      const bytes = await this.options.blobs.get(update, { maxBytes: updateBytes });
      if (bytes.length !== updateBytes) return null;
      const decoded = decodeUpdate(bytes, program.layout, spec.outer);
      this.#updates.set(update, decoded);
      if (this.#updates.size > 64) this.#updates.delete(this.#updates.keys().next().value!);
      return decoded;
    } catch (error) {
      // Whose update it is must not pay for a registry that is away for a moment.
      if (codeOf(error) === 'STORE_UNREACHABLE') throw error;
      this.#tell({
        kind: 'hindered',
        message: `update of seat ${seat}: ${(error as Error).message}`,
      });
      return null;
    }
  }

  get #pollMs(): number {
    return this.options.pollMs ?? defaultPollMs;
  }

  #mySeat({ seats }: Seen): SeatView {
    return this.#seatAmong(seats)!;
  }

  #seatAmong(seats: readonly SeatView[]): SeatView | undefined {
    const { client, worker = '' } = this.options;
    return findSeat(seats, { account: client.accountId!, worker });
  }

  /** Which seat a call is about: the label goes along only where there is one. */
  #mine(run: number): { run: number; worker?: string } {
    const { worker = '' } = this.options;
    return worker === '' ? { run } : { run, worker };
  }

  #commitment(round: number, seen: Seen, result: RoundResult): Digest {
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
      salt: this.#salt(round),
    });
  }

  /** Derived, not stored: after a kill the same round opens the same commitment. */
  #salt(round: number): string {
    return saltOf(this.#secret(round));
  }

  #secret(round: number): string {
    const { saltSecret, client, run, worker = '' } = this.options;
    const parts = [saltSecret, client.contract, run, round, worker];
    return taggedDigest('cw/round-secret/2', parts).slice(7);
  }

  /** Where this round's trace has a decoy, if its secret says so. */
  #decoyOf(round: number, { terms }: RunView): Decoy | null {
    const secret = this.#secret(round);
    const { segments, decoyShareBps: shareBps } = terms;
    const index = drawDecoy({ secret, round, segments, shareBps });
    return index === null ? null : { index, nonce: taggedDigest('cw/decoy-nonce/1', [secret]) };
  }

  #remember(round: number, result: TracedResult): void {
    this.#results.set(round, result);
    const old = [...this.#results].filter(([number]) => number < round - 1);
    for (const [number] of old) this.#results.delete(number);
    const digestsOf = (one: TracedResult) => [...one.leaves, one.localOut.digest];
    // After a rewind the same work is done again, and what an old round left is what a new one has.
    const needed = new Set([...this.#results.values()].flatMap(digestsOf));
    for (const digest of old.flatMap(([, one]) => digestsOf(one))) {
      if (!needed.has(digest)) void this.options.blobs.forget?.(digest);
    }
  }

  #tell(event: WorkEvent): void {
    this.options.onEvent?.(event);
  }

  /** Whether trying again can help: the world was busy or had moved on. */
  isPassing(error: unknown): boolean {
    return error instanceof RoundAbandoned || passingCodes.has(codeOf(error) ?? '');
  }
}

/** Most bytes that a safetensors file of so many flat vectors and a header can have. */
function vectorsBytesMax(layout: TensorLayout, vectors: number): number {
  return vectors * 4 * layout.length + headerBytesMax;
}

const headerBytesMax = 1 << 20;

const passingCodes = new Set([
  'CHAIN_UNREACHABLE',
  'CHAIN_REFUSED',
  'RELAY_UNREACHABLE',
  'RELAY_QUOTA_SPENT',
  'STORE_UNREACHABLE',
  'UPLOAD_REFUSED',
  'BLOB_MISSING',
  'RUN_FULL',
  'TOO_MANY',
  'ALREADY_ACTED',
  'AUDIT_CLOSED',
  'CHALLENGE_OPEN',
  'DISPUTE_CLOSED',
  'NOT_YOUR_TURN',
  'WRONG_PHASE',
  'WRONG_ROUND',
  'RUN_NOT_OPEN',
  'SEAT_NOT_ABSENT',
]);

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : (/^([A-Z][A-Z_]+):/.exec(error.message)?.[1] ?? null);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
