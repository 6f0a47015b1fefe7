import { expect } from 'chai';
import fc from 'fast-check';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  decodeRunSpec,
  learningRateAt,
  sequencesPerSlice,
  termsOf,
  type LearningRateSchedule,
  type RunSpec,
} from '@commonweights/trainer/run/run-spec.js';
import { engineOfVersion } from '../../support/published-run.js';
import { tinyRun, wrongDigest } from '../../support/tiny-run.js';

type Json = Record<string, unknown>;

describe('a run spec', () => {
  let spec: RunSpec;
  before(async () => {
    ({ spec } = await tinyRun(engineOfVersion('1')));
  });

  /** A copy with one thing different. */
  const changed = (path: string, change: (holder: Json, field: string) => void): unknown => {
    const copy = structuredClone(spec) as unknown as Json;
    const names = path.split('.');
    const field = names.pop()!;
    change(
      names.reduce((holder, name) => holder[name] as Json, copy),
      field,
    );
    return copy;
  };
  const withValue = (path: string, value: unknown) =>
    changed(path, (holder, field) => (holder[field] = value));
  const refusal = (json: unknown): string => {
    try {
      decodeRunSpec(json);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('nothing was refused');
  };
  /** The outer recipe is decoded where it is defined, and names its own fields. */
  const naming = (path: string) =>
    path.startsWith('outer.')
      ? new RegExp(`^BAD_RECIPE: .*"(${path.slice(6)}|kind)".*"outer" in the run spec$`)
      : new RegExp(`^BAD_RUN_SPEC: ${path.replaceAll('.', '\\.')}: .*RunSpec`);

  it('is read as it is', () => {
    expect(decodeRunSpec(JSON.parse(JSON.stringify(spec)))).to.deep.equal(spec);
  });

  it('is refused without any one of its fields, by the name of the field', () => {
    const paths = pathsOf(spec);
    expect(paths.length).to.be.greaterThan(60);
    for (const path of paths.filter((one) => one !== 'outer')) {
      const message = refusal(changed(path, (holder, field) => delete holder[field]));
      expect(message, path).to.match(naming(path));
    }
    expect(refusal(changed('outer', (holder) => delete holder.outer))).to.match(/: outer: is miss/);
  });

  it('is refused with a field that nobody knows, by its name, at every depth', () => {
    const objects = pathsOf(spec).filter((path) => isObject(at(spec, path)));
    for (const path of ['', ...objects.map((one) => `${one}.`)]) {
      const message = refusal(withValue(`${path}surprise`, 1));
      if (path === 'outer.') expect(message).to.match(/^BAD_RECIPE: "surprise" is no field/);
      else expect(message).to.include(`BAD_RUN_SPEC: ${path}surprise: is not a known field`);
    }
  });

  it('is refused with a field of another kind, by the name of the field', () => {
    for (const path of pathsOf(spec)) {
      for (const value of [null, [], { some: 'object' }, true, 'a text', NaN]) {
        if (typeof value === typeof at(spec, path) && !isObject(at(spec, path))) continue;
        if (isObject(at(spec, path)) && isObject(value)) continue;
        const message = refusal(withValue(path, value));
        const expected = path === 'outer' ? /^BAD_RECIPE: / : naming(path);
        expect(message, `${path} = ${JSON.stringify(value)}`).to.match(expected);
      }
    }
  });

  it('is refused when it is no object', () => {
    for (const json of [null, 7, 'spec', [], [spec]]) {
      expect(refusal(json)).to.match(/^BAD_RUN_SPEC: the document: must be an object/);
    }
  });

  it('does not take what an object inherits for its fields', () => {
    const inherited = Object.create(spec as object) as unknown;
    expect(refusal(inherited)).to.match(/^BAD_RUN_SPEC: version: is missing/);
    const poisoned = JSON.parse(`{"__proto__": 1, ${JSON.stringify(spec).slice(1)}`) as unknown;
    expect(refusal(poisoned)).to.match(/^BAD_RUN_SPEC: __proto__: is not a known field/);
  });

  const share = { dataset: 'tiny@1', weightBps: 10_000 };

  describe('is refused out of range:', () => {
    const cases: [string, unknown[]][] = [
      ['version', [0, 2, '1']],
      ['title', ['', 'x'.repeat(201)]],
      ['model.family', ['gpt']],
      ['model.vocabSize', [1, 65_537, 64.5]],
      ['model.hiddenSize', [0, -16, 65_537]],
      ['model.layers', [0, 513]],
      ['model.contextLength', [0, 2 ** 20 + 1]],
      ['model.ropeTheta', [0, -1, Infinity]],
      ['model.rmsNormEps', [0]],
      ['initialSeed', [-1, 2 ** 32, 0.5]],
      ['tokenizer', ['sha256:', `sha256:${'A'.repeat(64)}`, `sha512:${'0'.repeat(64)}`]],
      ['program', [`sha256:${'0'.repeat(63)}`]],
      ['data.sequences', [0, 2 ** 40 + 1, 2 ** 53]],
      ['data.seed', [-1, 2 ** 32]],
      ['inner.optimizer.beta1', [-0.1]],
      ['inner.optimizer.epsilon', [0]],
      ['inner.optimizer.clipNorm', [0, -1]],
      ['inner.batchSize', [0, 65_537]],
      ['inner.stepsPerRound', [0, 100_001]],
      ['inner.segments', [0, 1025]],
      ['inner.localResetInterval', [0, 1_000_001]],
      ['inner.schedule.peak', [0, -1, 1.000001, 3e-4 * 1e6]],
      ['inner.schedule.final', [-0.001, 1.000001]],
      ['inner.schedule.totalSteps', [0]],
      ['outer.k', [0, 4097, 1.5]],
      ['outer.chunk', [0]],
      ['outer.feedbackDecay', [-0.1, 1.1]],
      ['outer.learningRate', [0, 11]],
      ['evaluation.sequences', [0, 1_000_001]],
      ['rounds', [0, 1_000_001]],
      ['minWorkers', [0, 65]],
      ['maxWorkers', [0, 65]],
      ['maxAuditors', [-1, 65]],
      ['deadlinesMs.audit', [0, 999, 31_536_000_001]],
      ['auditedClaimsBps', [-1, 10_001]],
      ['auditsPerClaim', [0, 3, 4]],
      ['heldBackRounds', [-1, 10_001]],
      ['economics.stakeYocto', ['', '-1', '01', '1.5', '1e24', '0x10', '9'.repeat(40), 5]],
      ['economics.seatsPerAccount', [0, 65]],
      ['economics.relayedCallsPerRound', [-1, 65]],
      ['economics.earnedStakeSeatsMax', [-1, 65]],
      ['economics.relayFeeYocto', ['-1', 5]],
      ['economics.dataRewardYocto', ['-1', 5, '1.5']],
      ['economics.dataShares', ['all', {}, Array.from({ length: 17 }, () => share)]],
    ];
    for (const [path, values] of cases) {
      it(path, () => {
        for (const value of values) {
          const message = refusal(withValue(path, value));
          expect(message, `${path} = ${JSON.stringify(value)}`).to.match(naming(path));
        }
      });
    }
  });

  describe('is refused where its fields do not fit together:', () => {
    const cases: [string, string, unknown, RegExp][] = [
      ['segments that do not divide a round', 'inner.segments', 4, /inner\.segments: 4 does not/],
      ['a warm-up without end', 'inner.schedule.warmupSteps', 60, /totalSteps: must be greater/],
      ['heads that share unequally', 'model.kvHeads', 3, /model\.kvHeads: must divide/],
      ['heads of odd size', 'model.hiddenSize', 18, /model\.hiddenSize: must be an even/],
      ['more workers than places', 'minWorkers', 5, /minWorkers: is greater than maxWorkers/],
      ['no batch to evaluate', 'evaluation.sequences', 1, /sequences: do not fill one batch of 2;/],
      ['less data than one slice', 'data.sequences', 11, /data\.sequences: one slice needs 12/],
    ];
    for (const [name, path, value, sentence] of cases) {
      it(name, () => expect(refusal(withValue(path, value))).to.match(sentence));
    }
  });

  describe('may say more than it must:', () => {
    const llama3 = {
      ...{ kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4 },
      originalContextLength: 8192,
    };
    const schedule = { peak: 0.01, final: 0.001, warmupSteps: 4, totalSteps: 60 };
    const decay = { ...schedule, kind: 'warmup-stable-decay' };
    const accepted: [string, unknown][] = [
      ['economics.dataShares', [share]],
      ['inner.plan', { microBatches: 2, recomputeLayers: true, attentionBlock: 4, logitsBlock: 8 }],
      ['inner.plan', {}],
      ['model.ropeScaling', { kind: 'linear', factor: 2 }],
      ['model.ropeScaling', llama3],
      ['inner.schedule', { ...schedule, kind: 'warmup-cosine' }],
      ['inner.schedule', { ...decay, decaySteps: 56 }],
      ['inner.schedule', { ...schedule, kind: 'warmup-linear', peak: 1, final: 1 }],
      ['inner.schedule', { ...schedule, kind: 'warmup-linear', final: 0 }],
      ['evaluation', { sequences: 2 }],
    ];
    for (const [path, value] of accepted) {
      it(`${path} ${JSON.stringify(value)}`, () => {
        expect(at(decodeRunSpec(withValue(path, value)), path)).to.deep.equal(value);
      });
    }
    const refused: [string, unknown, RegExp][] = [
      ['economics.dataShares', [{ ...share, weightBps: 0 }], /dataShares\.0\.weightBps: must be/],
      ['economics.dataShares', [{ weightBps: 1 }], /dataShares\.0\.dataset: is missing/],
      ['inner.plan', { microBatches: 3 }, /inner\.plan\.microBatches: does not divide/],
      ['inner.plan', { recomputeLayers: 1 }, /inner\.plan\.recomputeLayers: must be true/],
      ['inner.plan', { attentionBlock: 0 }, /inner\.plan\.attentionBlock: /],
      ['inner.plan', { surprise: 1 }, /inner\.plan\.surprise: is not a known field/],
      ['model.ropeScaling', { kind: 'yarn', factor: 2 }, /model\.ropeScaling\.kind: /],
      ['model.ropeScaling', { ...llama3, factor: undefined }, /model\.ropeScaling\.factor: /],
      ['model.ropeScaling', { kind: 'llama3', factor: 8 }, /lowFrequencyFactor: is missing/],
      ['inner.schedule', { ...schedule, kind: 'cosine' }, /inner\.schedule\.kind: /],
      ['inner.schedule', decay, /inner\.schedule\.decaySteps: is missing/],
      ['inner.schedule', { ...decay, decaySteps: 57 }, /inner\.schedule\.decaySteps: is more than/],
    ];
    for (const [path, value, sentence] of refused) {
      it(`but not ${path} ${JSON.stringify(value)}`, () => {
        expect(refusal(withValue(path, value))).to.match(sentence);
      });
    }
  });

  it('gives terms that the contract takes', () => {
    const terms = termsOf({ spec, digest: wrongDigest(), initialRoot: digestOf(new Uint8Array()) });
    expect(decodeRunTerms(terms, 'terms')).to.deep.equal(terms);
    expect(terms).to.include({ spec: wrongDigest(), program: spec.program, segments: 3 });
    expect(terms.datasets).to.deep.equal(['tiny@1']);
  });

  it('counts only whole slices in an epoch', () => {
    const perSlice = sequencesPerSlice(spec);
    fc.assert(
      fc.property(fc.integer({ min: perSlice, max: 1e6 }), (sequences) => {
        const more = decodeRunSpec(withValue('data.sequences', sequences));
        const { slicesPerEpoch } = termsOf({
          ...{ spec: more, digest: wrongDigest(), initialRoot: wrongDigest() },
        });
        expect(slicesPerEpoch).to.be.at.least(1);
        expect(slicesPerEpoch * perSlice).to.be.at.most(sequences);
        expect((slicesPerEpoch + 1) * perSlice).to.be.greaterThan(sequences);
      }),
    );
  });
});

describe('the learning rate', () => {
  const straight = fc
    .record({
      peak: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      warmupSteps: fc.integer({ min: 0, max: 1000 }),
      decaySteps: fc.integer({ min: 1, max: 1000 }),
    })
    .map(({ peak, share, warmupSteps, decaySteps }) => ({
      kind: 'warmup-linear' as const,
      peak,
      final: peak * share,
      warmupSteps,
      totalSteps: warmupSteps + decaySteps,
    }));
  const schedules: fc.Arbitrary<LearningRateSchedule> = fc.oneof(
    straight,
    straight.map((it) => ({ ...it, kind: 'warmup-cosine' as const })),
    fc.tuple(straight, fc.double({ min: 0, max: 1, noNaN: true })).map(([it, share]) => ({
      ...it,
      kind: 'warmup-stable-decay' as const,
      decaySteps: Math.max(1, Math.floor(share * (it.totalSteps - it.warmupSteps))),
    })),
  );
  const steps = fc.integer({ min: 0, max: 2500 });
  /** × and ÷ round: the same on every machine, but not to the last bit what one would write. */
  const [below, above] = [1 - 2 ** -50, 1 + 2 ** -50];

  it('reaches its peak with the last warm-up step, and its final value at the end', () => {
    fc.assert(
      fc.property(schedules, steps, (it, after) => {
        if (it.warmupSteps > 0) {
          const last = learningRateAt(it, it.warmupSteps - 1);
          expect(last).to.be.within(it.peak * below, it.peak * above);
        }
        expect(learningRateAt(it, it.warmupSteps)).to.equal(it.peak);
        expect(learningRateAt(it, it.totalSteps + after)).to.equal(it.final);
      }),
    );
  });

  it('is never above its peak, never below zero, and not zero in the first step', () => {
    fc.assert(
      fc.property(schedules, steps, (it, step) => {
        expect(learningRateAt(it, step)).to.be.within(0, it.peak * above);
        expect(learningRateAt(it, 0)).to.be.greaterThan(0);
      }),
    );
  });

  it('rises while it warms up and falls from then on', () => {
    fc.assert(
      fc.property(schedules, steps, (it, step) => {
        const [now, next] = [learningRateAt(it, step), learningRateAt(it, step + 1)];
        if (step + 1 < it.warmupSteps) expect(next).to.be.at.least(now * below);
        else expect(next).to.be.at.most(now * above);
      }),
    );
  });

  it('has the values that the schedule says', () => {
    const it = {
      kind: 'warmup-linear',
      peak: 8,
      final: 2,
      warmupSteps: 4,
      totalSteps: 10,
    } as const;
    const rates = Array.from({ length: 12 }, (_, step) => learningRateAt(it, step));
    expect(rates).to.deep.equal([2, 4, 6, 8, 8, 7, 6, 5, 4, 3, 2, 2]);
    const late = { ...it, kind: 'warmup-stable-decay', decaySteps: 2 } as const;
    const stable = Array.from({ length: 12 }, (_, step) => learningRateAt(late, step));
    expect(stable).to.deep.equal([2, 4, 6, 8, 8, 8, 8, 8, 8, 5, 2, 2]);
  });

  it('follows half a turn of a cosine', () => {
    const bounds = { peak: 8, final: 2, warmupSteps: 0, totalSteps: 1000 };
    for (let step = 0; step <= 1000; step++) {
      const wanted = 5 + 3 * Math.cos((Math.PI * step) / 1000);
      expect(learningRateAt({ ...bounds, kind: 'warmup-cosine' }, step)).to.be.closeTo(
        wanted,
        1e-14,
      );
    }
  });
});

/** Every field at every depth. */
function pathsOf(value: unknown, path = ''): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path ? `${path}.${key}` : key;
    return [here, ...pathsOf(inner, here)];
  });
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((holder, name) => (holder as Json)[name], value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
