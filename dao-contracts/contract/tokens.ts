/**
 * Tokens (NEP-141). They come in by `ft_transfer_call`, a vote grants them, whoever was granted them
 * claims. A claim first asks the token whether the receiver is registered with it (NEP-145); where
 * it is not, the deposit that the claimer attached registers it, in one batch with the transfer, so
 * that either both happen or none.
 *
 * A token is somebody else's contract and may answer anything or burn all its gas. So each step has
 * gas of its own, which bounds the bytes of an answer too; of what was answered, more than
 * `answerCharsMax` is never looked at. The last callback reads nothing but whether the transfer
 * succeeded.
 */
import { near } from 'near-sdk-js';
import type { Action } from '../rules/actions.js';
import { refuse } from '../rules/errors.js';
import { beginClaim, continueClaim, endClaim, isEmpty } from '../rules/ledger.js';
import { grantTokens, receiveTokens, sendTokens, settleTokens } from '../rules/token-books.js';
import { readBoundsMin, readRegistration } from '../rules/token-answers.js';
import { moveMoney, noMoney, payOut, receiveMoney } from '../rules/totals.js';
import type { TokenView } from '../rules/views.js';
import { caller, emit, nowMs, promiseSucceeded, requireGas } from './call.js';
import {
  applyMoves,
  dropPurse,
  readPurse,
  readSettings,
  readTokenBooks,
  readTokens,
  writePurse,
  writeTokenBooks,
} from './records.js';
import { giveBack, storageCost, storageUsed } from './storage-charge.js';

declare const env: { read_register(register: number): Uint8Array };

const tera = 1_000_000_000_000n;
const askingGas = 10n * tera;
const registrationGas = 20n * tera;
const transferGas = 25n * tera;
const settlingGas = 20n * tera;
/** For `on_registration` itself and for what it sends. */
const registeringGas = 15n * tera + registrationGas + transferGas + settlingGas;
/** All of that, the two questions, and the claim itself. */
const claimTeraGas = 130;

/** What names a claim of tokens from one receipt to the next. Amounts are decimal strings. */
export interface TokenClaim {
  account: string;
  token: string;
  claim: number;
  /** Attached by the claimer. */
  depositYocto: string;
  /** What of it a transfer takes along. */
  spentYocto: string;
}

export interface TokenSent {
  sent: boolean;
  amountUnits: string;
}

/** Returns what is not taken: all, where token or message is not one that the DAO knows. */
export function receive(it: { sender_id: string; amount: string; msg: string }): string {
  const token = caller();
  const { sender_id: account, amount, msg } = it;
  const number = readTokens().indexOf(token);
  if (number < 0 || msg !== 'treasury' || !readSettings().policy.tokens.includes(token)) {
    return amount;
  }
  const books = readTokenBooks(number);
  if (!receiveTokens(books, BigInt(amount))) return amount;
  writeTokenBooks(number, books);
  emit([{ event: 'tokens_deposited', data: { token, account, amountUnits: amount } }]);
  return '0';
}

/** The executed vote: from the treasury to the ledger of `to`. */
export function grant(action: Extract<Action, { kind: 'transfer-token' }>): void {
  const { token, to } = action;
  const number = numberOf(token);
  const units = BigInt(action.amountUnits);
  const books = readTokenBooks(number);
  grantTokens(books, { units, token });
  writeTokenBooks(number, books);
  const purse = readPurse(number, to);
  purse.balance += units;
  writePurse(number, to, purse);
}

export function claim(token: string): void {
  requireGas(claimTeraGas);
  const deposit = near.attachedDeposit();
  if (deposit === 0n) {
    refuse('ONE_YOCTO_NEEDED', 'attach 1 yoctoNEAR, or that and the price of being registered');
  }
  const account = caller();
  const number = numberOf(token);
  const purse = readPurse(number, account);
  const units = beginClaim(purse, { account, nowMs: nowMs() });
  writePurse(number, account, purse);
  const books = readTokenBooks(number);
  sendTokens(books, units);
  writeTokenBooks(number, books);
  const moves = noMoney();
  receiveMoney(moves, 'deposits', deposit);
  applyMoves(moves);
  emit([{ event: 'token_claim_sent', data: { account, token, amountUnits: `${units}` } }]);
  const ask = (method: string, args: object) =>
    near.promiseCreate(token, method, JSON.stringify(args), 0n, askingGas);
  const asked = near.promiseAnd(
    ask('storage_balance_of', { account_id: account }),
    ask('storage_balance_bounds', {}),
  );
  const step = { account, token, claim: purse.claim, depositYocto: `${deposit}`, spentYocto: '0' };
  near.promiseReturn(follow(asked, 'on_registration', step, registeringGas));
}

/** Sends, or, where nobody pays for the registration that it needs, puts everything back. */
export function onRegistration(it: TokenClaim): TokenSent | undefined {
  const { account, token, depositYocto } = it;
  const isRegistered = readRegistration(readAnswer(0));
  // Exactly one yocto is attached to a transfer (NEP-141).
  let spent = 1n;
  if (!isRegistered) {
    const min = readBoundsMin(readAnswer(1));
    if (min === null || min + spent > BigInt(depositYocto)) {
      return settle(it, { sent: false, needsYocto: min === null ? null : `${min + spent}` });
    }
    spent += min;
  }
  const number = numberOf(token);
  const purse = readPurse(number, account);
  continueClaim(purse, it.claim);
  writePurse(number, account, purse);
  const moves = noMoney();
  moveMoney(moves, 'deposits', 'inFlight', spent);
  applyMoves(moves);
  emit([{ event: 'token_sent', data: { account, token, spentYocto: `${spent}` } }]);
  const sending = near.promiseBatchCreate(token);
  const act = (method: string, args: object, yocto: bigint, gas: bigint) =>
    near.promiseBatchActionFunctionCall(sending, method, JSON.stringify(args), yocto, gas);
  if (spent > 1n) {
    const args = { account_id: account, registration_only: true };
    act('storage_deposit', args, spent - 1n, registrationGas);
  }
  act('ft_transfer', { receiver_id: account, amount: `${purse.inFlight}` }, 1n, transferGas);
  const step = { ...it, claim: purse.claim, spentYocto: `${spent}` };
  near.promiseReturn(follow(sending, 'on_token_claimed', step, settlingGas));
  return undefined;
}

export function onClaimed(it: TokenClaim): TokenSent {
  return settle(it, { sent: promiseSucceeded() });
}

/** What was attached and not spent goes back at once. */
function settle(it: TokenClaim, how: { sent: boolean; needsYocto?: string | null }): TokenSent {
  const { account, token, claim } = it;
  const { sent } = how;
  const before = storageUsed();
  const number = numberOf(token);
  const purse = readPurse(number, account);
  const units = endClaim(purse, { claim, sent });
  const books = readTokenBooks(number);
  settleTokens(books, { units, sent });
  writeTokenBooks(number, books);
  const moves = noMoney();
  if (isEmpty(purse)) {
    // The DAO paid for the ledger when it granted; the next grant pays for another one.
    dropPurse(number, account);
    moveMoney(moves, 'storage', 'treasury', -storageCost(before));
  } else writePurse(number, account, purse);
  // The chain has returned what a failed transfer took along.
  const [deposit, spent] = [BigInt(it.depositYocto), BigInt(it.spentYocto)];
  payOut(moves, 'inFlight', spent);
  payOut(moves, 'deposits', deposit - spent);
  applyMoves(moves);
  giveBack(account, sent ? deposit - spent : deposit);
  const outcome = { ...how, amountUnits: `${units}` };
  emit([{ event: 'token_claimed', data: { account, token, ...outcome } }]);
  return outcome;
}

/** All tokens that were ever accepted, and what `account` can claim of each. */
export function list(account: string | null): TokenView[] {
  const accepted = readSettings().policy.tokens;
  return readTokens().map((token, number) => {
    const { treasury, ledgers, inFlight } = readTokenBooks(number);
    const purse = account === null ? null : readPurse(number, account);
    return {
      token,
      accepted: accepted.includes(token),
      treasuryUnits: `${treasury}`,
      ledgersUnits: `${ledgers}`,
      inFlightUnits: `${inFlight}`,
      account: purse && {
        ledgerUnits: `${purse.balance}`,
        inFlightUnits: `${purse.inFlight}`,
      },
    };
  });
}

function numberOf(token: string): number {
  const number = readTokens().indexOf(token);
  return number < 0 ? refuse('NOT_FOUND', `the DAO never accepted the token ${token}`) : number;
}

function follow(
  promise: number | bigint,
  method: string,
  step: TokenClaim,
  gas: bigint,
): number | bigint {
  const self = near.currentAccountId();
  return near.promiseThen(promise as never, self, method, JSON.stringify(step), 0n, gas);
}

/** Null: the call failed. */
function readAnswer(index: number): Uint8Array | null {
  return promiseSucceeded(index) ? env.read_register(0) : null;
}
