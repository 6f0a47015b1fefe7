/** Who can be drawn for something: seats that are active, by role. */
import type { SeatRole } from './run.js';
import type { Run } from './run-state.js';

/** Ascending. `role` null: both. */
export function activeSeats(
  run: Run,
  role: SeatRole | null,
  not: readonly (number | null)[],
): number[] {
  return run.roster.flatMap((entry, seat) =>
    (role === null || entry.role === role) && entry.status === 'active' && !not.includes(seat)
      ? [seat]
      : [],
  );
}
