/** Runs and the seats in them: who trains, who audits, how far it is. */
import { teraGas, type Connection } from './connection.js';
import { runsPageItemsMax } from '../rules/limits.js';
import { readAll, type Page } from './page.js';
import type { OfSeat } from './rounds.js';
import type { RoundRecord, RunView, SeatRole, SeatView } from './views.js';

/** Far more than the rules let a run have. */
const disputePagesMax = 16;

export interface RunCalls {
  /** With all of its disputes. Null when there is no such run. */
  getRun(it: { run: number }): Promise<RunView | null>;
  /** One page, of each run only the first disputes; `readRuns` reads them all. */
  listRuns(page?: Page): Promise<RunView[]>;
  getSeats(it: { run: number }): Promise<SeatView[]>;
  /** Null for a round that was not closed yet. */
  getRoundRecord(it: { run: number; round: number }): Promise<RoundRecord | null>;
  /** `depositYocto` is the run's stake; what is over goes to the payout account's ledger. 0 where the
   * terms have places that earn their stake. */
  enrol(
    it: OfSeat & {
      role: SeatRole;
      fromRound?: number;
      /** Gets all that the seat earns; default: the caller. */
      payout?: string;
      depositYocto: bigint;
    },
  ): Promise<unknown>;
  /** An absent seat becomes active again from the next round that opens. */
  rejoin(it: OfSeat): Promise<unknown>;
  /** For all future credits of a seat. Takes one yocto, so a full-access key of its owner. */
  setPayout(it: OfSeat & { payout: string }): Promise<void>;
  /** Who acts for a seat from now on, in its owner's place; its owner's name takes it back. */
  setOperator(it: OfSeat & { operator: string }): Promise<void>;
}

export function runCalls(connection: Connection): RunCalls {
  return {
    getRun: (it) => readRun(connection, it),
    listRuns: (page = {}) => connection.view('list_runs', page),
    getSeats: (it) => connection.view('get_seats', it),
    getRoundRecord: (it) => connection.view('get_round_record', it),
    enrol: ({ depositYocto, ...args }) =>
      connection.call('enrol', args, { depositYocto, gas: 150n * teraGas }),
    rejoin: (it) => connection.call('rejoin', it),
    setPayout: (it) => connection.call('set_payout', it, { depositYocto: 1n }),
    setOperator: (it) => connection.call('set_operator', it, { depositYocto: 1n }),
  };
}

/** Many disputes are more than a node lets one view compute. */
async function readRun(connection: Connection, it: { run: number }): Promise<RunView | null> {
  const run = await connection.view<RunView | null>('get_run', it);
  if (!run?.moreDisputes) return run;
  const disputes = [...run.disputes];
  for (let page = 0; page < disputePagesMax; page++) {
    const next = await connection.view<RunView>('get_run', {
      ...it,
      disputesFrom: disputes.length,
    });
    disputes.push(...next.disputes);
    // Each page is of a block of its own: one that ended in between may leave a gap, none twice.
    if (!next.moreDisputes) break;
  }
  return { ...run, disputes: uniqueById(disputes), moreDisputes: false };
}

function uniqueById<T extends { id: number }>(list: readonly T[]): T[] {
  return [...new Map(list.map((one) => [one.id, one])).values()];
}

/** All runs, page by page. */
export function readRuns(client: Pick<RunCalls, 'listRuns'>): Promise<RunView[]> {
  return readAll((page) => client.listRuns(page), runsPageItemsMax);
}
