/**
 * Honest behaviour in a run of the tolerance class: trains on an engine of its own, plants the decoys
 * that its secret draws, seals before it sees, measures what is there, uncovers what it planted.
 * Adversaries of this class extend it and do one thing otherwise.
 */
import type { Audit, Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { hiddenOf, sealOf } from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { derive } from '../abstract-work.js';
import type { Response, Sight } from '../behaviour.js';
import { contract } from '../chain.js';
import * as send from '../commands.js';
import { Honest, sendAll, taskOf } from '../honest.js';
import { computeMs, downloadMs, uploadMs } from '../machine.js';
import { snapshotBytes, stepsPerRound, updateBytes } from '../sizes.js';
import {
  apart,
  billionths,
  direction,
  dot,
  honestOff,
  lengthOf,
  workByDistance,
  type DistanceWork,
  type Vector,
} from './distance-work.js';
import { RandomStream } from '../random-stream.js';

/** How a decoy is off, in tolerances: what the worker plants. */
const plantedTolerances = 4;

export class HonestByDistance extends Honest {
  protected readonly distanceWorks = new Map<number, DistanceWork>();

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const model = sight.model(sight.state.run.open!.startRoot);
    if (!model) return this.later(`train ${duty.round}`, sight) ?? { kind: 'ignore' };
    const vector = sight.problem.pseudoGradient(model.params, duty.slice);
    return this.claimWork(duty, sight, { vector, steps: stepsPerRound, offence: false });
  }

  /** What its engine is off by. */
  protected offBy(segment: number, start: Digest, sight: Sight): Vector {
    return honestOff(sight.account, segment, start);
  }

  protected claimWork(
    duty: { round: number; slice: number },
    sight: Sight,
    it: { vector: Float32Array; steps: number; offence: boolean },
  ): Response {
    const tolerance = sight.state.terms.tolerance!.toleranceBillionths / 1e9;
    const work = workByDistance(taskOf(duty, sight), {
      offBy: (segment, start) => this.offBy(segment, start, sight),
      plantedOff(off) {
        const along = direction(new RandomStream('planted', sight.account, duty.round));
        return off.map((value, i) => value + plantedTolerances * tolerance * along[i]!);
      },
    });
    this.distanceWorks.set(work.round, work);
    this.distanceWorks.delete(work.round - 3);
    sight.publish({ digest: work.update, bytes: updateBytes, vector: it.vector });
    for (const { digest, off } of [...work.ends, ...work.planted.values()]) {
      sight.publish({ digest, bytes: snapshotBytes, vector: Float32Array.from(off) });
    }
    sight.publish({ digest: work.leaves[0]!, bytes: snapshotBytes, vector: null });
    return this.commitWork(work, sight, it.steps, it.offence);
  }

  protected override deliver(audit: Audit, sight: Sight): Response {
    const { round, seat, segment } = audit;
    const work = this.distanceWorks.get(round)!;
    const { account } = sight;
    const leaf = work.leaves[segment]!;
    const { decoyShareBps } = sight.state.terms;
    const hasDecoys = decoyShareBps > 0 && segment > 0;
    const shown = hasDecoys
      ? below(work, segment)
      : { proof: proveTraceLeaf(work.traced, segment) };
    const step = { account, round, seat, segment, leaf, ...shown };
    return sendAll([{ kind: 'deliver', ...step }], uploadMs(sight.machine, snapshotBytes));
  }

  protected override answer(audit: Audit, sight: Sight): Response {
    if (!sight.fetch(audit.startLeaf!, false)) {
      const later = this.later(`answer ${audit.round} ${audit.seat} ${audit.segment}`, sight);
      if (later) return later;
      return sendAll([send.answerCommand(sight.account, audit, null)], 1_000);
    }
    const steps = stepsPerRound / sight.state.terms.segments;
    const afterMs =
      downloadMs(sight.machine, snapshotBytes) + computeMs(sight.machine, steps, sight.random);
    const commands = [send.answerCommand(sight.account, audit, this.sealFor(audit, sight))];
    return { kind: 'send', commands, afterMs, steps };
  }

  protected sealFor(audit: Audit, sight: Sight): Digest {
    const { round, seat, segment, auditor } = audit;
    const own = this.ownEnd(audit, sight);
    return sealOf({ contract, run: send.runId, round, seat, segment, auditor, ...own });
  }

  /** Published only with the measure. */
  protected ownEnd({ round, seat, segment, startLeaf }: Audit, { account }: Sight) {
    const own = derive('own end', account, startLeaf!, round, seat, segment);
    return { own, salt: `salt of ${account}` };
  }

  protected override open(audit: Audit, sight: Sight): Response {
    const { round, seat, segment } = audit;
    const work = this.distanceWorks.get(round)!;
    const index = segment + 1;
    const end = index === work.segments ? work.endSnapshot : null;
    const leaf = work.traced[index]!;
    const proof = proveTraceLeaf(work.traced, index);
    const step = { account: sight.account, round, seat, segment, leaf, proof, end };
    return sendAll([{ kind: 'open', ...step }], uploadMs(sight.machine, snapshotBytes));
  }

  protected override measure(audit: Audit, sight: Sight): Response {
    const theirs = sight.fetch(audit.distance!.end, false)?.vector;
    if (!theirs) {
      const { round, seat, segment } = audit;
      const later = this.later(`measure ${round} ${seat} ${segment}`, sight);
      if (later) return later;
      return this.say(audit, sight, { residualBillionths: null, alongBillionths: 0, sum: null });
    }
    const own = honestOff(sight.account, audit.segment, audit.startLeaf!);
    const distance = apart(Float64Array.from(theirs), own);
    const before = sumBefore(audit, sight);
    const sum = before ? before.map((value, i) => value + distance[i]!) : distance;
    const digest = derive('sum', sight.account, audit.distance!.end, audit.round);
    sight.publish({ digest, bytes: snapshotBytes / 4, vector: Float32Array.from(sum) });
    return this.say(audit, sight, {
      residualBillionths: billionths(lengthOf(distance)),
      alongBillionths: before ? alongBillionths(distance, before) : 0,
      sum: digest,
    });
  }

  protected say(
    audit: Audit,
    sight: Sight,
    it: { residualBillionths: number | null; alongBillionths: number; sum: Digest | null },
    offence = false,
  ): Response {
    const { round, seat, segment } = audit;
    const step = { account: sight.account, round, seat, segment, ...this.ownEnd(audit, sight) };
    const afterMs =
      downloadMs(sight.machine, snapshotBytes) + uploadMs(sight.machine, snapshotBytes);
    return {
      kind: 'send',
      commands: [{ kind: 'measure', ...step, ...it }],
      afterMs,
      steps: 0,
      offence,
    };
  }

  protected override uncover(audit: Audit, sight: Sight): Response {
    const { round, seat, segment } = audit;
    const work = this.distanceWorks.get(round)!;
    const step = { account: sight.account, round, seat, segment };
    const index = segment + 1;
    const shown = {
      secret: work.planted.has(index) ? work.secret : null,
      leaf: work.leaves[index]!,
      ...below(work, index),
    };
    return sendAll([{ kind: 'uncover', ...step, ...shown }], 5_000);
  }

  /** A juror takes the segment on its own engine, and believes that. */
  protected override judge(dispute: Dispute, sight: Sight): Response {
    if (!dispute.distance) return super.judge(dispute, sight);
    const answer = judgeDistance(dispute, sight);
    if (answer === null) {
      const later = this.later(`judge ${dispute.id} ${dispute.level}`, sight);
      if (later) return later;
    }
    const steps = stepsPerRound / sight.state.terms.segments;
    const afterMs =
      downloadMs(sight.machine, snapshotBytes) + computeMs(sight.machine, steps, sight.random);
    const commands = [send.judgeCommand(sight.account, dispute.id, answer)];
    return { kind: 'send', commands, afterMs, steps };
  }
}

/** The place of a leaf in the trace below the decoys, as the commitment bound it. */
function below({ leaves, realRoot, secret }: DistanceWork, index: number) {
  return { proof: proveTraceLeaf(leaves, index), realRoot, hidden: hiddenOf(secret) };
}

function sumBefore({ distance }: Pick<Audit, 'distance'>, sight: Sight): Vector | null {
  const digest = distance?.before;
  const vector = digest ? sight.fetch(digest, false)?.vector : null;
  return vector ? Float64Array.from(vector) : null;
}

/** Towards zero: a part is never longer than the whole. */
function alongBillionths(distance: Vector, before: Vector): number {
  const reach = lengthOf(before);
  return reach === 0 ? 0 : Math.trunc((1e9 * dot(distance, before)) / reach) + 0;
}

/** As the page on the tolerance class says it. */
function judgeDistance(dispute: Readonly<Dispute>, sight: Sight): Digest | null {
  const { about, end, beside } = dispute.distance!;
  const { toleranceBillionths, driftBillionths, window } = sight.state.terms.tolerance!;
  const offOf = (digest: Digest) => {
    const vector = sight.fetch(digest, false)?.vector;
    return vector ? Float64Array.from(vector) : null;
  };
  const theirs = offOf(end);
  if (!theirs || !sight.fetch(dispute.startLeaf!, false)) return null;
  const own = honestOff(sight.account, dispute.segment!, dispute.startLeaf!);
  const mine = derive('own end of a juror', sight.account, dispute.startLeaf!, dispute.id);
  const distance = apart(theirs, own);
  if (billionths(lengthOf(distance)) > toleranceBillionths) return mine;
  if (about === 'distance') return dispute.claimed;
  const other = beside === null ? null : offOf(beside);
  if (about === 'drift') {
    const along = other ? alongBillionths(distance, other) : 0;
    return along > driftBillionths / (2 * Math.sqrt(window)) ? mine : dispute.claimed;
  }
  if (!other) return null;
  return billionths(lengthOf(apart(other, own))) > toleranceBillionths ? dispute.claimed : null;
}
