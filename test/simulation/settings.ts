/**
 * The runs that are simulated: the main job's own terms, the same with a quarter of the claims
 * audited, a large cohort in which one claim of five is, and one that is guarded by drawn witnesses
 * and decoys. Costs are modelled as a share of pay.
 */
import { draftOf } from '@commonweights/cli/main-job/recipe.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { seatDefaults, termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { derive } from './abstract-work.js';
import type { SettingName } from './adversary.js';
import { stepsPerRound } from './sizes.js';

export interface Setting {
  name: SettingName;
  terms: RunTerms;
  recipe: OuterRecipe;
  /** What one inner step costs whoever computes it. */
  stepCostYocto: bigint;
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
};

function settingOf(name: Setting['name'], terms: RunTerms): Setting {
  const reward = BigInt(terms.rewardYocto);
  const stepCostYocto = (reward * costShareBps) / 10_000n / BigInt(stepsPerRound);
  return { name, terms, recipe, stepCostYocto };
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
      ...seatDefaults,
      ...draft.economics,
      computeCostYocto: draft.economics.rewardYocto,
    },
  };
  const terms = termsOf({ spec, digest: named('spec'), initialRoot: derive('root', 'initial') });
  return { terms, recipe: spec.outer };
}
