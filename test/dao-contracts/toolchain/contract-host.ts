/** One account with one contract on the embedded VM: calls it, keeps its storage, counts its gas. */
import { createHash } from 'node:crypto';
import type { CallContext, CallOutcome } from '../../../dao-contracts/localnet/vm/call.js';
import { runContract } from '../../../dao-contracts/localnet/vm/contract.js';
import { describeFailure } from '../../../dao-contracts/localnet/vm/vm-error.js';

const nowNs = 1_700_000_000_123_456_789n;

export class ContractHost {
  readonly #code: { hash: string; bytes: Uint8Array };
  #storage = new Map<string, Uint8Array>();

  constructor(wasm: Uint8Array) {
    this.#code = { hash: createHash('sha256').update(wasm).digest('hex'), bytes: wasm };
  }

  /** Storage changes stay when the call succeeds. */
  run(method: string, args: unknown = {}, context: Partial<CallContext> = {}): CallOutcome {
    let storage = new Map<string, Uint8Array>();
    const open = (): Map<string, Uint8Array> => (storage = new Map(this.#storage));
    const input = typeof args === 'string' ? args : JSON.stringify(args);
    const outcome = runContract(
      this.#code,
      {
        currentAccountId: 'sample.near',
        signerAccountId: 'alice.near',
        signerPublicKey: new Uint8Array(33),
        predecessorAccountId: 'alice.near',
        method,
        input: new TextEncoder().encode(input),
        promiseResults: [],
        blockHeight: 7,
        blockTimestampNs: nowNs,
        epochHeight: 1,
        balanceYocto: 10n ** 27n,
        attachedDepositYocto: 0n,
        storageUsageBytes: 1_000_000,
        prepaidGas: 300e12,
        randomSeed: new Uint8Array(32).fill(7),
        isView: false,
        outputReceivers: [],
        yieldId: () => new Uint8Array(32),
        isYielded: () => false,
        refundToAccountId: 'local',
        codeHash: new Uint8Array(32),
        validators: new Map(),
        ...context,
      },
      open,
    );
    if (!outcome.failure) this.#storage = storage;
    return outcome;
  }

  /** The call's JSON result; null when it returns nothing. */
  call(method: string, args: unknown = {}, context: Partial<CallContext> = {}): unknown {
    const { failure, returned } = this.run(method, args, context);
    if (failure) throw new Error(describeFailure(failure));
    return returned.kind === 'value' ? JSON.parse(new TextDecoder().decode(returned.value)) : null;
  }

  /** What the call was refused with. */
  refusal(method: string, args: unknown = {}, context: Partial<CallContext> = {}): string {
    const { failure } = this.run(method, args, context);
    if (!failure) throw new Error(`${method} succeeded`);
    return describeFailure(failure);
  }
}
