/**
 * What becomes of a cohort's or a segment's part of a round once the round's fate is known: pay, or
 * slices handed back. It happens when the record is needed again, or when anybody asks; so closing
 * a round never loops over people.
 */
import { credit, paySeat } from './money.js';
import {
  FAILED_AUDIT,
  INCLUDED,
  IN_ROUND,
  type CohortRound,
  type Dispute,
  type Fleet,
  type SegmentRound,
} from './state.js';

type Fate = 'final' | 'cancelled' | 'pending';

export function fateOf(fleet: Fleet, round: number): Fate {
  if (fleet.cancelled.includes(round)) return 'cancelled';
  return round <= fleet.finalRound ? 'final' : 'pending';
}

/** Returns whether the record is settled now. */
export function settleCohortRound(fleet: Fleet, record: CohortRound): boolean {
  if (record.round === 0) return true;
  const fate = fateOf(fleet, record.round);
  if (fate === 'pending') return false;
  const stands = fate === 'final' && (record.phase === 'closed' || record.phase === 'audited');
  const { epoch } = record;
  for (let place = 0; place < record.size; place++) {
    const marks = record.marks[place]!;
    if ((marks & IN_ROUND) === 0) continue;
    if (stands && (marks & (INCLUDED | FAILED_AUDIT)) === INCLUDED) {
      paySeat(fleet, { seat: record.members[place]!, epoch, yocto: fleet.terms.rewardYocto });
    } else fleet.returnedSlices.push(record.slices[place]!);
  }
  returnBond(fleet, record.dispute);
  record.dispute = null;
  record.round = 0;
  record.phase = 'idle';
  fleet.unsettled--;
  return true;
}

/** Returns whether the record is settled now. */
export function settleSegmentRound(fleet: Fleet, record: SegmentRound): boolean {
  if (record.round === 0) return true;
  const fate = fateOf(fleet, record.round);
  if (fate === 'pending') return false;
  const { panel, epoch } = record;
  if (fate === 'final' && panel) {
    const right = panel.answers.findIndex(({ digest }) => digest === record.digest) + 1;
    for (let place = 0; place < panel.size; place++) {
      if (right === 0 || panel.votes[place] !== right) continue;
      paySeat(fleet, { seat: panel.members[place]!, epoch, yocto: fleet.terms.panelFeeYocto });
    }
  }
  returnBond(fleet, record.dispute);
  record.dispute = null;
  record.panel = null;
  record.round = 0;
  fleet.unsettled--;
  return true;
}

/** A challenge that its round did not outlive: nobody was right or wrong. */
function returnBond(fleet: Fleet, dispute: Dispute | null): void {
  if (dispute) credit(fleet, dispute.challenger, 'bonds', dispute.bondYocto);
}

/** One of the two records is free, or can be: at most one round is provisional. */
export function takeRecord<T extends { round: number }>(
  pair: readonly [T, T],
  settle: (record: T) => boolean,
): T {
  const [first, second] = pair;
  const settled = [settle(first), settle(second)];
  if (settled[0]) return first;
  if (settled[1]) return second;
  throw new Error('BUG: two rounds are pending');
}
