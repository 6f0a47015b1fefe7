/**
 * Just enough of a NEAR host to run the bundled contract in this process: storage with its price,
 * balances, deposits, panics that undo everything, promises with their callbacks. It counts no gas
 * and knows no shards; the embedded node does (localnet.test.ts). What it gives is speed: thousands
 * of calls a second, for random sequences of them.
 */
import { createHash } from 'node:crypto';
import { bundleContract } from '@commonweights/dao-contracts/toolchain/snapshot/bundle-contract.js';
import { fileURLToPath } from 'node:url';

type Exports = Record<string, () => void>;
let bundled: Promise<Exports> | undefined;

/** The contract as it is bundled for the chain, evaluated once in this process. */
function loadContract(): Promise<Exports> {
  const entry = fileURLToPath(new URL('../../../dao-contracts/contract/dao.ts', import.meta.url));
  bundled ??= bundleContract(entry).then(
    ({ source }) =>
      import(`data:text/javascript,${encodeURIComponent(source)}`) as Promise<Exports>,
  );
  return bundled;
}

const storageYoctoPerByte = 10n ** 19n;
/** What nearcore adds for each record to the bytes of its key and value. */
const bytesPerRecord = 40n;

interface Snapshot {
  storage: Map<string, Uint8Array>;
  usage: bigint;
  balances: Map<string, bigint>;
}

type PromiseAction =
  | { kind: 'transfer'; yocto: bigint }
  | { kind: 'call'; method: string; args: string; yocto: bigint; gas: bigint };

/** A receipt that a call left behind; `after`: those whose results it gets. */
interface PromiseStep {
  account: string;
  /** Who signed the transaction that it follows from. */
  signer: string;
  /** Its own joint of others does nothing (`promise_and`). */
  joint: boolean;
  actions: PromiseAction[];
  after: PromiseStep[];
  /** Null: not delivered yet. */
  result: { ok: boolean; bytes: Uint8Array } | null;
}

/** What a call comes to: bytes, or what a promise will come to. */
interface Returned {
  bytes?: Uint8Array;
  promise?: PromiseStep;
}

/** A contract on another account, as far as this host needs one. */
export interface ForeignContract {
  /** What it returns; throwing undoes it. */
  call(it: { method: string; args: object; depositYocto: bigint; host: FakeChain }): unknown;
  snapshot(): unknown;
  restore(kept: unknown): void;
}

export interface CallResult {
  value: unknown;
  logs: string[];
}

export class FakeChain {
  nowMs = 1_700_000_000_000;
  readonly contract = 'dao.test';
  /** Accounts that refuse money, as one that was deleted would. */
  readonly broken = new Set<string>();
  /** While true, transfers and their callbacks wait for `deliverCallbacks`. */
  holdCallbacks = false;
  /** While true, every receipt waits for `deliver`, in whatever order. */
  holdAll = false;
  /** Methods that were called and not refused. */
  readonly methodsSeen = new Set<string>();
  readonly foreign = new Map<string, ForeignContract>();
  #held: PromiseStep[] = [];
  /** Money that has left the contract and not arrived. */
  #transitYocto = 0n;
  #exports: Exports;
  #state: Snapshot;
  #seed = 0;

  private constructor(exports: Exports) {
    this.#exports = exports;
    const balances = new Map([[this.contract, 20n * 10n ** 24n]]);
    this.#state = { storage: new Map(), usage: 0n, balances };
  }

  static async start(): Promise<FakeChain> {
    return new FakeChain(await loadContract());
  }

  balance(account: string): bigint {
    return this.#state.balances.get(account) ?? 0n;
  }

  fund(account: string, yocto: bigint): void {
    this.#state.balances.set(account, this.balance(account) + yocto);
  }

  /** Moves money between accounts, as a transfer does. */
  give(from: string, to: string, yocto: bigint): void {
    this.fund(from, -yocto);
    this.fund(to, yocto);
  }

  /** All the money there is: no call may change it. */
  supply(): bigint {
    return [...this.#state.balances.values()].reduce(
      (sum, yocto) => sum + yocto,
      this.#transitYocto,
    );
  }

  /** One digest of all that is stored and of every balance. */
  fingerprint(): string {
    const { storage, balances } = this.#state;
    const hash = createHash('sha256');
    for (const [key, value] of [...storage].sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${key}=${Buffer.from(value).toString('hex')};`);
    }
    for (const [account, yocto] of [...balances].sort()) hash.update(`${account}=${yocto};`);
    return hash.digest('hex');
  }

  /** All records of the contract, by their keys: how many bytes each has. */
  recordBytes(): Map<string, number> {
    const { storage } = this.#state;
    return new Map(
      [...storage].map(([key, value]) => [Buffer.from(key, 'hex').toString(), value.length]),
    );
  }

  view<T>(method: string, args: object = {}): T {
    const kept = this.#copy();
    try {
      return this.#run({ method, args, caller: this.contract, depositYocto: 0n, gas: 300n })
        .value as T;
    } finally {
      this.#state = kept;
    }
  }

  /** A call and all that follows from it. A panic undoes it and is thrown as an error. */
  call(
    caller: string,
    method: string,
    args: object = {},
    it: {
      depositYocto?: bigint;
      teraGas?: bigint;
      signer?: string;
      /** Of promises, for callbacks that nothing led to. */
      results?: PromiseStep['result'][];
    } = {},
  ): CallResult {
    const { depositYocto = 0n, teraGas = 300n, signer = caller, ...rest } = it;
    return this.#run({ method, args, caller, signer, depositYocto, gas: teraGas, ...rest });
  }

  #copy(): Snapshot {
    const { storage, usage, balances } = this.#state;
    return { storage: new Map(storage), usage, balances: new Map(balances) };
  }

  #run(it: {
    method: string;
    args: object;
    caller: string;
    /** Who signed the transaction; else the caller. */
    signer?: string;
    depositYocto: bigint;
    gas: bigint;
    results?: PromiseStep['result'][];
  }): CallResult {
    const before = this.#copy();
    const steps: PromiseStep[] = [];
    const logs: string[] = [];
    const returned: Returned = {};
    const wrote = { something: false };
    if (this.balance(it.caller) < it.depositYocto) throw new Error('the caller cannot pay');
    this.fund(it.caller, -it.depositYocto);
    this.fund(this.contract, it.depositYocto);
    try {
      (globalThis as { env?: unknown }).env = this.#host({ ...it, steps, logs, returned, wrote });
      const method = this.#exports[it.method];
      if (!method) throw new Error(`no method ${it.method}`);
      method();
    } catch (error) {
      this.#state = before;
      throw error;
    }
    let value = returned.bytes ? parseBytes(returned.bytes) : undefined;
    checkEvents(it.method, logs, wrote.something);
    this.methodsSeen.add(it.method);
    // Money leaves with the receipt that carries it.
    const sent = steps.reduce((sum, step) => sum + yoctoOf(step), 0n);
    this.fund(this.contract, -sent);
    this.#transitYocto += sent;
    const staked = this.#state.usage * storageYoctoPerByte;
    if (this.balance(this.contract) < staked) throw new Error('storage is not paid for');
    const held = new Set(steps.flatMap((step) => (step.after.length > 0 ? step.after : [])));
    for (const step of steps) {
      const followed = held.has(step) || step.after.length > 0;
      if (this.holdAll || (this.holdCallbacks && followed)) {
        this.#held.push(step);
        continue;
      }
      const outcome = this.#settle(step);
      if (!outcome) continue;
      logs.push(...outcome.logs);
      if (step === returned.promise) value = outcome.value;
    }
    return { value, logs };
  }

  /** What was held, in order. */
  deliverCallbacks(): void {
    this.holdCallbacks = false;
    for (const step of this.#held.splice(0)) this.#settle(step);
  }

  /** How many held receipts could be delivered now. */
  get ready(): number {
    return this.#held.filter(isReady).length;
  }

  /** Delivers one of them. What it leaves behind is held in its turn. */
  deliver(which: number): CallResult | null {
    const step = this.#held.filter(isReady)[which]!;
    this.#held = this.#held.filter((one) => one !== step);
    return this.#settle(step);
  }

  /** Delivers a receipt. A callback's outcome is what the call comes to. */
  #settle(step: PromiseStep): CallResult | null {
    const nothing = new Uint8Array();
    if (step.joint) {
      step.result = { ok: true, bytes: nothing };
      return null;
    }
    const yocto = yoctoOf(step);
    this.#transitYocto -= yocto;
    if (step.account === this.contract) {
      const [action] = step.actions;
      if (action?.kind !== 'call') throw new Error('the contract sends itself money');
      const results = step.after.flatMap((one) => (one.joint ? one.after : [one]));
      const outcome = this.#run({
        method: action.method,
        args: JSON.parse(action.args) as object,
        caller: this.contract,
        depositYocto: 0n,
        gas: action.gas / 10n ** 12n,
        signer: step.signer,
        results: results.map((one) => one.result),
      });
      step.result = { ok: true, bytes: nothing };
      return outcome;
    }
    const contract = this.foreign.get(step.account);
    const kept = contract?.snapshot();
    let value: unknown = undefined;
    try {
      if (this.broken.has(step.account)) throw new Error('no such account');
      for (const action of step.actions) {
        if (action.kind === 'transfer') continue;
        if (!contract) throw new Error('no contract');
        const { method, args, yocto: depositYocto } = action;
        value = contract.call({
          method,
          args: JSON.parse(args) as object,
          depositYocto,
          host: this,
        });
      }
      this.fund(step.account, yocto);
      step.result = { ok: true, bytes: bytesOf(value) };
    } catch {
      contract?.restore(kept);
      this.fund(this.contract, yocto);
      step.result = { ok: false, bytes: nothing };
    }
    return null;
  }

  #host(it: {
    args: object;
    caller: string;
    /** Who signed the transaction; else the caller. */
    signer?: string;
    depositYocto: bigint;
    gas: bigint;
    results?: PromiseStep['result'][];
    steps: PromiseStep[];
    logs: string[];
    returned: Returned;
    wrote: { something: boolean };
  }): object {
    const registers = new Map<bigint, Uint8Array>();
    const state = this.#state;
    const signer = it.signer ?? it.caller;
    const add = (account: string, after: PromiseStep[], actions: PromiseAction[]) => {
      const step = { account, signer, joint: account === '', actions, after, result: null };
      return BigInt(it.steps.push(step) - 1);
    };
    const set = (register: number | bigint, bytes: Uint8Array) =>
      void registers.set(BigInt(register), bytes);
    const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    return {
      utf8_string_to_uint8array: (text: string) => new TextEncoder().encode(text),
      uint8array_to_utf8_string: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
      latin1_string_to_uint8array: latin1,
      uint8array_to_latin1_string: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
      read_register: (register: number) => registers.get(BigInt(register)),
      input: (register: number) => set(register, new TextEncoder().encode(inputOf(it.args))),
      signer_account_id: (register: number) => set(register, latin1(signer)),
      predecessor_account_id: (register: number) => set(register, latin1(it.caller)),
      current_account_id: (register: number) => set(register, latin1(this.contract)),
      attached_deposit: () => it.depositYocto,
      prepaid_gas: () => it.gas * 10n ** 12n,
      block_timestamp: () => BigInt(this.nowMs) * 1_000_000n,
      account_balance: () => this.balance(this.contract),
      random_seed: (register: number) =>
        set(register, createHash('sha256').update(`seed ${this.#seed++}`).digest()),
      sha256: (bytes: Uint8Array, register: number) =>
        set(register, new Uint8Array(createHash('sha256').update(bytes).digest())),
      storage_usage: () => state.usage,
      storage_has_key: (key: Uint8Array) => (state.storage.has(hex(key)) ? 1n : 0n),
      storage_read: (key: Uint8Array, register: number) => {
        const value = state.storage.get(hex(key));
        if (value) set(register, value);
        return value ? 1n : 0n;
      },
      storage_remove: (key: Uint8Array) => {
        const old = state.storage.get(hex(key));
        if (old) state.usage -= BigInt(key.length + old.length) + bytesPerRecord;
        if (old) it.wrote.something = true;
        state.storage.delete(hex(key));
        return old ? 1n : 0n;
      },
      storage_write: (key: Uint8Array, value: Uint8Array) => {
        const old = state.storage.get(hex(key));
        if (!old) state.usage += BigInt(key.length) + bytesPerRecord;
        state.usage += BigInt(value.length - (old?.length ?? 0));
        if (!old || !Buffer.from(old).equals(value)) it.wrote.something = true;
        state.storage.set(hex(key), value);
        return old ? 1n : 0n;
      },
      log: (text: string) => void it.logs.push(text),
      value_return: (bytes: Uint8Array) => void (it.returned.bytes = bytes),
      promise_create: (
        account: string,
        method: string,
        args: Uint8Array,
        yocto: bigint | number,
        gas: bigint | number,
      ) => add(account, [], [callOf(method, args, yocto, gas)]),
      promise_then: (
        index: bigint,
        account: string,
        method: string,
        args: Uint8Array,
        yocto: bigint | number,
        gas: bigint | number,
      ) => add(account, [it.steps[Number(index)]!], [callOf(method, args, yocto, gas)]),
      promise_and: (...indexes: bigint[]) =>
        add(
          '',
          indexes.map((index) => it.steps[Number(index)]!),
          [],
        ),
      promise_batch_create: (account: string) => add(account, [], []),
      promise_batch_action_transfer: (index: bigint, yocto: bigint) =>
        void it.steps[Number(index)]!.actions.push({ kind: 'transfer', yocto: BigInt(yocto) }),
      promise_batch_action_function_call: (
        index: bigint,
        method: string,
        args: Uint8Array,
        yocto: bigint | number,
        gas: bigint | number,
      ) => void it.steps[Number(index)]!.actions.push(callOf(method, args, yocto, gas)),
      promise_return: (index: bigint) => void (it.returned.promise = it.steps[Number(index)]!),
      promise_result: (index: number, register: number) => {
        const result = it.results![Number(index)]!;
        if (result.ok) set(register, result.bytes);
        return result.ok ? 1n : 2n;
      },
    };
  }
}

/** Whoever follows the log misses nothing: each call that changes something says so (NEP-297). */
function checkEvents(method: string, logs: readonly string[], changed: boolean): void {
  if (changed && logs.length === 0) throw new Error(`${method} changed something and logged none`);
  for (const line of logs) {
    const { standard, version, event, data, ...more } = JSON.parse(
      line.replace(/^EVENT_JSON:/, ''),
    ) as Record<string, unknown>;
    const wellFormed =
      line.startsWith('EVENT_JSON:{') &&
      standard === 'commonweights' &&
      /^\d+\.\d+\.\d+$/.test(version as string) &&
      /^[a-z_]+$/.test(event as string) &&
      Array.isArray(data) &&
      data.length > 0 &&
      data.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one)) &&
      Object.keys(more).length === 0;
    if (!wellFormed) throw new Error(`${method} logged ${line}`);
  }
}

function callOf(
  method: string,
  args: Uint8Array,
  yocto: bigint | number,
  gas: bigint | number,
): PromiseAction {
  const text = new TextDecoder().decode(args);
  return { kind: 'call', method, args: text, yocto: BigInt(yocto), gas: BigInt(gas) };
}

function yoctoOf({ actions }: PromiseStep): bigint {
  return actions.reduce((sum, { yocto }) => sum + yocto, 0n);
}

function isReady({ after }: PromiseStep): boolean {
  return after.every((one) => one.result !== null && (!one.joint || isReady(one)));
}

/** `Uint8Array`: whatever a contract may return that is no JSON. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(value === undefined ? '' : JSON.stringify(value));
}

function parseBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** `{ rawText }` is passed as that text, to play a caller whose JSON is none. */
function inputOf(args: object): string {
  return 'rawText' in Object(args) ? (args as { rawText: string }).rawText : JSON.stringify(args);
}
