/**
 * Reads a run again and again at little cost to the node: seats change only when the run does, so
 * they are fetched anew only when anything but the time of the view is different.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';

/** The chain as it was just read. */
export interface Seen {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
}

export class RunReader {
  #last = '';
  #seats: readonly SeatView[] = [];

  constructor(
    private readonly client: Pick<DaoClient, 'getRun' | 'getSeats' | 'contract'>,
    private readonly id: number,
  ) {}

  /** Error: `RUN_NOT_FOUND`, and those of the client. */
  async read(): Promise<Seen> {
    const run = await this.client.getRun({ run: this.id });
    if (!run) {
      throw new Error(
        `RUN_NOT_FOUND: ${this.client.contract} has no run ${this.id}; see "commonweights run list"`,
      );
    }
    const state = JSON.stringify({ ...run, nowMs: 0 }, (_key, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    // Who applied or came back is not in the run's own record.
    if (state !== this.#last || run.status !== 'running') {
      this.#seats = await this.client.getSeats({ run: this.id });
      this.#last = state;
    }
    return { run, seats: this.#seats };
  }

  /** After an act of one's own: the next read fetches everything. */
  forget(): void {
    this.#last = '';
  }
}
