/** Runs and the seats in them: who trains, who audits, how far it is. */
import { teraGas, type Connection } from './connection.js';
import type { Page } from './page.js';
import type { RoundRecord, RunView, SeatRole, SeatView } from './views.js';

export interface RunCalls {
  /** Null when there is no such run. */
  getRun(it: { run: number }): Promise<RunView | null>;
  listRuns(page?: Page): Promise<RunView[]>;
  getSeats(it: { run: number }): Promise<SeatView[]>;
  /** Null for a round that was not closed yet. */
  getRoundRecord(it: { run: number; round: number }): Promise<RoundRecord | null>;
  /** `depositYocto` is the run's stake; what is over goes to the caller's ledger. */
  enrol(it: {
    run: number;
    role: SeatRole;
    fromRound?: number;
    depositYocto: bigint;
  }): Promise<unknown>;
  /** An absent seat becomes active again from the next round that opens. */
  rejoin(it: { run: number }): Promise<unknown>;
}

export function runCalls(connection: Connection): RunCalls {
  return {
    getRun: (it) => connection.view('get_run', it),
    listRuns: (page = {}) => connection.view('list_runs', page),
    getSeats: (it) => connection.view('get_seats', it),
    getRoundRecord: (it) => connection.view('get_round_record', it),
    enrol: ({ depositYocto, ...args }) =>
      connection.call('enrol', args, { depositYocto, gas: 150n * teraGas }),
    rejoin: (it) => connection.call('rejoin', it),
  };
}
