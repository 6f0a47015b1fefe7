/** Host functions over the contract's own key-value storage, with the usage it is staked for. */
import { hostCosts as cost, limits } from '../../protocol/parameters.js';
import { Call } from '../call.js';
import { HostError } from '../vm-error.js';
import { host, type HostTable } from './host-function.js';

function readKey(call: Call, length: bigint, pointer: bigint): Uint8Array {
  const key = call.guest.read(length, pointer);
  if (key.length > limits.maxStorageKeyBytes) {
    throw new HostError({
      KeyLengthExceeded: { length: key.length, limit: limits.maxStorageKeyBytes },
    });
  }
  return key;
}

export function storageKey(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

export const storageFunctions: HostTable = {
  storage_write: host('jjjjj>j', (call, keyLength, keyAt, valueLength, valueAt, register) => {
    call.gas.burn(cost.base);
    call.forbidInView('storage_write');
    call.gas.burn(cost.storageWriteBase);
    const key = readKey(call, keyLength!, keyAt!);
    const value = call.guest.read(valueLength!, valueAt!).slice();
    if (value.length > limits.maxStorageValueBytes) {
      throw new HostError({
        ValueLengthExceeded: { length: value.length, limit: limits.maxStorageValueBytes },
      });
    }
    call.gas.burn(cost.storageWriteKeyByte * key.length);
    call.gas.burn(cost.storageWriteValueByte * value.length);
    const name = storageKey(key);
    const evicted = call.storage.get(name);
    call.gas.burn(cost.storageWriteEvictedByte * (evicted?.length ?? 0));
    call.record(name, evicted?.length ?? 0);
    call.storage.set(name, value);
    if (!evicted) {
      call.storageUsageBytes += Call.recordBytes(key, value);
      return 0n;
    }
    call.storageUsageBytes += value.length - evicted.length;
    call.guest.setRegister(register!, evicted);
    return 1n;
  }),
  storage_read: host('jjj>j', (call, keyLength, keyAt, register) => {
    call.gas.burn(cost.base);
    call.gas.burn(cost.storageReadBase);
    const key = readKey(call, keyLength!, keyAt!);
    call.gas.burn(cost.storageReadKeyByte * key.length);
    const name = storageKey(key);
    const value = call.storage.get(name);
    if (value) call.gas.burn(cost.storageReadValueByte * value.length);
    if (value && value.length > limits.inlineValueBytes) {
      call.gas.burn(cost.storageLargeReadBase + cost.storageLargeReadByte * value.length);
    }
    call.record(name, value?.length ?? 0);
    if (!value) return 0n;
    call.guest.setRegister(register!, value);
    return 1n;
  }),
  storage_remove: host('jjj>j', (call, keyLength, keyAt, register) => {
    call.gas.burn(cost.base);
    call.forbidInView('storage_remove');
    call.gas.burn(cost.storageRemoveBase);
    const key = readKey(call, keyLength!, keyAt!);
    call.gas.burn(cost.storageRemoveKeyByte * key.length);
    const name = storageKey(key);
    const removed = call.storage.get(name);
    call.gas.burn(cost.storageRemoveValueByte * (removed?.length ?? 0));
    call.record(name, removed?.length ?? 0);
    if (!removed) return 0n;
    call.storage.delete(name);
    call.storageUsageBytes -= Call.recordBytes(key, removed);
    call.guest.setRegister(register!, removed);
    return 1n;
  }),
  storage_has_key: host('jj>j', (call, keyLength, keyAt) => {
    call.gas.burn(cost.base);
    call.gas.burn(cost.storageHasKeyBase);
    const key = readKey(call, keyLength!, keyAt!);
    call.gas.burn(cost.storageHasKeyByte * key.length);
    return call.storage.get(storageKey(key)) ? 1n : 0n;
  }),
  storage_iter_prefix: deprecated('storage_iter_prefix', 'jj>j'),
  storage_iter_range: deprecated('storage_iter_range', 'jjjj>j'),
  storage_iter_next: deprecated('storage_iter_next', 'jjj>j'),
};

function deprecated(name: string, signature: string): ReturnType<typeof host> {
  return host(signature, () => {
    throw new HostError({ Deprecated: { method_name: name } });
  });
}
