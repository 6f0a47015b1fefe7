/** Who gets what: pay for verified rounds, what a conviction takes and where it goes, the end. */
import { unusedSeatYocto } from './budget.js';
import { undecidedOf } from './dispute-places.js';
import { wrongAuditsMax } from './limits.js';
import { loseForGood, owe } from './pending-loss.js';
import type { RunDraft } from './run-draft.js';
import type { Applicant, Audit, HeldPay, Loss, Seat } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import { moveMoney } from './totals.js';
import type { Work } from './work.js';

/**
 * Expels a seat; its stake and locked pay are slashed, and what was taken is returned so that a
 * later verdict can give it back. Null: there is nothing to take any more.
 */
export function takeAll(draft: RunDraft, number: number, why: string): Loss | null {
  const entry = draft.roster(number);
  if (entry.status === 'expelled' || entry.status === 'left') return null;
  entry.status = 'expelled';
  // Its audits need another auditor, whatever their deadlines.
  const { provisional } = draft.run;
  if (provisional) provisional.auditsDueMs = 0;
  const seat = draft.seat(number);
  const { stakeYocto, held } = seat;
  const heldYocto = heldBackYocto(seat);
  moveMoney(draft.moves, 'stakes', 'slashed', stakeYocto);
  moveMoney(draft.moves, 'heldBack', 'slashed', heldYocto);
  seat.stakeYocto = 0n;
  seat.held = [];
  const lost = stakeYocto + heldYocto;
  seat.slashedYocto += lost;
  draft.emit('seat_expelled', { seat: number, account: seat.account, why, lostYocto: `${lost}` });
  return { seat: number, stakeYocto, held, expelled: true, stands: false };
}

export function lostYocto(loss: Loss): bigint {
  return loss.stakeYocto + heldBackYocto(loss);
}

/**
 * What an expulsion says of an account, once nothing can undo it. Work of a seat that cheated
 * speaks for nobody: what counts is that it was slashed.
 */
export function noteExpulsion(draft: RunDraft, number: number): void {
  const { account, auditsWrong } = draft.seat(number);
  draft.noteConduct(account, { verifiedRounds: 0, auditsRight: 0, auditsWrong, slashes: 1 });
}

/** What a seat that leaves a run unblamed adds to what its account is known for. */
export function noteService(draft: RunDraft, number: number): void {
  const { account, verifiedRounds, auditsRight, auditsWrong } = draft.seat(number);
  draft.noteConduct(account, { verifiedRounds, auditsRight, auditsWrong, slashes: 0 });
}

/**
 * Expels a seat for good; the sum that was slashed is for `depositSlashed` to place. Of a seat that
 * a verdict expelled already, what waits for an appeal is lost for good.
 */
export function expel(draft: RunDraft, number: number, why: string): bigint {
  const loss = takeAll(draft, number, why);
  if (!loss) {
    loseForGood(draft, number);
    return 0n;
  }
  noteExpulsion(draft, number);
  return lostYocto(loss);
}

/**
 * Slashed money waits with an open audit of the seat that lost it, if there is one: should that
 * audit fail, it has a cancelled round to pay for. Else it is the treasury's.
 */
export function depositSlashed(
  draft: RunDraft,
  it: { seat: number; yocto: bigint; notIn?: number },
): void {
  if (it.yocto === 0n) return;
  const waiting = draft.auditsOf(it.seat).find(({ round }) => round !== it.notIn);
  if (waiting) waiting.potYocto += it.yocto;
  else moveMoney(draft.moves, 'slashed', 'treasury', it.yocto);
}

export function heldBackYocto({ held }: { held: readonly HeldPay[] }): bigint {
  return held.reduce((sum, { yocto }) => sum + yocto, 0n);
}

/**
 * For an answer that was overruled, or that never came: a tenth of the stake, at the third time
 * everything. Returns what is for the caller to distribute.
 */
export function fine(draft: RunDraft, number: number): bigint {
  const { status } = draft.roster(number);
  const seat = draft.seat(number);
  seat.auditsWrong++;
  if (status === 'left') return 0n;
  if (seat.auditsWrong >= wrongAuditsMax) {
    const yocto = expel(draft, number, 'silent or overruled as an auditor too often');
    depositSlashed(draft, { seat: number, yocto });
    return 0n;
  }
  return status === 'expelled' ? 0n : takeTenth(draft, number);
}

/** A tenth of the stake that was asked for, or what is left of it, into the slashed bucket. */
export function takeTenth(draft: RunDraft, number: number): bigint {
  const seat = draft.seat(number);
  const lost = least(BigInt(draft.terms.stakeYocto) / 10n, seat.stakeYocto);
  seat.stakeYocto -= lost;
  seat.slashedYocto += lost;
  moveMoney(draft.moves, 'stakes', 'slashed', lost);
  return lost;
}

/**
 * Every included seat earns one reward, locked for W rounds, by the terms of the round: an amendment
 * may hold later. One that was expelled meanwhile earns it if it is cleared. `refuted`: whose claim
 * was found too far off; their rewards wait with their disputes.
 */
export function payRound(draft: RunDraft, work: Extract<Work, { do: 'pay-round' }>): boolean {
  const round = draft.run.provisional!;
  const { ordinal, refuted } = work;
  const released = ordinal - draft.terms.heldBackRounds;
  return draft.each(work.left, (number) => {
    if (round.included.includes(number)) {
      payReward(draft, round.round, { number, ordinal, refuted: refuted.includes(number) });
    }
    const { role, status } = draft.roster(number);
    if (role === 'trainer' && status !== 'expelled') releaseHeld(draft, number, released);
  });
}

function payReward(
  draft: RunDraft,
  round: number,
  it: { number: number; ordinal: number; refuted: boolean },
): void {
  const { run, terms } = draft;
  const { number, ordinal } = it;
  const reward = BigInt(terms.rewardYocto);
  if (draft.roster(number).status === 'expelled') {
    owe(draft, { seat: number, yocto: reward, rounds: 1 });
    return;
  }
  if (it.refuted) return;
  // Cannot be: rounds open only with their pay in the escrow. A stuck run would be worse.
  if (run.escrowYocto < reward) {
    draft.emit('escrow_short', { round, seat: number });
    return;
  }
  const seat = draft.seat(number);
  const toStake = least(stakeToEarn(draft, seat), reward);
  draft.spendEscrow('stakes', toStake);
  draft.spendEscrow('heldBack', reward - toStake);
  run.paidYocto += reward;
  seat.stakeYocto += toStake;
  if (toStake < reward) seat.held.push({ ordinal, yocto: reward - toStake });
  seat.earnedYocto += reward;
  seat.verifiedRounds++;
}

/** What a seat that started without a stake still lacks of it. */
function stakeToEarn(draft: RunDraft, seat: Seat): bigint {
  const lacking = BigInt(draft.terms.stakeYocto) - seat.stakeYocto;
  return seat.earnsStake && lacking > 0n ? lacking : 0n;
}

/**
 * Pays the right auditors of a closed round out of the escrow, but not those expelled meanwhile:
 * whether they had answered before that depends on who was faster. Returns the sum.
 */
export function payAuditFee(draft: RunDraft, audit: Audit): bigint {
  const { run, terms } = draft;
  if (audit.right !== true || draft.roster(audit.auditor).status === 'expelled') return 0n;
  draft.seat(audit.auditor).auditsRight++;
  const fee = BigInt(terms.auditFeeYocto);
  const due = audit.decoy ? fee + BigInt(terms.decoyFeeYocto) : fee;
  const paid = creditSeat(draft, audit.auditor, 'escrows', least(due, run.escrowYocto));
  run.paidYocto += paid;
  return paid;
}

/**
 * Distributes what audits slashed without a dispute. First the escrow is made whole for what the
 * cancelled round cost, then a tenth goes to the auditor that caught it, equal parts of at most one
 * reward to the honest, and the rest where `depositSlashed` puts it. `unpaid` becomes what is left
 * of it.
 */
export function sharePots(draft: RunDraft, work: Extract<Work, { do: 'share-pots' }>): boolean {
  const { left, unpaid } = work;
  while (left.length > 0) {
    if (!draft.hasRoom(3)) return false;
    const audit = draft.auditsOf(left[0]!).find(({ potYocto }) => potYocto > 0n);
    if (!audit) {
      left.shift();
      continue;
    }
    const pot = audit.potYocto;
    audit.potYocto = 0n;
    let rest = pot;
    const pays = work.rewound && audit.state === 'failed';
    if (pays) {
      const toEscrow = refillEscrow(draft, least(unpaid.toEscrowYocto, rest));
      unpaid.toEscrowYocto -= toEscrow;
      rest -= toEscrow;
    }
    if (audit.state === 'failed' && audit.right === true) {
      rest -= creditSeat(draft, audit.auditor, 'slashed', least(pot / 10n, rest));
    }
    const honest = pays ? unpaid.honest : [];
    if (pays) unpaid.honest = [];
    const eachYocto = shareOf(draft.terms, honest, rest);
    const { seat, round } = audit;
    draft.plan({ do: 'share-pot', left: honest, eachYocto, restYocto: rest, seat, round });
    draft.plan(work);
    return true;
  }
  if (work.rewound) draft.plan({ do: 'rewind-round', unpaid });
  return true;
}

/** Among the honest, and what does not divide where `depositSlashed` puts it. */
export function sharePot(draft: RunDraft, work: Extract<Work, { do: 'share-pot' }>): boolean {
  const { left, eachYocto, seat, round } = work;
  const shared = draft.each(left, (one) => {
    work.restYocto -= creditSeat(draft, one, 'slashed', eachYocto);
  });
  if (shared) depositSlashed(draft, { seat, yocto: work.restYocto, notIn: round });
  return shared;
}

export function refillEscrow(draft: RunDraft, yocto: bigint): bigint {
  draft.run.escrowYocto += yocto;
  moveMoney(draft.moves, 'slashed', 'escrows', yocto);
  return yocto;
}

/** What each of the honest gets of a sum: an equal part, rounded down, of one reward at most. */
export function shareOf(
  terms: Pick<RunTerms, 'rewardYocto'>,
  honest: readonly number[],
  yocto: bigint,
): bigint {
  return equalPart(honest, yocto, BigInt(terms.rewardYocto));
}

/** Rounded down: what does not divide stays with the caller. */
export function equalPart(seats: readonly number[], yocto: bigint, mostYocto: bigint): bigint {
  return seats.length === 0 ? 0n : least(yocto / BigInt(seats.length), mostYocto);
}

/** Returns what was given: nobody takes part in what was slashed after being expelled. */
export function creditSeat(
  draft: RunDraft,
  number: number,
  from: 'slashed' | 'escrows',
  yocto: bigint,
): bigint {
  if (from === 'slashed' && draft.roster(number).status === 'expelled') return 0n;
  const seat = draft.seat(number);
  if (from === 'escrows') draft.run.escrowYocto -= yocto;
  // A seat that is gone earns no stake any more; a dispute may outlive the run.
  const { status } = draft.roster(number);
  const gone = status === 'expelled' || status === 'left';
  const toStake = gone ? 0n : least(stakeToEarn(draft, seat), yocto);
  moveMoney(draft.moves, from, 'stakes', toStake);
  seat.stakeYocto += toStake;
  draft.credit(seat.payout, from, yocto - toStake);
  seat.earnedYocto += yocto;
  return yocto;
}

/** Moves held-back pay of rounds up to `ordinal` to the seat's ledger. */
export function releaseHeld(draft: RunDraft, number: number, ordinal: number): void {
  const seat = draft.seat(number);
  const kept = seat.held.filter((pay) => pay.ordinal > ordinal);
  if (kept.length === seat.held.length) return;
  const before = heldBackYocto(seat);
  seat.held = kept;
  draft.credit(seat.payout, 'heldBack', before - heldBackYocto(seat));
}

/** The run ends: stakes and held-back pay to the ledgers, what is left of the escrow back. */
export function settleRun(draft: RunDraft, status: 'completed' | 'stopped', because: string): void {
  draft.plan(
    { do: 'settle-seats', left: draft.run.roster.map((_, seat) => seat) },
    { do: 'note-services', left: [...new Set(draft.run.roster.map(({ owner }) => owner))] },
    { do: 'refund-applicants' },
    { do: 'end-run', status, because },
  );
}

/** Once of each seat. What its storage was paid for and never used goes back to the escrow. */
export function settleSeat(draft: RunDraft, number: number): void {
  const entry = draft.roster(number);
  const seat = draft.seat(number);
  const unusedYocto = unusedSeatYocto(seat, entry.status === 'expelled');
  moveMoney(draft.moves, 'storage', 'escrows', unusedYocto);
  draft.run.escrowYocto += unusedYocto;
  if (entry.status === 'expelled') return;
  releaseHeld(draft, number, draft.run.paidRounds);
  // Who has left is fined no more: what the DAO may still find it owes waits there as its bond.
  for (const { bonds } of undecidedOf(draft, number)) {
    const bondYocto = least(BigInt(draft.terms.stakeYocto) / 10n, seat.stakeYocto);
    seat.stakeYocto -= bondYocto;
    moveMoney(draft.moves, 'stakes', 'bonds', bondYocto);
    // Before that of the appeal, which comes back if the DAO is silent.
    bonds.unshift({ account: seat.payout, side: 'against', bondYocto });
  }
  draft.credit(seat.payout, 'stakes', seat.stakeYocto);
  seat.stakeYocto = 0n;
  entry.status = 'left';
}

/** Of all seats of an account at once: what a run adds to an account has one cap. */
export function noteServices(draft: RunDraft, { left }: { left: number[] }): boolean {
  const { roster } = draft.run;
  while (left.length > 0) {
    const own = roster.flatMap(({ owner, status }, seat) =>
      owner === left[0] && status === 'left' ? [seat] : [],
    );
    if (!draft.hasRoom(own.length + 1)) return false;
    left.shift();
    for (const seat of own) noteService(draft, seat);
  }
  return true;
}

/** Of a run whose seats were never drawn. */
export function refundApplicants(draft: RunDraft): boolean {
  if (draft.run.status !== 'enrolling') return true;
  return draft.each(draft.applicants, (applicant) => refundApplicant(draft, applicant));
}

export function endRun(draft: RunDraft, work: Extract<Work, { do: 'end-run' }>): void {
  const { run } = draft;
  const returnedYocto = `${draft.spendEscrow('treasury', run.escrowYocto)}`;
  run.status = work.status;
  run.pausedSinceMs = null;
  if (work.status === 'completed') {
    const { finalRound, finalRoot } = run;
    draft.emit('run_completed', { finalRound, finalRoot, returnedYocto });
    return;
  }
  run.pausedBecause = null;
  run.pausedUntilMs = null;
  draft.emit('run_stopped', { because: work.because, returnedYocto });
}

export function refundApplicant(draft: RunDraft, applicant: Applicant): void {
  if (applicant.earnsStake) return;
  draft.credit(applicant.payout, 'stakes', BigInt(draft.terms.stakeYocto));
}

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
