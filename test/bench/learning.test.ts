import { expect } from 'chai';
import { allCells, arms, groups, keyOf, type Measured } from '../../bench/learning-cells.js';
import { studyRows, studyTable } from '../../bench/learning-report.js';
import { meanAndError } from '../../bench/mean-and-error.js';
import { disagreements, type PlayLine } from '../../bench/real-adversaries-table.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { realAdversaries } from '../real-adversaries/conducts.js';

const usual = groups[0]!.runs[0]!.cell;

/** Losses by what kind of cell it is: `alone` by its rate. */
function resultsOf(losses: { run: number; alone: [number, number]; ddp: number }, seeds: number[]) {
  const results = new Map<string, Measured>();
  const [slow, fast] = losses.alone;
  const common = { steps: usual.steps, cpuSeconds: 1 };
  for (const seed of seeds) {
    const add = (cell: Measured['cell'], loss: number, bytes = {}) =>
      results.set(keyOf(cell), { cell, loss, cpuSeconds: common.cpuSeconds, ...bytes });
    const { steps } = common;
    add({ kind: 'alone', workers: 1, steps, peak: 4e-3, seed }, slow);
    add({ kind: 'alone', workers: 1, steps, peak: 8e-3, seed }, fast);
    add({ kind: 'ddp', workers: 4, steps, peak: 8e-3, seed }, losses.ddp);
    add({ ...usual, seed }, losses.run, { updateBytes: 10, denseBytes: 40 });
  }
  return results;
}

describe('the learning study', () => {
  it('measures no cell twice, and each run beside all that it is compared with', () => {
    const cells = allCells();
    expect(new Set(cells.map(keyOf)).size).to.equal(cells.length);
    for (const { kind, workers, steps, seed } of cells) {
      if (kind !== 'run') continue;
      const beside = cells.filter((one) => one.steps === steps && one.seed === seed);
      expect(beside.filter((one) => one.kind === 'alone')).to.have.length(2);
      expect(beside.some((one) => one.kind === 'ddp' && one.workers === workers)).to.equal(true);
    }
  });

  it('tells apart whatever a result follows from', () => {
    const cell = { ...usual, seed: 1 };
    const others = [
      { ...cell, seed: 2 },
      { ...cell, innerSteps: 8 },
      { ...cell, outer: arms.fifty },
      { ...cell, overlap: 'late' as const },
      { ...cell, peak: 1e-3 },
    ];
    expect(new Set([cell, ...others].map(keyOf)).size).to.equal(others.length + 1);
  });

  it('counts the worth of each seed against the rate of one alone that is best over all seeds', () => {
    const results = resultsOf({ run: 3.2, alone: [4.2, 4], ddp: 3 }, [1, 2]);
    const [row] = studyRows(results);
    expect(row!.worth.mean).to.be.closeTo(0.8, 1e-12);
    expect(row!.worth).to.include({ error: 0, count: 2 });
    expect(row!.compression).to.equal(4);
    expect(studyTable([row!])).to.include('| 4× | 3.200 ± 0.000 | 0.80 ± 0.00 | 2 |');
  });

  it('says nothing of a seed whose baselines are not there yet', () => {
    const results = resultsOf({ run: 3.2, alone: [4.2, 4], ddp: 3 }, [1]);
    const lonely = { ...usual, seed: 2 };
    results.set(keyOf(lonely), {
      cell: lonely,
      loss: 1,
      cpuSeconds: 1,
      updateBytes: 1,
      denseBytes: 4,
    });
    expect(studyRows(results)[0]!.worth).to.deep.include({ count: 1 });
  });

  it('has no error of one value, and the standard error of several', () => {
    expect(meanAndError([2]).error).to.be.NaN;
    expect(meanAndError([1, 3])).to.deep.equal({ mean: 2, error: 1, count: 2 });
  });
});

describe('real adversaries beside the simulation', () => {
  const sleeper = realAdversaries.find(({ name }) => name === 'sleeper')!;
  const terms = { auditedClaimsBps: 5_000, auditsPerClaim: 1, segments: 4 } as RunTerms;
  const lineOf = (change: Partial<PlayLine>): PlayLine => ({
    ...{ adversary: 'sleeper', defence: 'clipped and audited', seed: 1, status: 'completed' },
    ...{
      exposed: 40,
      detected: 5,
      honestPunished: 0,
      honestAudits: 9,
      before: 4,
      heldOutLoss: 2,
      losses: [3, 2],
    },
    ...change,
  });
  const faultsOf = (change: Partial<PlayLine>) =>
    disagreements({ chosen: [sleeper], lines: [lineOf(change)], simulated: [], terms });

  it('agree where the formula lies within what was found', () => {
    expect(faultsOf({})).to.deep.equal([]);
  });

  it('disagree where it lies far outside, or an honest seat lost anything', () => {
    expect(faultsOf({ detected: 30 })).to.deep.equal(['sleeper is not found as the formula says']);
    expect(faultsOf({ honestPunished: 1 })).to.deep.equal(['sleeper, seed 1: 1 honest seats lost']);
  });

  it('disagree where they harm otherwise, beyond their errors and what the bowl misses', () => {
    const flip = realAdversaries.find(({ name }) => name === 'sign-flip')!;
    const none = { adversary: 'sign-flip', exposed: 0, detected: 0 };
    // Of a progress of 2 nats one seed lost 2 %, the other 4 %.
    const lines = [1, 2].flatMap((seed) => [
      lineOf({ ...none, adversary: 'honest', seed }),
      lineOf({ ...none, seed, heldOutLoss: 2 + 0.04 * seed }),
    ]);
    const simulatedAt = (damage: number) => {
      const row = { damage, damageError: 0.01, exposed: 0, detected: 0, seeds: 9, expected: null };
      return [{ adversary: 'sign-flip', defence: 'clipped and audited', row }] as never;
    };
    const faultsAt = (damage: number) =>
      disagreements({ chosen: [flip], lines, simulated: simulatedAt(damage), terms });
    expect(faultsAt(0.05)).to.deep.equal([]);
    expect(faultsAt(0.12)).to.deep.equal([
      'sign-flip, clipped and audited, harms otherwise than in the simulation',
    ]);
  });
});
