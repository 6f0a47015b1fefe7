/**
 * A token on the fake host: honest about balances whatever its mood, as the moods of a token that
 * cheats its holders are no concern of the DAO. `told` is what it said to the DAO and not resolved.
 */
import type { FakeChain, ForeignContract } from './fake-host.js';

export type Mood = 'kind' | 'panic' | 'garbage' | 'empty' | 'no-accounts' | 'dear' | 'nested';

export const registrationYocto = 125n * 10n ** 19n;

const bytes = (text: string) => new TextEncoder().encode(text);
/** What a token in this mood answers to any question about accounts. */
const answers: { [mood in Mood]?: unknown } = {
  garbage: { min: '-1', total: [], text: 'y'.repeat(200_000) },
  empty: bytes(''),
  nested: bytes('['.repeat(100_000)),
};

export class TokenModel implements ForeignContract {
  balances = new Map<string, bigint>();
  mood: Mood = 'kind';

  constructor(
    readonly host: FakeChain,
    readonly account: string,
  ) {
    host.foreign.set(account, this);
    this.balances.set(host.contract, 0n);
  }

  balance(account: string): bigint {
    return this.balances.get(account) ?? 0n;
  }

  snapshot(): unknown {
    return new Map(this.balances);
  }

  restore(kept: unknown): void {
    this.balances = kept as Map<string, bigint>;
  }

  call({ method, args, depositYocto }: Parameters<ForeignContract['call']>[0]): unknown {
    if (this.mood === 'panic') throw new Error('no');
    if (this.mood in answers && method.startsWith('storage_balance')) return answers[this.mood];
    const it = args as { account_id: string; receiver_id: string; amount: string };
    switch (method) {
      case 'storage_balance_of':
        if (this.mood === 'no-accounts') throw new Error('MethodNotFound');
        return this.balances.has(it.account_id) ? { total: '1', available: '0' } : null;
      case 'storage_balance_bounds': {
        const min = this.mood === 'dear' ? 10n ** 30n : registrationYocto;
        return { min: `${min}`, max: null };
      }
      case 'storage_deposit':
        if (depositYocto < registrationYocto) throw new Error('too little');
        this.balances.set(it.account_id, this.balance(it.account_id));
        return { total: `${registrationYocto}`, available: '0' };
      case 'ft_transfer': {
        if (depositYocto !== 1n) throw new Error('exactly one yocto');
        if (!this.balances.has(it.receiver_id)) throw new Error('not registered');
        this.move(this.host.contract, it.receiver_id, BigInt(it.amount));
        return undefined;
      }
      default:
        throw new Error(`MethodNotFound: ${method}`);
    }
  }

  move(from: string, to: string, units: bigint): void {
    if (this.balance(from) < units) throw new Error(`${from} holds ${this.balance(from)}`);
    this.balances.set(from, this.balance(from) - units);
    this.balances.set(to, this.balance(to) + units);
  }

  /** `ft_transfer_call` in one go. Returns what the DAO took. */
  give(sender: string, units: bigint, msg = 'treasury'): bigint {
    this.balances.set(sender, this.balance(sender) + units);
    this.move(sender, this.host.contract, units);
    return this.resolve(sender, units, this.tell(sender, units, msg));
  }

  /** What the DAO says that it did not take; all, where it refuses. */
  tell(sender: string, units: bigint, msg = 'treasury'): bigint {
    try {
      const args = { sender_id: sender, amount: `${units}`, msg };
      return BigInt(this.host.call(this.account, 'ft_on_transfer', args).value as string);
    } catch {
      return units;
    }
  }

  resolve(sender: string, units: bigint, unused: bigint): bigint {
    const held = this.balance(this.host.contract);
    const back = unused < held ? unused : held;
    this.move(this.host.contract, sender, back);
    return units - back;
  }
}
