/**
 * NEP-145: an account may put money down for the bytes that its calls store. It opens the account's
 * ledger with the first of it, pays what an attached deposit does not cover (storage-charge.ts), and
 * goes back when asked for; so does the ledger's own price, with the ledger.
 */
import { near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { emptyLedger, isEmpty, requireNoClaim } from '../rules/ledger.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { moveMoney, noMoney, payOut, receiveMoney } from '../rules/totals.js';
import { caller, emit, requireGas, requireOneYocto } from './call.js';
import { sendFrom } from './claims.js';
import {
  applyMoves,
  formatLedger,
  hasLedger,
  readLedger,
  readTokens,
  removeLedger,
  readPurse,
  writeLedger,
} from './records.js';
import { giveBack, storageCost, storageUsed } from './storage-charge.js';

/** What the chain adds for each record to its key and value. */
const bytesPerRecord = 40;
/** NEAR's bound. */
const accountCharsMax = 64;

/** NEP-145's own names. */
export interface StorageBalance {
  total: string;
  available: string;
}

export function balanceOf(account: string): StorageBalance | null {
  if (!hasLedger(account)) return null;
  const { depositYocto, lockedYocto } = readLedger(account);
  return { total: `${depositYocto + lockedYocto}`, available: `${depositYocto}` };
}

export function bounds(): { min: string; max: null } {
  return { min: `${ledgerYoctoMax()}`, max: null };
}

/** What an empty ledger costs an account with the longest name. */
function ledgerYoctoMax(): bigint {
  const { length } = formatLedger(emptyLedger(''));
  return BigInt(bytesPerRecord + 'l:'.length + accountCharsMax + length) * storageYoctoPerByte;
}

export function deposit(it: {
  account_id: string | null;
  registration_only: boolean;
}): StorageBalance {
  const account = it.account_id ?? caller();
  const attached = near.attachedDeposit();
  const ledger = readLedger(account);
  const min = ledgerYoctoMax();
  const isNew = !hasLedger(account);
  if (isNew ? attached < min : attached === 0n) {
    refuse('DEPOSIT_TOO_SMALL', `attach at least ${min} yoctoNEAR; it comes back with the ledger`);
  }
  const kept = it.registration_only ? (isNew ? min : 0n) : attached;
  const before = storageUsed();
  writeLedger(ledger);
  const locked = storageCost(before);
  ledger.lockedYocto += locked;
  ledger.depositYocto += kept - locked;
  writeLedger(ledger);
  const moves = noMoney();
  receiveMoney(moves, 'deposits', kept - locked);
  receiveMoney(moves, 'storage', locked);
  applyMoves(moves);
  giveBack(caller(), attached - kept);
  const by = caller();
  emit([{ event: 'storage_deposited', data: { account, by, amountYocto: `${kept}` } }]);
  return balanceOf(account)!;
}

/** What is not used goes to the account; should that fail, to its ledger. */
export function withdraw(amount: string | null): StorageBalance {
  requireOneYocto();
  requireGas(50);
  const account = caller();
  const ledger = requireLedger(account);
  const yocto = amount === null ? ledger.depositYocto : BigInt(amount);
  if (yocto > ledger.depositYocto) {
    refuse('DEPOSIT_TOO_SMALL', `${ledger.depositYocto} yoctoNEAR can be withdrawn`);
  }
  if (yocto > 0n) {
    ledger.depositYocto -= yocto;
    ledger.balance += yocto;
    const moves = noMoney();
    moveMoney(moves, 'deposits', 'ledgers', yocto);
    sendFrom(ledger, moves, yocto);
    writeLedger(ledger);
    applyMoves(moves);
  }
  emit([{ event: 'storage_withdrawn', data: { account, amountYocto: `${yocto}` } }]);
  return balanceOf(account)!;
}

/** Removes an empty ledger and gives back what its account paid for it. False: there is none. */
export function unregister(force: boolean): boolean {
  requireOneYocto();
  const account = caller();
  if (!hasLedger(account)) return false;
  const ledger = readLedger(account);
  requireNoClaim(ledger, account);
  const purses = [ledger, ...readTokens().map((_, token) => readPurse(token, account))];
  if (!purses.every(isEmpty)) {
    const forced = force ? '; nothing is burnt here, forced or not' : '';
    refuse('LEDGER_NOT_EMPTY', `${account} can still claim money; claim it first${forced}`);
  }
  const { depositYocto, lockedYocto } = ledger;
  removeLedger(account);
  const moves = noMoney();
  payOut(moves, 'deposits', depositYocto);
  payOut(moves, 'storage', lockedYocto);
  applyMoves(moves);
  const yocto = depositYocto + lockedYocto;
  giveBack(account, yocto);
  emit([{ event: 'storage_unregistered', data: { account, amountYocto: `${yocto}` } }]);
  return true;
}

function requireLedger(account: string) {
  if (!hasLedger(account)) {
    refuse('NOT_FOUND', `${account} has no ledger here; storage_deposit opens one`);
  }
  return readLedger(account);
}
