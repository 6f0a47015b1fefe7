/** All adversaries that the rules of today can meet, in the order of the table. */
import type { Adversary, SettingName } from '../adversary.js';
import { absences } from './absence.js';
import { coalitions } from './coalition.js';
import { committees } from './committees.js';
import { copier } from './copier.js';
import { fewerSteps } from './fewer-steps.js';
import { freeRiders } from './free-rider.js';
import { lazyAuditors } from './lazy-auditor.js';
import { lazyJurors } from './lazy-juror.js';
import { lyingWitness } from './lying-witness.js';
import { localStatePoisoner } from './poisoned-local-state.js';
import { readingAuditor } from './reading-auditor.js';
import { repeatedWords } from './repeated-words.js';
import { seedGrinder } from './seed-grinder.js';
import { challenger, updateChallenger } from './griefing-challenges.js';
import { hermit, snob } from './selective-availability.js';
import { slowWalker } from './slow-walker.js';
import { sybils } from './sybils.js';
import { saboteurs } from './tampered-update.js';
import { unplugged } from './unplugged.js';
import { withholder } from './withheld-reveal.js';
import { wrongShard } from './wrong-shard.js';
import { distanceAdversaries } from '../tolerance/distance-adversaries.js';

export const honestOnly: Adversary = {
  name: 'honest',
  hopes: 'pay for work',
  cast: () => [],
  expects: () => ({ rate: null, formula: '' }),
};

export const adversaries: readonly Adversary[] = [
  honestOnly,
  ...freeRiders,
  copier,
  wrongShard,
  fewerSteps,
  ...saboteurs,
  localStatePoisoner,
  unplugged,
  withholder,
  hermit,
  snob,
  lyingWitness,
  ...lazyAuditors,
  ...coalitions,
  ...repeatedWords,
  challenger,
  slowWalker,
  ...absences,
  ...sybils,
  seedGrinder,
  readingAuditor,
  ...committees,
  updateChallenger,
  lazyJurors,
  ...distanceAdversaries,
];

/** Everybody who has something to attack there. */
export function adversariesIn(setting: SettingName): readonly Adversary[] {
  const everywhere = ['main', 'quarter', 'large'];
  return adversaries.filter(
    (one) => one === honestOnly || (one.settings ?? everywhere).includes(setting),
  );
}
