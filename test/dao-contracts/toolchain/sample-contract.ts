/** A contract that touches each thing the toolchain has to carry over to the chain. */
import {
  call,
  initialize,
  near,
  NearBindgen,
  NearPromise,
  UnorderedMap,
  Vector,
  view,
} from 'near-sdk-js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';

declare const env: {
  ed25519_verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  account_balance(): bigint;
  promise_batch_create(account: string): bigint;
  promise_batch_action_transfer(promise: bigint, amountYocto: unknown): void;
};

interface Row {
  account: string;
  note: string;
  atMs: number;
}

/** Evaluated when the contract is built, and in its memory from then on. */
const squares = Array.from({ length: 8 }, (_, i) => i * i);

@NearBindgen({ requireInit: true })
export class Sample {
  count = 0n;
  owner = '';
  rows: Vector<Row> = new Vector<Row>('r');
  notes: UnorderedMap<string> = new UnorderedMap<string>('n');

  @initialize({})
  init({ owner }: { owner: string }): void {
    this.owner = owner;
  }

  @call({})
  increment({ by }: { by?: number }): bigint {
    this.count += BigInt(by ?? 1);
    return this.count;
  }

  @call({})
  add_row({ account, note }: Row): number {
    const atMs = Date.now();
    this.rows.push({ account, note, atMs });
    this.notes.set(account, note);
    near.log(`EVENT_JSON:${JSON.stringify({ standard: 'sample', account })}`);
    return this.rows.length;
  }

  @call({ payableFunction: true })
  pay({ to }: { to: string }): NearPromise {
    const amountYocto = near.attachedDeposit();
    return NearPromise.new(to)
      .transfer(amountYocto)
      .then(
        NearPromise.new(near.currentAccountId()).functionCall(
          'paid',
          JSON.stringify({ to, amountYocto: amountYocto.toString() }),
          0n,
          10_000_000_000_000n,
        ),
      );
  }

  @call({ privateFunction: true })
  paid({ to }: { to: string }): boolean {
    this.owner = to;
    return near.promiseResultsCount() === 1n;
  }

  /** Sends `amountYocto` as it is, unchecked: what the boundary refuses shows. */
  @call({})
  transfer({ amount, kind }: { amount: string; kind: 'bigint' | 'number' | 'text' }): void {
    const value = kind === 'bigint' ? BigInt(amount) : kind === 'number' ? Number(amount) : amount;
    env.promise_batch_action_transfer(env.promise_batch_create('bob.near'), value);
  }

  @view({})
  get_rows({ from, limit }: { from: number; limit: number }): Row[] {
    const rows: Row[] = [];
    const end = Math.min(this.rows.length, from + limit);
    for (let i = from; i < end; i++) rows.push(this.rows.get(i)!);
    return rows;
  }

  @view({})
  get_count(): bigint {
    return this.count;
  }

  @view({})
  get_balance(): string {
    return near.accountBalance().toString();
  }

  @view({})
  get_note({ account }: { account: string }): string | null {
    return this.notes.get(account);
  }

  @view({})
  describe({ text }: { text: string }): unknown {
    return {
      squares,
      last: squares.at(-1),
      nowMs: Date.now(),
      iso: new Date().toISOString(),
      digest: digestOf(new TextEncoder().encode(text)),
      tagged: taggedDigest('cw/sample/1', [text, 7, 8n]),
      length: new TextEncoder().encode(text).length,
      upper: text.toUpperCase(),
      match: /^(\w+)-(?<number>\d+)$/.exec(text)?.groups?.['number'] ?? null,
      half: 0.1 + 0.2,
    };
  }

  @view({})
  compute({ a, b }: { a: string; b: string }): unknown {
    const [x, y] = [BigInt(a), BigInt(b)];
    return {
      sum: x + y,
      difference: x - y,
      product: x * y,
      quotient: y === 0n ? null : x / y,
      rest: y === 0n ? null : x % y,
      shifted: x << 13n,
      power: x ** 5n,
      hex: x.toString(16),
      wide: BigInt.asUintN(128, x),
      less: x < y,
    };
  }

  @view({})
  verify(input: { signature: number[]; message: number[]; publicKey: number[] }): boolean {
    const bytes = (list: number[]): Uint8Array => Uint8Array.from(list);
    const { signature, message, publicKey } = input;
    return env.ed25519_verify(bytes(signature), bytes(message), bytes(publicKey));
  }

  @view({})
  recover(input: { hash: number[]; signature: number[]; v: number; strict: number }): unknown {
    const { hash, signature, v, strict } = input;
    const key = near.ecrecover(Uint8Array.from(hash), Uint8Array.from(signature), v, strict);
    return key && Array.from(key);
  }

  @view({})
  echo({ value }: { value: unknown }): unknown {
    return value;
  }

  @view({})
  churn({ seed }: { seed: number }): number {
    return churn(seed);
  }

  @view({})
  misuse({ what }: { what: string }): unknown {
    switch (what) {
      case 'random':
        return Math.random();
      case 'eval':
        return globalThis.eval('1 + 1');
      case 'function':
        return new Function('return 1')();
      case 'throw-text':
        throw 'plain text';
      case 'bug':
        return (undefined as unknown as Row).note;
      case 'recurse':
        return nest(0);
      default:
        throw new Error(`SAMPLE_REFUSED: ${what}; ask for something else`);
    }
  }
}

function nest(depth: number): number {
  return 1 + nest(depth + 1);
}

/** Takes and frees blocks of many sizes. The same text as in snapshot-calls.test.ts. */
function churn(seed: number): number {
  const kept: (string | number[])[] = [];
  let state = seed;
  const next = (below: number): number => {
    state = Math.imul(state, 48271) >>> 0;
    return state % below;
  };
  for (let i = 0; i < 400; i++) {
    const at = next(40);
    if (next(2) === 0) kept[at] = String.fromCharCode(97 + next(26)).repeat(next(300));
    else kept[at] = Array.from({ length: next(60) }, () => next(1000));
    const other = kept[next(40)];
    if (typeof other === 'string') kept[next(40)] = `${other}${i}`;
    else other?.push(i);
  }
  let sum = 0;
  for (const item of kept) {
    for (const part of item ?? []) sum = (Math.imul(sum, 31) + Number(part.toString().length)) | 0;
  }
  return sum;
}
