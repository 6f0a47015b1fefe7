/** A fixture DAO grown to what years of use would leave: for measuring what pages do with it. */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundRecord, RunView } from '@commonweights/dao-contracts/rules/run.js';
import type { SeatView } from '@commonweights/dao-contracts/rules/views.js';
import type { DaoFixture } from './dao-fixture.js';
import { digest } from './played-run.js';

export interface Size {
  readonly proposals: number;
  readonly workers: number;
  readonly rounds: number;
}

/** Its run 2 gets the workers and the rounds, whose records form one chain. */
export function growDao(dao: DaoFixture, { proposals, workers, rounds }: Size): void {
  const pattern = dao.proposals[5]!;
  for (let id = dao.proposals.length + 1; id <= proposals; id++) {
    dao.proposals.push({ ...pattern, id });
  }
  const run = dao.runs[1]!.view() as unknown as RunView;
  const seat = dao.runs[1]!.seats()[0]! as unknown as SeatView;
  const seats = Array.from({ length: workers }, (_, number): SeatView => {
    return { ...seat, seat: number, account: `worker${number}.local` };
  });
  const records = chainOf(dao.runs[1]!.records()[0]!, rounds);
  const last = records.at(-1)!;
  const slices = seats.map((_, number) => ({ seat: number, slice: number }));
  const numbers = slices.map((one) => one.seat);
  const grown: RunView = {
    ...run,
    terms: { ...run.terms, rounds: rounds + 10, maxWorkers: workers },
    ...{ provisional: null, audits: [], disputes: [] },
    ...{ closedRounds: rounds, finalRound: rounds, finalRoot: last.root! },
    ...{ logHead: digestOfJson(last), nextRound: rounds + 1 },
    open: {
      ...{ ...run.open!, round: rounds + 1, phase: 'reveal', slices, startRoot: last.root! },
      ...{ committed: numbers, revealed: numbers.slice(0, 700), witnesses: [], certified: [] },
    },
  };
  const answer = dao.answer.bind(dao);
  dao.answer = (method, args) => {
    if (method === 'list_runs') {
      const views = answer(method, args) as RunView[];
      return views.map((one) => (one.id === grown.id ? grown : one));
    }
    if (args['run'] !== grown.id) return answer(method, args);
    if (method === 'get_run') return grown;
    if (method === 'get_seats') return seats;
    if (method === 'get_round_record') return records[Number(args['round']) - 1] ?? null;
    return answer(method, args);
  };
}

function chainOf(pattern: RoundRecord, rounds: number): RoundRecord[] {
  const records: RoundRecord[] = [];
  let previous: Digest | null = null;
  let startRoot = pattern.startRoot;
  for (let round = 1; round <= rounds; round++) {
    const root = digest(`root ${round}`);
    const record: RoundRecord = { ...pattern, outcome: 'final', round, previous, startRoot, root };
    records.push(record);
    [previous, startRoot] = [digestOfJson(record), root];
  }
  return records;
}
