/**
 * Paying out. The ledger is debited before the money leaves and a callback settles what became of
 * it; it can neither panic nor run out of gas, since what it needs is checked at the claim.
 */
import { near } from 'near-sdk-js';
import { beginClaim, endClaim } from '../rules/ledger.js';
import { moveMoney, noMoney } from '../rules/totals.js';
import { caller, emit, requireGas } from './call.js';
import { applyMoves, readLedger, writeLedger } from './records.js';

declare const env: { promise_result(index: number, register: number): bigint | number };

const callbackGas = 20_000_000_000_000n;
const succeeded = 1;

/** The transaction's outcome is that of the callback, so its sender sees whether it was paid. */
export function claim(): void {
  requireGas(50);
  const account = caller();
  const ledger = readLedger(account);
  const yocto = beginClaim(ledger);
  writeLedger(ledger);
  const moves = noMoney();
  moveMoney(moves, 'ledgers', 'inFlight', yocto);
  applyMoves(moves);
  const sending = near.promiseBatchCreate(account);
  near.promiseBatchActionTransfer(sending, yocto);
  const callback = near.promiseThen(
    sending,
    near.currentAccountId(),
    'on_claimed',
    JSON.stringify({ account, amountYocto: `${yocto}` }),
    0n,
    callbackGas,
  );
  near.promiseReturn(callback);
}

export function onClaimed(it: { account: string; amountYocto: string }): {
  sent: boolean;
  amountYocto: string;
} {
  const yocto = BigInt(it.amountYocto);
  const sent = Number(env.promise_result(0, 0)) === succeeded;
  const ledger = readLedger(it.account);
  endClaim(ledger, { yocto, sent });
  writeLedger(ledger);
  const moves = noMoney();
  // Sent money has left the contract; what did not leave is back on the ledger.
  if (sent) moves.inFlight -= yocto;
  else moveMoney(moves, 'inFlight', 'ledgers', yocto);
  applyMoves(moves);
  emit([{ event: 'claimed', data: { account: it.account, sent, amountYocto: it.amountYocto } }]);
  return { sent, amountYocto: it.amountYocto };
}
