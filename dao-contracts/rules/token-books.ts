/**
 * What the DAO holds of one token (NEP-141), as its own books have it. Tokens have no bonds, stakes
 * or escrows: they come into the treasury, a vote moves them to somebody's ledger, a claim takes
 * them out. The token's own record of the DAO's balance covers the sum: it only ever grows by what
 * the books never hear of (a plain `ft_transfer`) and by what is on its way in.
 */
import { refuse } from './errors.js';
import { tokenUnitsMax } from './limits.js';

export interface TokenBooks {
  treasury: bigint;
  ledgers: bigint;
  inFlight: bigint;
}

export function noTokens(): TokenBooks {
  return { treasury: 0n, ledgers: 0n, inFlight: 0n };
}

/** Whether the books can hold it, which they then do. Changes `books`. */
export function receiveTokens(books: TokenBooks, units: bigint): boolean {
  const held = books.treasury + books.ledgers + books.inFlight;
  if (units === 0n || held + units > tokenUnitsMax) return false;
  books.treasury += units;
  return true;
}

/** A vote grants `units` of `token` to somebody's ledger. Changes `books`. */
export function grantTokens(books: TokenBooks, it: { units: bigint; token: string }): void {
  if (books.treasury < it.units) {
    refuse(
      'TREASURY_TOO_SMALL',
      `the treasury holds ${books.treasury} of ${it.units} units of ${it.token}; deposit first`,
    );
  }
  books.treasury -= it.units;
  books.ledgers += it.units;
}

export function sendTokens(books: TokenBooks, units: bigint): void {
  books.ledgers -= units;
  books.inFlight += units;
}

/** Sent tokens have left the books; what did not leave is back on the ledger. */
export function settleTokens(books: TokenBooks, it: { units: bigint; sent: boolean }): void {
  books.inFlight -= it.units;
  if (!it.sent) books.ledgers += it.units;
}
