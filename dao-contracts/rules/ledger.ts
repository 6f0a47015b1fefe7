/**
 * What an account may withdraw, in NEAR or in one token. A claim moves the balance to "in flight"
 * before the money leaves, one at a time; the callback that names its number either confirms it or
 * puts it back. So no amount is ever in both places or in none, and no callback counts twice.
 */
import { refuse } from './errors.js';
import { seatsShownMax } from './limits.js';

/** Amounts are yoctoNEAR, or a token's smallest units. */
export interface Purse {
  balance: bigint;
  inFlight: bigint;
  claimed: bigint;
  /** Of the last step of a claim: what a callback must name. Never the same again, see below. */
  claim: number;
}

export interface Ledger extends Purse {
  account: string;
  /** Put down for storage (NEP-145) and not used. */
  depositYocto: bigint;
  /** What the account itself paid for this record: comes back when it is removed. */
  lockedYocto: bigint;
  /** The account's latest seats, newest first. */
  seats: { run: number; seat: number }[];
}

export function emptyPurse(): Purse {
  return { balance: 0n, inFlight: 0n, claimed: 0n, claim: 0 };
}

export function emptyLedger(account: string): Ledger {
  return { account, ...emptyPurse(), depositYocto: 0n, lockedYocto: 0n, seats: [] };
}

/**
 * Takes `amount`, or everything, out for sending. Returns the amount. Changes `purse`. Claims are
 * numbered by time, so that not even a ledger that was removed and opened again repeats a number.
 */
export function beginClaim(
  purse: Purse,
  it: { account: string; nowMs: number; amount?: bigint },
): bigint {
  const { account, nowMs, amount = purse.balance } = it;
  requireNoClaim(purse, account);
  if (amount === 0n) {
    refuse('NOTHING_TO_CLAIM', `${account} has earned nothing that is not claimed`);
  }
  purse.balance -= amount;
  purse.inFlight = amount;
  purse.claim = Math.max(nowMs, purse.claim + 1);
  return amount;
}

export function requireNoClaim(purse: Purse, account: string): void {
  if (purse.inFlight > 0n) {
    refuse('CLAIM_IN_FLIGHT', `${purse.inFlight} are on their way to ${account}; wait for that`);
  }
}

/** A callback that acts, not the end yet: from now on another number is awaited. */
export function continueClaim(purse: Purse, claim: number): void {
  requireClaim(purse, claim);
  purse.claim++;
}

/** Returns the amount. Changes `purse`. Error: `CLAIM_CLOSED`, for a callback that comes twice. */
export function endClaim(purse: Purse, it: { claim: number; sent: boolean }): bigint {
  requireClaim(purse, it.claim);
  const amount = purse.inFlight;
  purse.inFlight = 0n;
  if (it.sent) purse.claimed += amount;
  else purse.balance += amount;
  return amount;
}

function requireClaim(purse: Purse, claim: number): void {
  if (purse.inFlight === 0n || purse.claim !== claim) {
    refuse('CLAIM_CLOSED', `claim ${claim} is not in flight; it was settled before`);
  }
}

/** Whether the storage deposit covers `yocto`, which it then pays. Changes `ledger`. */
export function payFromDeposit(ledger: Ledger, yocto: bigint): boolean {
  if (ledger.depositYocto < yocto) return false;
  ledger.depositYocto -= yocto;
  return true;
}

/** Whether nothing would be lost with it. */
export function isEmpty(purse: Purse): boolean {
  return purse.balance === 0n && purse.inFlight === 0n;
}

export function noteSeat(ledger: Ledger, seat: { run: number; seat: number }): void {
  ledger.seats = [seat, ...ledger.seats].slice(0, seatsShownMax);
}
