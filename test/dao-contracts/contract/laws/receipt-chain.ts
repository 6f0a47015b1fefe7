/**
 * The built contract on the embedded node's runtime, one receipt at a time and in any order: no
 * blocks, keys or HTTP between a test and what the runtime does with balances, storage and promises.
 * Gas costs nothing here, so that no gas reward to the contract can hide a shortfall.
 */
import { digestBytes } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { AccountDraft } from '@commonweights/dao-contracts/localnet/runtime/account-draft.js';
import {
  applyReceipt,
  type AppliedReceipt,
} from '@commonweights/dao-contracts/localnet/runtime/apply-receipt.js';
import {
  viewFunction,
  type BlockNow,
} from '@commonweights/dao-contracts/localnet/runtime/call-function.js';
import {
  tokensInside,
  type ActionReceipt,
  type Receipt,
} from '@commonweights/dao-contracts/localnet/runtime/receipt.js';
import { World } from '@commonweights/dao-contracts/localnet/runtime/world.js';
import type { PromiseResult } from '@commonweights/dao-contracts/localnet/vm/call.js';

export interface ContractCode {
  hash: string;
  bytes: Uint8Array;
}

/** A call on its way to the contract. `args` that are a text go as they are: hostile JSON. */
export interface Call {
  account: string;
  method: string;
  args: object | string;
  depositYocto: bigint;
  teraGas: number;
  /** Who signed it, where that is not the caller (NEP-366). */
  signer: string;
}

export interface Executed {
  receipt: ActionReceipt;
  results: readonly PromiseResult[];
  outcome: AppliedReceipt;
  /** What a panic said; null: it took effect. */
  panic: string | null;
  /** Whether the contract's stored records were changed by it. */
  stored: boolean;
}

const system = 'system';

export class ReceiptChain {
  readonly world = new World();
  readonly pending: Receipt[] = [];
  readonly #waiting: ActionReceipt[] = [];
  readonly #data = new Map<string, PromiseResult>();
  nowMs = 1_700_000_000_000;
  #calls = 0;
  #key: string;

  constructor(
    readonly contract: string,
    readonly code: ContractCode,
    private readonly seed: string,
  ) {
    this.#key = deriveKey('laws', 'everybody').publicKey;
    const draft = this.#create(contract);
    draft.setCode(code.hash, code.bytes);
    draft.commit();
  }

  #create(account: string): AccountDraft {
    const draft = new AccountDraft(this.world, account);
    draft.create();
    return draft;
  }

  /** A new account, or more money for one that is there. */
  fund(account: string, yocto: bigint): void {
    const draft = this.exists(account)
      ? new AccountDraft(this.world, account)
      : this.#create(account);
    draft.account!.amountYocto += yocto;
    draft.commit();
  }

  exists(account: string): boolean {
    return this.world.accounts.has(account);
  }

  /** Deletes an account, as its owner could at any moment; returns the money that vanishes. */
  delete(account: string): bigint {
    const yocto = this.balance(account);
    this.world.put(['account', account, null]);
    return yocto;
  }

  balance(account: string): bigint {
    return this.world.accounts.get(account)?.amountYocto ?? 0n;
  }

  storageBytes(): bigint {
    return BigInt(this.world.accounts.get(this.contract)!.storageUsageBytes);
  }

  /** All money: in accounts, and inside receipts that are on their way. */
  supply(): bigint {
    let sum = 0n;
    for (const { amountYocto } of this.world.accounts.values()) sum += amountYocto;
    for (const receipt of [...this.pending, ...this.#waiting]) sum += tokensInside(receipt);
    return sum;
  }

  /** Money that the protocol is returning to the contract: transfers that could not be made. */
  returningYocto(): bigint {
    return this.pending.reduce((sum, receipt) => {
      const comesBack =
        receipt.kind === 'action' &&
        receipt.predecessorId === system &&
        receipt.receiverId === this.contract;
      return comesBack ? sum + tokensInside(receipt) : sum;
    }, 0n);
  }

  /** A stored record of the contract, as text. */
  record(key: string): string | null {
    const bytes = this.world.accounts.get(this.contract)!.data.get(key);
    return bytes ? new TextDecoder().decode(bytes) : null;
  }

  /** Every stored record: what must be the same after a refused call. */
  records(): Map<string, string> {
    const { data } = this.world.accounts.get(this.contract)!;
    return new Map(
      [...data].map(([key, bytes]) => [key, Buffer.from(bytes).toString('latin1')] as const),
    );
  }

  /** Puts a call on its way; its deposit leaves the caller now. False: it cannot pay. */
  send(call: Call): boolean {
    const { account, method, depositYocto, teraGas, signer } = call;
    if (this.balance(account) < depositYocto) return false;
    const draft = new AccountDraft(this.world, account);
    draft.account!.amountYocto -= depositYocto;
    draft.commit();
    const args = bytesOf(call.args);
    this.pending.push({
      kind: 'action',
      id: `call ${this.#calls++}`,
      transaction: '',
      predecessorId: account,
      receiverId: this.contract,
      signerId: signer,
      signerPublicKey: this.#key,
      gasPriceYocto: 0n,
      actions: [{ kind: 'functionCall', method, args, gas: teraGas * 1e12, depositYocto }],
      inputDataIds: [],
      outputs: [],
      yielded: false,
    });
    return true;
  }

  /**
   * Executes one of the receipts that are on their way. Null: it carried data that something else
   * waits for, or waits itself.
   */
  step(pick: number): Executed | null {
    const [receipt] = this.pending.splice(pick % this.pending.length, 1);
    if (receipt!.kind === 'data') {
      const { dataId, data } = receipt!;
      this.#data.set(dataId, data ? { ok: true, value: data } : { ok: false });
      const ready = this.#waiting.findIndex((one) => this.#isReady(one));
      return ready < 0 ? null : this.#execute(this.#waiting.splice(ready, 1)[0]!);
    }
    if (this.#isReady(receipt!)) return this.#execute(receipt!);
    this.#waiting.push(receipt!);
    return null;
  }

  get quiet(): boolean {
    return this.pending.length === 0 && this.#waiting.length === 0;
  }

  #isReady(receipt: ActionReceipt): boolean {
    return receipt.inputDataIds.every((id) => this.#data.has(id));
  }

  #execute(receipt: ActionReceipt): Executed {
    const results = receipt.inputDataIds.map((id) => this.#data.get(id)!);
    this.world.takeChanges();
    const outcome = applyReceipt(this.world, receipt, results, this.#now());
    this.pending.push(...outcome.receipts);
    const stored = this.world
      .takeChanges()
      .some(([kind, account]) => kind === 'data' && account === this.contract);
    const { status } = outcome;
    const panic = 'Failure' in status ? panicOf(status.Failure) : null;
    return { receipt, results, outcome, panic, stored };
  }

  view<T>(method: string, args: object = {}): T {
    const { failure, value } = viewFunction(
      this.world,
      this.contract,
      method,
      bytesOf(args),
      this.#now(),
    );
    if (failure) throw new Error(`view ${method}: ${JSON.stringify(failure)}`);
    return JSON.parse(new TextDecoder().decode(value)) as T;
  }

  /** What the contract's `random_seed` will be for these arguments. */
  seedOf(method: string, args: Uint8Array): Uint8Array {
    return digestBytes(
      taggedDigest('cw/localnet/seed/1', [this.seed, this.contract, method, args]),
    );
  }

  #now(): BlockNow {
    const timeNs = BigInt(this.nowMs) * 1_000_000n;
    const { seed: chainSeed } = this;
    const validators = new Map();
    return { blockHeight: 1, timeNs, chainSeed, entropy: null, isYielded: () => false, validators };
  }
}

export function bytesOf(args: object | string): Uint8Array {
  return new TextEncoder().encode(typeof args === 'string' ? args : JSON.stringify(args));
}

/** The contract's own words, or the runtime's. */
function panicOf(failure: object): string {
  const text = JSON.stringify(failure);
  const said = /"ExecutionError":"Smart contract panicked: ((?:[^"\\]|\\.)*)"/.exec(text);
  return said ? (JSON.parse(`"${said[1]}"`) as string) : text;
}
