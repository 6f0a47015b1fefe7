/**
 * Money of a fleet: seats and stakes, pay that stays locked for an epoch, what a conviction takes.
 * Like a run's it moves between the buckets of ../totals.ts and nowhere else.
 */
import { refuse } from '../errors.js';
import { moveMoney, receiveMoney, type Bucket } from '../totals.js';
import { ABSENT, ACTIVE, EXPELLED, FREE, LEFT, type Fleet } from './state.js';

/** Takes a seat from the next epoch on. Errors: `RUN_NOT_OPEN`, `DEPOSIT_TOO_SMALL`, `RUN_FULL`. */
export function enrolSeat(fleet: Fleet, it: { account: string; depositYocto: bigint }): number {
  requireLive(fleet);
  const { seats, terms } = fleet;
  if (it.depositYocto < terms.stakeYocto) {
    refuse('DEPOSIT_TOO_SMALL', `attach the stake of ${terms.stakeYocto} yoctoNEAR`);
  }
  const seat = seats.free.pop() ?? seats.account.length;
  if (seat >= terms.maxSeats) {
    refuse('RUN_FULL', `all ${terms.maxSeats} seats are taken; try again when one is free`);
  }
  receiveMoney(fleet.totals, 'stakes', it.depositYocto);
  seats.account[seat] = it.account;
  seats.status[seat] = ACTIVE;
  seats.fromEpoch[seat] = fleet.epoch.number + 1;
  seats.stakeYocto[seat] = terms.stakeYocto;
  seats.heldNewYocto[seat] = 0n;
  seats.heldOldYocto[seat] = 0n;
  seats.heldEpoch[seat] = fleet.epoch.number;
  seats.endedEpoch[seat] = 0;
  seats.active++;
  credit(fleet, it.account, 'stakes', it.depositYocto - terms.stakeYocto);
  return seat;
}

/** Back after an absence: acts from the next round on. Errors: `SEAT_NOT_ABSENT`. */
export function rejoinSeat(fleet: Fleet, seat: number): void {
  requireLive(fleet);
  if (fleet.seats.status[seat] !== ABSENT) {
    refuse('SEAT_NOT_ABSENT', `seat ${seat} is not absent; only absent seats rejoin`);
  }
  fleet.seats.status[seat] = ACTIVE;
  fleet.seats.active++;
}

/** Gives notice. The stake stays until the seat's work can no longer be convicted. */
export function leaveSeat(fleet: Fleet, seat: number): void {
  const { seats } = fleet;
  const status = seats.status[seat];
  if (status !== ACTIVE && status !== ABSENT) {
    refuse('NOT_ENROLLED', `seat ${seat} is not taken or was given up already`);
  }
  if (status === ACTIVE) seats.active--;
  seats.status[seat] = LEFT;
  seats.endedEpoch[seat] = fleet.epoch.number;
}

/**
 * Moves what is no longer locked to the account's ledger; of a seat left, lost or absent since two
 * epochs, and of every seat of a fleet that ended, the stake too, unless a provisional round may hold
 * work of it. The seat is then free: whoever never comes back must not thin out the cohorts for good.
 */
export function collectSeat(fleet: Fleet, seat: number): void {
  const { seats } = fleet;
  const status = seats.status[seat];
  if (status === undefined || status === FREE) {
    refuse('NOT_ENROLLED', `nobody has seat ${seat}`);
  }
  rollPay(fleet, seat);
  const ended = isEnded(fleet);
  const over =
    status !== ACTIVE &&
    (fleet.epoch.number >= seats.endedEpoch[seat]! + 2 || fleet.epoch.number === 0) &&
    !mayBeConvicted(fleet, seat);
  if (!ended && !over) return;
  const { heldNewYocto, heldOldYocto, stakeYocto } = seats;
  credit(fleet, seats.account[seat]!, 'heldBack', heldNewYocto[seat]! + heldOldYocto[seat]!);
  credit(fleet, seats.account[seat]!, 'stakes', stakeYocto[seat]!);
  heldNewYocto[seat] = heldOldYocto[seat] = stakeYocto[seat] = 0n;
  // Records of an ended fleet may still pay the seat: it is not given again.
  if (ended) {
    if (status === ACTIVE) seats.active--;
    if (status !== EXPELLED) seats.status[seat] = LEFT;
    return;
  }
  seats.status[seat] = FREE;
  seats.free.push(seat);
}

/**
 * Rounds that are opened and cancelled, again and again, begin epochs while an older round is still
 * provisional: two epochs are then no time in which its work was judged.
 */
function mayBeConvicted({ provisional, seats }: Fleet, seat: number): boolean {
  if (!provisional) return false;
  const { epoch } = provisional;
  return seats.fromEpoch[seat]! <= epoch && epoch <= seats.endedEpoch[seat]!;
}

/** Everything on an account's ledger, for the shell to send. Errors: `NOTHING_TO_CLAIM`. */
export function claimLedger(fleet: Fleet, account: string): bigint {
  const yocto = fleet.ledgers.get(account) ?? 0n;
  if (yocto === 0n) refuse('NOTHING_TO_CLAIM', `${account} has earned nothing unclaimed`);
  fleet.ledgers.set(account, 0n);
  moveMoney(fleet.totals, 'ledgers', 'inFlight', yocto);
  return yocto;
}

export function credit(fleet: Fleet, account: string, from: Bucket, yocto: bigint): void {
  if (yocto === 0n) return;
  moveMoney(fleet.totals, from, 'ledgers', yocto);
  fleet.ledgers.set(account, (fleet.ledgers.get(account) ?? 0n) + yocto);
}

/** From the escrow to the seat's locked pay. The budget covers it (terms.ts). */
export function paySeat(fleet: Fleet, it: { seat: number; epoch: number; yocto: bigint }): void {
  const { seats } = fleet;
  const { seat, yocto } = it;
  // Of who had the seat when the work was done; an expelled one has lost it.
  if (seats.fromEpoch[seat]! > it.epoch || seats.status[seat] === EXPELLED) return;
  if (seats.status[seat] === FREE || yocto === 0n) return;
  if (fleet.escrowYocto < yocto) throw new Error('BUG: the escrow cannot pay a final round');
  rollPay(fleet, seat);
  fleet.escrowYocto -= yocto;
  moveMoney(fleet.totals, 'escrows', 'heldBack', yocto);
  seats.heldNewYocto[seat]! += yocto;
}

/**
 * For work of `epoch`: takes stake and locked pay into `slashed`; the caller says who gets it. Returns
 * the sum: nothing of somebody who has the seat since later.
 */
export function expelSeat(fleet: Fleet, seat: number, epoch: number): bigint {
  const { seats, totals } = fleet;
  const status = seats.status[seat];
  if (status === EXPELLED || status === FREE || seats.fromEpoch[seat]! > epoch) return 0n;
  rollPay(fleet, seat);
  const held = seats.heldNewYocto[seat]! + seats.heldOldYocto[seat]!;
  const stake = seats.stakeYocto[seat]!;
  moveMoney(totals, 'heldBack', 'slashed', held);
  moveMoney(totals, 'stakes', 'slashed', stake);
  seats.heldNewYocto[seat] = seats.heldOldYocto[seat] = seats.stakeYocto[seat] = 0n;
  if (status === ACTIVE) seats.active--;
  seats.status[seat] = EXPELLED;
  seats.endedEpoch[seat] = fleet.epoch.number;
  return held + stake;
}

/** For silence in work of `epoch`. */
export function markAbsent(fleet: Fleet, seat: number, epoch: number): void {
  if (!canAct(fleet, seat, epoch)) return;
  fleet.seats.status[seat] = ABSENT;
  fleet.seats.endedEpoch[seat] = fleet.epoch.number;
  fleet.seats.active--;
}

/** Who may act in work of `epoch`: active, and not somebody who took the seat since. */
export function canAct(fleet: Fleet, seat: number, epoch: number): boolean {
  return fleet.seats.status[seat] === ACTIVE && fleet.seats.fromEpoch[seat]! <= epoch;
}

export function requireActive(fleet: Fleet, seat: number): void {
  if (fleet.seats.status[seat] === ACTIVE) return;
  refuse('NOT_YOUR_TURN', `seat ${seat} is not active; an absent one can rejoin`);
}

export function isEnded(fleet: Fleet): boolean {
  return fleet.status === 'completed' || fleet.status === 'stopped';
}

export function requireLive(fleet: Fleet): void {
  if (isEnded(fleet)) refuse('RUN_NOT_OPEN', `fleet ${fleet.id} is ${fleet.status}`);
}

/** Pay of an epoch is released when the next one has passed too. */
function rollPay(fleet: Fleet, seat: number): void {
  const { seats, epoch } = fleet;
  const passed = epoch.number - seats.heldEpoch[seat]!;
  if (passed === 0) return;
  const released = seats.heldOldYocto[seat]! + (passed > 1 ? seats.heldNewYocto[seat]! : 0n);
  seats.heldOldYocto[seat] = passed > 1 ? 0n : seats.heldNewYocto[seat]!;
  seats.heldNewYocto[seat] = 0n;
  seats.heldEpoch[seat] = epoch.number;
  credit(fleet, seats.account[seat]!, 'heldBack', released);
}
