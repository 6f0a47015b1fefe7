/**
 * What a relayer has to know before it spends anything on a signed call: that the account really
 * said this (the signature over NEP-461's bytes, by a key that the account has and that may make
 * this call), and that the chain would still take it (height, nonce). Without it whoever can reach
 * a relayer could use up anybody's quota, and the relayer's NEAR, with calls that nobody signed.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64Decode, encodeDelegateAction, PublicKey } from 'near-api-js';
import { AccessKeyDoesNotExistError, AccountDoesNotExistError } from 'near-api-js/rpc-errors';
import type { Connection } from './connection.js';
import { delegateOf, type DelegatedCall } from './delegated-call.js';
import { DaoError } from './errors.js';

/** Blocks that must be left: what expires on its way is paid for and does nothing. */
const blocksLeftMin = 20n;
/** The chain's own bound: nonces run at most so far ahead of it. */
const noncesPerBlock = 1_000_000n;
const u64End = 2n ** 64n;

/** Whether the named key signed exactly this call. Asks nobody. Error: `NOT_RELAYED`. */
export function checkSignature(call: DelegatedCall): void {
  if (!isSigned(call)) {
    refuseToRelay(
      `the signature is not one by ${call.publicKey} of this call`,
      'sign the call that is sent, with the key that is named',
    );
  }
}

function isSigned(call: DelegatedCall): boolean {
  if (BigInt(call.nonce) >= u64End || BigInt(call.maxBlockHeight) >= u64End) return false;
  try {
    const message = sha256(encodeDelegateAction(delegateOf(call)));
    const key = PublicKey.fromString(call.publicKey).data;
    // Strict RFC 8032, as nodes check it: no second form of a signature passes.
    return ed25519.verify(base64Decode(call.signature), message, key, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether the chain would take the call now. Errors: `NOT_RELAYED`, `RELAY_STALE`, the node's. */
export async function checkStanding(call: DelegatedCall, connection: Connection): Promise<void> {
  const [key, height] = await Promise.all([keyOf(call, connection), heightOf(connection)]);
  const { sender, contract, method } = call;
  if (key === null) {
    refuseToRelay(`${call.publicKey} is not a key of ${sender}`, 'sign with a key of the sender');
  }
  if (!mayCall(key.permission, contract, method)) {
    refuseToRelay(
      `the key ${call.publicKey} of ${sender} may not call ${method} of ${contract}`,
      'sign with a key that may',
    );
  }
  const last = BigInt(call.maxBlockHeight);
  if (last < height + blocksLeftMin) {
    refuseAsStale(
      `the call is void after block ${last}, and the chain is at ${height}`,
      'sign it again',
    );
  }
  const nonce = BigInt(call.nonce);
  if (nonce <= key.nonce) {
    refuseAsStale(`nonce ${nonce} of this key was used: it is at ${key.nonce}`, 'sign it again');
  }
  if (nonce >= height * noncesPerBlock) {
    refuseToRelay(`nonce ${nonce} is too far ahead of the chain`, 'use the key’s nonce plus one');
  }
}

async function heightOf(connection: Connection): Promise<bigint> {
  const { provider } = connection;
  const block = await connection.ask('block', () => provider.viewBlock({ finality: 'final' }));
  return BigInt(block.header.height);
}

type KeyOnChain = Awaited<ReturnType<Connection['provider']['viewAccessKey']>>;

/** As of the newest block, so that a call that has just landed counts. Null: no such key. */
async function keyOf(call: DelegatedCall, connection: Connection): Promise<KeyOnChain | null> {
  const it = {
    accountId: call.sender,
    publicKey: PublicKey.fromString(call.publicKey),
    finalityQuery: { finality: 'optimistic' as const },
  };
  try {
    const { provider } = connection;
    return await connection.ask('view_access_key', () => provider.viewAccessKey(it));
  } catch (error) {
    const { cause } = error as Error;
    const unknown =
      cause instanceof AccessKeyDoesNotExistError || cause instanceof AccountDoesNotExistError;
    if (unknown) return null;
    throw error;
  }
}

/** The chain's rule for a call without deposit; a kind of key that it knows and we do not may not. */
function mayCall(permission: unknown, contract: string, method: string): boolean {
  if (permission === 'FullAccess') return true;
  const { FunctionCall: allowed } = permission as {
    FunctionCall?: { receiver_id: string; method_names: string[] };
  };
  if (allowed?.receiver_id !== contract) return false;
  return allowed.method_names.length === 0 || allowed.method_names.includes(method);
}

/** Never: this call cannot be relayed. */
export function refuseToRelay(facts: string, remedy: string): never {
  throw new DaoError({ code: 'NOT_RELAYED', facts, remedy });
}

/** Not as it is signed: the chain has moved on, and the same call signed again may be relayed. */
export function refuseAsStale(facts: string, remedy: string): never {
  throw new DaoError({ code: 'RELAY_STALE', facts, remedy });
}
