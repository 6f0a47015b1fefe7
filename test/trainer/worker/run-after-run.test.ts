/** A machine that is left to choose its runs: it waits where its stake is, and starves nowhere. */
import { expect } from 'chai';
import { workRunAfterRun } from '@commonweights/trainer/worker/run-after-run.js';

type Outcome = 'done' | string;

/** Runs in the order in which they are liked; what becomes of each time that one is worked in. */
async function play(it: {
  runs: readonly number[];
  outcomes: Readonly<Record<number, readonly Outcome[]>>;
  seats?: readonly number[];
  canAsk?: boolean;
  waitsMax?: number;
  nextFails?: readonly string[];
}) {
  const retire = new AbortController();
  const told: string[] = [];
  const tried: number[] = [];
  let looks = 0;
  const working = workRunAfterRun({
    retire: retire.signal,
    next: async (not) => {
      const failure = it.nextFails?.[looks++];
      if (failure) throw new Error(failure);
      return it.runs.find((run) => !not.has(run)) ?? null;
    },
    workIn: async (run) => {
      const outcome = it.outcomes[run]![tried.filter((one) => one === run).length] ?? 'done';
      tried.push(run);
      if (outcome !== 'done') throw new Error(outcome);
    },
    hasSeat: async (run) => {
      if (it.canAsk === false) throw new Error('CHAIN_UNREACHABLE: away');
      return it.seats?.includes(run) ?? false;
    },
    wait: async (why) => {
      told.push(why);
      if (told.length >= (it.waitsMax ?? 1)) retire.abort();
    },
    passOver: (run) => void told.push(`over ${run}`),
  });
  const failure = await working.then(
    () => null,
    (error: Error) => error.message,
  );
  return { told, tried, failure };
}

const away = 'CHAIN_UNREACHABLE: no node answers';

describe('a machine that chooses its runs', () => {
  it('goes back to where its stake is when what hindered it there has passed', async () => {
    const { tried, failure } = await play({
      ...{ runs: [1, 2], seats: [1], waitsMax: 2 },
      outcomes: { 1: [away, 'done'], 2: ['done'] },
    });
    expect(tried).to.deep.equal([1, 1, 2]);
    expect(failure).to.equal(null);
  });

  it('takes a chain that cannot be asked for one that holds a stake of it', async () => {
    const { tried } = await play({
      ...{ runs: [1, 2], canAsk: false, waitsMax: 2 },
      outcomes: { 1: [away, 'done'], 2: ['done'] },
    });
    expect(tried).to.deep.equal([1, 1, 2]);
  });

  it('ends with what hinders it for good where it has a seat, and says it', async () => {
    for (const canAsk of [true, false]) {
      const { tried, failure } = await play({
        ...{ runs: [1, 2], seats: [1], canAsk },
        outcomes: { 1: ['ENGINE_UNRELIABLE: two ends'], 2: ['done'] },
      });
      expect(tried).to.deep.equal([1]);
      expect(failure).to.match(/^ENGINE_UNRELIABLE/);
    }
  });

  it('passes over for good what refuses it before it has a seat', async () => {
    const { told, tried } = await play({
      runs: [1, 2],
      outcomes: { 1: ['TERMS_MISMATCH: another spec'], 2: ['done'] },
    });
    expect(tried).to.deep.equal([1, 2]);
    expect(told).to.deep.equal(['over 1', 'no run has a place for this machine now']);
  });

  it('tries the others before it comes back to one whose material cannot be had yet', async () => {
    const { tried } = await play({
      ...{ runs: [1, 2], waitsMax: 3 },
      outcomes: { 1: ['BLOB_MISSING: no spec', 'BLOB_MISSING: no spec', 'done'], 2: ['done'] },
    });
    expect(tried).to.deep.equal([1, 2, 1, 1]);
  });

  it('waits for a chain that is away while it chooses, and for nothing that will not pass', async () => {
    const passing = await play({
      ...{ runs: [1], outcomes: { 1: ['done'] }, nextFails: [away], waitsMax: 2 },
    });
    expect(passing.tried).to.deep.equal([1]);
    const lasting = await play({ runs: [1], outcomes: {}, nextFails: ['WRONG_CONTRACT: none'] });
    expect(lasting.failure).to.match(/^WRONG_CONTRACT/);
  });
});
