/**
 * How standings, the total weight and ballots are stored. The newest standing lies under the
 * account's own key, those before it under numbers, so that a vote reads one record where nothing
 * changed of late, and about 2·log₂ of the changes since the snapshot where something did.
 */
import { near } from 'near-sdk-js';
import { emptyBallot, type Ballot } from '../rules/ballot.js';
import {
  findLast,
  noStanding,
  noTotal,
  wasAged,
  wasMade,
  type AtBothMoments,
  type Dated,
  type Snapshot,
  type Standing,
  type TotalWeight,
} from '../rules/electorate.js';
import {
  noShares,
  nothingCounted,
  type CountedReputation,
  type CountedTotal,
} from '../rules/reputation-weight.js';
import type { Choice } from '../rules/views.js';

/** A record and everything that it was before. */
class History<T extends Dated> {
  constructor(
    readonly prefix: string,
    readonly nothing: T,
    readonly weights: readonly (keyof T & string)[],
    /** Numbers or null in a fixed width: what is written over them later adds no byte. */
    readonly fixed: readonly (keyof T & string)[] = [],
  ) {}

  has(name: string): boolean {
    return near.storageHasKey(this.prefix + name);
  }

  latest(name: string): T {
    return this.#read(this.prefix + name)?.it ?? this.nothing;
  }

  /** Changes of one moment become one record: nobody can ask for a time between them. */
  put(name: string, next: T): void {
    const key = this.prefix + name;
    const last = this.#read(key);
    let past = last?.past ?? 0;
    if (last && !(last.it.atMs === next.atMs && last.it.proposals === next.proposals)) {
      this.#write(`${key}:${past}`, last.it, past);
      past++;
    }
    this.#write(key, next, past);
  }

  /** What it was at both moments that a proposal asks for. */
  at(name: string, proposal: Snapshot): AtBothMoments<T> {
    const key = this.prefix + name;
    const last = this.#read(key);
    if (!last) return { aged: this.nothing, made: this.nothing };
    const count = last.past + 1;
    const read = (i: number) => (i === last.past ? last.it : this.#read(`${key}:${i}`)!.it);
    const find = (isKnown: (it: T) => boolean) =>
      findLast({ count, read }, isKnown) ?? this.nothing;
    return {
      aged: find((it) => wasAged(it, proposal)),
      made: find((it) => wasMade(it, proposal)),
    };
  }

  #read(key: string): { it: T; past: number } | null {
    const text = near.storageRead(key);
    if (text === null) return null;
    const { past, ...it } = JSON.parse(text) as Record<string, unknown> & { past: number };
    for (const field of this.weights) it[field] = BigInt(it[field] as string);
    for (const field of this.fixed) it[field] = parseFixed(it[field] as string);
    return { it: it as unknown as T, past };
  }

  #write(key: string, it: T, past: number): void {
    const stored: Record<string, unknown> = { ...(it as object), past };
    for (const field of this.weights) stored[field] = String(it[field]);
    for (const field of this.fixed) stored[field] = formatFixed(it[field]);
    near.storageWrite(key, JSON.stringify(stored));
  }
}

function parseFixed(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

function formatFixed(value: unknown): string {
  return `${(value as number | null) ?? ''}`.padStart(10);
}

export const standings = new History<Standing>('m:', noStanding, ['weight', 'delegated']);
/** What reputation was counted as (reputation-weight.ts), of each and together. */
export const countedReputations = new History<CountedReputation>(
  'yc:',
  nothingCounted,
  ['shares'],
  ['lostAfter'],
);
export const countedTotals = new History<CountedTotal>('yt', noShares, ['shares']);
const totals = new History<TotalWeight>('weight', noTotal, ['weight']);

export function readTotalWeight(): bigint {
  return totals.latest('').weight;
}

export function totalWeightAt(proposal: Snapshot): AtBothMoments<TotalWeight> {
  return totals.at('', proposal);
}

export function writeTotalWeight(total: TotalWeight): void {
  totals.put('', total);
}

/** Five numbers behind the choice, those at the end left out while they are zero. */
export function readBallot(proposal: number, account: string): Ballot {
  const text = near.storageRead(`v:${proposal}:${account}`);
  if (text === null) return emptyBallot();
  const [choice, ...numbers] = text.split(' ');
  const number = (i: number) => BigInt(numbers[i] ?? '0');
  return {
    choice: choice === '-' ? null : (choice as Choice),
    own: number(0),
    power: { aged: number(1), made: number(2) },
    overridden: { aged: number(3), made: number(4) },
  };
}

export function writeBallot(proposal: number, account: string, ballot: Ballot): void {
  const { choice, own, power, overridden } = ballot;
  const numbers = [own, power.aged, power.made, overridden.aged, overridden.made];
  while (numbers[numbers.length - 1] === 0n) numbers.pop();
  near.storageWrite(`v:${proposal}:${account}`, [choice ?? '-', ...numbers].join(' '));
}

/** The members, numbered from 0 without gaps, so that a list of them is read in pages. */
export function countMembers(): number {
  return Number(near.storageRead('members') ?? '0');
}

export function memberAt(index: number): string {
  return near.storageRead(`mi:${index}`)!;
}

export function writeMemberCount(count: number): void {
  near.storageWrite('members', `${count}`);
}

export function addMember(account: string, index: number): void {
  near.storageWrite(`mi:${index}`, account);
  near.storageWrite(`mn:${account}`, `${index}`);
}

/** The one with the last number takes the number of the one that goes. */
export function dropMember(account: string, last: number): void {
  const index = near.storageRead(`mn:${account}`)!;
  const moved = memberAt(last);
  near.storageWrite(`mi:${index}`, moved);
  near.storageWrite(`mn:${moved}`, index);
  near.storageRemove(`mi:${last}`);
  near.storageRemove(`mn:${account}`);
}
