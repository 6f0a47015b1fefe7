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
 * What a chain tells of people and pay otherwise than the log gives. An expelled seat may have lost what
 * a passed audit would have paid it; a failed claim may have been paid, where an appeal cleared it.
 */
export function rosterProblem(
  pay: readonly SeatPay[],
  { seats, amended, isWhole }: RosterFacts,
  rewardYocto: string,
): readonly [FindingCode, string] | null {
  const told = new Map(seats.map((one) => [one.seat, one]));
  for (const { seat, account, rewards, failed } of pay) {
    const own = told.get(seat);
    if (!own) return ['ROSTER_OTHER', `the chain knows of no seat ${seat}`];
    if (account !== null && (own.account !== account || own.role !== 'trainer')) {
      const detail = `seat ${seat} trained for ${account}, the chain has ${own.account}`;
      return ['ROSTER_OTHER', `${detail}, ${own.role}`];
    }
    if (own.verifiedRounds < rewards && own.status !== 'expelled') {
      return ['PAYOUT_OTHER', paidOther(own, rewards)];
    }
    if (isWhole && own.verifiedRounds > rewards + failed) {
      return ['PAYOUT_OTHER', paidOther(own, rewards + failed)];
    }
  }
  for (const own of seats) {
    if (isWhole && own.seat >= pay.length && own.verifiedRounds > 0) {
      return ['PAYOUT_OTHER', paidOther(own, 0)];
    }
    const least = BigInt(own.verifiedRounds) * BigInt(rewardYocto);
    if (!amended && BigInt(own.earnedYocto) < least) {
      const detail = `seat ${own.seat} earned ${own.earnedYocto} yoctoNEAR by what the chain has`;
      return ['PAYOUT_OTHER', `${detail}, and ${least} by its ${own.verifiedRounds} rewards`];
    }
  }
  return null;
}

function paidOther({ seat, verifiedRounds }: SeatFacts, rewards: number): string {
  return `seat ${seat} has ${rewards} rewards by the log, the chain paid ${verifiedRounds}`;
}
