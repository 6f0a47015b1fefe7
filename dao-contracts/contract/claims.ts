/**
 * Paying out NEAR. The ledger is debited before the money leaves and a callback settles what became
 * of it; it can neither panic nor run out of gas, since what it needs is checked at the claim.
 */
import { near } from 'near-sdk-js';
import { beginClaim, endClaim, type Ledger } from '../rules/ledger.js';
import { moveMoney, noMoney, payOut, type Totals } from '../rules/totals.js';
import { caller, emit, nowMs, promiseSucceeded, requireGas } from './call.js';
import { applyMoves, readLedger, writeLedger } from './records.js';

const callbackGas = 20_000_000_000_000n;

/** The transaction's outcome is that of the callback, so its sender sees whether it was paid. */
export function claim(): void {
  requireGas(50);
  const ledger = readLedger(caller());
  const moves = noMoney();
  near.promiseReturn(sendFrom(ledger, moves));
  writeLedger(ledger);
  applyMoves(moves);
}

/** Sends `yocto`, or all, to the ledger's account. Returns the callback. */
export function sendFrom(ledger: Ledger, moves: Totals, yocto = ledger.balance): number | bigint {
  const { account } = ledger;
  beginClaim(ledger, { account, nowMs: nowMs(), amount: yocto });
  moveMoney(moves, 'ledgers', 'inFlight', yocto);
  const claimed = { account, amountYocto: `${yocto}` };
  emit([{ event: 'claim_sent', data: claimed }]);
  const sending = near.promiseBatchCreate(account);
  near.promiseBatchActionTransfer(sending, yocto);
  return near.promiseThen(
    sending,
    near.currentAccountId(),
    'on_claimed',
    JSON.stringify({ ...claimed, claim: ledger.claim }),
    0n,
    callbackGas,
  );
}

export function onClaimed(it: { account: string; claim: number; amountYocto: string }): {
  sent: boolean;
  amountYocto: string;
} {
  const { account, claim, amountYocto } = it;
  const sent = promiseSucceeded();
  const ledger = readLedger(account);
  const yocto = endClaim(ledger, { claim, sent });
  writeLedger(ledger);
  const moves = noMoney();
  // Sent money has left the contract; what did not leave is back on the ledger.
  if (sent) payOut(moves, 'inFlight', yocto);
  else moveMoney(moves, 'inFlight', 'ledgers', yocto);
  applyMoves(moves);
  emit([{ event: 'claimed', data: { account, sent, amountYocto } }]);
  return { sent, amountYocto };
}
