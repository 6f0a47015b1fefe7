/**
 * One contract call: what it may know (`CallContext`), the storage it works on (`CallStorage`),
 * and what it has done so far. Host functions work on a `Call`; the runtime reads its `CallOutcome`.
 */
import type { Action } from '../protocol/action.js';
import { limits, recordExtraBytes, type Gas } from '../protocol/parameters.js';
import { GasCounter } from './gas-counter.js';
import { Guest } from './guest.js';
import { HostError, type VmFailure } from './vm-error.js';

export interface CallContext {
  currentAccountId: string;
  signerAccountId: string;
  /** Borsh form: a byte for the curve, then the key. */
  signerPublicKey: Uint8Array;
  predecessorAccountId: string;
  /** Who gets the deposit back should the receipt fail: the predecessor, unless it named another. */
  refundToAccountId: string;
  /** SHA-256 of the contract's code. */
  codeHash: Uint8Array;
  method: string;
  input: Uint8Array;
  promiseResults: readonly PromiseResult[];
  blockHeight: number;
  blockTimestampNs: bigint;
  epochHeight: number;
  validators: ReadonlyMap<string, bigint>;
  /** Before the attached deposit. */
  balanceYocto: bigint;
  attachedDepositYocto: bigint;
  storageUsageBytes: number;
  prepaidGas: Gas;
  randomSeed: Uint8Array;
  isView: boolean;
  /** Accounts that wait for this call's result. */
  outputReceivers: readonly string[];
  /** Makes the id of the n-th yielded promise of this call. */
  yieldId(index: number): Uint8Array;
  /** Whether the current account has a promise that waits for this id. */
  isYielded(id: string): boolean;
}

export type PromiseResult = { ok: true; value: Uint8Array } | { ok: false };

/** Keys are bytes as a Latin-1 string. */
export interface CallStorage {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
  delete(key: string): void;
}

export interface CreatedReceipt {
  receiverId: string;
  actions: Action[];
  /** Indices of created receipts whose results it waits for. */
  dependsOn: readonly number[];
  /** Hex id of the data that resumes it, if it was yielded. */
  yieldId: string | null;
  /** Who gets its deposits back should it fail; null: its predecessor. */
  refundTo: string | null;
  /** Actions that share what gas the call leaves, by weight. */
  weights: { action: number; weight: bigint }[];
}

export type CreatedPromise =
  { kind: 'receipt'; receipt: number } | { kind: 'joint'; receipts: readonly number[] };

export type ReturnData =
  { kind: 'none' } | { kind: 'value'; value: Uint8Array } | { kind: 'receipt'; receipt: number };

export interface CallOutcome {
  failure: VmFailure | null;
  burntGas: Gas;
  usedGas: Gas;
  logs: readonly string[];
  returned: ReturnData;
  /** The rest is empty or unchanged when the call failed. */
  balanceYocto: bigint;
  storageUsageBytes: number;
  receipts: readonly CreatedReceipt[];
  resumed: readonly { yieldId: string; payload: Uint8Array }[];
}

export class Call {
  readonly gas: GasCounter;
  readonly guest: Guest;
  readonly logs: string[] = [];
  private logBytes = 0;
  private readonly recorded = new Map<string, number>();
  private recordedBytes = 0;
  returned: ReturnData = { kind: 'none' };
  /** With the attached deposit, less what created receipts carry. */
  balanceYocto: bigint;
  storageUsageBytes: number;
  readonly promises: CreatedPromise[] = [];
  readonly receipts: CreatedReceipt[] = [];
  readonly resumed: { yieldId: string; payload: Uint8Array }[] = [];
  yields = 0;
  /** It has trapped where a larger memory may go on. */
  beyondMemory = false;

  constructor(
    readonly context: CallContext,
    readonly storage: CallStorage,
  ) {
    // A node sets its own bound for views; what they would attach is no other.
    const maxBurnt = context.isView ? context.prepaidGas : limits.maxGasBurnt;
    this.gas = new GasCounter(context.prepaidGas, maxBurnt);
    this.guest = new Guest(this.gas);
    this.balanceYocto = context.balanceYocto + context.attachedDepositYocto;
    this.storageUsageBytes = context.storageUsageBytes;
  }

  /** Views may read; what has an effect or depends on a transaction is refused. */
  forbidInView(method: string): void {
    if (this.context.isView) throw new HostError({ ProhibitedInView: { method_name: method } });
  }

  /** How much has been logged, in bytes. */
  get logged(): number {
    return this.logBytes;
  }

  log(text: string, bytes: number): void {
    this.logBytes += bytes;
    const limit = limits.maxTotalLogBytes;
    if (this.logBytes > limit) {
      // The protocol counts the text that is too long twice.
      const length = this.logBytes + bytes;
      throw new HostError({ TotalLogLengthExceeded: { length, limit } });
    }
    this.logs.push(text);
  }

  /**
   * What validators must be sent to execute the call: here the values that it touches, each once. On the
   * network the nodes of the trie on the way to them count too, and views count nothing.
   */
  record(key: string, valueBytes: number): void {
    if (this.context.isView || this.recorded.has(key)) return;
    this.recorded.set(key, valueBytes);
    this.recordedBytes += valueBytes;
    if (this.recordedBytes <= limits.maxRecordedBytes) return;
    throw new HostError({ RecordedStorageExceeded: { limit: limits.maxRecordedBytes } });
  }

  spend(yocto: bigint): void {
    if (yocto > this.balanceYocto) throw new HostError('BalanceExceeded');
    this.balanceYocto -= yocto;
  }

  addPromise(promise: CreatedPromise): bigint {
    if (this.promises.length >= limits.maxPromises) {
      const number_of_promises = this.promises.length + 1;
      throw new HostError({
        NumberPromisesExceeded: { number_of_promises, limit: limits.maxPromises },
      });
    }
    this.promises.push(promise);
    return BigInt(this.promises.length - 1);
  }

  promise(index: bigint): CreatedPromise {
    const found = this.promises[Number(BigInt.asUintN(64, index))];
    if (!found) {
      throw new HostError({ InvalidPromiseIndex: { promise_idx: Number(index) } });
    }
    return found;
  }

  /** Bytes that a storage record of this key and value adds to the account's usage. */
  static recordBytes(key: Uint8Array, value: Uint8Array): number {
    return key.length + value.length + recordExtraBytes;
  }

  /** Gives what gas is left to the actions that asked for a share of it. */
  shareUnusedGas(): void {
    const shares = this.receipts.flatMap((receipt) =>
      receipt.weights.map(({ action, weight }) => ({ action: receipt.actions[action]!, weight })),
    );
    const total = shares.reduce((sum, { weight }) => sum + weight, 0n);
    if (total === 0n) return;
    const unused = BigInt(this.gas.unused);
    let given = 0n;
    shares.forEach(({ action, weight }, i) => {
      const last = i === shares.length - 1;
      const share = last ? unused - given : (unused * weight) / total;
      given += share;
      if (action.kind === 'functionCall') action.gas += Number(share);
    });
    this.gas.promise(Number(unused));
  }
}
