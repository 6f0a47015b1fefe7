/**
 * Runs that go on, with their seats, and what the connected account has. Read every few seconds, so it
 * asks only for what can have changed: ended runs never live again, and the seats of a run whose round
 * has not moved are read again after a while.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { runsPageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { isLive } from '@commonweights/trainer/worker/choose-run.js';
import type { Candidate } from './audit-place.js';
import { TailReader } from './tail-reader.js';

export interface Places {
  /** Newest first. */
  readonly candidates: readonly Candidate[];
  readonly balanceYocto: bigint | null;
}

/** Among these newest runs those that go on are looked for, and so many are shown. */
const runsLookedAtMax = 200;
const candidatesMax = 30;
/** A seat may be left, or its owner's money change, without its round moving. */
const seatsAgainMs = 20_000;

interface KeptSeats {
  readonly mark: string;
  readonly atMs: number;
  readonly seats: readonly SeatView[];
}

export class PlacesReader {
  readonly #tail: TailReader<RunView>;
  readonly #seats = new Map<number, KeptSeats>();
  #live: readonly number[] = [];
  #known = 0;

  constructor(
    private readonly client: Pick<DaoClient, 'listRuns' | 'getRun' | 'getSeats' | 'viewAccount'>,
    private readonly now: () => number = () => Date.now(),
  ) {
    this.#tail = new TailReader((page) => client.listRuns(page), runsPageItemsMax);
  }

  async read(account: string | null): Promise<Places> {
    const [runs, view] = await Promise.all([
      this.#readRuns(),
      account === null ? null : this.client.viewAccount(account),
    ]);
    const shown = runs.filter(isLive).slice(0, candidatesMax);
    const candidates = await Promise.all(
      shown.map(async (run) => ({ run, seats: await this.#readSeats(run) })),
    );
    for (const id of [...this.#seats.keys()]) {
      if (!shown.some((run) => run.id === id)) this.#seats.delete(id);
    }
    return { candidates, balanceYocto: view?.amountYocto ?? null };
  }

  /** Newest first. */
  async #readRuns(): Promise<readonly RunView[]> {
    const { count } = await this.#tail.read({ limit: 0 });
    const fresh = Math.min(count - this.#known, runsLookedAtMax);
    const [news, old] = await Promise.all([
      this.#tail.read({ limit: fresh }),
      Promise.all(this.#live.map((run) => this.client.getRun({ run }))),
    ]);
    // One that came while these were read is found the next time.
    this.#known = count;
    const runs = [...news.items, ...old.filter((run): run is RunView => run !== null)];
    const one = new Map(runs.map((run) => [run.id, run]));
    const live = [...one.values()].filter(isLive).sort((a, b) => b.id - a.id);
    this.#live = live.map(({ id }) => id);
    return live;
  }

  async #readSeats(run: RunView): Promise<readonly SeatView[]> {
    const mark = JSON.stringify([
      run.status,
      run.nextRound,
      run.open?.phase,
      run.provisional?.round,
    ]);
    const kept = this.#seats.get(run.id);
    const holds = kept?.mark === mark && this.now() < kept.atMs + seatsAgainMs;
    if (holds && run.status !== 'enrolling') return kept.seats;
    const seats = await this.client.getSeats({ run: run.id });
    this.#seats.set(run.id, { mark, atMs: this.now(), seats });
    return seats;
  }
}
