/**
 * Two chains that differ in nothing but the build of one contract, sent the same transactions. What
 * may differ is gas, what is paid for it, and ids, in which the code's hash is; all else must not.
 */
import { actions } from 'near-api-js';
import { viewFunction } from '@commonweights/dao-contracts/localnet/runtime/call-function.js';
import type { Action } from '@commonweights/dao-contracts/localnet/protocol/action.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import {
  isRefund,
  type ActionReceipt,
} from '@commonweights/dao-contracts/localnet/runtime/receipt.js';
import type { TransactionRecord } from '@commonweights/dao-contracts/localnet/runtime/transaction-record.js';
import { ChainClient, near, openChain, Tgas } from '../../localnet/chain-client.js';
import type { DrawnCall } from './drawn-calls.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** One build's chain: the contract as `suite.local` and once more as `peer.local`. */
export class BuildChain {
  private constructor(
    private readonly chain: Chain,
    private readonly client: ChainClient,
  ) {}

  static async open(wasm: Uint8Array): Promise<BuildChain> {
    const chain = openChain({ maxAttachedGas: 300e12 });
    const client = new ChainClient(chain);
    for (const id of ['suite.local', 'peer.local', 'ann.local']) {
      await client.createAccount(id, 1_000n * near);
    }
    const built = new BuildChain(chain, client);
    for (const id of ['suite.local', 'peer.local']) {
      await client.send(id, id, [actions.deployContract(wasm)]);
      const args = text('{"owner":"ann.local"}');
      await client.send('ann.local', id, [actions.functionCall('init', args, 100n * Tgas, 0n)]);
    }
    return built;
  }

  close(): Promise<void> {
    return this.chain.stop();
  }

  /** What became of a call: everything that does not depend on gas. */
  async call({ method, args, depositYocto, asView }: DrawnCall): Promise<unknown> {
    const input = text(typeof args === 'string' ? args : JSON.stringify(args));
    if (asView) {
      const { world } = this.chain;
      const seen = viewFunction(world, 'suite.local', method, input, this.chain.viewNow());
      const value = Buffer.from(seen.value).toString();
      return { failure: seen.failure, value: seen.failure ? null : value, logs: seen.logs };
    }
    const action = actions.functionCall(method, input, 300n * Tgas, depositYocto);
    const record = await this.client.send('ann.local', 'suite.local', [action]);
    return { receipts: this.receiptsOf(record), state: this.state(), yocto: this.moved() };
  }

  private receiptsOf(record: TransactionRecord): unknown {
    const places = new Map(record.executed.map((id, i) => [id, `receipt ${i}`]));
    return record.executed.flatMap((id) => {
      const receipt = this.chain.world.record<ActionReceipt>(`receipt/${id}`)!;
      if (isRefund(receipt)) return [];
      const outcome = this.chain.outcome(id)!;
      const { status } = outcome;
      const next = 'SuccessReceiptId' in status && places.get(status.SuccessReceiptId);
      return {
        from: receipt.predecessorId,
        to: receipt.receiverId,
        actions: receipt.actions.map(withoutShare),
        waitsFor: receipt.inputDataIds.length,
        tells: receipt.outputs.map(({ receiverId }) => receiverId),
        logs: outcome.logs,
        status: next ? { next } : status,
      };
    });
  }

  private state(): unknown {
    return ['suite.local', 'peer.local'].map((id) => [
      ...(this.chain.world.accounts.get(id)?.data ?? []),
    ]);
  }

  /** Of accounts that neither sign nor run code. */
  private moved(): unknown {
    return ['object', 'null', 'string'].map(
      (name) => `${this.client.balance(`${name}.suite.local`)}`,
    );
  }
}

/** What gas a call left is given to actions that have a weight: theirs is no round number. */
function withoutShare(action: Action): Action {
  if (action.kind !== 'functionCall' || action.gas % 1e9 === 0) return action;
  return { ...action, gas: -1 };
}

export interface Difference {
  call: DrawnCall;
  /** Of the first build and of the other. */
  answers: readonly [unknown, unknown];
}

/** How often each method was answered, and how often with a failure. */
export type Answered = Map<string, { answered: number; failed: number }>;

/** Sends `calls` to both builds; tells the first that they do not answer alike, or null. */
export async function firstDifference(
  builds: readonly [Uint8Array, Uint8Array],
  calls: readonly DrawnCall[],
  tally: Answered = new Map(),
): Promise<Difference | null> {
  const [one, other] = await Promise.all([BuildChain.open(builds[0]), BuildChain.open(builds[1])]);
  try {
    for (const call of calls) {
      const answers = [await one.call(call), await other.call(call)] as const;
      if (show(answers[0]) !== show(answers[1])) return { call, answers };
      const counts = tally.get(call.method) ?? { answered: 0, failed: 0 };
      counts.answered++;
      if (/"failure":\{|"Failure"/.test(show(answers[0]))) counts.failed++;
      tally.set(call.method, counts);
    }
    return null;
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    return part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part;
  });
}
