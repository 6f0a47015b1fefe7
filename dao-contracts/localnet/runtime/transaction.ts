/**
 * Transactions as clients send them: borsh, decoded strictly. Whatever is not exactly one signed
 * transaction with ed25519 keys is refused with one sentence; nothing is guessed or skipped.
 */
import { createHash } from 'node:crypto';
import { baseEncode } from 'near-api-js';
import { publicKeyBytes, publicKeyText, verifyEd25519 } from '../keys.js';
import type { AccessKey, Action, DelegateAction } from '../protocol/action.js';
import { limits } from '../protocol/parameters.js';

export interface Transaction {
  hash: string;
  signerId: string;
  publicKey: string;
  nonce: bigint;
  receiverId: string;
  /** Base58. */
  blockHash: string;
  actions: readonly Action[];
  signature: Uint8Array;
  sizeBytes: number;
}

/** The bytes are not a signed transaction that this node understands. */
export class DecodeError extends Error {
  constructor(detail: string) {
    super(`BAD_TRANSACTION: ${detail}; send a borsh SignedTransaction with ed25519 keys`);
    this.name = 'DecodeError';
  }
}

/** Decodes and hashes; the signature is checked separately, by `isSigned`. */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  const input = new BorshReader(bytes);
  const signerId = input.text();
  const publicKey = readPublicKey(input);
  const nonce = input.u64();
  const receiverId = input.text();
  const blockHash = baseEncode(input.take(32));
  const actions = readActions(input, true);
  const hash = baseEncode(sha256(bytes.subarray(0, input.at)));
  const signature = readSignature(input);
  if (input.at !== bytes.length) throw new DecodeError(`${bytes.length - input.at} bytes too many`);
  const sizeBytes = bytes.length;
  return { hash, signerId, publicKey, nonce, receiverId, blockHash, actions, signature, sizeBytes };
}

/** `bytes` are those that `transaction` was decoded from. */
export function isSigned(transaction: Transaction, bytes: Uint8Array): boolean {
  const signatureBytes = 65;
  const message = sha256(bytes.subarray(0, bytes.length - signatureBytes));
  const key = publicKeyBytes(transaction.publicKey);
  return key !== null && verifyEd25519(transaction.signature, message, key);
}

/** NEP-366: the prefix keeps a delegate action from being read as a transaction. */
export function isDelegateSigned(action: Action & { kind: 'delegate' }): boolean {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(2 ** 30 + 366);
  const key = publicKeyBytes(action.delegate.publicKey);
  const message = sha256(Buffer.concat([prefix, action.encoded]));
  return key !== null && verifyEd25519(action.signature, message, key);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function readActions(input: BorshReader, delegates: boolean): Action[] {
  const count = input.u32();
  if (count > limits.maxActionsPerReceipt * 10) throw new DecodeError(`${count} actions`);
  return Array.from({ length: count }, () => readAction(input, delegates));
}

/** The protocol's other actions, by their tag: refused by name. */
const unsupportedActions: Readonly<Record<number, string>> = {
  9: 'DeployGlobalContract',
  10: 'UseGlobalContract',
  11: 'DeterministicStateInit',
};

function readAction(input: BorshReader, delegates: boolean): Action {
  const tag = input.u8();
  switch (tag) {
    case 0:
      return { kind: 'createAccount' };
    case 1:
      return { kind: 'deployContract', code: input.bytes() };
    case 2: {
      const [method, args, gas] = [input.text(), input.bytes(), input.u64()];
      // No limit allows this much; as a number it would lose digits.
      if (gas > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError(`${gas} gas attached`);
      const depositYocto = input.u128();
      return { kind: 'functionCall', method, args, gas: Number(gas), depositYocto };
    }
    case 3:
      return { kind: 'transfer', depositYocto: input.u128() };
    case 4:
      return { kind: 'stake', stakeYocto: input.u128(), publicKey: readPublicKey(input) };
    case 5:
      return { kind: 'addKey', publicKey: readPublicKey(input), accessKey: readAccessKey(input) };
    case 6:
      return { kind: 'deleteKey', publicKey: readPublicKey(input) };
    case 7:
      return { kind: 'deleteAccount', beneficiaryId: input.text() };
    case 8:
      if (!delegates) throw new DecodeError('a delegate action inside a delegate action');
      return readDelegate(input);
    default: {
      const name = unsupportedActions[tag] ?? `action ${tag}`;
      throw new DecodeError(`${name} is not supported by the local chain`);
    }
  }
}

function readDelegate(input: BorshReader): Action {
  const start = input.at;
  const senderId = input.text();
  const receiverId = input.text();
  const actions = readActions(input, false);
  const nonce = input.u64();
  const maxBlockHeight = input.u64();
  const publicKey = readPublicKey(input);
  const delegate: DelegateAction = {
    senderId,
    receiverId,
    actions,
    nonce,
    maxBlockHeight,
    publicKey,
  };
  const encoded = input.from(start);
  return { kind: 'delegate', delegate, signature: readSignature(input), encoded };
}

function readAccessKey(input: BorshReader): AccessKey {
  const nonce = input.u64();
  const tag = input.u8();
  if (tag === 1) return { nonce, permission: 'FullAccess' };
  if (tag !== 0) throw new DecodeError(`access key permission ${tag}`);
  const allowanceYocto = input.option(() => input.u128());
  const receiverId = input.text();
  const count = input.u32();
  if (count > limits.maxMethodNamesBytes) throw new DecodeError(`${count} method names`);
  const methodNames = Array.from({ length: count }, () => input.text());
  return { nonce, permission: { allowanceYocto, receiverId, methodNames } };
}

function readPublicKey(input: BorshReader): string {
  const curve = input.u8();
  if (curve !== 0) throw new DecodeError(`public key of curve ${curve}, not ed25519`);
  return publicKeyText(input.take(32));
}

function readSignature(input: BorshReader): Uint8Array {
  const curve = input.u8();
  if (curve !== 0) throw new DecodeError(`signature of curve ${curve}, not ed25519`);
  return input.take(64);
}

class BorshReader {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly source: Uint8Array) {
    this.view = new DataView(source.buffer, source.byteOffset, source.length);
  }

  take(count: number): Uint8Array {
    return this.source.slice(this.skip(count), this.at);
  }

  from(start: number): Uint8Array {
    return this.source.slice(start, this.at);
  }

  u8(): number {
    return this.source[this.skip(1)]!;
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.skip(8), true);
  }

  u128(): bigint {
    const low = this.u64();
    return low | (this.u64() << 64n);
  }

  bytes(): Uint8Array {
    return this.take(this.u32());
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes());
    } catch (error) {
      if (error instanceof DecodeError) throw error;
      throw new DecodeError('a text is not UTF-8');
    }
  }

  option<T>(read: () => T): T | null {
    const tag = this.u8();
    if (tag > 1) throw new DecodeError(`option tag ${tag}`);
    return tag ? read() : null;
  }

  /** Steps over `count` bytes and says where they start. */
  private skip(count: number): number {
    const start = this.at;
    if (count > this.source.length - start) throw new DecodeError('it ends early');
    this.at = start + count;
    return start;
  }
}
