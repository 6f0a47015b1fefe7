/**
 * Does what the protocol asks, as fast as its machine can. Adversaries extend it and do one thing
 * otherwise.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Audit, Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/opening.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { doWork, reExecute, rootAfter, type Task, type Work } from './abstract-work.js';
import type { Behaviour, Duty, Response, Sight } from './behaviour.js';
import * as send from './commands.js';
import { computeMs, downloadMs, uploadMs } from './machine.js';
import { snapshotBytes, stepsPerRound, updateBytes } from './sizes.js';

/** How long to wait for bytes that are not there yet before acting without them. */
const patienceMs = 30 * 60_000;
const retryMs = 60_000;

export class Honest implements Behaviour {
  readonly ticks: boolean = true;
  /** By round: the last two are still needed. */
  protected readonly works = new Map<number, Work>();
  readonly #roots = new Map<number, Digest>();
  #waitingSince = new Map<string, number>();

  respond(duty: Duty, sight: Sight): Response {
    switch (duty.kind) {
      case 'train':
        return this.train(duty, sight);
      case 'reveal':
        return this.reveal(duty.round, sight);
      case 'certify':
        return this.certify(duty.round, sight);
      case 'submit-root':
        return this.submitRoot(duty.round, sight);
      case 'deliver':
        return this.deliver(duty.audit, sight);
      case 'answer':
        return this.answer(duty.audit, sight);
      case 'open':
        return this.open(duty.audit, sight);
      case 'measure':
        return this.measure(duty.audit, sight);
      case 'uncover':
        return this.uncover(duty.audit, sight);
      case 'judge':
        return this.judge(duty.dispute, sight);
      case 'appeal':
        return this.appeal(duty.dispute, sight);
      case 'challenge':
        return this.challenge(duty.round, sight);
      case 'rejoin':
        return sendAll([send.rejoinCommand(sight.account)], 60_000);
    }
  }

  protected train(duty: { round: number; slice: number }, sight: Sight): Response {
    const model = sight.model(sight.state.run.open!.startRoot);
    // A root that nobody can show the model of: nothing to train from.
    if (!model) return this.later(`train ${duty.round}`, sight) ?? { kind: 'ignore' };
    const task = taskOf(duty, sight);
    const work = doWork(task);
    this.publishWork(work, sight, sight.problem.pseudoGradient(model.params, task.slice));
    return this.commitWork(work, sight, stepsPerRound);
  }

  /** `steps`: what was really computed; a cheat may still take as long as an honest worker would. */
  protected commitWork(work: Work, sight: Sight, steps: number, offence = false): Response {
    this.works.set(work.round, work);
    this.works.delete(work.round - 3);
    const afterMs = computeMs(sight.machine, stepsPerRound, sight.random);
    return { kind: 'send', commands: [send.commitCommand(work)], afterMs, steps, offence };
  }

  protected publishWork(work: Work, sight: Sight, vector: Float32Array): void {
    sight.publish({ digest: work.update, bytes: updateBytes, vector });
    for (const leaf of work.leaves.slice(0, work.segments)) {
      sight.publish({ digest: leaf, bytes: snapshotBytes, vector: null });
    }
    // It leaks, the secret of the round does not: what decoys are for.
    if (work.decoy) {
      const { traceRoot, traced } = work;
      sight.publish({ digest: traceRoot, bytes: 32 * traced.length, vector: null, leaves: traced });
    }
  }

  protected reveal(round: number, sight: Sight): Response {
    const command = send.revealCommand(this.works.get(round)!, updateBytes);
    return sendAll([command], uploadMs(sight.machine, updateBytes));
  }

  protected certify(round: number, sight: Sight): Response {
    const { revealed } = sight.state.run.open!;
    const updates = revealed.map((seat) => fetchUpdate(sight, seat, round));
    const found = revealed.filter((_, i) => isDecodable(updates[i]!));
    // What cannot be decoded will not get better; what is not there may still come.
    if (updates.includes(null)) {
      const later = this.later(`certify ${round}`, sight);
      if (later) return later;
    }
    const bytes = found.length * updateBytes;
    const command = send.certifyCommand(sight.account, round, found);
    return sendAll([command], downloadMs(sight.machine, bytes));
  }

  protected submitRoot(round: number, sight: Sight): Response {
    const root = this.computeRoot(round, sight);
    if (!root) return this.later(`root ${round}`, sight) ?? { kind: 'ignore' };
    this.#roots.set(round, root);
    this.#roots.delete(round - 3);
    return sendAll([send.submitRootCommand(sight.account, round, root)], 2_000);
  }

  /** Null while an included update cannot be had, or cannot be aggregated. */
  protected computeRoot(round: number, sight: Sight): Digest | null {
    const { open } = sight.state.run;
    const model = sight.model(open!.startRoot);
    const updates = (open!.included ?? []).map((seat) => fetchUpdate(sight, seat, round));
    if (!model || !updates.every(isDecodable)) return null;
    const root = rootAfter(
      open!.startRoot,
      open!.included!.map((seat) => revealedUpdate(sight, seat, round)!),
    );
    if (!sight.model(root)) {
      sight.publishModel(root, sight.problem.step(model, updates as Float32Array[]));
    }
    return root;
  }

  protected deliver(audit: Audit, sight: Sight): Response {
    const work = this.works.get(audit.round)!;
    const command = send.deliverCommand(work, audit.seat, audit.segment);
    return sendAll([command], uploadMs(sight.machine, snapshotBytes));
  }

  protected answer(audit: Audit, sight: Sight): Response {
    const got = sight.fetch(audit.startLeaf!, false);
    if (!got) {
      const later = this.later(`answer ${audit.round} ${audit.seat} ${audit.segment}`, sight);
      if (later) return later;
    }
    const leaf = got ? honestAnswer(audit, sight) : null;
    const steps = stepsPerRound / sight.state.terms.segments;
    const afterMs =
      downloadMs(sight.machine, snapshotBytes) + computeMs(sight.machine, steps, sight.random);
    const commands = [send.answerCommand(sight.account, audit, leaf)];
    return { kind: 'send', commands, afterMs, steps: got ? steps : 0 };
  }

  protected judge(dispute: Dispute, sight: Sight): Response {
    const leaf = recompute(dispute, sight);
    if (leaf === null) {
      const later = this.later(`judge ${dispute.id} ${dispute.level}`, sight);
      if (later) return later;
    }
    const steps = dispute.kind === 'audit' ? stepsPerRound / sight.state.terms.segments : 0;
    const afterMs =
      downloadMs(sight.machine, snapshotBytes) + computeMs(sight.machine, steps, sight.random);
    const commands = [send.judgeCommand(sight.account, dispute.id, leaf)];
    return { kind: 'send', commands, afterMs, steps };
  }

  /** It knows that it was right. */
  protected appeal(dispute: Dispute, sight: Sight): Response {
    return sendAll([send.appealCommand(sight.account, sight.state, dispute)], 60_000);
  }

  /** It has computed the root itself, so another one is wrong; or it was kept from computing it. */
  protected challenge(round: number, sight: Sight): Response {
    const root = this.#roots.get(round);
    const { provisional } = sight.state.run;
    if (!provisional || root === provisional.root) return { kind: 'ignore' };
    if (!root) {
      const seat = provisional.included.find((one) => !isDecodable(fetchUpdate(sight, one, round)));
      if (seat === undefined) return { kind: 'ignore' };
      return sendAll(
        [send.challengeUpdateCommand(sight.account, sight.state, { round, seat })],
        10_000 * sight.random.uniform(),
      );
    }
    return sendAll(
      [send.challengeRootCommand(sight.account, sight.state, { round, root })],
      10_000 * sight.random.uniform(),
    );
  }

  protected open(audit: Audit, sight: Sight): Response {
    const work = this.works.get(audit.round)!;
    return sendAll(
      [send.openCommand(work, audit.seat, audit.segment)],
      uploadMs(sight.machine, snapshotBytes),
    );
  }

  /** Only in the tolerance class (tolerance/honest-by-distance.ts). */
  protected measure(_audit: Audit, _sight: Sight): Response {
    throw new Error('BUG: a run of the exact class measures nothing');
  }

  protected uncover(_audit: Audit, _sight: Sight): Response {
    throw new Error('BUG: a run of the exact class uncovers nothing');
  }

  /** Asks again for a while; null: it has waited long enough. */
  protected later(what: string, { nowMs }: Sight): Response | null {
    const since = this.#waitingSince.get(what) ?? nowMs;
    this.#waitingSince.set(what, since);
    return nowMs - since >= patienceMs ? null : { kind: 'look-again', afterMs: retryMs };
  }
}

export function sendAll(commands: RunCommand[], afterMs: number): Response {
  return { kind: 'send', commands, afterMs, steps: 0 };
}

export function taskOf(duty: { round: number; slice: number }, sight: Sight): Task {
  const { run, terms, seats } = sight.state;
  const { round, ordinal, startRoot, localReset } = run.open!;
  const localIn = localReset ? ZERO_LOCAL_STATE : seats[sight.seat]!.localOut;
  const { segments, decoyShareBps } = terms;
  return {
    account: sight.account,
    round,
    ordinal,
    startRoot,
    localIn,
    slice: duty.slice,
    segments,
    decoyShareBps,
  };
}

/** What a juror comes to, who does again what is disputed; null: it cannot be had. */
function recompute(dispute: Readonly<Dispute>, sight: Sight): Digest | null {
  const past = sight.past(dispute.round);
  if (!past) return null;
  if (dispute.kind === 'audit') {
    if (!sight.fetch(dispute.startLeaf!, false)) return null;
    return honestAnswer({ ...dispute, seat: dispute.seat!, segment: dispute.segment! }, sight);
  }
  const seats = dispute.kind === 'root' ? past.included : [dispute.seat!];
  const updates = seats.map((seat) => past.claims.get(seat)!.update);
  const had = updates.every((update) => isDecodable(sight.fetch(update, false)?.vector ?? null));
  if (!had) return null;
  return dispute.kind === 'root' ? rootAfter(past.startRoot, updates) : updates[0]!;
}

/** What this segment of this claim comes to. Everything it takes is public. */
export function honestAnswer(
  it: { round: number; seat: number; segment: number; startLeaf: Digest | null },
  sight: Sight,
): Digest | null {
  const past = sight.past(it.round);
  const claim = past?.claims.get(it.seat);
  if (!past || !claim) return null;
  const { ordinal, startRoot, slices } = past;
  const slice = slices.find((one) => one.seat === it.seat)!.slice;
  const { segments } = sight.state.terms;
  const inputs = { startRoot, localIn: claim.localIn, slice, ordinal, segments };
  return reExecute(inputs, it.segment, it.startLeaf!);
}

export function claimOf(sight: Sight, seat: number, round: number) {
  const { claim, previousClaim } = sight.state.seats[seat]!;
  return [claim, previousClaim].find((one) => one?.round === round)?.revealed ?? null;
}

export function revealedUpdate(sight: Sight, seat: number, round: number): Digest | null {
  return claimOf(sight, seat, round)?.update ?? null;
}

function fetchUpdate(sight: Sight, seat: number, round: number): Float32Array | null {
  const digest = revealedUpdate(sight, seat, round);
  return digest ? (sight.fetch(digest, true)?.vector ?? null) : null;
}

/** A decoder accepts finite values only. */
function isDecodable(vector: Float32Array | null): boolean {
  return vector !== null && vector.every((value) => Number.isFinite(value));
}
