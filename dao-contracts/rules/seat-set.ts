/**
 * A set of seats as hex digits, four seats each: who named which update is kept for every update of
 * a round, and every byte of a run's record is read and paid for by each call.
 */
export type SeatSet = string;

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
