/** What an honest chain says of the people in a small run, and of their pay. */
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { RosterFacts, SeatFacts } from '@commonweights/trainer/release/roster-facts.js';

/** Auditor at seat 1, workers where the log has them, each paid one yocto for each thing that it did. */
export function rosterOf(rounds: readonly RoundRecord[]): RosterFacts {
  const audits = rounds.flatMap((one) => one.audits).length;
  const seats: SeatFacts[] = [];
  seats[1] = seatOf(1, 'auditor.near', audits);
  for (const { outcome, claims } of rounds) {
    for (const { seat, account, verdict } of claims) {
      const own = (seats[seat] ??= seatOf(seat, account, 0));
      if (outcome !== 'final' || verdict === 'failed') continue;
      seats[seat] = seatOf(seat, account, own.verifiedRounds + 1);
    }
  }
  return { seats, amended: false, isWhole: true };
}

function seatOf(seat: number, account: string, done: number): SeatFacts {
  const role = seat === 1 ? 'auditor' : 'trainer';
  const verifiedRounds = role === 'trainer' ? done : 0;
  return { seat, account, role, status: 'active', verifiedRounds, earnedYocto: `${done}` };
}
