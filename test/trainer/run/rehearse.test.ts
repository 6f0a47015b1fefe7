import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { PackedSequences } from '@commonweights/trainer/data/packed-sequences.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { chainUseOf } from '@commonweights/trainer/run/chain-fees.js';
import { extrapolateLoss } from '@commonweights/trainer/run/extrapolate-loss.js';
import type { PreparedRun } from '@commonweights/trainer/run/prepare-run.js';
import { rehearse, type RehearsalOptions } from '@commonweights/trainer/run/rehearse.js';
import { termsOf } from '@commonweights/trainer/run/run-spec.js';
import {
  shortened,
  trainTogether,
  worthOfWorker,
  type Cohort,
} from '@commonweights/trainer/run/simulated-cohort.js';
import { tinyRun, tokensOf, wrongDigest } from '../../support/tiny-run.js';

const engine = createOrtWasmEngine({ threads: 1 });
const specDigest: Digest = digestOf(new Uint8Array([7]));

describe('a rehearsal', () => {
  let prepared: PreparedRun;
  before(async () => {
    const { spec, initial, train } = await tinyRun(engine);
    const heldOut = new PackedSequences(tokensOf(401), spec.model.contextLength);
    const terms = termsOf({ spec, digest: specDigest, initialRoot: wrongDigest() });
    prepared = { spec, terms, budgetYocto: 77n, initial, train, heldOut };
  });
  /** A clock that counts its questions: ten milliseconds pass between two. */
  const options = (change: Partial<RehearsalOptions> = {}): RehearsalOptions => {
    let time = 0;
    const now = () => (time += 10);
    return { rounds: 2, workers: 3, worth: false, megabitsPerSecond: 8, now, ...change };
  };

  it('trains, and says what a round takes, moves and costs', async () => {
    const forecast = await rehearse(prepared, engine, options());
    expect(forecast).to.include({ spec: specDigest, workers: 3, rehearsedRounds: 2, rounds: 3 });
    const { loss, seconds, bytes, cost } = forecast;
    expect(loss.afterEachRound).to.have.length(2);
    expect(loss.afterEachRound[1]!).to.be.below(loss.before);
    expect(seconds).to.include({ training: 0.01, aggregating: 0.01 });
    expect(seconds.transferring).to.be.closeTo((bytes.up + bytes.down) / 1e6, 1e-9);
    const parts = seconds.training + seconds.aggregating + seconds.transferring + seconds.chain;
    expect(seconds.round).to.be.closeTo(parts, 1e-9);
    expect(seconds.run).to.be.closeTo(3 * seconds.round, 1e-9);
    expect(cost).to.include({ budgetYocto: '77', payYocto: `99${'0'.repeat(23)}` });
    expect(forecast.worth).to.equal(null);
  });

  it('counts the bytes that the codec and the snapshots really have', async () => {
    const { bytes } = await rehearse(prepared, engine, options());
    const alone = await rehearse(prepared, engine, options({ workers: 1 }));
    const unaudited = { ...prepared, spec: { ...prepared.spec, auditedClaimsBps: 0 } };
    const without = await rehearse(unaudited, engine, options());
    const length = prepared.spec.model.hiddenSize * 64;
    expect(bytes.up - without.bytes.up).to.be.greaterThan(4 * 4 * length);
    expect(without.bytes.down).to.be.closeTo(2 * without.bytes.up, 2);
    expect(alone.bytes.down).to.be.below(bytes.down);
    expect(bytes.join).to.be.greaterThan(4 * length);
  });

  it('gives the same losses again', async () => {
    const first = await rehearse(prepared, engine, options());
    expect(await rehearse(prepared, engine, options())).to.deep.equal(first);
  });

  it('rehearses no more rounds than the run has', async () => {
    const { rehearsedRounds, loss } = await rehearse(prepared, engine, options({ rounds: 9 }));
    expect(rehearsedRounds).to.equal(3);
    const last = loss.afterEachRound.at(-1)!;
    expect(loss.atTheEnd).to.deep.equal({ low: last, high: last });
  });

  it('says what a worker is worth when asked', async () => {
    const { worth, assumes } = await rehearse(prepared, engine, options({ worth: true }));
    const { run, alone, dataParallel, ofAWorker } = worth!;
    const tells = alone - dataParallel >= 0.1;
    expect(ofAWorker).to.equal(tells ? worthOfWorker({ run, alone, ddp: dataParallel }) : null);
    for (const loss of [run, alone, dataParallel]) expect(loss).to.be.within(0.1, 5);
    expect(assumes.join()).to.match(/one alone for at most 3 times the steps/);
  });

  it('refuses counts that make no sense', async () => {
    for (const change of [{ rounds: 0 }, { workers: 0 }, { workers: 65 }, { workers: 1.5 }]) {
      const failure = await rehearse(prepared, engine, options(change)).catch(
        (error: Error) => error.message,
      );
      expect(failure).to.match(/^BAD_REHEARSAL: .*rehearse with 1 to 64/);
    }
  });
});

describe('a simulated cohort', () => {
  let cohort: Cohort;
  before(async () => {
    const { spec, initial, train } = await tinyRun(engine);
    const heldOut = new PackedSequences(tokensOf(401), spec.model.contextLength);
    cohort = { engine, spec, initial: initial.params, train, heldOut, evaluatedSequences: 8 };
  });

  it('learns more in more rounds', async () => {
    const plan = { seatsOf: () => [0, 1], evaluatesEachRound: true };
    const { rounds } = await trainTogether(cohort, { ...plan, rounds: 6 });
    expect(rounds.at(-1)!.heldOutLoss!).to.be.below(rounds[0]!.heldOutLoss!);
    expect(rounds.map(({ round }) => round)).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('lets seats come and go', async () => {
    const seatsOf = (round: number) => (round === 1 ? [0, 1, 2] : [0, 4]);
    const { rounds } = await trainTogether(cohort, { rounds: 2, seatsOf });
    expect(rounds.map(({ updates }) => updates)).to.deep.equal([3, 2]);
  });

  it('trains a rewound round again, on other slices and from empty local states', async () => {
    const plan = { rounds: 2, seatsOf: () => [0, 1] };
    const straight = await trainTogether(cohort, plan);
    const rewound = await trainTogether(cohort, { ...plan, rewoundRound: 2 });
    expect(rewound.rounds.map(({ round }) => round)).to.deep.equal([1, 2]);
    expect(rewound.heldOutLoss).to.not.equal(straight.heldOutLoss);
  });

  it('shortens a schedule to its rounds, warm-up to a quarter', () => {
    const schedule = { warmupSteps: 40, totalSteps: 512 };
    expect(shortened(schedule, 64)).to.deep.equal({ warmupSteps: 16, totalSteps: 64 });
    expect(shortened(schedule, 400)).to.deep.equal({ warmupSteps: 40, totalSteps: 400 });
  });
});

describe('extrapolating a loss', () => {
  const curves = fc.array(fc.double({ min: 0, max: 12, noNaN: true }), {
    minLength: 2,
    maxLength: 20,
  });

  it('stays between zero and the last loss, low below high', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 100_000 }), (losses, rounds) => {
        const { low, high } = extrapolateLoss(losses, rounds);
        expect(low).to.be.within(0, high);
        expect(high).to.be.at.most(losses.at(-1)!);
      }),
    );
  });

  it('never forecasts a higher range for a longer run', () => {
    const lengths = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 9999 }));
    fc.assert(
      fc.property(curves, lengths, (losses, [rounds, more]) => {
        const [shorter, longer] = [rounds, rounds + more].map((n) => extrapolateLoss(losses, n));
        expect(longer!.low).to.be.at.most(shorter!.low);
        expect(longer!.high).to.be.at.most(shorter!.high);
      }),
    );
  });

  it('continues a straight line over doublings as its low end, half as its high end', () => {
    // 6, then 5 after one round, 4 after two, 3 after four.
    const losses = [6, 5, 4, 3.5, 3];
    expect(extrapolateLoss(losses, 8)).to.deep.equal({ low: 2, high: 2.5 });
    expect(extrapolateLoss(losses, 16)).to.deep.equal({ low: 1, high: 2.25 });
  });

  it('does not count as progress what was lost before', () => {
    expect(extrapolateLoss([7, 6, 8, 7, 5], 8)).to.deep.equal({ low: 4, high: 4.5 });
  });

  it('expects nothing of a run that learned nothing', () => {
    expect(extrapolateLoss([5, 5, 5], 100)).to.deep.equal({ low: 5, high: 5 });
    expect(extrapolateLoss([5, 6, 7], 100)).to.deep.equal({ low: 7, high: 7 });
  });

  it('refuses to say anything without a round', () => {
    expect(() => extrapolateLoss([5], 3)).to.throw(/^BAD_REHEARSAL: no round/);
  });
});

describe('the fees of a worker on chain', () => {
  it('are four calls, a share of the ticks and both sides of audits', () => {
    expect(chainUseOf({ workers: 4, auditedClaimsBps: 0 }).calls).to.equal(5);
    expect(chainUseOf({ workers: 4, auditedClaimsBps: 5_000 }).calls).to.equal(6.5);
  });

  it('follow the gas at the network’s minimum price', () => {
    const { teraGas, feesYocto } = chainUseOf({ workers: 4, auditedClaimsBps: 10_000 });
    expect(Number(feesYocto)).to.be.closeTo(teraGas * 1e20, 1e17);
    const many = chainUseOf({ workers: 64, auditedClaimsBps: 10_000 });
    expect(many.feesYocto < feesYocto).to.equal(true);
  });
});
