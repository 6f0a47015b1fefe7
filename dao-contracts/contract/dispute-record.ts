/**
 * How the disputes of a run are stored: each in lines (packed-record.ts). There may be many at one
 * time, a call looks for those that it moves, and most of a dispute is money and past panels.
 */
import type { Dispute } from '../rules/run-state.js';
import { json, money, numbers, PackedList, settled, yocto } from './packed-record.js';

export const disputeList = new PackedList<Dispute>({
  id: 'state',
  round: 'state',
  kind: 'state',
  seat: 'state',
  segment: 'state',
  stage: 'state',
  level: 'state',
  deadlineMs: 'state',
  verdict: 'state',
  acted: 'state',
  ordinal: 'about',
  startLeaf: 'about',
  claimed: 'about',
  other: 'about',
  distance: 'about',
  plaintiff: 'about',
  plaintiffSeat: 'about',
  plaintiffMayAppeal: 'about',
  denial: 'about',
  defendants: settled(numbers),
  parties: settled(numbers),
  panel: json(),
  past: json(),
  bonds: money(),
  losses: settled(money<Dispute['losses']>()),
  toEscrowYocto: yocto,
  owed: money(),
  honest: numbers,
});
