/** The simulation under the terms and the recipe, on the landscape and with the crew of a real play. */
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { adversaries, honestOnly } from '../simulation/adversaries/adversary-list.js';
import { measure, type Row } from '../simulation/measure.js';
import { settings } from '../simulation/settings.js';
import type { RealAdversary } from './conducts.js';
import { fitToSpeeches, landscapeOf } from './landscape.js';
import type { Defence } from './stage.js';

export interface Alike {
  readonly adversary: string;
  readonly defence: Defence['name'];
  /** Null: the simulation has none of this name. */
  readonly row: Row | null;
}

export function simulateAlike(
  { name }: RealAdversary,
  it: { defence: Defence; terms: RunTerms; recipe: OuterRecipe; seeds: number },
): Alike {
  const adversary = adversaries.find((one) => one.name === name);
  const { defence, terms, recipe, seeds } = it;
  const { main } = settings;
  // Its model starts from a root of its own, and its machines need hours for what takes seconds here.
  const { initialRoot, deadlinesMs } = main.terms;
  const landscape = landscapeOf(fitToSpeeches);
  const setting = { ...main, terms: { ...terms, initialRoot, deadlinesMs }, recipe, landscape };
  const row = adversary ? measure({ adversary, honest: honestOnly, setting, seeds }) : null;
  return { adversary: name, defence: defence.name, row };
}
