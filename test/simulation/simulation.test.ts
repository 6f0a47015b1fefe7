/** The simulator itself: it replays, its work re-executes, its formulas are probabilities. */
import { expect } from 'chai';
import fc from 'fast-check';
import { doWork, reExecute, type Task } from './abstract-work.js';
import { adversaries, honestOnly } from './adversaries/adversary-list.js';
import { checkConservation } from './conservation.js';
import { EventQueue } from './event-queue.js';
import { drawn, roundsToDetection, wilson } from './expectations.js';
import { playOnce } from './measure.js';
import { RandomStream } from './random-stream.js';
import { settings } from './settings.js';
import { derive } from './abstract-work.js';

const task: Task = {
  account: 'a.sim',
  round: 3,
  ordinal: 2,
  startRoot: derive('root', 'start'),
  localIn: derive('local', 'in'),
  slice: 7,
  segments: 4,
};

describe('a simulation', () => {
  it('gives the same log from the same seed, and another one from another', () => {
    const adversary = adversaries.find((one) => one.name === 'colluding-pair')!;
    const digest = (seed: string) =>
      playOnce(adversary, settings.quarter, seed).run.chain.logDigest();
    expect(digest('a')).to.equal(digest('a'));
    expect(digest('a')).to.not.equal(digest('b'));
  });

  it('leaves everything as it was when a command is refused', () => {
    const { run } = playOnce(honestOnly, settings.main, 'refused');
    const before = JSON.stringify(run.chain.state, bigints);
    const command = { kind: 'rejoin', account: 'c0.sim' } as const;
    expect(run.chain.apply(command, run.endedMs).refused?.code).to.equal('RUN_NOT_OPEN');
    expect(JSON.stringify(run.chain.state, bigints)).to.equal(before);
  });

  it('notices one yocto too many', () => {
    const { run } = playOnce(honestOnly, settings.main, 'money');
    const { state, totals, ledgers } = run.chain;
    const ledgersYocto = [...ledgers.values()].reduce((sum, one) => sum + one, 0n);
    const receivedYocto = Object.values(totals).reduce((sum, one) => sum + one, 0n);
    const it = { state, totals, receivedYocto, ledgersYocto };
    expect(() => checkConservation(it)).to.not.throw();
    expect(() => checkConservation({ ...it, receivedYocto: receivedYocto + 1n })).to.throw('sum');
    expect(() => checkConservation({ ...it, ledgersYocto: ledgersYocto + 1n })).to.throw('ledgers');
    const made = { ...totals, stakes: totals.stakes + 1n, treasury: totals.treasury - 1n };
    expect(() => checkConservation({ ...it, totals: made })).to.throw('stakes');
  });
});

describe('abstract work', () => {
  it('re-executes segment by segment to the committed leaves when it is honest', () => {
    const { leaves } = doWork(task);
    for (let segment = 0; segment < task.segments; segment++) {
      expect(reExecute(task, segment, leaves[segment]!)).to.equal(leaves[segment + 1]);
    }
  });

  it('does not, in exactly the segments that were forged', () => {
    fc.assert(
      fc.property(fc.nat(15), (bits) => {
        const segments = (segment: number) => ((bits >> segment) & 1) === 1;
        const { leaves } = doWork(task, { segments });
        for (let segment = 0; segment < task.segments; segment++) {
          const same = reExecute(task, segment, leaves[segment]!) === leaves[segment + 1];
          expect(same).to.equal(!segments(segment));
        }
      }),
    );
  });

  it('shows another update in the last segment, and another start in the first', () => {
    const last = task.segments - 1;
    const update = doWork(task, { update: derive('forged update', 1) }).leaves;
    expect(reExecute(task, last, update[last]!)).to.not.equal(update[last + 1]);
    expect(reExecute(task, 0, doWork(task, { start: true }).leaves[0]!)).to.equal(null);
    const { leaves } = doWork({ ...task, slice: 8 });
    expect(reExecute(task, 1, leaves[1]!)).to.not.equal(leaves[2]);
  });
});

describe('chance and expectation', () => {
  it('pops events by time, and in order of insertion within one time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), (times) => {
        const queue = new EventQueue<number>();
        times.forEach((at, i) => queue.push(at, i));
        const popped = times.map(() => queue.pop()!);
        const sorted = times.map((atMs, event) => ({ atMs, event }));
        sorted.sort((a, b) => a.atMs - b.atMs || a.event - b.event);
        expect(popped.map(({ atMs, event }) => ({ atMs, event }))).to.deep.equal(sorted);
        expect(queue.pop()).to.equal(undefined);
      }),
    );
  });

  it('draws uniform numbers with the right mean, the same for the same name', () => {
    const mean = (...name: string[]) => {
      const stream = new RandomStream(...name);
      let sum = 0;
      for (let i = 0; i < 10_000; i++) sum += stream.uniform();
      return sum / 10_000;
    };
    expect(mean('a')).to.equal(mean('a'));
    expect(mean('a')).to.not.equal(mean('b'));
    expect(mean('a')).to.be.closeTo(0.5, 0.015);
  });

  it('sums a hypergeometric distribution to one', () => {
    let sum = 0;
    for (let x = 0; x <= 3; x++) sum += drawn(15, 5, 3, x);
    expect(sum).to.be.closeTo(1, 1e-12);
  });

  it('puts the measured share inside its interval, and the mean of a geometric draw right', () => {
    const [low, high] = wilson(20, 100);
    expect(low).to.be.within(0.12, 0.2);
    expect(high).to.be.within(0.2, 0.29);
    expect(roundsToDetection(0.5, 1)).to.be.closeTo(1, 1e-12);
    expect(roundsToDetection(0.25, 1_000)).to.be.closeTo(4, 1e-9);
  });
});

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
