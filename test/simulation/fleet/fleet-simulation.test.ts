/** A sample of what `npm run bench -- scale` shows, small enough for every test run. */
import { expect } from 'chai';
import { captureChance } from '@commonweights/dao-contracts/rules/fleet/capture-odds.js';
import { simulateFleet } from './fleet-simulation.js';
import type { FleetWorld } from './fleet-world.js';
import { standardFleetTerms } from './standard-fleet.js';

const world: FleetWorld = {
  seats: 1_000,
  rounds: 6,
  terms: standardFleetTerms,
  updateBytes: 2_600_000,
  aggregateBytes: 150_000_000,
  trainMs: 600_000,
  downBytesPerMs: 12_500,
  awayBps: 10,
  liarsBps: 0,
  seed: 3,
};

describe('a simulated fleet', () => {
  it('moves no more bytes per worker when it has four times as many', () => {
    const small = simulateFleet(world);
    const large = simulateFleet({ ...world, seats: 4_000 });
    expect([small.finalRounds, large.finalRounds]).to.deep.equal([6, 6]);
    expect(large.bytesDownMean / small.bytesDownMean).to.be.within(0.95, 1.05);
    expect(large.bytesDownMost / small.bytesDownMost).to.be.within(0.9, 1.1);
    expect(large.bytesUpMost / small.bytesUpMost).to.be.within(0.9, 1.1);
    expect(large.panelsMost).to.equal(1);
    const calls = (one: typeof small) =>
      Object.values(one.calls).reduce((sum, count) => sum + count) / one.seats;
    expect(calls(large) / calls(small)).to.be.within(0.95, 1.05);
  });

  it('downloads what the formula says', () => {
    const report = simulateFleet({ ...world, awayBps: 0 });
    const { seats, cohorts } = report;
    // (n − 1) updates; m·G ÷ N parts of C ÷ G aggregates each; the combined step.
    const cohort = (seats / cohorts - 1) * world.updateBytes;
    const service = (31 * cohorts * world.aggregateBytes) / seats;
    const expected = cohort + service + world.aggregateBytes;
    expect(report.bytesDownMean / expected).to.be.within(0.999, 1.001);
  });

  it('corrects every captured committee of a fleet with a third of liars', () => {
    const report = simulateFleet({ ...world, rounds: 20, liarsBps: 3_333 });
    expect(report.finalRounds).to.equal(20);
    expect(report.captured).to.be.greaterThan(0);
    expect(report.corrected).to.equal(report.captured);
    // At least the majority that decided wrong; never anybody honest (the simulation asserts it).
    expect(report.expelled).to.be.at.least(16);
  });

  it('captures committees as often as the odds say', () => {
    const fleets = 60;
    let captured = 0;
    for (let seed = 1; seed <= fleets; seed++) {
      const one = { ...world, rounds: 1, awayBps: 0, liarsBps: 3_330, seed: seed * 7_919 };
      captured += simulateFleet(one).captured;
    }
    const { of, outOf } = captureChance({ size: 31, seats: 1_000, liars: 333 });
    const expected = (fleets * 16 * Number((of * 10n ** 12n) / outOf)) / 1e12;
    // Four standard deviations of a Poisson count; the seeds are fixed.
    expect(Math.abs(captured - expected)).to.be.lessThan(4 * Math.sqrt(expected));
  });

  it('comes to the same report from the same seed', () => {
    const short = { ...world, seats: 300, rounds: 3, liarsBps: 2_000 };
    expect(simulateFleet(short)).to.deep.equal(simulateFleet(short));
  });
});
