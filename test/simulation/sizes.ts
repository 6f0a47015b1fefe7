/** Sizes of the main job's artefacts (README.md, cli/main-job/recipe.ts): what links must carry. */
import { draftOf } from '@commonweights/cli/main-job/recipe.js';

export const { stepsPerRound } = draftOf(1).inner;
/** int8 codec. */
export const updateBytes = 432_500;
/** Parameters and two moments in fp32. */
export const snapshotBytes = 5_100_000;
