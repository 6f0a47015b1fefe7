/**
 * What a juror needs of a round in order to compute something of it again. While the round is open
 * or provisional the run says it; once it is closed, its record does.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type {
  DisputeView,
  RoundRecord,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import type { Seen } from './run-reader.js';

export interface DisputedClaim {
  readonly seat: number;
  readonly slice: number;
  readonly localIn: Digest;
  readonly update: Digest;
  readonly updateBytes: number;
}

export interface DisputedRound {
  readonly round: number;
  readonly ordinal: number;
  readonly startRoot: Digest;
  /** Included claims, by seat. */
  readonly included: readonly DisputedClaim[];
  readonly claims: readonly DisputedClaim[];
}

/** Null: the round was cancelled before anything of it was recorded. */
export async function readDisputedRound(
  client: Pick<DaoClient, 'getRoundRecord'>,
  dispute: Pick<DisputeView, 'round' | 'ordinal'>,
  seen: Seen,
): Promise<DisputedRound | null> {
  const { round, ordinal } = dispute;
  const { provisional } = seen.run;
  if (provisional?.round === round) {
    const claims = provisional.slices.flatMap(({ seat, slice }) => {
      const claim = claimOf(seen.seats[seat]!, round);
      return claim ? [{ seat, slice, ...claim }] : [];
    });
    const included = claims.filter(({ seat }) => provisional.included.includes(seat));
    return { round, ordinal, startRoot: provisional.startRoot, claims, included: bySeat(included) };
  }
  const record = await client.getRoundRecord({ run: seen.run.id, round });
  if (!record || record.claims.length === 0) return null;
  return fromRecord(record, ordinal);
}

function fromRecord({ round, startRoot, claims }: RoundRecord, ordinal: number): DisputedRound {
  const included = claims.filter((claim) => claim.included);
  return { round, ordinal, startRoot, claims, included: bySeat(included) };
}

function claimOf(seat: SeatView, round: number) {
  const claim = [seat.claim, seat.previousClaim].find((one) => one?.round === round);
  if (!claim?.revealed) return null;
  const { localIn, update, updateBytes } = claim.revealed;
  return { localIn, update, updateBytes };
}

function bySeat(claims: readonly DisputedClaim[]): DisputedClaim[] {
  return [...claims].sort((a, b) => a.seat - b.seat);
}
