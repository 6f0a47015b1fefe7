/**
 * The runs that are simulated: the main job's own terms, the same with a quarter of the claims
 * audited, a large cohort in which one claim of five is, and one that is guarded by drawn witnesses
 * and decoys. Costs are modelled as a share of pay.
 */
import { draftOf } from '@commonweights/cli/main-job/recipe.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { economicsDefaults, termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { derive } from './abstract-work.js';
import type { SettingName } from './adversary.js';
import type { Behaviour } from './behaviour.js';
import { Honest } from './honest.js';
import { stepsPerRound } from './sizes.js';
import { HonestByDistance } from './tolerance/honest-by-distance.js';
import type { Landscape } from './toy-problem.js';

export interface Setting {
  name: SettingName;
  terms: RunTerms;
  recipe: OuterRecipe;
  /** What is trained on; default: `evenBowl`. */
  landscape?: Landscape;
  /** What one inner step costs whoever computes it. */
  stepCostYocto: bigint;
  /** Who does what is asked there; by default as the exact class asks it. */
  makeHonest: () => Behaviour;
}

const near = 10n ** 24n;
const tenMinutesMs = 600_000;
/** Of the reward: electricity and the machine's wear for one honest round. */
const costShareBps = 6_000n;

const { terms: mainTerms, recipe } = mainJob();

export const settings: Readonly<Record<Setting['name'], Setting>> = {
  main: settingOf('main', mainTerms),
  quarter: settingOf('quarter', {
    ...mainTerms,
    auditedClaimsBps: 2_500,
    // Where no claim was drawn, nothing else keeps a round open to challenges.
    challengeWindowMs: tenMinutesMs,
  }),
  large: settingOf('large', {
    ...mainTerms,
    rounds: 40,
    minWorkers: 24,
    maxWorkers: 48,
    maxAuditors: 16,
    auditedClaimsBps: 2_000,
    auditsPerClaim: 2,
    challengeWindowMs: tenMinutesMs,
    stakeYocto: `${25n * near}`,
    heldBackRounds: 10,
  }),
  guarded: settingOf('guarded', {
    ...mainTerms,
    minWorkers: 12,
    maxWorkers: 24,
    maxAuditors: 8,
    auditedClaimsBps: 5_000,
    challengeWindowMs: tenMinutesMs,
    witnesses: 7,
    decoyShareBps: 5_000,
    decoyFeeYocto: `${near / 20n}`,
    stakeYocto: `${25n * near}`,
    heldBackRounds: 4,
  }),
  distance: {
    ...settingOf('distance', byDistance(mainTerms)),
    makeHonest: () => new HonestByDistance(),
  },
};

/** The main job's terms in the tolerance class, as a proposal would be accepted. */
function byDistance(terms: RunTerms): RunTerms {
  return decodeRunTerms(
    {
      ...terms,
      taintedShareBpsMax: 4_000,
      decoyShareBps: 5_000,
      decoyFeeYocto: `${near / 20n}`,
      stakeYocto: `${8n * near}`,
      tolerance: {
        ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000 },
        ...{ window: 8, failuresMax: 3, failureYocto: `${2n * near}` },
      },
    },
    'terms',
  );
}

function settingOf(name: Setting['name'], terms: RunTerms): Setting {
  const reward = BigInt(terms.rewardYocto);
  const stepCostYocto = (reward * costShareBps) / 10_000n / BigInt(stepsPerRound);
  return { name, terms, recipe, stepCostYocto, makeHonest: () => new Honest() };
}

/** The main job's draft with artefacts that are names only. */
function mainJob(): { terms: RunTerms; recipe: OuterRecipe } {
  const { parent, ...draft } = draftOf(1);
  void parent;
  const named = (name: string) => derive('artefact', name);
  const spec: RunSpec = {
    ...draft,
    version: 1,
    model: { ...draft.model, vocabSize: 1_024 },
    tokenizer: named('tokenizer'),
    program: named('program'),
    fingerprint: named('fingerprint'),
    flopsPerRound: '1',
    data: {
      ...draft.data,
      manifest: named('manifest'),
      train: 'train.bin',
      heldOut: 'held-out.bin',
      sequences: 100_000,
    },
    economics: {
      ...economicsDefaults,
      ...draft.economics,
      computeCostYocto: draft.economics.rewardYocto,
    },
  };
  const terms = termsOf({ spec, digest: named('spec'), initialRoot: derive('root', 'initial') });
  return { terms, recipe: spec.outer };
}
