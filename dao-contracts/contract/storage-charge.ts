/**
 * Who pays for bytes. A call that stores something for the public measures what it added: the
 * attached deposit pays, or, where the DAO itself decides, the treasury. What is left of the
 * deposit goes back at once.
 */
import { near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { moveMoney, receiveMoney, type Totals } from '../rules/totals.js';
import { caller } from './call.js';

/**
 * Growth of a record that is written after the measurement (the totals), at most.
 */
const marginBytes = 200n;

export function storageUsed(): bigint {
  return near.storageUsage();
}

/**
 * Charges for what was stored since `before`; `attached` is what is left of the deposit for it.
 * With `orTreasury` the treasury pays where nothing was attached.
 */
export function chargeStorage(
  moves: Totals,
  it: { before: bigint; attachedYocto: bigint; treasuryYocto?: bigint },
): void {
  const grown = near.storageUsage() - it.before + marginBytes;
  const cost = grown > 0n ? grown * storageYoctoPerByte : 0n;
  if (it.attachedYocto >= cost) {
    receiveMoney(moves, 'storage', cost);
    giveBack(it.attachedYocto - cost);
  } else if (it.treasuryYocto !== undefined && it.treasuryYocto >= cost) {
    moveMoney(moves, 'treasury', 'storage', cost);
    giveBack(it.attachedYocto);
  } else {
    refuse('DEPOSIT_TOO_SMALL', `attach ${cost} yoctoNEAR more for storage; the rest comes back`);
  }
}

/** Change. Should the account be gone by then, it stays with the DAO as surplus. */
function giveBack(yocto: bigint): void {
  if (yocto === 0n) return;
  near.promiseBatchActionTransfer(near.promiseBatchCreate(caller()), yocto);
}
