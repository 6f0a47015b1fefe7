/** Runs of the tolerance class brought to an audit, and what its two sides say there. */
import { cancelledRoundYocto } from '@commonweights/dao-contracts/rules/budget.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import { accountOf, provisional, running, terms } from '../run-scenes.js';
import { near, type RunPlay } from '../run-play.js';
import { honestMeasure, measureCommand, sealFor, uncoverCommand } from './distance-acts.js';
import { deliveredLeaf } from './distance-acts.js';

export const priceYocto = cancelledRoundYocto(terms) + near / 1_000n;

export const distanceTerms: RunTerms = {
  ...terms,
  rounds: 8,
  taintedShareBpsMax: 5_000,
  stakeYocto: `${4n * priceYocto}`,
  tolerance: {
    toleranceBillionths: 2_500_000,
    driftBillionths: 1_000_000,
    window: 4,
    failuresMax: 2,
    failureYocto: `${priceYocto}`,
  },
};

/** Every leaf but the first and the last is a decoy. */
export const decoyTerms: RunTerms = {
  ...distanceTerms,
  decoyShareBps: 10_000,
  decoyFeeYocto: `${near / 50n}`,
};

/** The first round is provisional, its audits drawn. */
export function underAudit(runTerms = distanceTerms, seed = ''): RunPlay {
  return provisional(runningWith(runTerms, seed));
}

function runningWith(runTerms: RunTerms, seed: string): RunPlay {
  return running(runTerms, { seed });
}

export function auditOf(play: RunPlay, seat: number): Audit {
  return play.state.audits.find((audit) => audit.seat === seat)!;
}

/** Up to the opening; `null`: the auditor says that it had no material. */
export function openAudit(play: RunPlay, seat: number, said: 'own' | 'null' = 'own'): void {
  const { round, segment } = auditOf(play, seat);
  const step = { round, seat, segment };
  const subject = play.actor(seat);
  play.apply({
    kind: 'deliver',
    ...subject,
    ...step,
    ...deliveredLeaf(play, round, seat, segment),
  });
  const audit = auditOf(play, seat);
  const leaf = said === 'own' ? sealFor(audit) : null;
  play.apply({ kind: 'answer', ...play.actor(audit.auditor), ...step, leaf });
  const opened = play.openedLeaf(round, seat, segment + 1);
  play.apply({ kind: 'open', ...subject, ...step, ...opened });
}

export function measureAudit(
  play: RunPlay,
  seat: number,
  said: { residual: number | null; along?: number } | 'honestly',
): void {
  const audit = auditOf(play, seat);
  play.apply(said === 'honestly' ? honestMeasure(play, audit) : measureCommand(play, audit, said));
}

export function uncoverAudit(play: RunPlay, seat: number): void {
  play.apply(uncoverCommand(play, auditOf(play, seat)));
}

/** All audits of the round that are still to begin pass. */
export function passOthers(play: RunPlay): void {
  for (const { seat, state } of play.state.audits) {
    if (state !== 'material') continue;
    openAudit(play, seat);
    measureAudit(play, seat, 'honestly');
    while (isOpen(play, seat)) {
      if (auditOf(play, seat).state === 'uncover') uncoverAudit(play, seat);
      else measureAudit(play, seat, 'honestly');
    }
  }
}

function isOpen(play: RunPlay, seat: number): boolean {
  const audit = auditOf(play, seat);
  return audit?.state === 'uncover' || audit?.state === 'measure';
}

/** One round more, up to its audits. */
export function nextRound(play: RunPlay): void {
  const { slices } = play.state.run.open!;
  const seats = slices.map(({ seat }) => seat);
  for (const seat of seats) play.apply(play.commitCommand(seat));
  play.apply(play.tick());
  for (const seat of seats) play.apply({ kind: 'reveal', ...play.opening(seat) });
  play.apply(play.tick());
  const { round } = play.state.run.open!;
  for (const seat of seats) {
    const account = accountOf(play, seat);
    play.apply({ kind: 'certify', account, round, available: seats });
  }
  play.apply(play.tick());
  const root = play.rootOf(round);
  for (const seat of seats) {
    play.apply({ kind: 'submit_root', account: accountOf(play, seat), round, root });
  }
  play.apply(play.tick());
}
