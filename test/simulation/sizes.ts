/** Sizes of the main job's artefacts (README.md, cli/main-job/recipe.ts): what links must carry. */
export const stepsPerRound = 32;
/** int8 codec. */
export const updateBytes = 432_500;
/** Parameters and two moments in fp32. */
export const snapshotBytes = 5_100_000;
