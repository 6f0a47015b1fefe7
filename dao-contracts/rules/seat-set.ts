/**
 * A set of seats as hex digits, four seats each: who named which update is kept for every update of
 * a round, and every byte of a run's record is read and paid for by each call.
 */
export type SeatSet = string;

const hexDigits = '0123456789abcdef';

export const noSeats: SeatSet = '';

export function withSeat(set: SeatSet, seat: number): SeatSet {
  const at = seat >> 2;
  const padded = set.padEnd(at + 1, '0');
  const digit = parseInt(padded[at]!, 16) | (1 << (seat & 3));
  return padded.slice(0, at) + digit.toString(16) + padded.slice(at + 1);
}

/** Ascending. Law: `seatsIn(withSeat(set, seat))` is `seatsIn(set)` and `seat`. */
export function seatsIn(set: SeatSet): number[] {
  return [...set].flatMap((digit, at) =>
    [0, 1, 2, 3].filter((bit) => parseInt(digit, 16) & (1 << bit)).map((bit) => 4 * at + bit),
  );
}

const bitsOfDigit: Readonly<Record<string, number>> = Object.fromEntries(
  [...hexDigits].map((digit, i) => [digit, Number('0112122312232334'[i])]),
);

/** How many they are. */
export function countSeats(set: SeatSet): number {
  let count = 0;
  for (let at = 0; at < set.length; at++) count += bitsOfDigit[set[at]!]!;
  return count;
}

/** Law: `setOfSeats(seats)` is `withSeat` of each of them. Bits alone: a chain pays for each step. */
export function setOfSeats(seats: readonly number[]): SeatSet {
  const digits = new Array<number>((Math.max(-1, ...seats) >> 2) + 1).fill(0);
  for (const seat of seats) digits[seat >> 2]! |= 1 << (seat & 3);
  let set = '';
  for (let i = 0; i < digits.length; i++) set += hexDigits[digits[i]!]!;
  return set;
}

export function hasSeat(set: SeatSet, seat: number): boolean {
  return (parseInt(set[seat >> 2] ?? '0', 16) & (1 << (seat & 3))) !== 0;
}

/** A seat of `set` that is not in `other`; null: none. */
export function seatBeyond(set: SeatSet, other: SeatSet): number | null {
  for (let at = 0; at < set.length; at++) {
    const beyond = parseInt(set[at]!, 16) & ~parseInt(other[at] ?? '0', 16);
    for (let bit = 0; bit < 4; bit++) if (beyond & (1 << bit)) return 4 * at + bit;
  }
  return null;
}

/**
 * Of each of `seats`: which of `voters` named it, where `named[i]` is what `voters[i]` named. Most
 * name the same, so the few different lists are looked at; liars can make many, so else each word.
 */
export function namersOf(
  seats: readonly number[],
  voters: readonly number[],
  named: readonly SeatSet[],
): SeatSet[] {
  const groups = new Map<SeatSet, number[]>();
  named.forEach((set, i) => {
    const group = groups.get(set);
    if (group) group.push(voters[i]!);
    else groups.set(set, [voters[i]!]);
  });
  if (groups.size > groupsFew) return namersOneByOne(seats, voters, named);
  const sets = [...groups].map(([set, them]) => ({ set, them, by: setOfSeats(them) }));
  return seats.map((seat) => {
    const its = sets.filter(({ set }) => hasSeat(set, seat));
    return its.length === 1 ? its[0]!.by : setOfSeats(its.flatMap(({ them }) => them));
  });
}

const groupsFew = 3;

function namersOneByOne(
  seats: readonly number[],
  voters: readonly number[],
  named: readonly SeatSet[],
): SeatSet[] {
  const places: number[][] = [];
  for (const seat of seats) places[seat] = [];
  for (let i = 0; i < named.length; i++) {
    const set = named[i]!;
    const voter = voters[i]!;
    for (let at = 0; at < set.length; at++) {
      const digit = valueOfDigit[set[at]!]!;
      for (let seat = 4 * at, bit = 1; bit <= digit; seat++, bit <<= 1) {
        if (digit & bit) places[seat]?.push(voter);
      }
    }
  }
  return seats.map((seat) => setOfSeats(places[seat]!));
}

const valueOfDigit: Readonly<Record<string, number>> = Object.fromEntries(
  [...hexDigits].map((digit, value) => [digit, value]),
);
