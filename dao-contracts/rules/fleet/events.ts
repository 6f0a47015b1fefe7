/**
 * Every way a fleet can change. Each event touches the fleet's record, one cohort or one segment,
 * and the seats that it names: what a call costs does not grow with the fleet. `applyFleetEvent`
 * changes the fleet that it is given (the simulation's and the contract's path); `stepFleet` is the
 * same as a pure function. Law: `stepFleet` never changes its input.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse, unreachable } from '../errors.js';
import { challenge, judge, tickDispute, type Target } from './challenge.js';
import {
  auditedCohort,
  certifyIn,
  closeIn,
  commitIn,
  openCohort,
  revealIn,
  tickCohort,
  type CohortAct,
  type Places,
} from './cohort.js';
import type { FleetContext } from './context.js';
import {
  claimLedger,
  collectSeat,
  enrolSeat,
  leaveSeat,
  rejoinSeat,
  requireActive,
  requireLive,
} from './money.js';
import { decisionOf, openAnswer, sealAnswer, type Panel, type Question } from './panel.js';
import { foldSegment, refundFleet, stopFleet, tickFleet } from './round.js';
import { openSegment, tickSegment } from './segment.js';
import { settleCohortRound, settleSegmentRound } from './settle.js';
import { recordOf, type Fleet } from './state.js';

/** One member's step in a panel. */
export interface PanelStep {
  about: Question['about'];
  /** Of the segment, or of the cohort. */
  index: number;
  seat: number;
  place: number;
}

/** `seat` is what the shell found for the caller's account. */
export type FleetEvent =
  | { kind: 'enrol'; account: string; depositYocto: bigint }
  | { kind: 'rejoin'; seat: number }
  | { kind: 'leave'; seat: number }
  | { kind: 'collect'; seat: number }
  | { kind: 'claim'; account: string }
  | { kind: 'tick' }
  | { kind: 'open-cohort'; cohort: number }
  | { kind: 'tick-cohort'; cohort: number }
  | ({ kind: 'commit' } & CohortAct)
  | ({ kind: 'reveal' } & CohortAct)
  | ({ kind: 'certify'; available: Places } & CohortAct)
  | ({ kind: 'close'; root: Digest } & CohortAct)
  | { kind: 'cohort-audited'; cohort: number; failed: Places }
  | { kind: 'open-segment'; segment: number }
  | { kind: 'tick-segment'; segment: number }
  | ({ kind: 'seal'; seal: Uint8Array } & PanelStep)
  | ({ kind: 'open-answer'; digest: Digest; salt: Uint8Array } & PanelStep)
  | { kind: 'fold'; segment: number }
  | ({ kind: 'challenge'; account: string; depositYocto: bigint } & Target)
  | ({ kind: 'tick-dispute' } & Target)
  | ({ kind: 'settle' } & Target)
  | { kind: 'stop' }
  | { kind: 'refund' };

/**
 * Changes `fleet`, or refuses and leaves it as it was. Returns what `enrol` (the seat), `claim` and
 * `refund` (the money) give, else whether anything moved.
 */
export function applyFleetEvent(
  fleet: Fleet,
  event: FleetEvent,
  at: FleetContext,
): number | bigint | boolean {
  switch (event.kind) {
    case 'enrol':
      return enrolSeat(fleet, event);
    case 'rejoin':
      rejoinSeat(fleet, event.seat);
      return true;
    case 'leave':
      leaveSeat(fleet, event.seat);
      return true;
    case 'collect':
      collectSeat(fleet, event.seat);
      return true;
    case 'claim':
      return claimLedger(fleet, event.account);
    case 'tick':
      return tickFleet(fleet, at);
    case 'open-cohort':
      openCohort(fleet, event.cohort, at);
      return true;
    case 'tick-cohort':
      return tickCohort(fleet, event.cohort, at);
    case 'commit':
      commitIn(fleet, event, at);
      return true;
    case 'reveal':
      revealIn(fleet, event, at);
      return true;
    case 'certify':
      certifyIn(fleet, event, at);
      return true;
    case 'close':
      closeIn(fleet, event, at);
      return true;
    case 'cohort-audited':
      auditedCohort(fleet, event);
      return true;
    case 'open-segment':
      openSegment(fleet, event.segment, at);
      return true;
    case 'tick-segment':
      return tickSegment(fleet, event.segment, at);
    case 'seal':
      requireActive(fleet, event.seat);
      sealAnswer(panelOf(fleet, event).panel, event, at.nowMs);
      return true;
    case 'open-answer': {
      requireActive(fleet, event.seat);
      const { panel, question } = panelOf(fleet, event);
      openAnswer(panel, event, question, at);
      if (event.about === 'segment') decideSegment(fleet, event.index, panel);
      else judge(fleet, targetOf(event), at.nowMs);
      return true;
    }
    case 'fold':
      foldSegment(fleet, event.segment, at);
      return true;
    case 'challenge':
      challenge(fleet, event, at);
      return true;
    case 'tick-dispute':
      return tickDispute(fleet, event, at);
    case 'settle':
      return settle(fleet, event);
    case 'stop':
      requireLive(fleet);
      stopFleet(fleet, 'the DAO voted to stop it');
      return true;
    case 'refund':
      return refundFleet(fleet);
    default:
      return unreachable(event);
  }
}

/** Errors: throws a `Refusal`. */
export function stepFleet(
  fleet: Fleet,
  event: FleetEvent,
  at: FleetContext,
): { fleet: Fleet; result: number | bigint | boolean } {
  const own = structuredClone(fleet);
  return { result: applyFleetEvent(own, event, at), fleet: own };
}

/** The panel that is asked now, and the question that its seals are bound to. */
export function panelOf(
  fleet: Fleet,
  it: Pick<PanelStep, 'about' | 'index'>,
): { panel: Panel; question: Question } {
  const { about, index } = it;
  const round = (about === 'segment' ? fleet.open : fleet.provisional)?.round ?? 0;
  const pairs = about === 'cohort-jury' ? fleet.cohorts : fleet.segments;
  const record = round === 0 ? null : recordOf<(typeof pairs)[number][0]>(pairs[index], round);
  const dispute = record?.dispute;
  const committee = record && 'panel' in record ? record : null;
  const panel = about === 'segment' ? committee?.panel : dispute?.jury;
  const attempt = about === 'segment' ? committee?.tries : dispute?.tries;
  if (!panel || attempt === undefined) {
    return refuse('WRONG_PHASE', `no panel is asked about ${about} ${index} now`);
  }
  const { contract, id } = fleet;
  return { panel, question: { contract, fleet: id, round, about, index, attempt } };
}

function decideSegment(fleet: Fleet, index: number, panel: Panel): void {
  const record = recordOf(fleet.segments[index], fleet.open!.round)!;
  record.digest = decisionOf(panel);
}

function targetOf({ about, index }: PanelStep): Target {
  return { about: about === 'cohort-jury' ? 'cohort' : 'segment', index };
}

function settle(fleet: Fleet, { about, index }: Target): boolean {
  const before = fleet.unsettled;
  if (about === 'cohort') {
    for (const record of fleet.cohorts[index] ?? []) settleCohortRound(fleet, record);
  } else {
    for (const record of fleet.segments[index] ?? []) settleSegmentRound(fleet, record);
  }
  return fleet.unsettled < before;
}
