/** All places of a cohort: honest members hold every update. */
import type { Places } from '@commonweights/dao-contracts/rules/fleet/cohort.js';

export const everyPlace: Places = { low: -1, high: -1 };
