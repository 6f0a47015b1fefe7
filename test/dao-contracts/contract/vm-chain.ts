/**
 * The built contract on the embedded node's virtual machine, without the node: every call is run,
 * metered and charged as the node does it, but nothing is signed, sent or kept, so that a scenario of
 * thousands of calls takes seconds. Gas is what the receipt burns: its own fee, the action's, loading
 * and execution.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  executionFee,
  type Action,
} from '@commonweights/dao-contracts/localnet/protocol/action.js';
import { fees } from '@commonweights/dao-contracts/localnet/protocol/parameters.js';
import type {
  CallOutcome,
  CreatedReceipt,
  PromiseResult,
} from '@commonweights/dao-contracts/localnet/vm/call.js';
import { runContract } from '@commonweights/dao-contracts/localnet/vm/contract.js';
import { describeFailure } from '@commonweights/dao-contracts/localnet/vm/vm-error.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import type { SourceEdit } from '@commonweights/dao-contracts/toolchain/snapshot/bundle-contract.js';
import { members, near, policy, type Chain } from './dao-driver.js';

export interface MeteredCall {
  method: string;
  /** The receipt's; the transaction that brought it not counted. A view has no receipt. */
  gas: number;
  /** Bytes of storage that it added. */
  storageBytes: number;
  view: boolean;
  logs: readonly string[];
}

interface Caller {
  account: string;
  /** Who signed, where another relayed it. */
  signer?: string;
  depositYocto?: bigint;
  teraGas?: number;
}

/** As on the embedded node: every call is a block. */
const blockMs = 1_000;

const registerless = new Uint8Array(33);
const contractAccount = 'dao.test';

export class VmChain implements Chain {
  readonly contract = contractAccount;
  readonly calls: MeteredCall[] = [];
  nowMs = 1_700_000_000_000;
  /** What other contracts answer. */
  others: (account: string, method: string) => unknown = () => null;
  #storage = new Map<string, Uint8Array>();
  #balanceYocto = 30n * near;
  #storageBytes = 0;
  #height = 1;

  private constructor(
    readonly code: { hash: string; bytes: Uint8Array },
    readonly methods: readonly string[],
  ) {}

  static async start(
    founding: object = { members, policy, guardian: 'bob.test' },
    edit?: SourceEdit,
  ) {
    const chain = await VmChain.deploy(edit);
    await chain.call(contractAccount, 'init', founding);
    return chain;
  }

  /** Deployed, and not initialised. */
  static async deploy(edit?: SourceEdit): Promise<VmChain> {
    const entry = fileURLToPath(new URL('../../../dao-contracts/contract/dao.ts', import.meta.url));
    const { wasm, methods } = await buildContract({ entry, ...(edit ? { edit } : {}) });
    const hash = createHash('sha256').update(wasm).digest('hex');
    const chain = new VmChain({ hash, bytes: wasm }, methods);
    // What the account itself takes, its code included.
    chain.#storageBytes = 182 + wasm.length;
    return chain;
  }

  call(
    account: string,
    method: string,
    args: object,
    it: Omit<Caller, 'account'> = {},
  ): Promise<unknown> {
    return Promise.resolve(this.send({ account, ...it }, method, args));
  }

  view<T>(method: string, args: object = {}): Promise<T> {
    const outcome = this.#run({ account: contractAccount }, method, encode(args), { view: true });
    return Promise.resolve(valueOf(outcome) as T);
  }

  forward(ms: number): Promise<void> {
    this.nowMs += ms;
    return Promise.resolve();
  }

  /** A call and all that follows from it. Throws what the contract refused it with. */
  send(caller: Caller, method: string, args: object | Uint8Array): unknown {
    const input = args instanceof Uint8Array ? args : encode(args);
    return this.#settle(caller, this.#run(caller, method, input, {}));
  }

  /** Carries out the receipts of a call, and theirs. Returns the value of the last of its own code. */
  #settle(caller: Caller, outcome: CallOutcome): unknown {
    let value = valueOf(outcome);
    const results: PromiseResult[] = [];
    for (const receipt of outcome.receipts) {
      const answer = this.#deliver(caller, receipt, results);
      results.push(answer.result);
      if (answer.value !== undefined) value = answer.value;
    }
    return value;
  }

  #deliver(
    caller: Caller,
    { receiverId, actions, dependsOn }: CreatedReceipt,
    results: readonly PromiseResult[],
  ): { result: PromiseResult; value?: unknown } {
    let value: unknown;
    let bytes: Uint8Array = new Uint8Array();
    for (const action of actions) {
      if (action.kind !== 'functionCall') continue;
      const { method, args, gas } = action;
      if (receiverId !== contractAccount) {
        bytes = encode(this.others(receiverId, method) as object);
        continue;
      }
      const { signer = caller.account } = caller;
      const from = { signer, account: contractAccount, depositYocto: 0n };
      const promiseResults = dependsOn.map((index) => results[index]!);
      const outcome = this.#run(from, method, args, { promiseResults, gas });
      if (outcome.returned.kind === 'value') bytes = outcome.returned.value.slice();
      value = this.#settle(caller, outcome);
    }
    return { result: { ok: true, value: bytes }, value };
  }

  #run(
    caller: Caller,
    method: string,
    input: Uint8Array,
    it: { view?: boolean; promiseResults?: PromiseResult[]; gas?: number },
  ): CallOutcome {
    const { account, signer = account, depositYocto = 0n, teraGas = 300 } = caller;
    let storage = new StorageOverlay(this.#storage);
    const outcome = runContract(
      this.code,
      {
        currentAccountId: contractAccount,
        signerAccountId: signer,
        signerPublicKey: registerless,
        predecessorAccountId: account,
        method,
        input,
        promiseResults: it.promiseResults ?? [],
        blockHeight: this.#height++,
        blockTimestampNs: BigInt(this.nowMs) * 1_000_000n,
        epochHeight: 1,
        balanceYocto: this.#balanceYocto,
        attachedDepositYocto: depositYocto,
        storageUsageBytes: this.#storageBytes,
        prepaidGas: it.gas ?? teraGas * 1e12,
        randomSeed: createHash('sha256').update(`seed ${this.#height}`).digest(),
        isView: it.view ?? false,
        outputReceivers: [],
        yieldId: () => new Uint8Array(32),
        isYielded: () => false,
        refundToAccountId: 'local',
        codeHash: new Uint8Array(32),
        validators: new Map(),
      },
      () => (storage = new StorageOverlay(this.#storage)),
    );
    if (outcome.failure) throw new Error(describeFailure(outcome.failure));
    const action: Action = { kind: 'functionCall', method, args: input, gas: 0, depositYocto };
    this.calls.push({
      method,
      gas:
        outcome.burntGas +
        (it.view ? 0 : fees.actionReceipt.execution + executionFee(action, contractAccount)),
      storageBytes: outcome.storageUsageBytes - this.#storageBytes,
      view: it.view ?? false,
      logs: outcome.logs,
    });
    if (!it.view) {
      this.nowMs += blockMs;
      storage.keep();
      this.#balanceYocto = outcome.balanceYocto;
      this.#storageBytes = outcome.storageUsageBytes;
    }
    return outcome;
  }
}

/** Changes beside the storage, kept when the call succeeds. */
class StorageOverlay {
  readonly #changed = new Map<string, Uint8Array | null>();

  constructor(readonly below: Map<string, Uint8Array>) {}

  get(key: string): Uint8Array | undefined {
    const changed = this.#changed.get(key);
    return changed === undefined ? this.below.get(key) : (changed ?? undefined);
  }

  set(key: string, value: Uint8Array): void {
    this.#changed.set(key, value);
  }

  delete(key: string): void {
    this.#changed.set(key, null);
  }

  keep(): void {
    for (const [key, value] of this.#changed) {
      if (value === null) this.below.delete(key);
      else this.below.set(key, value);
    }
  }
}

function encode(args: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(args));
}

function valueOf({ returned }: CallOutcome): unknown {
  if (returned.kind !== 'value' || returned.value.length === 0) return undefined;
  return JSON.parse(new TextDecoder().decode(returned.value)) as unknown;
}
