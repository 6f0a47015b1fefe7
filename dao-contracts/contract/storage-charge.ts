/**
 * Who pays for bytes: whoever adds them, at once, measured. A call that stores something for the
 * public takes their price from the attached deposit and gives the rest back; where that is too
 * little, from the treasury if the DAO itself decides, else from the caller's storage deposit
 * (storage-deposit.ts). Money alone adds no bytes: records of money have a fixed width.
 */
import { near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { payFromDeposit } from '../rules/ledger.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { moveMoney, receiveMoney, type Totals } from '../rules/totals.js';
import { caller } from './call.js';
import { readLedger, writeLedger } from './records.js';

export function storageUsed(): bigint {
  return near.storageUsage();
}

/** Price of what was stored since `before`; below zero: of what was freed. */
export function storageCost(before: bigint): bigint {
  return (near.storageUsage() - before) * storageYoctoPerByte;
}

/**
 * Charges for what was stored since `before`; `attachedYocto` is what is left of the deposit for
 * it. With `treasuryYocto` the treasury pays where nothing was attached.
 */
export function chargeStorage(
  moves: Totals,
  it: { before: bigint; attachedYocto: bigint; treasuryYocto?: bigint },
): void {
  const { attachedYocto, treasuryYocto = -1n } = it;
  const cost = storageCost(it.before);
  if (attachedYocto >= cost) {
    // Bytes that were freed on the way are the surplus of whoever paid for them: the DAO.
    const charged = cost > 0n ? cost : 0n;
    receiveMoney(moves, 'storage', charged);
    giveBack(caller(), attachedYocto - charged);
  } else if (treasuryYocto >= cost) {
    moveMoney(moves, 'treasury', 'storage', cost);
    giveBack(caller(), attachedYocto);
  } else {
    const ledger = readLedger(caller());
    const lacking = cost - attachedYocto;
    if (!payFromDeposit(ledger, lacking)) {
      refuse(
        'DEPOSIT_TOO_SMALL',
        `attach ${cost} yoctoNEAR more for storage, or put it down by storage_deposit; ` +
          'the rest comes back',
      );
    }
    writeLedger(ledger);
    receiveMoney(moves, 'storage', attachedYocto);
    moveMoney(moves, 'deposits', 'storage', lacking);
  }
}

/** Change. Should the account be gone by then, it stays with the DAO as surplus. */
export function giveBack(account: string, yocto: bigint): void {
  if (yocto === 0n) return;
  near.promiseBatchActionTransfer(near.promiseBatchCreate(account), yocto);
}
