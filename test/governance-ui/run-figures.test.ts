/** Figures of a run, the points of its loss curve, and its phases: each is what its parts come to. */
import { expect } from 'chai';
import fc from 'fast-check';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ticksBetween } from '@commonweights/governance-ui/pictures/ticks.js';
import {
  lossPoints,
  nextPoint,
  pointsMeasuredMax,
  type LossPoint,
} from '@commonweights/governance-ui/reading/loss-points.js';
import { PhaseLog } from '@commonweights/governance-ui/reading/phase-log.js';
import {
  earnedFor,
  figuresOfRounds,
  paidFor,
  roundsOfSeat,
  totalOf,
} from '@commonweights/governance-ui/reading/run-figures.js';
import { DaoFixture } from './dao-fixture.js';

const dao = new DaoFixture();
const played = dao.runs[1]!;
const run = fromWire(played.view()) as unknown as RunView;
const seats = fromWire(played.seats()) as unknown as SeatView[];
const records = played.records();

describe('the figures of a run', () => {
  it('of money add up, whatever was paid for', () => {
    const paid = paidFor(run, seats);
    expect(paid.reduce((sum, { yocto }) => sum + yocto, 0n)).to.equal(run.paidYocto);
    expect(paid.map(({ name }) => name)).to.include('rewards');
    for (const seat of seats) {
      const earned = earnedFor(run, seat).reduce((sum, { yocto }) => sum + yocto, 0n);
      expect(earned, `seat ${seat.seat}`).to.equal(seat.earnedYocto);
    }
  });

  it('of bytes and use are counted from the records', () => {
    const rounds = figuresOfRounds(records, run.terms);
    const total = totalOf(rounds);
    const claims = records.flatMap((record) => record.claims);
    expect(total.claimed).to.equal(claims.length);
    expect(total.bytes).to.equal(claims.reduce((sum, { updateBytes }) => sum + updateBytes, 0));
    expect(total.final).to.equal(records.filter(({ outcome }) => outcome === 'final').length);
    expect(total.included).to.be.within(1, total.claimed - 1);
    expect(total.places).to.equal(total.rounds * run.terms.maxWorkers);
    const bySeat = seats.flatMap(({ seat }) => roundsOfSeat(records, seat));
    expect(bySeat).to.have.length(claims.length);
  });

  it('count no vote as a round', () => {
    const rewind = { ...records[0]!, outcome: 'rewind' as const, to: 0, claims: [] };
    expect(figuresOfRounds([rewind], run.terms)).to.deep.equal([]);
  });
});

describe('the points of a loss curve', () => {
  it('are the start and the final rounds that stand', () => {
    const points = lossPoints(run, records, true);
    expect(points.map(({ round }) => round)).to.deep.equal([0, 1, 4, 5]);
    expect(points[0]!.root).to.equal(run.terms.initialRoot);
    expect(lossPoints(run, records.slice(3), false).map(({ round }) => round)).to.deep.equal([
      4, 5,
    ]);
    const rewind = { ...records[0]!, round: 9, outcome: 'rewind' as const, to: 1 };
    const after = lossPoints(run, [...records, rewind], true);
    expect(after.map(({ round }) => round)).to.deep.equal([0, 1]);
  });

  const make = (count: number) =>
    Array.from({ length: count }, (_, round): LossPoint => ({
      round,
      root: `r${round}` as Digest,
    }));

  it('are measured from both ends inwards, each once, and a bounded number of them', () => {
    fc.assert(
      fc.property(fc.nat(200), (count) => {
        const points = make(count);
        const done = new Set<LossPoint>();
        const order: number[] = [];
        for (let next = nextPoint(points, (one) => done.has(one)); next;) {
          expect(done.has(next)).to.equal(false);
          done.add(next);
          order.push(next.round);
          next = nextPoint(points, (one) => done.has(one));
        }
        expect(done.size).to.equal(Math.min(count, pointsMeasuredMax));
        if (count > 2) expect(order.slice(0, 2)).to.deep.equal([count - 1, 0]);
      }),
      { endOnFailure: true },
    );
    expect(nextPoint(make(9), ({ round }) => [0, 8].includes(round))!.round).to.equal(4);
  });

  it('begin anew with a round that became final meanwhile', () => {
    expect(nextPoint(make(10), ({ round }) => round < 9)!.round).to.equal(9);
  });
});

describe('marks beside a curve', () => {
  it('are round numbers within the bounds, few of them', () => {
    const bound = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high - low > 1e-3);
        const ticks = ticksBetween(low, high, 5);
        expect(ticks.length).to.be.within(1, 6);
        for (const tick of ticks) expect(tick).to.be.within(low - 1e-9, high + 1e-9);
      }),
      { endOnFailure: true },
    );
    expect(ticksBetween(2.3, 7.1, 5)).to.deep.equal([3, 4, 5, 6, 7]);
    expect(ticksBetween(4, 4, 5)).to.deep.equal([4]);
  });
});

describe('the phases that a page saw', () => {
  const { terms } = run;
  const at = (round: number, phase: 'train' | 'reveal', startMs: number, nowMs: number) => ({
    ...{ terms, nowMs },
    open: { ...run.open!, round, phase, deadlineMs: startMs + terms.deadlinesMs[phase] },
  });

  it('begin when the chain began them, and end with the next', () => {
    const log = new PhaseLog();
    log.note(at(1, 'train', 1_000, 1_500));
    log.note(at(1, 'train', 1_000, 1_800));
    log.note(at(1, 'reveal', 2_000, 2_100));
    expect(log.spans).to.deep.equal([
      { round: 1, phase: 'train', startMs: 1_000, endMs: 2_000 },
      { round: 1, phase: 'reveal', startMs: 2_000, endMs: null },
    ]);
    log.note({ terms, nowMs: 2_900, open: null });
    log.note({ terms, nowMs: 3_500, open: null });
    expect(log.spans.at(-1)).to.include({ phase: 'reveal', endMs: 2_900 });
    log.note(at(2, 'train', 3_900, 4_000));
    expect(log.spans.at(-1)).to.deep.equal({
      ...{ round: 2, phase: 'train', startMs: 3_900, endMs: null },
    });
  });

  it('never begin before what was seen before, whatever a pause did to deadlines', () => {
    const log = new PhaseLog();
    log.note(at(1, 'train', 5_000, 5_000));
    log.note(at(1, 'reveal', 1_000, 6_000));
    expect(log.spans.map(({ startMs, endMs }) => [startMs, endMs])).to.deep.equal([
      [5_000, 5_000],
      [5_000, null],
    ]);
  });

  it('are kept for the newest rounds only', () => {
    const log = new PhaseLog();
    for (let round = 1; round <= 100; round++) log.note(at(round, 'train', round * 10, round * 10));
    expect(log.spans).to.have.length(60);
    expect(log.spans.at(-1)!.round).to.equal(100);
  });
});
