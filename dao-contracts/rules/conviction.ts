/**
 * The money of a dispute. A verdict against what was claimed locks what the losers may lose; a later
 * one may give it back; only when nothing can change any more is it distributed. Law: what a dispute
 * takes is what it gives, and nobody gets more because others are punished than the fee, the share
 * or the one reward that this file names.
 */
import { addOwed, owe, pendingLossOf } from './pending-loss.js';
import type { RunDraft } from './run-draft.js';
import type { Verdict } from './run.js';
import type { Dispute, Loss, PastPanel } from './run-state.js';
import {
  creditSeat,
  fine,
  heldBackYocto,
  least,
  lostYocto,
  noteExpulsion,
  noteService,
  refillEscrow,
  releaseHeld,
  shareEqually,
  takeAll,
  takeTenth,
} from './settlement.js';
import { denialsFree } from './limits.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { isRelated } from './seat-owner.js';
import { seatsIn, withSeat } from './seat-set.js';
import { lockFailure, settleFailure } from './tolerance/failures.js';
import { moveMoney } from './totals.js';

/** Locks what the standing verdict against the claim costs its defendants. */
export function lockLosses(draft: RunDraft, dispute: Dispute): void {
  const { id, kind, round } = dispute;
  for (const seat of dispute.defendants) {
    const loss = dispute.distance
      ? lockFailure(draft, dispute, seat)
      : kind === 'update'
        ? lockTenth(draft, seat)
        : takeAll(draft, seat, `found wrong in round ${round}, dispute ${id}`);
    if (loss) dispute.losses.push(loss);
  }
}

/** A witness said that it keeps an update which then could not be had. */
function lockTenth(draft: RunDraft, seat: number): Loss | null {
  const { status } = draft.roster(seat);
  if (status === 'expelled' || status === 'left') return null;
  const stakeYocto = takeTenth(draft, seat);
  return { seat, stakeYocto, held: [], expelled: false, stands: false };
}

/**
 * Gives back what a verdict had locked: stake and held-back pay to the seat, which may rejoin, or,
 * where the run has ended, to its account. A whole stake that another standing verdict takes too
 * moves there, and what the seat is owed with it.
 */
export function unlockLosses(draft: RunDraft, dispute: Dispute): void {
  const kept: Loss[] = [];
  for (const loss of dispute.losses) {
    const other = loss.expelled ? otherExpelling(draft, dispute, loss.seat) : undefined;
    if (loss.stands) kept.push(loss);
    else if (other) {
      other.losses.push(loss);
      moveOwed(dispute, other, loss.seat);
    } else giveBack(draft, loss);
  }
  dispute.losses = kept;
}

/**
 * An update that could not be had costs its witnesses a tenth, and too large a distance the price of
 * a failure: neither expels anybody.
 */
export function expels({ kind, distance }: Dispute): boolean {
  return distance ? distance.expels : kind !== 'update';
}

function otherExpelling(draft: RunDraft, dispute: Dispute, seat: number): Dispute | undefined {
  return draft.disputes.find(
    (one) =>
      one !== dispute && expels(one) && one.verdict === 'against' && one.defendants.includes(seat),
  );
}

function moveOwed(from: Dispute, to: Dispute, seat: number): void {
  for (const owed of from.owed) if (owed.seat === seat) addOwed(to, owed);
  from.owed = from.owed.filter((owed) => owed.seat !== seat);
}

function giveBack(draft: RunDraft, loss: Loss): void {
  const { terms, run } = draft;
  const seat = draft.seat(loss.seat);
  const yocto = lostYocto(loss);
  // A witness that was expelled for something else since has lost this, too, or gets it back with
  // the rest.
  if (!loss.expelled && draft.roster(loss.seat).status === 'expelled') {
    const pending = pendingLossOf(draft, loss.seat);
    if (pending) pending.loss.stakeYocto += yocto;
    else moveMoney(draft.moves, 'slashed', 'treasury', yocto);
    return;
  }
  seat.slashedYocto -= yocto;
  draft.emit('loss_returned', { seat: loss.seat, account: seat.account, yocto: `${yocto}` });
  if (draft.hasEnded) {
    draft.credit(seat.payout, 'slashed', yocto);
    if (loss.expelled) {
      draft.roster(loss.seat).status = 'left';
      noteService(draft, loss.seat);
    }
    return;
  }
  moveMoney(draft.moves, 'slashed', 'stakes', loss.stakeYocto);
  seat.stakeYocto += loss.stakeYocto;
  if (!loss.expelled) return;
  seat.held = [...loss.held];
  moveMoney(draft.moves, 'slashed', 'heldBack', heldBackYocto(seat));
  releaseHeld(draft, loss.seat, run.paidRounds - terms.heldBackRounds);
  const entry = draft.roster(loss.seat);
  entry.status = 'absent';
  seat.localOut = ZERO_LOCAL_STATE;
}

/**
 * The end of a dispute; `standing` null: nobody decided it, and nobody pays. Else, out of what was
 * locked, fined and forfeited:
 * 1. the escrow gets back what the dispute and the round that it cancelled cost,
 * 2. who brought it about gets a tenth of what was locked, a stake at most,
 * 3. jurors who were right get a fee each, out of bonds, fines and a tenth of what was locked,
 * 4. the honest of a cancelled round get one reward each at most,
 * 5. the treasury gets the rest.
 */
export function settleDispute(draft: RunDraft, dispute: Dispute, standing: Verdict | null): void {
  const { terms } = draft;
  if (dispute.distance && standing !== null) {
    const lost = settleFailure(draft, dispute, standing === 'against');
    if (lost) dispute.losses.push(lost);
    // Whether its round paid the claim is decided: it never will.
    if (standing === 'against') dispute.owed = [];
  }
  let purse = settleBonds(draft, dispute, standing);
  if (standing !== null) purse += finesOf(draft, dispute, standing);
  if (standing === 'for') payForDenied(draft, dispute, purse);
  const pot = dispute.losses.reduce((sum, one) => sum + lostYocto(one), 0n);
  noteLosers(draft, dispute, standing);
  dispute.losses = [];
  payOwed(draft, dispute);
  let left = purse + pot;
  if (left === 0n) return;
  if (!draft.hasEnded) left -= refillEscrow(draft, least(dispute.toEscrowYocto, left));
  const tenth = pot / 10n;
  if (standing === 'against') {
    left -= payPlaintiff(draft, dispute, least(least(tenth, BigInt(terms.stakeYocto)), left));
  }
  left -= shareEqually(draft, rightJurors(dispute.past, standing), {
    totalYocto: least(purse + tenth, left),
    eachMaxYocto: BigInt(terms.auditFeeYocto),
  });
  if (standing === 'against') {
    left -= shareEqually(draft, dispute.honest, {
      totalYocto: left,
      eachMaxYocto: BigInt(terms.rewardYocto),
    });
  }
  moveMoney(draft.moves, 'slashed', 'treasury', left);
}

/**
 * The rewards of final rounds that went on without a seat which turned out right. Only at the end: a
 * verdict may be turned around more than once, and each time they would be paid again. Who lost
 * something else meanwhile waits for that.
 */
function payOwed(draft: RunDraft, dispute: Dispute): void {
  const { run, hasEnded } = draft;
  if (hasEnded) return;
  for (const { seat: number, yocto, rounds } of dispute.owed) {
    if (draft.roster(number).status === 'expelled') {
      owe(draft, { seat: number, yocto, rounds });
      continue;
    }
    const paid = creditSeat(draft, number, 'escrows', least(yocto, run.escrowYocto));
    run.paidYocto += paid;
    draft.seat(number).verifiedRounds += rounds;
  }
}

/** Also those cleared here whose loss another dispute, which has ended, justifies. */
function noteLosers(draft: RunDraft, { losses }: Dispute, standing: Verdict | null): void {
  for (const { seat, expelled, stands } of losses) {
    if (expelled && (stands || standing === 'against')) noteExpulsion(draft, seat);
  }
}

/** Returns the winners' bonds; the sum of the others' is for the jurors. */
function settleBonds(draft: RunDraft, dispute: Dispute, standing: Verdict | null): bigint {
  let forfeited = 0n;
  for (const { account, side, bondYocto } of dispute.bonds) {
    if (standing === null || side === standing) draft.credit(account, 'bonds', bondYocto);
    else {
      moveMoney(draft.moves, 'bonds', 'slashed', bondYocto);
      forfeited += bondYocto;
    }
  }
  dispute.bonds = [];
  return forfeited;
}

function payPlaintiff(draft: RunDraft, dispute: Dispute, yocto: bigint): bigint {
  const { plaintiff, plaintiffSeat } = dispute;
  if (plaintiffSeat !== null) return creditSeat(draft, plaintiffSeat, 'slashed', yocto);
  draft.credit(plaintiff, 'slashed', yocto);
  return yocto;
}

/** Once for each panel that a juror sat on. */
function rightJurors(past: readonly PastPanel[], standing: Verdict | null): number[] {
  return standing === null ? [] : past.flatMap((panel) => panel[standing]);
}

/** What the overruled pay: the auditor whose answer was wrong, and jurors of overruled panels. */
function finesOf(draft: RunDraft, dispute: Dispute, standing: Verdict): bigint {
  const { kind, plaintiffSeat, plaintiffMayAppeal } = dispute;
  const jurors = overruledJurors(dispute, standing);
  const wrong = kind === 'audit' && standing === 'for' && plaintiffMayAppeal;
  const denied = standing === 'for' && dispute.denial && isOneDenialTooMany(draft, dispute);
  const fined = wrong || denied ? [plaintiffSeat!, ...jurors] : jurors;
  return fined.reduce((sum, seat) => sum + fine(draft, seat), 0n);
}

/**
 * Whether it was the worker that sent nothing or the auditor that fetched nothing, no jury can see.
 * But whom more than a third of the trainers' owners seem to have sent nothing, each in another
 * round, and a jury then had it every time, did not fetch. An owner counts once and a round once: a
 * machine that failed once, or a worker that would have an honest auditor fined, is not enough.
 */
function isOneDenialTooMany(draft: RunDraft, { seat, plaintiffSeat, round }: Dispute): boolean {
  const { roster } = draft.run;
  const auditor = draft.seat(plaintiffSeat!);
  const denied = seatsIn(auditor.denied);
  if (auditor.deniedIn >= round || isRelated(roster, seat!, denied)) return false;
  auditor.denied = withSeat(auditor.denied, seat!);
  auditor.deniedIn = round;
  const owners = new Set(
    roster
      .filter(({ role, status }) => role === 'trainer' && status !== 'expelled')
      .map(({ owner }) => owner),
  );
  const count = denied.length + 1;
  return count > denialsFree && 3 * count > owners.size;
}

/**
 * Who did an auditor's work in its place shares its fee, which the escrow has and nobody else gets;
 * less the dispute's storage, which nobody else pays either.
 */
function payForDenied(draft: RunDraft, dispute: Dispute, purse: bigint): void {
  const { run, terms } = draft;
  if (!dispute.denial || dispute.acted || draft.hasEnded) return;
  const jurors = rightJurors(dispute.past, 'for').filter(
    (seat) => draft.roster(seat).status !== 'expelled',
  );
  const unpaid = dispute.toEscrowYocto - least(dispute.toEscrowYocto, purse);
  const fee = BigInt(terms.auditFeeYocto);
  const shared = fee - least(fee, unpaid);
  let paid = 0n;
  for (const seat of jurors) {
    const share = shared / BigInt(jurors.length);
    paid += creditSeat(draft, seat, 'escrows', least(share, run.escrowYocto));
  }
  run.paidYocto += paid;
  draft.emit('denial_judged', { dispute: dispute.id, yocto: `${paid}` });
}

/**
 * Only who said what computing cannot have given. To have had no material is no lie, nor to have had
 * it where most had not: whoever sends it to some and not to others would punish honest jurors.
 */
function overruledJurors({ kind, past }: Dispute, standing: Verdict): number[] {
  if (kind === 'update') return [];
  const last = past.filter(({ verdict }) => verdict === standing).pop();
  if (standing === 'against' && last && last.against.length <= last.none.length) return [];
  return past
    .filter(({ verdict }) => verdict !== standing)
    .flatMap((panel) => panel[standing === 'for' ? 'against' : 'for']);
}
