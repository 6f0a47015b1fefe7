/**
 * A contract that does what a snapshot of an engine could change: wide numbers, wide texts, memory,
 * depth, failures, the clock, the SDK's collections, decorators and promises. Built twice, called
 * alike (compare-builds.ts).
 */
import {
  call,
  initialize,
  LookupMap,
  LookupSet,
  migrate,
  near,
  NearBindgen,
  NearPromise,
  UnorderedMap,
  UnorderedSet,
  Vector,
  view,
} from 'near-sdk-js';

declare const env: { panic(text: string): never };

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** At module level: what a call leaves here must be gone in the next. */
let calls = 0;
const seen: string[] = [];

export interface Move {
  on: 'vector' | 'lookup' | 'set' | 'map' | 'members' | 'nested';
  does: 'put' | 'take' | 'read' | 'list' | 'clear';
  key: string;
  value: Json;
}

export interface Failing {
  kind: string;
  text: string;
}

@NearBindgen({ requireInit: true })
export class Suite {
  owner = '';
  total = 0n;
  balance: Record<string, bigint> = {};
  changedAt = new Date(0);
  note = 'none';
  vector: Vector<Json> = new Vector<Json>('v');
  lookup: LookupMap<Json> = new LookupMap<Json>('l');
  set: LookupSet<string> = new LookupSet<string>('s');
  map: UnorderedMap<Json> = new UnorderedMap<Json>('m');
  members: UnorderedSet<string> = new UnorderedSet<string>('u');
  nested: UnorderedMap<UnorderedMap<string>> = new UnorderedMap<UnorderedMap<string>>('n');

  @initialize({})
  init({ owner }: { owner: string }): void {
    this.owner = owner;
  }

  @migrate({})
  renew({ owner }: { owner: string }): void {
    this.owner = owner;
    near.log(`renewed for ${owner}`);
  }

  /** Numbers above 2^53 and 2^63, kept in the state and passed on. */
  @call({ payableFunction: true })
  add({ amount, times, to }: { amount: string; times: number; to: string }): unknown {
    const value = BigInt(amount);
    this.total += value * BigInt(times);
    this.balance[to] = (this.balance[to] ?? 0n) + value + near.attachedDeposit();
    this.changedAt = new Date();
    near.log(`total ${this.total}, ${Number(value)}, ${value.toString(36)}`);
    return {
      total: this.total,
      half: this.total / 2n,
      rest: this.total % 7n,
      low: BigInt.asUintN(64, this.total),
      signed: BigInt.asIntN(64, this.total),
      shifted: (this.total >> 3n) ^ (value << 65n),
      as: Number(this.total),
      deposit: near.attachedDeposit(),
    };
  }

  @view({})
  numbers({ list, radix }: { list: number[]; radix: number }): unknown {
    return list.map((n) => ({
      n,
      text: String(n),
      radix: Math.trunc(n).toString(radix),
      fixed: Math.abs(n) < 1e20 ? (Math.trunc(n * 8) / 8).toFixed(3) : null,
      precise: n.toPrecision(6),
      power: n.toExponential(9),
      int: n | 0,
      unsigned: n >>> 3,
      root: Math.sqrt(Math.abs(n)),
      floor: Math.floor(n / 3),
      back: JSON.parse(JSON.stringify({ n, nested: [n] })) as Json,
      parsed: parseFloat(`${n}px`),
      fround: Math.fround(n),
      clz: Math.clz32(n),
      big: Number.isSafeInteger(n) ? BigInt(n) ** 3n : null,
    }));
  }

  /** Texts outside Latin-1, half surrogates among them. */
  @call({})
  write({ text, note }: { text: string; note: string | null }): unknown {
    this.note = note ?? 'none';
    seen.push(text);
    calls++;
    near.log(text);
    near.storageWrite(`text-${text.slice(0, 20)}`, text);
    const bytes = near.sha256(new TextEncoder().encode(text));
    return {
      read: near.storageRead(`text-${text.slice(0, 20)}`),
      length: text.length,
      upper: text.toUpperCase(),
      lower: text.toLowerCase(),
      points: [...text].map((point) => point.codePointAt(0)),
      turned: [...text].reverse().join(''),
      words: text.split(/[\s,;]+/u),
      match: /(?<first>[A-Za-zÀ-ÿ0-9]+)|(.)/u.exec(text)?.[0] ?? null,
      replaced: text.replace(/[aeiouäöü😀]/gu, (letter) => `<${letter}>`),
      padded: text.padEnd(12, 'é').slice(-5),
      sorted: [...text].sort().join(''),
      locale: text.localeCompare('mitte'),
      encoded: encodeURIComponent(whole(text)),
      escaped: JSON.stringify({ [text]: text }),
      digest: Array.from(bytes.slice(0, 4)),
      calls,
      seen,
    };
  }

  /** Frames of a function, or levels of JSON, down to where it ends. */
  @view({})
  descend({ depth, by }: { depth: number; by: string }): unknown {
    if (by === 'json') return JSON.stringify(nestedList(depth)).length;
    if (by === 'parse') return lengthOf(JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`));
    if (by === 'regexp') return /^(a|b)*$/.test('ab'.repeat(depth));
    if (by === 'sort') return [3, 1, 2].sort(() => descend(depth) % 2);
    if (by === 'caught') {
      try {
        return descend(depth);
      } catch (error) {
        return `caught ${(error as Error).name}`;
      }
    }
    return descend(depth);
  }

  /** As much memory as asked for, in one block or many. */
  @view({})
  occupy({ kind, amount }: { kind: string; amount: number }): unknown {
    switch (kind) {
      case 'buffer':
        return new ArrayBuffer(amount).byteLength;
      case 'bytes':
        return new Uint8Array(amount).fill(7).length;
      case 'repeat':
        return 'ab'.repeat(amount).length;
      case 'wide':
        return '中'.repeat(amount).length;
      case 'array':
        return new Array<number>(Math.min(amount, 20_000)).fill(1).length;
      case 'sparse': {
        const list: number[] = [];
        list[amount] = 1;
        return list.length;
      }
      case 'caught':
        try {
          return new Uint8Array(amount).length;
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      case 'hoard': {
        const kept: ArrayBuffer[] = [];
        while (kept.length < amount) kept.push(new ArrayBuffer(2 ** 22));
        return kept.length;
      }
      default: {
        let text = 'x';
        while (text.length < amount) text += text;
        return text.length;
      }
    }
  }

  /** Fails after it has changed the state, which must not be kept. */
  @call({})
  fail({ kind, text }: Failing): unknown {
    this.total += 1n;
    this.vector.push(text);
    near.storageWrite('failed', text);
    near.log(`about to fail: ${kind}`);
    failAs(kind, text);
    return kind;
  }

  /** The same failures, caught. */
  @view({})
  catch_failure({ kind, text }: Failing): unknown {
    try {
      failAs(kind, text);
      return null;
    } catch (error) {
      if (!(error instanceof Error)) return { thrown: typeof error, as: describeThrown(error) };
      return { name: error.name, message: error.message, is: error instanceof TypeError };
    }
  }

  /** Dates are the block's, whatever the machine's zone is; there is no randomness. */
  @call({})
  clock({ text }: { text: string }): unknown {
    this.changedAt = new Date();
    const parsed = new Date(text);
    return {
      now: Date.now(),
      same: this.changedAt.getTime() === Date.now(),
      ns: near.blockTimestamp(),
      height: near.blockHeight(),
      iso: this.changedAt.toISOString(),
      text: this.changedAt.toString(),
      offset: this.changedAt.getTimezoneOffset(),
      parsed: Number.isNaN(parsed.getTime()) ? null : parsed.toJSON(),
      local: new Date(2024, 1, 29, 23, 59, 59).getTime(),
      utc: Date.UTC(2024, 1, 31, 25),
      random: caught(() => Math.random()),
      kept: this.changedAt,
    };
  }

  @call({})
  move(moves: { moves: Move[] }): unknown {
    return moves.moves.map((one) => caught(() => this.apply(one)));
  }

  @view({})
  read({ from, limit }: { from: number; limit: number }): unknown {
    return {
      owner: this.owner,
      total: this.total,
      balance: this.balance,
      changedAt: this.changedAt,
      note: this.note,
      vector: this.vector.toArray().slice(from, from + limit),
      map: this.map.toArray().slice(from, from + limit),
      keys: this.map.keys({ start: from, limit }),
      members: this.members.elements({ start: from, limit }),
      calls,
      seen,
    };
  }

  /** A view that changes what it holds, which nobody keeps. */
  @view({})
  pretend({ total }: { total: string }): unknown {
    this.total = BigInt(total);
    calls++;
    return { total: this.total, calls };
  }

  /** A view that may not: the host refuses. */
  @view({})
  forbidden(): void {
    near.storageWrite('forbidden', 'written by a view');
  }

  /** What a method can return. */
  @call({})
  give({ what, value }: { what: string; value: Json }): unknown {
    const given: Record<string, unknown> = {
      undefined: undefined,
      null: null,
      bigint: 2n ** 70n + 1n,
      nan: Number.NaN,
      date: new Date(1e12),
      bytes: new Uint8Array([1, 2, 255]),
      map: new Map([['a', 1]]),
      function: () => 1,
      toJson: { toJSON: () => value },
      cycle: cycle(),
      build: Object.keys((globalThis as unknown as { contractBuild: object }).contractBuild),
    };
    return Object.hasOwn(given, what) ? given[what] : value;
  }

  @call({ privateFunction: true })
  only_self({ text }: { text: string }): string {
    this.note = text;
    return text;
  }

  @call({ privateFunction: true, payableFunction: true })
  settled({ text }: { text: string }): unknown {
    const results: unknown[] = [];
    for (let i = 0; i < Number(near.promiseResultsCount()); i++) {
      results.push(caught(() => near.promiseResult(i)));
    }
    this.note = `${text} ${JSON.stringify(results)}`;
    near.log(this.note);
    return { results, deposit: near.attachedDeposit(), by: near.predecessorAccountId() };
  }

  /** Calls itself, another account, and both; then hears of it. */
  @call({ payableFunction: true })
  ask({ how, to, method, args }: { how: string; to: string; method: string; args: Json }): unknown {
    const gas = 40_000_000_000_000n;
    const text = JSON.stringify(args);
    const first = NearPromise.new(to).functionCall(method, text, 0n, gas);
    const self = near.currentAccountId();
    const back = (deposit: bigint): NearPromise =>
      NearPromise.new(self).functionCall('settled', JSON.stringify({ text: how }), deposit, gas);
    switch (how) {
      case 'only':
        return first.asReturn();
      case 'then':
        return first.then(back(0n)).asReturn();
      case 'forget':
        first.build();
        return 'forgotten';
      case 'pay':
        return NearPromise.new(to).transfer(near.attachedDeposit()).then(back(1n)).asReturn();
      case 'both': {
        const other = NearPromise.new(self).functionCall('only_self', '{"text":"both"}', 0n, gas);
        return first.and(other).then(back(0n)).asReturn();
      }
      case 'weight':
        return NearPromise.new(to)
          .functionCallWeight(method, text, 0n, gas / 2n, 1n)
          .asReturn();
      case 'child': {
        const child = `${args === null ? 'null' : typeof args}.${self}`;
        return NearPromise.new(child).createAccount().transfer(near.attachedDeposit()).asReturn();
      }
      case 'raw': {
        const batch = near.promiseBatchCreate(to);
        near.promiseBatchActionTransfer(batch, 1n);
        near.promiseBatchActionFunctionCall(batch, method, text, 0n, gas);
        near.promiseReturn(near.promiseThen(batch, self, 'settled', '{"text":"raw"}', 0n, gas));
        return undefined;
      }
      default:
        return first.then(back(2n ** 127n)).asReturn();
    }
  }

  private apply({ on, does, key, value }: Move): unknown {
    if (on === 'vector') return this.moveVector(does, value);
    if (on === 'nested') return this.moveNested(does, key, value);
    if (on === 'set') {
      if (does === 'put') return this.set.set(key);
      return does === 'take' ? this.set.remove(key) : this.set.contains(key);
    }
    if (on === 'members') {
      if (does === 'put') return this.members.set(key);
      if (does === 'take') return this.members.remove(key);
      if (does === 'clear') return this.members.clear();
      return does === 'list' ? this.members.toArray() : this.members.contains(key);
    }
    if (on === 'lookup') {
      if (does === 'put') return this.lookup.set(key, value);
      if (does === 'take') return this.lookup.remove(key);
      return does === 'read' ? this.lookup.get(key) : this.lookup.containsKey(key);
    }
    if (does === 'put') return this.map.set(key, value);
    if (does === 'take') return this.map.remove(key);
    if (does === 'clear') return this.map.clear();
    return does === 'list' ? this.map.toArray() : this.map.get(key, { defaultValue: 'none' });
  }

  private moveVector(does: Move['does'], value: Json): unknown {
    const at = this.vector.length >> 1;
    if (does === 'put') return this.vector.push(value);
    if (does === 'take') return this.vector.length % 2 ? this.vector.pop() : this.swapOut(at);
    if (does === 'clear') return this.vector.clear();
    if (does === 'list') return this.vector.toArray();
    return this.vector.length > 0 ? this.vector.replace(at, value) : this.vector.get(at);
  }

  private swapOut(at: number): unknown {
    return this.vector.swapRemove(at);
  }

  private moveNested(does: Move['does'], key: string, value: Json): unknown {
    const reconstructor = UnorderedMap.reconstruct as never;
    const inner = this.nested.get(key, { reconstructor }) ?? new UnorderedMap<string>(`n:${key}`);
    if (does === 'put') inner.set(`${this.nested.length}`, JSON.stringify(value));
    if (does === 'take') inner.remove('0');
    if (does === 'clear') return this.nested.remove(key, { reconstructor });
    if (does === 'put') this.nested.set(key, inner, { reconstructor });
    return inner.toArray();
  }
}

function descend(depth: number): number {
  return depth === 0 ? 0 : 1 + descend(depth - 1);
}

function nestedList(depth: number): unknown {
  let list: unknown = [];
  for (let i = 0; i < depth; i++) list = [list];
  return list;
}

function lengthOf(list: unknown): number {
  let depth = 0;
  for (let at = list; Array.isArray(at); at = at[0] as unknown) depth++;
  return depth;
}

/** Without half surrogates, which `encodeURIComponent` refuses. */
function whole(text: string): string {
  return [...text].filter((point) => !/^[\ud800-\udfff]$/.test(point)).join('');
}

function cycle(): unknown {
  const it: { self?: unknown } = {};
  it.self = it;
  return it;
}

function caught(run: () => unknown): unknown {
  try {
    return run() ?? null;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
}

function failAs(kind: string, text: string): void {
  switch (kind) {
    case 'error':
      throw new Error(text);
    case 'refusal':
      throw new RangeError(`SUITE_REFUSED: ${text}; ask for something else`);
    case 'text':
      throw text;
    case 'number':
      throw 7.5;
    case 'bigint':
      throw 2n ** 80n;
    case 'undefined':
      throw undefined;
    case 'null':
      throw null;
    case 'object':
      throw { message: text, code: 3 };
    case 'nameless':
      throw Object.create(null);
    case 'texts':
      throw { toString: () => text };
    case 'stubborn':
      throw {
        toString: () => {
          throw new Error('no text');
        },
      };
    case 'symbol':
      throw Symbol(text);
    case 'own':
      throw new (class OwnError extends Error {
        override name = 'OwnError';
      })(text);
    case 'type':
      (null as unknown as { x(): void }).x();
      return;
    case 'reference':
      (globalThis as unknown as { missing: { x: number } }).missing.x = 1;
      return;
    case 'syntax':
      JSON.parse(`{"${text}`);
      return;
    case 'bigint-mix':
      Number(1n + (1 as unknown as bigint));
      return;
    case 'bigint-text':
      BigInt(text);
      return;
    case 'divide':
      Number(1n / BigInt(text.length - text.length));
      return;
    case 'length':
      new Array<number>(-1);
      return;
    case 'panic':
      return env.panic(text);
    case 'utf8':
      near.panicUtf8(new TextEncoder().encode(text));
      return;
    case 'register':
      near.storageReadRaw(7 as unknown as Uint8Array);
      return;
    case 'finally':
      try {
        throw new Error(text);
      } finally {
        near.log('finally');
      }
    case 'deep':
      endless(0);
      return;
    default:
      near.log(`no such failure: ${kind}`);
  }
}

function endless(depth: number): number {
  return endless(depth + 1) + 1;
}
