/** How far two ends are apart: the same integers for everybody, and no part hides behind another. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  addDistance,
  billionthsOf,
  distancesOf,
  residualBillionths,
} from '@commonweights/trainer/auditor/residual.js';
import type { Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';

const endOnFailure = { endOnFailure: true };
const count = 300;

function snapshotOf(value: (i: number) => number): Snapshot {
  const vector = (by: number) => Float32Array.from({ length: count }, (_, i) => by * value(i));
  const local = {
    firstMoment: vector(0.1),
    secondMoment: vector(1).map((one) => one * one),
    errorFeedback: null,
    steps: 3,
  };
  return { params: vector(1), local };
}

const start = snapshotOf((i) => Math.fround(0.01 * ((i % 7) - 3)));
const auditor = snapshotOf((i) => Math.fround(0.01 * ((i % 7) - 3) + 0.001 * ((i % 5) + 1)));

function offBy(by: number, change: (end: Snapshot) => Float32Array): Snapshot {
  const end = structuredClone(auditor);
  const vector = change(end);
  for (let i = 0; i < vector.length; i++) vector[i] = Math.fround(vector[i]! * (1 + by));
  return end;
}

describe('the distance between two ends of a segment', () => {
  it('is nothing between an end and itself', () => {
    const ends = { start, worker: auditor, auditor };
    expect(residualBillionths(ends)).to.equal(0);
    expect(addDistance(ends, null)).to.deep.include({ alongBillionths: 0 });
  });

  it('is relative to the change, not to the weights', () => {
    const worker = structuredClone(auditor);
    worker.params.forEach((value, i) => {
      worker.params[i] = Math.fround(value + 0.01 * (value - start.params[i]!));
    });
    expect(distancesOf({ start, worker, auditor }).delta).to.be.closeTo(0.01, 1e-4);
  });

  it('is the largest of its parts: bent moments show though the weights are the same', () => {
    for (const [part, change] of [
      ['firstMoment', (end: Snapshot) => end.local.firstMoment],
      ['secondMoment', (end: Snapshot) => end.local.secondMoment],
    ] as const) {
      const ends = { start, worker: offBy(0.2, change), auditor };
      expect(distancesOf(ends).delta).to.equal(0);
      expect(distancesOf(ends)[part]).to.be.above(0.05);
      expect(residualBillionths(ends)).to.be.above(5e7);
    }
  });

  it('shows a second moment that would make one parameter leap', () => {
    const worker = structuredClone(auditor);
    worker.local.secondMoment[5] = 0;
    const { delta, nextStep } = distancesOf({ start, worker, auditor });
    expect(delta).to.equal(0);
    expect(nextStep).to.be.above(1);
  });

  it('is 1000 where only the other end moved nothing, and no more', () => {
    const idle = { start, worker: auditor, auditor: start };
    expect(distancesOf(idle).delta).to.equal(1_000);
    expect(billionthsOf(Infinity)).to.equal(10 ** 12);
  });

  it('has no part along others that is longer than itself', () => {
    const numbers = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), {
      minLength: count,
      maxLength: count,
    });
    fc.assert(
      fc.property(numbers, numbers, (worker, before) => {
        const ends = { start, worker: snapshotOf((i) => worker[i]!), auditor };
        const { alongBillionths } = addDistance(ends, Float32Array.from(before));
        expect(Math.abs(alongBillionths)).to.be.at.most(residualBillionths(ends));
      }),
      { ...endOnFailure, numRuns: 50 },
    );
  });

  it('adds up along itself: always to the same side grows with the count', () => {
    const worker = offBy(0.001, (end) => end.params);
    let sum: Float32Array | null = null;
    const alongs: number[] = [];
    for (let audit = 0; audit < 4; audit++) {
      const added = addDistance({ start, worker, auditor }, sum);
      alongs.push(added.alongBillionths);
      sum = added.sum;
    }
    expect(alongs[0]).to.equal(0);
    const { delta } = distancesOf({ start, worker, auditor });
    for (const one of alongs.slice(1)) expect(one / 1e9).to.be.closeTo(delta, delta / 1e3);
  });
});
