/** Where somebody's round begins, as the chain says it. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { SeatView } from '@commonweights/dao-contracts/client/views.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { RoundAbandoned } from './passing.js';
import type { Seen } from './run-reader.js';

export interface RoundContext {
  readonly round: number;
  readonly startRoot: Digest;
  readonly slice: number;
  readonly ordinal: number;
  readonly localIn: Digest;
}

/** Of a round that is open or provisional. Error: `RoundAbandoned` where it is neither any more. */
export function contextOf(round: number, { run }: Seen, seat: SeatView): RoundContext {
  const view = [run.open, run.provisional].find((one) => one?.round === round);
  const slice = view?.slices.find((one) => one.seat === seat.seat)?.slice;
  if (!view || slice === undefined) throw new RoundAbandoned(`round ${round} is over`);
  const claim = [seat.claim, seat.previousClaim].find((one) => one?.round === round);
  const localIn = claim?.revealed?.localIn ?? (view.localReset ? ZERO_LOCAL_STATE : seat.localOut);
  return { round, slice, startRoot: view.startRoot, ordinal: view.ordinal, localIn };
}
