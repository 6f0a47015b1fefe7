/** Terms of a fleet as docs/protocol/fleets.md recommends them. */
import type { FleetWorld } from './fleet-world.js';

const near = 10n ** 24n;
const minutes = 60_000;

export const standardFleetTerms: FleetWorld['terms'] = {
  cohortSeats: 64,
  minCohortSeats: 16,
  epochRounds: 16,
  committeeSeats: 31,
  jurySeats: 255,
  minCohortsBps: 5_000,
  taintBps: 1_000,
  stakeYocto: 4n * near,
  rewardYocto: near / 20n,
  panelFeeYocto: near / 500n,
  challengeBondYocto: near,
  deadlinesMs: {
    train: 20 * minutes,
    reveal: minutes,
    certify: 10 * minutes,
    close: minutes,
    cohorts: 33 * minutes,
    panel: 5 * minutes,
    audit: 60 * minutes,
    pause: 5 * minutes,
    giveUp: 7 * 24 * 60 * minutes,
  },
};
