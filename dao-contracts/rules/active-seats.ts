/** Who can be drawn for something: seats that are active, by role. */
import type { SeatRole } from './run.js';
import type { Run } from './run-state.js';
import { isRelated } from './seat-owner.js';

/**
 * Ascending, without the seats named and without any of the same party; `role` null: both. Who has
 * enrolled for a round that is still to open is not drawn: by when its call arrived must not matter.
 */
export function activeSeats(
  { roster, nextRound }: Pick<Run, 'roster' | 'nextRound'>,
  role: SeatRole | null,
  not: readonly (number | null)[],
  related = isRelated,
): number[] {
  return roster.flatMap((entry, seat) =>
    (role === null || entry.role === role) &&
    entry.status === 'active' &&
    entry.fromRound < nextRound &&
    !related(roster, seat, not)
      ? [seat]
      : [],
  );
}
