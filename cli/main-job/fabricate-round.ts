/**
 * The main job's cheat: it trains nothing and sends noise of a plausible size, with a trace that it
 * made up, and hopes that nobody re-executes it. It follows the protocol in every other respect,
 * so what catches it is the audit and not a malformed message.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { localStateDigest } from '@commonweights/trainer/checkpoint/local-state.js';
import { encodeSnapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import { finishRound, trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';

/** Honest before this round, fabricating from then on. */
export function fabricateFrom(round: number): ComputeRound {
  return (input, local, beforeStep) =>
    input.round < round
      ? trainRound(input, local, beforeStep)
      : fabricateRound(input, local, beforeStep);
}

const fabricateRound: ComputeRound = async (input, local, beforeStep) => {
  await beforeStep?.(0, input.spec.inner.stepsPerRound);
  const { segments } = input.spec.inner;
  const start = encodeSnapshot({ params: input.startParams, local }, input.layout);
  const end = { params: input.startParams.map(noiseAround), local };
  const { leaf, ...outcome } = finishRound(input, end);
  // A made-up digest cannot be delivered as material, so every boundary claims the honest start.
  const leaves = Array.from({ length: segments }, () => digestOf(start));
  leaves.push(leaf);
  return {
    ...outcome,
    localIn: localStateDigest(local, input.layout),
    leaves,
    traceRoot: traceRootOf(leaves),
    snapshots: Array.from({ length: segments }, () => start),
    loss: 0,
  };
};

const noise = taggedDigest('cw/main-job/noise/1', []);

/** About what a few honest steps would move a weight by; integers and × only, so it repeats. */
function noiseAround(value: number, i: number): number {
  const mixed = Math.imul(i ^ parseInt(noise.slice(7, 15), 16), 0x9e3779b1) >>> 0;
  return Math.fround(value + (mixed / 2 ** 32 - 0.5) * 0.02);
}
