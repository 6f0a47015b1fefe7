/**
 * What a seat commits to for a round: a secret that it derives and does not store, so that after a
 * kill the same round opens the same commitment; the decoys that follow from the secret; and the
 * commitment itself.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { commitmentOf, drawDecoy, saltOf } from '@commonweights/dao-contracts/rules/commitment.js';
import type { OpenRun } from '../run/open-run.js';
import { plantDecoy, type Decoy, type TracedResult } from './plant-decoy.js';
import { plantWrongEnds } from './plant-wrong-ends.js';
import type { RoundContext } from './round-context.js';
import type { RoundResult } from './round.js';
import type { SeatOptions } from './seat-options.js';

type Whose = Pick<SeatOptions, 'client' | 'run' | 'worker' | 'saltSecret'>;

export function secretOf({ saltSecret, client, run, worker = '' }: Whose, round: number): string {
  const parts = [saltSecret, client.contract, run, round, worker];
  return taggedDigest('cw/round-secret/2', parts).slice(7);
}

export function saltFor(whose: Whose, round: number, { cover }: TracedResult): string {
  return cover?.salt ?? saltOf(secretOf(whose, round));
}

export function commitmentFor(
  whose: Whose,
  it: { seat: SeatView; context: RoundContext; result: TracedResult },
): Digest {
  const { seat, context, result } = it;
  return commitmentOf({
    contract: whose.client.contract,
    run: whose.run,
    round: context.round,
    account: seat.account,
    worker: seat.worker,
    update: result.update.digest,
    startRoot: context.startRoot,
    localIn: result.localIn,
    localOut: result.localOut.digest,
    traceRoot: result.traceRoot,
    salt: saltFor(whose, context.round, result),
  });
}

/** What the trace commits to instead of what was computed, if its secret says so. */
export function plantFor(
  whose: Whose,
  it: { result: RoundResult; round: number; run: RunView; opened: OpenRun },
): TracedResult {
  const { result, round, run, opened } = it;
  const secret = secretOf(whose, round);
  const { tolerance, decoyShareBps: shareBps } = run.terms;
  if (!tolerance) return plantDecoy(result, decoyOf(secret, round, run));
  const { toleranceBillionths } = tolerance;
  const { spec, program } = opened;
  const by = { toleranceBillionths, layout: program.layout, recipe: spec.outer };
  return plantWrongEnds(result, { secret, round, shareBps, ...by });
}

/** Where a round's trace has a decoy, if the secret says so. */
function decoyOf(secret: string, round: number, { terms }: RunView): Decoy | null {
  const { segments, decoyShareBps: shareBps } = terms;
  const index = drawDecoy({ secret, round, segments, shareBps });
  return index === null ? null : { index, nonce: taggedDigest('cw/decoy-nonce/1', [secret]) };
}
