/** How accounts come to seats: applications and their draw, joining later, coming back. */
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { seatBytes, seatsOfRunMax } from './budget.js';
import { refuse } from './errors.js';
import { applicationsMax, fromRoundAheadMax, rejoinsMax } from './limits.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { openRound, stopRun } from './round-opening.js';
import type { SeatRole } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Applicant } from './run-state.js';
import { receiveMoney } from './totals.js';

export interface Enrolment {
  account: string;
  role: SeatRole;
  fromRound: number | null;
  depositYocto: bigint;
}

export function enrol(draft: RunDraft, it: Enrolment): void {
  const { run } = draft;
  if (run.status === 'completed' || run.status === 'stopped') {
    refuse('RUN_NOT_OPEN', `run ${run.id} is ${run.status}; choose another`);
  }
  takeStake(draft, it);
  const fromRound = it.fromRound ?? run.nextRound;
  if (fromRound > run.nextRound + fromRoundAheadMax) {
    refuse('BAD_ARGUMENT', `fromRound must be at most ${run.nextRound + fromRoundAheadMax}`);
  }
  const applicant = { account: it.account, role: it.role, fromRound };
  if (run.status === 'enrolling') apply(draft, applicant);
  else join(draft, applicant);
}

function takeStake(draft: RunDraft, it: Enrolment): void {
  const stake = BigInt(draft.terms.stakeYocto);
  if (it.depositYocto < stake) {
    refuse('DEPOSIT_TOO_SMALL', `attach at least the stake, ${stake} yoctoNEAR`);
  }
  receiveMoney(draft.moves, 'stakes', it.depositYocto);
  draft.credit(it.account, 'stakes', it.depositYocto - stake);
}

function apply(draft: RunDraft, applicant: Applicant): void {
  const { applicants, run } = draft;
  if (draft.at.nowMs >= run.enrolDeadlineMs) {
    refuse('RUN_NOT_OPEN', 'enrolment is over and the draw is due; call tick, then enrol');
  }
  if (applicants.some(({ account }) => account === applicant.account)) {
    refuse('ALREADY_ENROLLED', `${applicant.account} has applied; wait for the draw`);
  }
  if (applicants.length >= applicationsMax) {
    refuse('TOO_MANY', `${applicationsMax} have applied; enrol again once the run has started`);
  }
  applicants.push(applicant);
  draft.emit('applied', { account: applicant.account, role: applicant.role });
}

function join(draft: RunDraft, applicant: Applicant): void {
  if (draft.source.seatOf(applicant.account) !== null) {
    refuse('ALREADY_ENROLLED', `${applicant.account} has a seat; an absent one can rejoin`);
  }
  checkRoom(draft, applicant.role);
  if (draft.run.roster.length >= seatsOfRunMax(draft.terms)) {
    refuse('RUN_FULL', `run ${draft.run.id} has given all its seats; choose another run`);
  }
  giveSeat(draft, applicant);
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
  const { account, role, fromRound } = applicant;
  const seat = run.roster.length;
  run.roster.push({ role, status: 'active', fromRound });
  draft.chargeStorage(seatBytes);
  draft.seats.set(seat, {
    seat,
    account,
    stakeYocto: BigInt(draft.terms.stakeYocto),
    held: [],
    earnedYocto: 0n,
    slashedYocto: 0n,
    verifiedRounds: 0,
    auditsRight: 0,
    auditsWrong: 0,
    rejoins: 0,
    decoysPaid: 0,
    localOut: ZERO_LOCAL_STATE,
    claim: null,
    previousClaim: null,
  });
  draft.emit('seated', { seat, account, role, fromRound });
}

/** Seats the applicants by lot once all places are applied for or the deadline passed. */
export function drawSeats(draft: RunDraft): boolean {
  const { run, terms, applicants } = draft;
  const { maxWorkers, maxAuditors } = terms;
  const count = (role: SeatRole) => applicants.filter((one) => one.role === role).length;
  const full = count('trainer') >= maxWorkers && count('auditor') >= maxAuditors;
  if (!full && draft.at.nowMs < run.enrolDeadlineMs) return false;
  if (count('trainer') < terms.minWorkers) {
    stopRun(draft, `fewer than ${terms.minWorkers} trainers enrolled`);
    return true;
  }
  const lot = new Map(applicants.map((one) => [one.account, lotOf(draft, one.account)]));
  const drawn = [...applicants].sort((a, b) =>
    lot.get(a.account)! < lot.get(b.account)! ? -1 : 1,
  );
  const trainers = drawn.filter((one) => one.role === 'trainer').slice(0, maxWorkers);
  const auditors = drawn.filter((one) => one.role === 'auditor').slice(0, maxAuditors);
  const seated = [...trainers, ...auditors];
  for (const applicant of seated) giveSeat(draft, applicant);
  for (const applicant of drawn) {
    if (seated.includes(applicant)) continue;
    draft.credit(applicant.account, 'stakes', BigInt(terms.stakeYocto));
  }
  draft.applicants = [];
  run.status = 'running';
  openRound(draft);
  return true;
}

/** Hex of `H("cw/seat/1", seed, account)`: the order of the draw. */
function lotOf(draft: RunDraft, account: string): string {
  const raw = draft.at.hash(encodeParts(['cw/seat/1', draft.at.seed, account]));
  return Array.from(raw, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function rejoin(draft: RunDraft, it: { account: string }): void {
  const { run } = draft;
  if (run.status !== 'running' && run.status !== 'paused') {
    refuse('RUN_NOT_OPEN', `run ${run.id} is ${run.status}`);
  }
  const number = draft.source.seatOf(it.account);
  if (number === null) {
    return refuse('NOT_ENROLLED', `${it.account} has no seat in run ${run.id}; enrol first`);
  }
  const entry = draft.roster(number);
  if (entry.status !== 'absent') {
    refuse('SEAT_NOT_ABSENT', `seat ${number} is ${entry.status}; only an absent seat rejoins`);
  }
  const seat = draft.seat(number);
  if (seat.rejoins >= rejoinsMax) {
    refuse('TOO_MANY', `seat ${number} was absent too often; its stake returns when the run ends`);
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
