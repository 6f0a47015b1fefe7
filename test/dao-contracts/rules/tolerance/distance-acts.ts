/** What people do in a play of the tolerance class: decoys, seals, distances, some of them false. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import {
  coveringSaltOf,
  hiddenOf,
  plantedLeaves,
  sealOf,
} from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { proveTraceLeaf, traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { contract, named, type RunPlay } from '../run-play.js';

/** Whether a leaf is not the one that was computed. */
export function isPlanted(play: RunPlay, it: { round: number; seat: number }, index: number) {
  const { segments, decoyShareBps: shareBps, tolerance } = play.state.terms;
  const { round, seat } = it;
  const secret = play.secret(round, seat);
  return !!tolerance && plantedLeaves({ secret, round, segments, shareBps }).includes(index);
}

/** What the trace root commits to. */
export function tracedWithDecoys(play: RunPlay, round: number, seat: number): Digest[] {
  return play
    .trace(round, seat)
    .map((leaf, index) =>
      isPlanted(play, { round, seat }, index) ? named(`wrong ${round} ${seat} ${index}`) : leaf,
    );
}

export function saltOfTrace(play: RunPlay, round: number, seat: number): string {
  const realRoot = traceRootOf(play.trace(round, seat));
  return coveringSaltOf({ secret: play.secret(round, seat), realRoot });
}

/** What `deliver` takes: where there may be decoys the leaf that was computed, below them. */
export function deliveredLeaf(play: RunPlay, round: number, seat: number, index: number) {
  const real = play.trace(round, seat);
  const leaf = real[index]!;
  const { segments, decoyShareBps } = play.state.terms;
  if (decoyShareBps === 0 || index < 1 || index >= segments) {
    return { leaf, proof: proveTraceLeaf(tracedWithDecoys(play, round, seat), index) };
  }
  return { leaf, ...below(play, round, seat, index) };
}

/** The place of a leaf in the trace below the decoys, as the commitment bound it. */
function below(play: RunPlay, round: number, seat: number, index: number) {
  const real = play.trace(round, seat);
  const hidden = hiddenOf(play.secret(round, seat));
  return { proof: proveTraceLeaf(real, index), realRoot: traceRootOf(real), hidden };
}

/** What `uncover` takes. */
export function uncovered(play: RunPlay, { round, seat, segment }: Audit) {
  const index = segment + 1;
  const secret = isPlanted(play, { round, seat }, index) ? play.secret(round, seat) : null;
  const leaf = play.trace(round, seat)[index]!;
  return { secret, leaf, ...below(play, round, seat, index) };
}

function sealed({ round, seat, segment, auditor }: Audit) {
  const own = named(`own ${round} ${seat} ${segment} ${auditor}`);
  return { own, salt: `salt ${auditor}` };
}

export function sealFor(audit: Audit): Digest {
  const { round, seat, segment, auditor } = audit;
  return sealOf({ contract, run: 1, round, seat, segment, auditor, ...sealed(audit) });
}

/** `residual`: null says that the worker's end is none. */
export function measureCommand(
  play: RunPlay,
  audit: Audit,
  { residual, along = 0 }: { residual: number | null; along?: number },
): RunCommand {
  const { round, seat, segment, auditor } = audit;
  return {
    ...{ kind: 'measure', ...play.actor(auditor), round, seat, segment, ...sealed(audit) },
    residualBillionths: residual,
    alongBillionths: residual === null || !audit.distance?.before ? 0 : along,
    sum: residual === null ? null : named(`sum ${round} ${seat}`),
  };
}

/** What an honest auditor finds: a decoy is too far off as long as it is not uncovered. */
export function honestMeasure(play: RunPlay, audit: Audit): RunCommand {
  const wrong = isPlanted(play, audit, audit.segment + 1) && !audit.distance?.planted;
  const { toleranceBillionths } = play.state.terms.tolerance!;
  return measureCommand(play, audit, { residual: wrong ? 4 * toleranceBillionths : 1_000 });
}

export function uncoverCommand(play: RunPlay, audit: Audit): RunCommand {
  const { round, seat, segment } = audit;
  return {
    ...{ kind: 'uncover', ...play.actor(seat), round, seat, segment },
    ...uncovered(play, audit),
  };
}

/** Steps of an audit that somebody might take now; `wild`: whether or not it is their turn. */
export function distanceActs(
  play: RunPlay,
  it: { chance: number; wild: boolean },
): (() => RunCommand)[] {
  const { chance, wild } = it;
  const { toleranceBillionths } = play.state.terms.tolerance!;
  return play.state.audits.flatMap((audit): (() => RunCommand)[] => {
    const { round, seat, segment, state, auditor } = audit;
    const step = { round, seat, segment };
    const subject = play.actor(seat);
    const list: (() => RunCommand)[] = [];
    if (wild || state === 'material') {
      const leaf = deliveredLeaf(play, round, seat, segment);
      list.push(() => ({ kind: 'deliver', ...subject, ...step, ...leaf }));
    }
    if (wild || state === 'answer') {
      const leaf = chance % 9 === 4 ? null : sealFor(audit);
      list.push(() => ({ kind: 'answer', ...play.actor(auditor), ...step, leaf }));
    }
    if (wild || state === 'opening') {
      const opened = play.openedLeaf(round, seat, segment + 1);
      list.push(() => ({ kind: 'open', ...subject, ...step, ...opened }));
    }
    if (wild || state === 'measure') {
      const far = [null, toleranceBillionths + 1, 10 ** 12][chance % 3]!;
      const along = chance % 2 === 0 ? toleranceBillionths : -7;
      const close = measureCommand(play, audit, { residual: toleranceBillionths, along });
      const false_ = chance % 5 === 2 ? measureCommand(play, audit, { residual: far }) : close;
      list.push(() => (chance % 3 === 1 ? false_ : honestMeasure(play, audit)));
    }
    if (wild || state === 'uncover') list.push(() => uncoverCommand(play, audit));
    return list;
  });
}
