/**
 * A commitment to the state: a chain of hashes over what each block changed in accounts, keys, data and
 * code. The same transactions at the same times give the same root on every machine. It is no trie:
 * what one account holds cannot be proven against it.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Change } from './world.js';

/** The root after `changes`, in their order; `root` is 32 bytes. */
export function nextStateRoot(root: Uint8Array, changes: readonly Change[]): Uint8Array {
  const hash = createHash('sha256').update(root);
  for (const change of changes) {
    // Outcomes are proven by their own root, and the queue follows from them.
    if (change[0] === 'record') continue;
    addText(hash, change[0]);
    switch (change[0]) {
      case 'account': {
        const [, id, account] = change;
        addText(hash, id);
        addText(
          hash,
          account
            ? `${account.amountYocto} ${account.storageUsageBytes} ${account.codeHash ?? ''}`
            : 'none',
        );
        break;
      }
      case 'key': {
        const [, id, publicKey, key] = change;
        addText(hash, id);
        addText(hash, publicKey);
        addText(hash, key ? JSON.stringify(key, (_, it) => plain(it)) : 'none');
        break;
      }
      case 'data': {
        const [, id, key, value] = change;
        addText(hash, id);
        addBytes(hash, Buffer.from(key, 'latin1'));
        hash.update(Uint8Array.of(value ? 1 : 0));
        addBytes(hash, value ?? new Uint8Array());
        break;
      }
      case 'code':
        addText(hash, change[1]);
    }
  }
  return new Uint8Array(hash.digest());
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

function addText(hash: Hash, text: string): void {
  addBytes(hash, Buffer.from(text));
}

function addBytes(hash: Hash, bytes: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  hash.update(length).update(bytes);
}
