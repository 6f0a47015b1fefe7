import { expect } from 'chai';
import fc from 'fast-check';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { nextDuty } from '@commonweights/trainer/worker/duty.js';
import { RunReader } from '@commonweights/trainer/worker/run-reader.js';
import { near, RunPlay } from '../../dao-contracts/rules/run-play.js';
import { lookAt, playEvents, someEvents } from '../../support/run-under-way.js';

/** A node that shows `play` and counts what it is asked. */
class CountingNode {
  runs = 0;
  seats = 0;
  fails = false;
  constructor(public play: Pick<RunPlay, 'state' | 'nowMs'> | null) {}
  readonly contract = 'dao.test';
  getRun = (async () => {
    this.runs++;
    return this.play && lookAt(this.play).run;
  }) as DaoClient['getRun'];
  getSeats = (async () => {
    this.seats++;
    if (this.fails) throw new Error('CHAIN_UNREACHABLE: away');
    return lookAt(this.play!).seats;
  }) as DaoClient['getSeats'];
}

describe('reading a run again and again', () => {
  let play: RunPlay;
  let node: CountingNode;
  let reader: RunReader;
  beforeEach(() => {
    play = new RunPlay();
    node = new CountingNode(play);
    reader = new RunReader(node, 1);
  });
  const enrol = (account: string) =>
    play.apply({ kind: 'enrol', account, role: 'trainer', fromRound: null, depositYocto: near });
  const start = () => {
    for (const account of ['a0.test', 'a1.test']) enrol(account);
    play.nowMs = 1_000;
    play.apply(play.tick());
  };

  it('is refused for a run that is not there', async () => {
    const failure = await new RunReader(new CountingNode(null), 7)
      .read()
      .catch((error: Error) => error.message);
    expect(failure).to.match(
      /^RUN_NOT_FOUND: dao\.test has no run 7; see "commonweights run list"/,
    );
  });

  it('asks for the seats once while nothing but time moves', async () => {
    start();
    for (let look = 0; look < 5; look++) {
      play.nowMs += 10;
      const { run, seats } = await reader.read();
      expect(run.nowMs).to.equal(play.nowMs);
      expect(seats).to.deep.equal(lookAt(play).seats);
    }
    expect([node.runs, node.seats]).to.deep.equal([5, 1]);
  });

  it('asks for them again when the run changed', async () => {
    start();
    await reader.read();
    play.apply(play.commitCommand(0));
    const { seats } = await reader.read();
    expect(seats[0]!.claim?.round).to.equal(1);
    expect(node.seats).to.equal(2);
  });

  it('asks for them each time while enrolling: applicants leave no trace in the run', async () => {
    for (const account of ['a0.test', 'a1.test']) {
      enrol(account);
      expect((await reader.read()).seats.at(-1)!.account).to.equal(account);
    }
  });

  it('asks for them again after an act of its own', async () => {
    start();
    await reader.read();
    reader.forget();
    await reader.read();
    expect(node.seats).to.equal(2);
  });

  it('keeps no seats of a look that failed half-way', async () => {
    start();
    await reader.read();
    play.apply(play.commitCommand(0));
    node.fails = true;
    const failure = await reader.read().catch((error: Error) => error.message);
    expect(failure).to.match(/^CHAIN_UNREACHABLE/);
    node.fails = false;
    expect((await reader.read()).seats).to.deep.equal(lookAt(play).seats);
  });

  it('never changes what a seat owes, whatever the others do', async () => {
    const account = 'a0.test';
    const looks = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(someEvents, looks, async (events, when) => {
        const moments: { state: RunState; nowMs: number; actedMyself: boolean }[] = [];
        playEvents(events, ({ state, nowMs }, command) => {
          const actedMyself =
            command !== null && 'account' in command && command.account === account;
          moments.push({ state, nowMs, actedMyself });
        });
        const showing = new CountingNode(null);
        const own = new RunReader(showing, 1);
        for (const [i, moment] of moments.entries()) {
          if (moment.actedMyself) own.forget();
          if (!when[i % when.length]) continue;
          showing.play = moment;
          const it = await own.read();
          const owes = (seats: typeof it.seats) =>
            nextDuty({ run: it.run, seats, account, role: 'trainer', nowMs: it.run.nowMs });
          expect(owes(it.seats)).to.deep.equal(owes(lookAt(moment).seats));
        }
      }),
      { numRuns: 25, seed: 20261126 },
    );
  });
});
