/** How far two ends are apart: the same integers for everybody, and no part hides behind another. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  billionthsOf,
  distancesOf,
  measureEnds,
  residualBillionths,
} from '@commonweights/trainer/auditor/residual.js';
import type { Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';

const endOnFailure = { endOnFailure: true };
const count = 300;
const bounds = { toleranceBillionths: 50_000_000, window: 8 };

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
    expect(measureEnds(ends, null, bounds)).to.deep.include({
      ...{ residualBillionths: 0, alongBillionths: 0, sum: new Float32Array(count) },
    });
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

  const numbers = (max: number) =>
    fc.array(fc.float({ min: -max, max, noNaN: true }), { minLength: count, maxLength: count });
  const reachOf = (sum: Float32Array) => Math.sqrt(sum.reduce((all, one) => all + one * one, 0));
  const reachMax = (bounds.window * bounds.toleranceBillionths) / 1e9;

  it('has no part along others that is longer than itself, and a sum that is bounded', () => {
    const largest = Math.fround(3.4e38);
    fc.assert(
      fc.property(
        numbers(largest),
        fc.constantFrom(0, 1e-6, 1e-4, 1),
        numbers(largest),
        fc.constantFrom(1e-40, 1, largest),
        (worker, off, before, by) => {
          const params = auditor.params.map((value, i) =>
            Math.fround(value + off * worker[i]! * 1e-38),
          );
          const ends = { start, worker: { ...auditor, params }, auditor };
          const sum = Float32Array.from(before, (one) => Math.fround((one / largest) * by));
          const measured = measureEnds(ends, sum, bounds);
          expect(measured.residualBillionths).to.equal(residualBillionths(ends));
          expect(Math.abs(measured.alongBillionths)).to.be.at.most(measured.residualBillionths);
          expect(reachOf(measured.sum)).to.be.at.most((reachMax + 0.05) * 1.001);
        },
      ),
      { ...endOnFailure, numRuns: 100 },
    );
  });

  it('adds up along itself: always to the same side grows with the count', () => {
    const worker = offBy(0.001, (end) => end.params);
    let sum: Float32Array | null = null;
    const alongs: number[] = [];
    for (let audit = 0; audit < 4; audit++) {
      const added = measureEnds({ start, worker, auditor }, sum, bounds);
      alongs.push(added.alongBillionths);
      sum = added.sum;
    }
    expect(alongs[0]).to.equal(0);
    const { delta } = distancesOf({ start, worker, auditor });
    for (const one of alongs.slice(1)) expect(one / 1e9).to.be.closeTo(delta, delta / 1e3);
  });

  it('adds nothing where it is a question for a jury, however far it is', () => {
    const far = structuredClone(auditor);
    far.params.fill(Math.fround(3.4e38));
    const still = structuredClone(start);
    still.params[0] = Math.fround(start.params[0]! + 1e-3);
    const known = Float32Array.from({ length: count }, (_, i) => Math.fround(1e-3 * ((i % 3) - 1)));
    for (const against of [auditor, still]) {
      const ends = { start, worker: far, auditor: against };
      const measured = measureEnds(ends, known, bounds);
      expect(measured).to.deep.include({ alongBillionths: 0, sum: known });
      expect(measureEnds(ends, null, bounds).sum).to.deep.equal(new Float32Array(count));
    }
  });

  it('shows a steady bias again soon after somebody made up the sum before', () => {
    const { window } = bounds;
    const worker = offBy(0.005, (end) => end.params);
    const ends = { start, worker, auditor };
    const { delta } = distancesOf(ends);
    // Across the bias, as long as a file can say.
    let sum = Float32Array.from({ length: count }, (_, i) =>
      Math.fround((i % 2 === 0 ? 1 : -1) * 3e38),
    );
    const alongs: number[] = [];
    const audits = Math.ceil((2 * window * bounds.toleranceBillionths) / 1e9 / delta);
    for (let audit = 0; audit < audits; audit++) {
      const measured = measureEnds(ends, sum, bounds);
      alongs.push(measured.alongBillionths / 1e9);
      sum = measured.sum as Float32Array<ArrayBuffer>;
    }
    expect(Math.abs(alongs[0]!)).to.be.below(0.05 * delta);
    expect(alongs.at(-1)!).to.be.above(0.8 * delta);
  });
});
