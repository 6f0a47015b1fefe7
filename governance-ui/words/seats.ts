/** Why a seat stands as it does. The chain keeps amounts; the reasons are read off the rounds. */
import type { RoundRecord, SeatView } from '@commonweights/dao-contracts/client/views.js';

/**
 * Why a seat lost money, as far as the rounds shown tell. An expelled seat's last claim says it:
 * a verdict `failed`, or a commitment that was never opened.
 */
export function whySlashed(seat: SeatView, records: readonly RoundRecord[]): string | null {
  if (seat.slashedYocto === 0n) return null;
  const failed = records.find((record) =>
    record.claims.some((claim) => claim.seat === seat.seat && claim.verdict === 'failed'),
  );
  if (failed) return `failed the audit of round ${failed.round}`;
  if (seat.auditsWrong > 0) {
    const times = seat.auditsWrong === 1 ? 'once' : `${seat.auditsWrong} times`;
    return `overruled as an auditor ${times}`;
  }
  if (seat.status === 'expelled' && seat.claim && !seat.claim.revealed) {
    return `did not reveal in round ${seat.claim.round}`;
  }
  return 'the reason is in a round that is not shown here';
}

export function explainSeatStatus(status: SeatView['status']): string {
  switch (status) {
    case 'applied':
      return 'waits for the draw';
    case 'active':
      return 'works';
    case 'absent':
      return 'missed a commitment and may rejoin; keeps what it earned';
    case 'expelled':
      return 'lost its seat, its stake and its locked pay';
    case 'left':
      return 'the run ended; stake and pay went to its ledger';
  }
}
