/**
 * Who has a seat in a release's run and what it was paid, as a chain tells it: what the log of rounds is
 * compared with, seat by seat. A log has the claims, a chain has the money.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import type {
  ReleaseView,
  SeatRole,
  SeatStatus,
} from '@commonweights/dao-contracts/rules/views.js';
import type { FindingCode } from './finding-codes.js';
import type { SeatPay } from './recount-log.js';

export interface RosterFacts {
  readonly seats: readonly SeatFacts[];
  /** Whether a vote changed the terms that the run was funded with. */
  readonly amended: boolean;
  /** No round became final after the released one: nobody was paid for more than the log shows. */
  readonly isWhole: boolean;
}

export interface SeatFacts {
  readonly seat: number;
  readonly account: string;
  readonly role: SeatRole;
  readonly status: SeatStatus;
  readonly verifiedRounds: number;
  /** Rewards, audit fees, shares: decimal string. */
  readonly earnedYocto: string;
}

export async function readRosterFacts(
  chain: Pick<DaoClient, 'getSeats' | 'getProposal'>,
  run: Pick<RunView, 'id' | 'proposal' | 'terms' | 'finalRound' | 'rewinds'>,
  release: Pick<ReleaseView, 'round'>,
): Promise<RosterFacts> {
  const seats = await chain.getSeats({ run: run.id });
  const action = (await chain.getProposal({ proposal: run.proposal }))?.action;
  const { round } = release;
  return {
    seats: seats.map(({ seat, account, role, status, verifiedRounds, earnedYocto }) => ({
      ...{ seat, account, role, status, verifiedRounds, earnedYocto: `${earnedYocto}` },
    })),
    // Who funded it is not known to have funded it as it is.
    amended: action?.kind !== 'fund-run' || action.terms.spec !== run.terms.spec,
    isWhole: run.finalRound === round && run.rewinds.every(({ at }) => at < round),
  };
}

/**
 * What a chain tells of people and pay otherwise than the log gives. A failed claim may have been paid,
 * where an appeal cleared it; nobody is paid for more.
 */
export function rosterProblem(
  pay: readonly SeatPay[],
  { seats, isWhole }: RosterFacts,
): readonly [FindingCode, string] | null {
  const told = new Map(seats.map((one) => [one.seat, one]));
  for (const { seat, account, rewards, failed } of pay) {
    const own = told.get(seat);
    if (!own) return ['ROSTER_OTHER', `the chain knows of no seat ${seat}`];
    if (account !== null && (own.account !== account || own.role !== 'trainer')) {
      const detail = `seat ${seat} trained for ${account}, the chain has ${own.account}`;
      return ['ROSTER_OTHER', `${detail}, ${own.role}`];
    }
    if (isWhole && own.verifiedRounds > rewards + failed) {
      return ['PAYOUT_OTHER', paidOther(own, rewards + failed)];
    }
  }
  const stranger = seats.find(({ seat, verifiedRounds: paid }) => seat >= pay.length && paid > 0);
  return isWhole && stranger ? ['PAYOUT_OTHER', paidOther(stranger, 0)] : null;
}

/**
 * Who has not been paid what the log gives, in words; null: nobody. A verdict took it, an appeal that
 * may give it back is not over, or the run ended before; none of that is in a log.
 */
export function withheldPay(
  pay: readonly SeatPay[],
  { seats, amended }: RosterFacts,
  rewardYocto: string,
): string | null {
  for (const { seat, rewards } of pay) {
    const own = seats.find((one) => one.seat === seat);
    if (!own || own.status === 'expelled') continue;
    if (own.verifiedRounds < rewards) return paidOther(own, rewards);
    const least = BigInt(own.verifiedRounds) * BigInt(rewardYocto);
    if (amended || BigInt(own.earnedYocto) >= least) continue;
    const detail = `seat ${seat} earned ${own.earnedYocto} yoctoNEAR by what the chain has`;
    return `${detail}, and ${least} by its ${own.verifiedRounds} rewards`;
  }
  return null;
}

function paidOther({ seat, verifiedRounds }: SeatFacts, rewards: number): string {
  return `seat ${seat} has ${rewards} rewards by the log, the chain paid ${verifiedRounds}`;
}
