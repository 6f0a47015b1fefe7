/**
 * The version of what is stored, and how this code converts what earlier code stored. A change of a
 * record's layout raises `storedVersion` by one and adds the step that leads to it. A step touches a
 * bounded number of records; kinds that there can be any number of are converted when they are read
 * next, by a reader that accepts both layouts (docs/protocol/upgrades.md).
 */
import { near } from 'near-sdk-js';

export const storedVersion = 1;

/** By the version that each starts from. */
export const migrations: Readonly<Record<number, () => void>> = {};

/** The SDK reads this key first in every call. Null: nothing was initialised. */
const key = 'STATE';

export function readStateVersion(): number | null {
  const text = near.storageRead(key);
  return text === null ? null : Number(text);
}

export function writeStateVersion(): void {
  near.storageWrite(key, `${storedVersion}`);
}
