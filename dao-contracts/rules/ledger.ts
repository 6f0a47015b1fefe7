/**
 * What an account may withdraw. A claim moves the balance to "in flight" before the money leaves;
 * its callback either confirms it or puts it back, so no amount is ever in both places or in none.
 */
import { refuse } from './errors.js';
import { seatsShownMax } from './limits.js';

export interface Ledger {
  account: string;
  balanceYocto: bigint;
  inFlightYocto: bigint;
  claimedYocto: bigint;
  /** The account's latest seats, newest first. */
  seats: { run: number; seat: number }[];
}

export function emptyLedger(account: string): Ledger {
  return { account, balanceYocto: 0n, inFlightYocto: 0n, claimedYocto: 0n, seats: [] };
}

/** Takes everything out for sending. Returns the amount. Changes `ledger`. */
export function beginClaim(ledger: Ledger): bigint {
  const yocto = ledger.balanceYocto;
  if (yocto === 0n) {
    refuse('NOTHING_TO_CLAIM', `${ledger.account} has earned nothing that is not claimed`);
  }
  ledger.balanceYocto = 0n;
  ledger.inFlightYocto += yocto;
  return yocto;
}

/** Changes `ledger`. */
export function endClaim(ledger: Ledger, it: { yocto: bigint; sent: boolean }): void {
  if (ledger.inFlightYocto < it.yocto) throw new Error('BUG: a claim ended twice');
  ledger.inFlightYocto -= it.yocto;
  if (it.sent) ledger.claimedYocto += it.yocto;
  else ledger.balanceYocto += it.yocto;
}

export function noteSeat(ledger: Ledger, seat: { run: number; seat: number }): void {
  ledger.seats = [seat, ...ledger.seats].slice(0, seatsShownMax);
}
