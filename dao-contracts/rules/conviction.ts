/**
 * The money of a dispute. A verdict against what was claimed locks what the losers may lose; a later
 * one may give it back; only when nothing can change any more is it distributed. Law: what a dispute
 * takes is what it gives, and nobody gets more because others are punished than the fee, the share
 * or the one reward that this file names.
 */
import { addOwed, changeLoss, owe, pendingLossOf } from './pending-loss.js';
import type { RunDraft } from './run-draft.js';
import type { Verdict } from './run.js';
import type { Dispute, Loss, Owed, PastPanel } from './run-state.js';
import {
  creditSeat,
  equalPart,
  fine,
  heldBackYocto,
  least,
  lostYocto,
  noteExpulsion,
  noteService,
  refillEscrow,
  releaseHeld,
  shareOf,
  takeAll,
  takeTenth,
} from './settlement.js';
import { unreachable } from './errors.js';
import { denialsFree } from './limits.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { isRelated } from './seat-owner.js';
import { seatsIn, withSeat } from './seat-set.js';
import { hasFailed, lockFailure, otherAgainst, settleFailure } from './tolerance/failures.js';
import { moveMoney } from './totals.js';
import type { Settling } from './work.js';

/** Locks what the standing verdict against the claim costs its defendants. */
export function lockLosses(draft: RunDraft, work: { dispute: number; left: number[] }): boolean {
  const dispute = draft.disputes.find(({ id }) => id === work.dispute)!;
  const { id, kind, round } = dispute;
  return draft.each(work.left, (seat) => {
    const loss = dispute.distance
      ? lockFailure(draft, dispute, seat)
      : kind === 'update'
        ? lockTenth(draft, seat)
        : takeAll(draft, seat, `found wrong in round ${round}, dispute ${id}`);
    if (loss) dispute.losses = [...dispute.losses, loss];
  });
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
export function unlockLosses(draft: RunDraft, work: { dispute: number; kept: number }): boolean {
  const dispute = draft.disputes.find(({ id }) => id === work.dispute)!;
  while (work.kept < dispute.losses.length) {
    if (!draft.hasRoom()) return false;
    const loss = dispute.losses[work.kept]!;
    const other = loss.expelled
      ? otherExpelling(draft, dispute, loss.seat)
      : dispute.distance && otherAgainst(draft, dispute);
    if (loss.stands) {
      work.kept++;
      continue;
    }
    dispute.losses = dispute.losses.filter((one) => one !== loss);
    if (other) {
      other.losses = [...other.losses, loss];
      moveOwed(dispute, other, loss.seat);
    } else giveBack(draft, loss);
  }
  return true;
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
    if (!pending) return moveMoney(draft.moves, 'slashed', 'treasury', yocto);
    return changeLoss(pending, { stakeYocto: pending.loss.stakeYocto + yocto });
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
export function settling(dispute: Dispute, standing: Verdict | null): Settling {
  return {
    ...{ do: 'settle-dispute', dispute, standing, stage: 'bonds', left: [] },
    ...{ eachYocto: 0n, paidYocto: 0n, purseYocto: 0n, potYocto: 0n, restYocto: 0n },
  };
}

export function settleDispute(draft: RunDraft, work: Settling): boolean {
  const { dispute, standing, left } = work;
  const { terms } = draft;
  for (;;) {
    switch (work.stage) {
      case 'bonds':
        if (dispute.distance && standing !== null) endFailure(draft, dispute, standing);
        work.purseYocto = settleBonds(draft, dispute, standing);
        if (standing !== null) left.push(...finedOf(draft, dispute, standing));
        work.stage = 'fines';
        break;
      case 'fines':
        if (!draft.each(left, (seat) => (work.purseYocto += fine(draft, seat)))) return false;
        shareDeniedFee(draft, work);
        work.stage = 'denied';
        break;
      case 'denied':
        if (!draft.each(left, (seat) => payForDenied(draft, work, seat))) return false;
        if (isDenialPaid(draft, work)) tellDenial(draft, work);
        work.potYocto = dispute.losses.reduce((sum, one) => sum + lostYocto(one), 0n);
        left.push(...losersOf(dispute, standing));
        work.stage = 'losers';
        break;
      case 'losers':
        if (!draft.each(left, (seat) => noteExpulsion(draft, seat))) return false;
        dispute.losses = [];
        if (!draft.hasEnded) left.push(...dispute.owed.map((_, i) => i));
        work.stage = 'owed';
        break;
      case 'owed':
        if (!draft.each(left, (at) => payOwed(draft, dispute.owed[at]!))) return false;
        startSharing(draft, work);
        work.stage = 'jurors';
        break;
      case 'jurors':
        if (!draft.each(left, (seat) => giveShare(draft, work, seat))) return false;
        work.eachYocto = 0n;
        if (standing === 'against' && work.restYocto > 0n) {
          left.push(...dispute.honest);
          work.eachYocto = shareOf(terms, left, work.restYocto);
        }
        work.stage = 'honest';
        break;
      case 'honest':
        if (!draft.each(left, (seat) => giveShare(draft, work, seat))) return false;
        moveMoney(draft.moves, 'slashed', 'treasury', work.restYocto);
        draft.emit('dispute_closed', { dispute: dispute.id, verdict: standing });
        return true;
      default:
        return unreachable(work.stage);
    }
  }
}

function endFailure(draft: RunDraft, dispute: Dispute, standing: Verdict): void {
  const lost = settleFailure(draft, dispute, standing === 'against');
  if (lost) dispute.losses = [...dispute.losses, lost];
  // Whether its round pays the claim is decided here, or by another dispute about the claim.
  const other = otherAgainst(draft, dispute);
  if (standing === 'against' || hasFailed(draft, dispute.seat!, dispute.round)) dispute.owed = [];
  else if (other) moveOwed(dispute, other, dispute.seat!);
}

/** What is left after the escrow and the plaintiff; to the right jurors first. */
function startSharing(draft: RunDraft, work: Settling): void {
  const { terms } = draft;
  const { dispute, standing, purseYocto, potYocto, left } = work;
  const tenth = potYocto / 10n;
  let rest = purseYocto + potYocto;
  if (rest === 0n) return;
  if (!draft.hasEnded) rest -= refillEscrow(draft, least(dispute.toEscrowYocto, rest));
  if (standing === 'against') {
    const stake = BigInt(terms.stakeYocto);
    rest -= payPlaintiff(draft, dispute, least(least(tenth, stake), rest));
  }
  work.restYocto = rest;
  if (rest === 0n) return;
  left.push(...rightJurors(dispute.past, standing));
  const shared = least(purseYocto + tenth, rest);
  work.eachYocto = equalPart(left, shared, BigInt(terms.auditFeeYocto));
}

function giveShare(draft: RunDraft, work: Settling, seat: number): void {
  work.restYocto -= creditSeat(draft, seat, 'slashed', work.eachYocto);
}

/**
 * The rewards of final rounds that went on without a seat which turned out right. Only at the end: a
 * verdict may be turned around more than once, and each time they would be paid again. Who lost
 * something else meanwhile waits for that.
 */
function payOwed(draft: RunDraft, owed: Owed): void {
  const { run } = draft;
  const { seat, yocto, rounds } = owed;
  if (draft.roster(seat).status === 'expelled') return owe(draft, owed);
  run.paidYocto += creditSeat(draft, seat, 'escrows', least(yocto, run.escrowYocto));
  draft.seat(seat).verifiedRounds += rounds;
}

/** Also those cleared here whose loss another dispute, which has ended, justifies. */
function losersOf({ losses }: Dispute, standing: Verdict | null): number[] {
  return losses
    .filter(({ expelled, stands }) => expelled && (stands || standing === 'against'))
    .map(({ seat }) => seat);
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

/** Who is overruled, and pays: the auditor whose answer was wrong, and jurors of overruled panels. */
function finedOf(draft: RunDraft, dispute: Dispute, standing: Verdict): number[] {
  const { kind, plaintiffSeat, plaintiffMayAppeal } = dispute;
  const jurors = overruledJurors(dispute, standing);
  const wrong = kind === 'audit' && standing === 'for' && plaintiffMayAppeal;
  const denied = standing === 'for' && dispute.denial && isOneDenialTooMany(draft, dispute);
  return wrong || denied ? [plaintiffSeat!, ...jurors] : jurors;
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
function shareDeniedFee(draft: RunDraft, work: Settling): void {
  if (!isDenialPaid(draft, work)) return;
  const { dispute, purseYocto, left } = work;
  const jurors = rightJurors(dispute.past, 'for').filter(
    (seat) => draft.roster(seat).status !== 'expelled',
  );
  const unpaid = dispute.toEscrowYocto - least(dispute.toEscrowYocto, purseYocto);
  const fee = BigInt(draft.terms.auditFeeYocto);
  left.push(...jurors);
  work.eachYocto = equalPart(left, fee - least(fee, unpaid), fee);
}

function isDenialPaid(draft: RunDraft, { dispute, standing }: Settling): boolean {
  return standing === 'for' && dispute.denial && !dispute.acted && !draft.hasEnded;
}

function payForDenied(draft: RunDraft, work: Settling, seat: number): void {
  const { run } = draft;
  const paid = creditSeat(draft, seat, 'escrows', least(work.eachYocto, run.escrowYocto));
  work.paidYocto += paid;
  run.paidYocto += paid;
}

function tellDenial(draft: RunDraft, { dispute, paidYocto }: Settling): void {
  draft.emit('denial_judged', { dispute: dispute.id, yocto: `${paidYocto}` });
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
