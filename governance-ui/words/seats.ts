/** Why a seat stands as it does. The chain keeps amounts; the reasons are read off the rounds. */
import type {
  AuditView,
  RoundRecord,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { countOf } from './amounts.js';

/** What the reasons are read off. */
export interface Happened {
  readonly records: readonly RoundRecord[];
  /** Those of rounds that are not closed yet. */
  readonly audits: readonly AuditView[];
}

/** Why a seat lost money, as far as the rounds shown tell. Null: it lost none. */
export function whySlashed(seat: SeatView, { records, audits }: Happened): string | null {
  if (seat.slashedYocto === 0n) return null;
  const say = texts().run.slashed;
  const failed =
    audits.find((audit) => audit.seat === seat.seat && audit.state === 'failed') ??
    records.find((record) =>
      record.claims.some((claim) => claim.seat === seat.seat && claim.verdict === 'failed'),
    );
  if (failed) return say.failed(failed.round);
  if (seat.auditsWrong > 0) return say.overruled(countOf(seat.auditsWrong, 'times'));
  const { claim } = seat;
  if (seat.status === 'expelled' && claim && !claim.revealed && wentOn(claim.round, records)) {
    return say.unrevealed(claim.round);
  }
  return say.elsewhere;
}

/** Whether a round got past its reveals: an aborted one may not have, and blames nobody. */
function wentOn(round: number, records: readonly RoundRecord[]): boolean {
  const record = records.find((one) => one.round === round);
  if (record) return record.outcome !== 'aborted';
  return round > Math.max(0, ...records.map((one) => one.round));
}

export function explainSeatStatus(status: SeatView['status']): string {
  return texts().run.seatStatus[status];
}
