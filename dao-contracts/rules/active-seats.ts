/**
 * Who can be drawn for something: seats that are active, by role. One pool serves all draws of a
 * call, since looking at every seat for each of them is what such a call would cost most for.
 */
import type { SeatRole } from './run.js';
import type { RosterEntry, Run } from './run-state.js';

/** How close a seat must not be: of the same party (seat-owner.ts), or of the same owner only. */
export type Closeness = 'party' | 'owner';

/** A snapshot: whoever changes the roster makes a new one. */
export class SeatPool {
  readonly #roster: readonly RosterEntry[];
  readonly #active: Record<SeatRole, number[]> = { trainer: [], auditor: [] };
  readonly #isActive: boolean[] = [];
  /** Seats by the party that owns them, and by another one that they pay. */
  readonly #owned: number[][] = [];
  readonly #paid: number[][] = [];

  /** Who has enrolled for a round that is still to open is not drawn: by when its call arrived must not matter. */
  constructor({ roster, nextRound }: Pick<Run, 'roster' | 'nextRound'>) {
    this.#roster = roster;
    for (let seat = 0; seat < roster.length; seat++) {
      const { role, status, fromRound, owner, payee } = roster[seat]!;
      if (status === 'active' && fromRound < nextRound) {
        this.#active[role].push(seat);
        this.#isActive[seat] = true;
      }
      (this.#owned[owner] ??= []).push(seat);
      if (payee !== owner) (this.#paid[payee] ??= []).push(seat);
    }
  }

  /** Active seats of a role, ascending, without those close to one of `not`; `role` null: both. */
  without(
    role: SeatRole | null,
    not: readonly (number | null)[],
    closeness: Closeness = 'party',
  ): number[] {
    const { trainer, auditor } = this.#active;
    const left =
      role === null ? [...trainer, ...auditor].sort((a, b) => a - b) : [...this.#active[role]];
    for (const seat of this.closeTo(not, closeness)) {
      const at = left.indexOf(seat);
      if (at >= 0) left.splice(at, 1);
    }
    return left;
  }

  /** As `without` of both roles, where only their number and some of them are asked for. */
  free(not: readonly (number | null)[]): { count: number; has(seat: number): boolean } {
    const close = new Set(this.closeTo(not));
    let count = this.#active.trainer.length + this.#active.auditor.length;
    for (const seat of close) if (this.#isActive[seat]) count--;
    return { count, has: (seat) => this.#isActive[seat] === true && !close.has(seat) };
  }

  /**
   * Seats, active or not, of the owner of one of these, and those that chose to pay that owner or the
   * one it pays; each maybe more than once. Not whom it pays: it would choose who does not judge it.
   */
  closeTo(seats: readonly (number | null)[], closeness: Closeness = 'party'): number[] {
    const close: number[] = [];
    for (const seat of seats) {
      if (seat === null) continue;
      const { owner, payee } = this.#roster[seat]!;
      close.push(...(this.#owned[owner] ?? []));
      if (closeness === 'owner') continue;
      close.push(...(this.#paid[owner] ?? []));
      if (payee !== owner) close.push(...(this.#paid[payee] ?? []));
    }
    return close;
  }
}

export function activeSeats(
  run: Pick<Run, 'roster' | 'nextRound'>,
  role: SeatRole | null,
  not: readonly (number | null)[],
): number[] {
  return new SeatPool(run).without(role, not);
}
