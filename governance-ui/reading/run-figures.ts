/** A run in figures, each with the parts that it is made of, so that a page can show how it came about. */
import type { RoundRecord, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';

export interface Term {
  readonly name: 'rewards' | 'audits' | 'data' | 'calls' | 'other';
  readonly count: number;
  readonly eachYocto: bigint;
  /** Law: the terms of a sum add up to it, `other` being what is left. */
  readonly yocto: bigint;
}

type Money = Pick<
  RunView,
  'budgetYocto' | 'escrowYocto' | 'paidYocto' | 'dataRounds' | 'relayedCalls' | 'terms'
>;

function withRest(terms: readonly Term[], totalYocto: bigint): Term[] {
  const known = terms.filter(({ count }) => count > 0);
  const rest = totalYocto - known.reduce((sum, { yocto }) => sum + yocto, 0n);
  if (rest === 0n) return known;
  return [...known, { name: 'other', count: 1, eachYocto: rest, yocto: rest }];
}

function term(name: Term['name'], count: number, eachYocto: bigint): Term {
  return { name, count, eachYocto, yocto: BigInt(count) * eachYocto };
}

/** What left the escrow, by what for. */
export function paidFor(run: Money, seats: readonly SeatView[]): Term[] {
  const sum = (of: (seat: SeatView) => number) => seats.reduce((all, seat) => all + of(seat), 0);
  const { terms } = run;
  return withRest(
    [
      term(
        'rewards',
        sum(({ verifiedRounds }) => verifiedRounds),
        terms.rewardYocto,
      ),
      term(
        'audits',
        sum(({ auditsRight }) => auditsRight),
        terms.auditFeeYocto,
      ),
      term('data', run.dataRounds, terms.dataRewardYocto),
      term('calls', run.relayedCalls, terms.relayFeeYocto),
    ],
    run.paidYocto,
  );
}

/** What one seat earned, by what for; `other` are shares of what others lost, and decoys. */
export function earnedFor(
  { terms }: Pick<RunView, 'terms'>,
  seat: Pick<SeatView, 'verifiedRounds' | 'auditsRight' | 'earnedYocto'>,
): Term[] {
  return withRest(
    [
      term('rewards', seat.verifiedRounds, terms.rewardYocto),
      term('audits', seat.auditsRight, terms.auditFeeYocto),
    ],
    seat.earnedYocto,
  );
}

export interface RoundFigures {
  readonly round: number;
  readonly outcome: RoundRecord['outcome'];
  /** Updates that were claimed, and those of them that count. */
  readonly claimed: number;
  readonly included: number;
  readonly bytes: number;
  /** For the run's trainers, at most as many as may take part. */
  readonly places: number;
}

export function figuresOfRounds(
  records: readonly RoundRecord[],
  { maxWorkers }: { maxWorkers: number },
): RoundFigures[] {
  return records
    .filter(({ outcome }) => outcome !== 'rewind')
    .map(({ round, outcome, claims }) => ({
      ...{ round, outcome, claimed: claims.length, places: maxWorkers },
      included: outcome === 'final' ? claims.filter((claim) => claim.included).length : 0,
      bytes: claims.reduce((sum, { updateBytes }) => sum + updateBytes, 0),
    }));
}

export interface Totals {
  readonly rounds: number;
  readonly final: number;
  readonly claimed: number;
  readonly included: number;
  readonly bytes: number;
  readonly places: number;
}

export function totalOf(rounds: readonly RoundFigures[]): Totals {
  const sum = (of: (one: RoundFigures) => number) => rounds.reduce((all, one) => all + of(one), 0);
  return {
    rounds: rounds.length,
    final: rounds.filter(({ outcome }) => outcome === 'final').length,
    claimed: sum(({ claimed }) => claimed),
    included: sum(({ included }) => included),
    bytes: sum(({ bytes }) => bytes),
    places: sum(({ places }) => places),
  };
}

export interface SeatRound {
  readonly round: number;
  readonly bytes: number;
  readonly included: boolean;
  readonly verdict: 'unaudited' | 'passed' | 'failed';
}

/** Its updates among the records that are shown. */
export function roundsOfSeat(records: readonly RoundRecord[], seat: number): SeatRound[] {
  return records.flatMap(({ round, claims }) =>
    claims
      .filter((claim) => claim.seat === seat)
      .map(({ updateBytes: bytes, included, verdict }) => ({ round, bytes, included, verdict })),
  );
}
