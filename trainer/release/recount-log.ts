/**
 * A run's log counted again by the DAO's own rules: who trained which slice in each round, with what
 * state of its own, whether the roster allows it, and what each is paid. Roster, queue of slices and pay
 * are those of `dao-contracts/rules`, driven here by the records in place of calls.
 *
 * Law, tested over generated runs: every log that the rules write is accepted, and gives each seat as many
 * rewards as the rules gave it, but for those that disputes took or keep.
 */
import { seatsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { ZERO_LOCAL_STATE, platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { enrol } from '@commonweights/dao-contracts/rules/enrolment.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { newRun } from '@commonweights/dao-contracts/rules/new-run.js';
import { openRound, returnSlices } from '@commonweights/dao-contracts/rules/round-opening.js';
import { RunDraft } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { OpenRound, ProvisionalRound } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { payRound } from '@commonweights/dao-contracts/rules/settlement.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { ReleaseFault, type FindingCode } from './finding-codes.js';
import { auditProblem, witnessProblem } from './recount-audits.js';

export interface LogQuestion {
  /** In the order of their hash chain. */
  readonly records: readonly RoundRecord[];
  readonly terms: RunTerms;
  /** A vote may have changed the terms under way: what it can change then bounds nothing. */
  readonly amended: boolean;
}

export interface SeatPay {
  readonly seat: number;
  /** Null: it audited, and has no claim in the log. */
  readonly account: string | null;
  /** Verified rounds; those that a vote undid later stay paid. */
  readonly rewards: number;
  /** By the last terms. */
  readonly yocto: bigint;
  /** Claims that failed their audit in a round that stayed: paid only where an appeal cleared them. */
  readonly failed: number;
}

/**
 * By seat. Errors: `ReleaseFault` with `LOG_BROKEN`, `ROSTER_OTHER`, `ASSIGNMENT_OTHER`,
 * `LOCAL_STATE_OTHER` or `PAYOUT_OTHER`.
 */
export function recountLog(question: LogQuestion): SeatPay[] {
  const recount = new Recount(question);
  for (const record of question.records) recount.read(record);
  return recount.pay();
}

/** More than any run costs: what it could pay was checked when it was funded. */
const plentyYocto = 10n ** 48n;

class Recount {
  private readonly draft: RunDraft;
  private readonly accounts: ReadonlyMap<number, string>;
  private readonly outcomes: ReadonlyMap<number, RoundRecord['outcome']>;
  private readonly failures = new Map<number, number>();
  /** Final rounds that no rewind undid so far. */
  private readonly standing: RoundRecord[] = [];

  constructor({ records, terms, amended }: LogQuestion) {
    this.outcomes = new Map(records.map(({ round, outcome }) => [round, outcome]));
    this.accounts = accountsOf(records);
    const bounds = amended ? { ...terms, maxWorkers: seatsMax } : terms;
    this.draft = draftOf(records[0]?.run ?? 0, bounds);
    this.seatEverybody(records);
  }

  read(record: RoundRecord): void {
    const { round, outcome } = record;
    // Numbers are given when rounds open, and each is closed before the next one can be.
    if (round > 1 && !this.outcomes.has(round - 1)) {
      throw fault('LOG_BROKEN', `round ${round - 1} is not in the log`);
    }
    if (outcome === 'final' || outcome === 'rewound') this.closeRound(record);
    else {
      const { claims, audits, tainted, witnesses } = record;
      if ([claims, audits, tainted, witnesses].some((list) => list.length > 0)) {
        throw fault('ROSTER_OTHER', `round ${round} came to nothing, and yet has work on record`);
      }
      if (outcome === 'rewind') this.goBack(record.to ?? 0);
    }
  }

  pay(): SeatPay[] {
    return this.draft.run.roster.map((_, seat) => {
      const { verifiedRounds: rewards, earnedYocto: yocto } = this.draft.seat(seat);
      const failed = this.failures.get(seat) ?? 0;
      return { seat, account: this.accounts.get(seat) ?? null, rewards, yocto, failed };
    });
  }

  /** Seats are numbered as they were given: each up to the last one named was given to somebody. */
  private seatEverybody(records: readonly RoundRecord[]): void {
    const { draft, accounts } = this;
    const depositYocto = BigInt(draft.terms.stakeYocto);
    const last = lastSeat(records);
    for (let seat = 0; seat <= last; seat++) {
      const account = accounts.get(seat) ?? `seat ${seat}`;
      try {
        enrol(draft, {
          ...{ account, worker: `${seat}`, role: 'trainer', fromRound: null, depositYocto },
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw fault('ROSTER_OTHER', `seat ${seat} of ${account}: ${error.message}`);
      }
      // So that it takes nobody's place; who trains in a round is active in it.
      draft.roster(seat).status = 'absent';
    }
  }

  private closeRound(record: RoundRecord): void {
    const { round, outcome, claims } = record;
    const { draft } = this;
    const { minWorkers } = draft.terms;
    if (claims.length < minWorkers) {
      const detail = `round ${round} has ${claims.length} claims where ${minWorkers} are needed`;
      throw fault('ROSTER_OTHER', detail);
    }
    const open = this.open(record, this.trainersOf(record));
    this.checkLocalStates(record, open);
    const unwitnessed = witnessProblem(record, draft.terms);
    if (unwitnessed !== null) throw fault('ROSTER_OTHER', `round ${round} ${unwitnessed}`);
    const unpayable = auditProblem(record, draft.terms);
    if (unpayable !== null) throw fault('PAYOUT_OTHER', `round ${round} ${unpayable}`);
    const included = claims.filter((claim) => claim.included).map(({ seat }) => seat);
    const isFinal = outcome === 'final';
    returnSlices(
      draft,
      isFinal ? open.slices.filter(({ seat }) => !included.includes(seat)) : open.slices,
    );
    if (!isFinal) return;
    this.payFor(record, included);
    this.standing.push(record);
  }

  /**
   * Those of the claims, and as many others between them as their slices tell: who took a slice and did
   * not reveal is not in the record. Whoever they were, the queue gives each seat what it gives it.
   */
  private trainersOf({ round, claims }: RoundRecord): number[] {
    const { returnedSlices, nextSlice } = this.draft.run;
    const trainers: number[] = [];
    for (const { seat, slice } of claims) {
      const before = trainers.at(-1) ?? -1;
      if (seat <= before) throw fault('ROSTER_OTHER', `round ${round} names seats out of order`);
      const place =
        slice < nextSlice
          ? returnedSlices.indexOf(slice)
          : returnedSlices.length + slice - nextSlice;
      const others = place - trainers.length;
      if (place < 0 || others < 0 || others >= seat - before) {
        const detail = `round ${round} has slice ${slice} for seat ${seat}, which was not its turn`;
        throw fault('ASSIGNMENT_OTHER', detail);
      }
      for (let i = 1; i <= others; i++) trainers.push(before + i);
      trainers.push(seat);
    }
    return trainers;
  }

  /** By the rules, with these trainers; the slices that they give are those of the record. */
  private open({ round, claims }: RoundRecord, trainers: readonly number[]): OpenRound {
    const { draft } = this;
    const { run } = draft;
    for (const seat of trainers) draft.roster(seat).status = 'active';
    run.nextRound = round;
    run.resetNext = round > 1 && this.outcomes.get(round - 1) !== 'final';
    openRound(draft);
    draft.takePlanned();
    draft.events.length = 0;
    for (const seat of trainers) draft.roster(seat).status = 'absent';
    const { open } = run;
    run.open = null;
    if (!open) throw fault('ROSTER_OTHER', `the terms have no round ${round}`);
    const slices = new Map(open.slices.map(({ seat, slice }) => [seat, slice]));
    for (const { seat, slice } of claims) {
      const own = slices.get(seat);
      if (own === slice) continue;
      const why = own === undefined ? 'no place' : `slice ${own}`;
      const detail = `round ${round} has slice ${slice} for seat ${seat}, the rules give it ${why}`;
      throw fault(own === undefined ? 'ROSTER_OTHER' : 'ASSIGNMENT_OTHER', detail);
    }
    return open;
  }

  /** Nothing, or what the round before left it with, where it was in that; after a reset nothing. */
  private checkLocalStates({ round, claims }: RoundRecord, { localReset }: OpenRound): void {
    const before = this.standing.at(-1)?.claims ?? [];
    for (const { seat, localIn } of claims) {
      if (localIn === ZERO_LOCAL_STATE) continue;
      const own = before.find((one) => one.seat === seat && one.included);
      if (!localReset && own?.localOut === localIn) continue;
      const detail = `seat ${seat} brought a state into round ${round} that it did not have`;
      throw fault('LOCAL_STATE_OTHER', detail);
    }
  }

  private payFor({ round, claims }: RoundRecord, included: readonly number[]): void {
    const { draft, failures } = this;
    const { run } = draft;
    const refuted = claims.filter(({ verdict }) => verdict === 'failed').map(({ seat }) => seat);
    for (const seat of refuted) failures.set(seat, (failures.get(seat) ?? 0) + 1);
    // All that paying looks at.
    run.provisional = { round, included: [...included] } as ProvisionalRound;
    const ordinal = run.paidRounds + 1;
    payRound(draft, { do: 'pay-round', left: [...included], ordinal, refuted });
    run.provisional = null;
    run.finalRounds++;
    run.paidRounds++;
  }

  /** `checkRounds` has looked whether there is such a round; what it undoes is trained again. */
  private goBack(to: number): void {
    while (this.standing.length > 0 && this.standing.at(-1)!.round > to) {
      const { claims } = this.standing.pop()!;
      returnSlices(
        this.draft,
        claims.filter(({ included }) => included),
      );
      this.draft.run.finalRounds--;
    }
  }
}

/** A run that nobody has enrolled in, with room for whatever a call does. */
function draftOf(id: number, terms: RunTerms): RunDraft {
  const funding = { id, proposal: 0, proposer: '', terms, budgetYocto: plentyYocto, nowMs: 0 };
  const none = () => null;
  const source = {
    ...{ run: { ...newRun(funding), status: 'running' as const }, terms: () => terms },
    ...{ seatOf: none, seatOperatedBy: none, amendment: none, record: none },
    ...{ auditsOf: () => [], disputes: () => [], applicants: () => [], hasLedger: () => true },
    partyOf: (account: string) => draft.parties.get(account) ?? null,
    seat(seat: number): never {
      throw new Error(`BUG: seat ${seat} was never given`);
    },
  };
  const at = { contract: '', nowMs: 0, seed: new Uint8Array(32), ...platform };
  const draft: RunDraft = new RunDraft(source, at);
  return draft;
}

/** A seat is one account's for good. */
function accountsOf(records: readonly RoundRecord[]): Map<number, string> {
  const accounts = new Map<number, string>();
  for (const { round, claims } of records) {
    for (const { seat, account } of claims) {
      const known = accounts.get(seat) ?? account;
      if (known !== account) {
        const detail = `seat ${seat} is ${known}, and in round ${round} it is ${account}`;
        throw fault('ROSTER_OTHER', detail);
      }
      accounts.set(seat, account);
    }
  }
  return accounts;
}

function lastSeat(records: readonly RoundRecord[]): number {
  let last = -1;
  for (const { round, claims, audits } of records) {
    for (const { seat } of claims) last = Math.max(last, seat);
    for (const { auditor } of audits) last = Math.max(last, auditor);
    // Before so many are made.
    if (last >= seatsMax) throw fault('ROSTER_OTHER', `round ${round} names seat ${last}`);
  }
  return last;
}

function fault(code: FindingCode, detail: string): ReleaseFault {
  return new ReleaseFault(code, detail);
}
