/** The chain's records of rounds, as far as whoever re-executes their work has to know them. */
import type { RunEvent } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RevealedClaim } from '@commonweights/dao-contracts/rules/run.js';
import type { PastRound } from './behaviour.js';

export class RoundHistory {
  readonly #past = new Map<number, PastRound>();

  follow(events: readonly RunEvent[], { run, seats }: Readonly<RunState>): void {
    const { provisional } = run;
    if (!events.some(({ event }) => event === 'round_provisional') || !provisional) return;
    const { round, ordinal, startRoot, slices, included, revealed } = provisional;
    const claims = new Map<number, RevealedClaim>();
    for (const number of revealed) {
      const { claim, previousClaim } = seats[number]!;
      const told = [claim, previousClaim].find((one) => one?.round === round)?.revealed;
      if (told) claims.set(number, told);
    }
    this.#past.set(round, { ordinal, startRoot, slices, included, claims });
  }

  /** Null: it never became provisional. */
  read(round: number): PastRound | null {
    return this.#past.get(round) ?? null;
  }
}
