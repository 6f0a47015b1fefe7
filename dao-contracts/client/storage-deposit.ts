/** What is put down for the storage of a record; the contract returns what is over at once. */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { isDaoError } from './errors.js';
import { toWire } from './money-fields.js';

/**
 * What a proposal or a record keeps beside its own text: keys, indexes, counts. Generous, since the
 * contract returns what is over.
 */
const overheadBytes = 4_000n;

/** Enough to store `document` on chain. */
export function storageDeposit(document: unknown): bigint {
  const bytes = BigInt(canonicalBytes(toWire(document)).length);
  return (2n * bytes + overheadBytes) * storageYoctoPerByte;
}

/** The treasury pays for a vote's storage; while it is empty, whoever votes does. */
export async function payingIfAsked<T>(
  document: unknown,
  act: (paid: { depositYocto?: bigint }) => Promise<T>,
): Promise<T> {
  try {
    return await act({});
  } catch (error) {
    if (!isDaoError(error) || error.code !== 'DEPOSIT_TOO_SMALL') throw error;
    return act({ depositYocto: storageDeposit(document) });
  }
}
