/** How accounts come to seats: applications and their draw, joining later, coming back. */
import { formatDigest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { seatBytesOf, seatsOfRunMax } from './budget.js';
import { refuse } from './errors.js';
import { applicationsMax, fromRoundAheadMax, rejoinsMax } from './limits.js';
import { encodeTexts, ZERO_LOCAL_STATE } from './opening.js';
import { openRound, returnUnusedApplications, stopRun } from './round-opening.js';
import { refundApplicant } from './settlement.js';
import type { SeatRole } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Applicant } from './run-state.js';
import { seatName, type Actor } from './seat-name.js';
import { giveBackOperated } from './seat-owner.js';
import { noSeats } from './seat-set.js';
import { receiveMoney } from './totals.js';

export interface Enrolment extends Actor {
  /** Gets all that the seat earns or gets back; default: the account itself. */
  payout?: string | null;
  role: SeatRole;
  fromRound: number | null;
  depositYocto: bigint;
}

export function enrol(draft: RunDraft, it: Enrolment): void {
  const { run } = draft;
  if (run.status === 'completed' || run.status === 'stopped') {
    refuse('RUN_NOT_OPEN', `run ${run.id} is ${run.status}; choose another`);
  }
  const earnsStake = takeStake(draft, it);
  const fromRound = it.fromRound ?? run.nextRound;
  if (fromRound > run.nextRound + fromRoundAheadMax) {
    refuse('BAD_ARGUMENT', `fromRound must be at most ${run.nextRound + fromRoundAheadMax}`);
  }
  const { account, worker = '', role } = it;
  const payout = it.payout ?? account;
  const applicant = { account, worker, payout, earnsStake, role, fromRound };
  if (run.status === 'enrolling') apply(draft, applicant);
  else join(draft, applicant);
}

/** Returns whether the seat has no stake and will earn it. */
function takeStake(draft: RunDraft, it: Enrolment): boolean {
  const stake = BigInt(draft.terms.stakeYocto);
  if (it.depositYocto === 0n && stake > 0n && draft.terms.earnedStakeSeatsMax > 0) {
    takeEarnersPlace(draft, it);
    return true;
  }
  if (it.depositYocto < stake) {
    refuse('DEPOSIT_TOO_SMALL', `attach at least the stake, ${stake} yoctoNEAR`);
  }
  receiveMoney(draft.moves, 'stakes', it.depositYocto);
  draft.credit(it.payout ?? it.account, 'stakes', it.depositYocto - stake);
  return false;
}

/**
 * Places are given once: who cheats without a stake loses nothing, so its place is not filled
 * again, and what each can cost is in the budget. Auditors earn too little to ever be whole.
 */
function takeEarnersPlace(draft: RunDraft, it: Enrolment): void {
  const { run, terms } = draft;
  if (it.role !== 'trainer') {
    refuse('DEPOSIT_TOO_SMALL', `an auditor attaches its stake, ${terms.stakeYocto} yoctoNEAR`);
  }
  if (run.earners >= terms.earnedStakeSeatsMax) {
    refuse(
      'DEPOSIT_TOO_SMALL',
      `attach at least the stake, ${terms.stakeYocto} yoctoNEAR: ` +
        `all ${run.earners} places that earn it were taken`,
    );
  }
  run.earners++;
}

function apply(draft: RunDraft, applicant: Applicant): void {
  const { applicants, run } = draft;
  if (draft.at.nowMs >= run.enrolDeadlineMs) {
    refuse('RUN_NOT_OPEN', 'enrolment is over and the draw is due; call tick, then enrol');
  }
  const mine = applicants.filter(({ account }) => account === applicant.account);
  if (mine.some(({ worker }) => worker === applicant.worker)) {
    refuse('ALREADY_ENROLLED', `${seatName(applicant)} has applied; wait for the draw`);
  }
  checkSeatsOfAccount(draft, applicant, mine.length);
  if (applicants.length >= applicationsMax) {
    refuse('TOO_MANY', `${applicationsMax} have applied; enrol again once the run has started`);
  }
  applicants.push(applicant);
  const { account, worker, role } = applicant;
  draft.emit('applied', { account, worker, role });
}

function join(draft: RunDraft, applicant: Applicant): void {
  if (draft.source.seatOf(applicant) !== null) {
    refuse('ALREADY_ENROLLED', `${seatName(applicant)} has a seat; an absent one can rejoin`);
  }
  const owner = draft.source.partyOf(applicant.account);
  const seats = draft.run.roster.filter((entry) => entry.owner === owner).length;
  checkSeatsOfAccount(draft, applicant, seats);
  checkRoom(draft, applicant.role);
  if (draft.run.roster.length >= seatsOfRunMax(draft.terms)) {
    refuse('RUN_FULL', `run ${draft.run.id} has given all its seats; choose another run`);
  }
  giveBackOperated(draft, applicant);
  giveSeat(draft, applicant);
}

/** All seats ever given count: an expelled machine's place is not filled by its owner's next. */
function checkSeatsOfAccount(draft: RunDraft, { account }: Applicant, count: number): void {
  const { seatsPerAccount } = draft.terms;
  if (count < seatsPerAccount) return;
  refuse(
    'TOO_MANY',
    `${account} has ${count} of ${seatsPerAccount} seats that an account may have`,
  );
}

function checkRoom(draft: RunDraft, role: SeatRole): void {
  const { maxWorkers, maxAuditors } = draft.terms;
  const active = draft.run.roster.filter(
    (entry) => entry.role === role && entry.status === 'active',
  ).length;
  if (active >= (role === 'trainer' ? maxWorkers : maxAuditors)) {
    refuse('RUN_FULL', `all ${active} places for a ${role} are taken; try again later`);
  }
}

function giveSeat(draft: RunDraft, applicant: Applicant): void {
  const { run } = draft;
  const { account, worker, payout, earnsStake, role, fromRound } = applicant;
  const seat = run.roster.length;
  const owner = draft.partyOf(account);
  const payee = draft.partyOf(payout);
  run.roster.push({ role, status: 'active', fromRound, owner, payee });
  draft.chargeStorage(seatBytesOf(draft.terms));
  draft.seats.set(seat, {
    seat,
    account,
    worker,
    payout,
    payoutChanges: 0,
    operator: null,
    stakeYocto: earnsStake ? 0n : BigInt(draft.terms.stakeYocto),
    earnsStake,
    held: [],
    earnedYocto: 0n,
    slashedYocto: 0n,
    verifiedRounds: 0,
    auditsRight: 0,
    auditsWrong: 0,
    rejoins: 0,
    absentIn: 0,
    lateness: 0,
    lateIn: 0,
    denied: noSeats,
    deniedIn: 0,
    denials: { round: 0, count: 0 },
    decoysPaid: 0,
    relayed: { round: 0, calls: 0 },
    localOut: ZERO_LOCAL_STATE,
    claim: null,
    previousClaim: null,
  });
  draft.emit('seated', { seat, account, worker, role, fromRound });
}

/**
 * Seats the applicants by lot once the deadline passed, and not before: a draw as soon as all places
 * are applied for would give all of them to whoever applies for all of them first.
 */
export function drawSeats(draft: RunDraft): boolean {
  const { run, terms, applicants } = draft;
  const { maxWorkers, maxAuditors } = terms;
  if (draft.at.nowMs < run.enrolDeadlineMs) return false;
  if (applicants.filter(({ role }) => role === 'trainer').length < terms.minWorkers) {
    stopRun(draft, `fewer than ${terms.minWorkers} trainers enrolled`);
    return true;
  }
  returnUnusedApplications(draft);
  const lots = lotsOf(draft, applicants).sort();
  const drawn = lots.map((lot) => applicants[Number(lot.split(' ')[1])]!);
  // Hashing two applications takes as long as paying a seat.
  draft.takeRoom(Math.ceil(applicants.length / 2));
  const trainers = drawn.filter((one) => one.role === 'trainer').slice(0, maxWorkers);
  const auditors = drawn.filter((one) => one.role === 'auditor').slice(0, maxAuditors);
  const seated = [...trainers, ...auditors];
  draft.applicants = [...seated, ...drawn.filter((one) => !seated.includes(one))];
  run.earners = seated.filter(({ earnsStake }) => earnsStake).length;
  draft.plan({ do: 'seat-drawn', seats: seated.length });
  return true;
}

/** The first of the list get seats, the others their stakes back. */
export function seatDrawn(draft: RunDraft, work: { seats: number }): boolean {
  const { run, applicants } = draft;
  while (applicants.length > 0) {
    if (!draft.hasRoom()) return false;
    // A seat comes with its name, its party and a ledger that knows it.
    draft.takeRoom(work.seats === 0 ? 1 : 3);
    const applicant = applicants.shift()!;
    if (work.seats === 0) refundApplicant(draft, applicant);
    else {
      giveSeat(draft, applicant);
      work.seats--;
    }
  }
  run.status = 'running';
  openRound(draft);
  return true;
}

/** `H("cw/seat/2", seed, account, worker)` and the place in the list, of each: the order of the draw. */
function lotsOf({ at }: RunDraft, applicants: readonly Applicant[]): string[] {
  const start = encodeParts(['cw/seat/2', at.seed]);
  return applicants.map(({ account, worker }, i) => {
    const name = encodeTexts([account, worker], at.utf8);
    const bytes = new Uint8Array(start.length + name.length);
    bytes.set(start);
    bytes.set(name, start.length);
    return `${formatDigest(at.hash(bytes))} ${i}`;
  });
}

export function rejoin(draft: RunDraft, it: Actor): void {
  const { run } = draft;
  if (run.status !== 'running' && run.status !== 'paused') {
    refuse('RUN_NOT_OPEN', `run ${run.id} is ${run.status}`);
  }
  const number = draft.seatNumberFor(it);
  if (number === null) {
    return refuse('NOT_ENROLLED', `${seatName(it)} has no seat in run ${run.id}; enrol first`);
  }
  const entry = draft.roster(number);
  if (entry.status !== 'absent') {
    refuse('SEAT_NOT_ABSENT', `seat ${number} is ${entry.status}; only an absent seat rejoins`);
  }
  const seat = draft.seat(number);
  if (seat.rejoins >= rejoinsMax) {
    refuse('TOO_MANY', `seat ${number} was absent too often; its stake returns when the run ends`);
  }
  // In a pause nothing goes on without those who are away.
  if (run.status === 'running' && run.nextRound < entry.fromRound) {
    refuse(
      'NOT_YOUR_TURN',
      `seat ${number} was absent ${seat.rejoins + 1} times; it may rejoin once round ` +
        `${entry.fromRound - 1} is open`,
    );
  }
  checkRoom(draft, entry.role);
  seat.rejoins++;
  seat.localOut = ZERO_LOCAL_STATE;
  entry.status = 'active';
  entry.fromRound = run.nextRound;
  withdrawCommitment(draft, number);
  draft.emit('rejoined', { seat: number });
}

/**
 * Whoever was convicted while a round was open and cleared by an appeal has committed to it with a
 * local state that it has no more: it cannot reveal, and must not lose its stake for that.
 */
function withdrawCommitment(draft: RunDraft, number: number): void {
  const { open } = draft.run;
  if (!open || open.revealed.includes(number)) return;
  open.committed = open.committed.filter((seat) => seat !== number);
}
