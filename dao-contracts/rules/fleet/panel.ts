/**
 * A committee or a jury: seats drawn by lot who answer one question each for itself. Answers are
 * sealed first and opened after, since an answer that could be read could be copied, and copies
 * would make a majority out of whoever was fastest. More than half of those drawn decides; who is
 * silent counts against every answer.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { refuse } from '../errors.js';
import type { FleetContext } from './context.js';

export interface Panel {
  phase: 'seal' | 'open' | 'decided' | 'undecided';
  deadlineMs: number;
  size: number;
  /** Seat numbers by place. */
  members: Uint32Array;
  /** Members who could act when drawn: when all of them did, nobody waits for a deadline. */
  expected: number;
  sealed: number;
  opened: number;
  /** 32 bytes by place; `hasSealed` says which are set. */
  seals: Uint8Array;
  hasSealed: Uint8Array;
  /** Which of `answers` the member at a place opened, from 1. */
  votes: Uint8Array;
  answers: { digest: Digest; count: number }[];
  /** Index into `answers` of the one that more than half named. */
  decision: number | null;
}

/** The question that a seal is bound to: it cannot be used for another one. */
export interface Question {
  contract: string;
  fleet: number;
  round: number;
  /** `segment` (a committee), `segment-jury` or `cohort-jury`. */
  about: 'segment' | 'segment-jury' | 'cohort-jury';
  index: number;
  attempt: number;
}

export interface PanelAct {
  seat: number;
  place: number;
}

export function drawPanel(it: {
  members: Uint32Array;
  expected: number;
  deadlineMs: number;
}): Panel {
  const size = it.members.length;
  return {
    phase: 'seal',
    deadlineMs: it.deadlineMs,
    size,
    members: it.members,
    expected: it.expected,
    sealed: 0,
    opened: 0,
    seals: new Uint8Array(32 * size),
    hasSealed: new Uint8Array(size),
    votes: new Uint8Array(size),
    answers: [],
    decision: null,
  };
}

/** `H("cw/fleet-seal/1", contract, fleet, about, round, index, attempt, seat, digest, salt)` */
export function sealOf(
  question: Question,
  it: { seat: number; digest: Digest; salt: Uint8Array },
  { hash, utf8 }: Pick<FleetContext, 'hash' | 'utf8'>,
): Uint8Array {
  const { contract, fleet, about, round, index, attempt } = question;
  const where = [contract, fleet, about, round, index, attempt, it.seat, it.digest];
  const parts = ['cw/fleet-seal/1', ...where].map((part) => utf8(String(part)));
  return hash(encodeParts([...parts, it.salt]));
}

/** Errors: `WRONG_PHASE`, `NOT_YOUR_TURN`, `ALREADY_ACTED`, `BAD_ARGUMENT`. */
export function sealAnswer(panel: Panel, it: PanelAct & { seal: Uint8Array }, nowMs: number): void {
  requirePhase(panel, 'seal', nowMs);
  requirePlace(panel, it);
  if (it.seal.length !== 32) refuse('BAD_ARGUMENT', 'a seal is a SHA-256 hash of 32 bytes');
  if (panel.hasSealed[it.place]) refuse('ALREADY_ACTED', 'this seat has sealed; open it later');
  panel.seals.set(it.seal, 32 * it.place);
  panel.hasSealed[it.place] = 1;
  panel.sealed++;
}

/** Decides as soon as more than half of those drawn opened the same. Errors: as above and `BAD_OPENING`. */
export function openAnswer(
  panel: Panel,
  it: PanelAct & { digest: Digest; salt: Uint8Array },
  question: Question,
  at: FleetContext,
): void {
  requirePhase(panel, 'open', at.nowMs);
  const { place, digest } = it;
  requirePlace(panel, it);
  if (!panel.hasSealed[place]) refuse('NOT_YOUR_TURN', 'this seat sealed no answer in time');
  if (panel.votes[place] !== 0) refuse('ALREADY_ACTED', 'this seat has opened its answer');
  const seal = sealOf(question, it, at);
  for (let i = 0; i < 32; i++) {
    if (seal[i] !== panel.seals[32 * place + i]) {
      refuse('BAD_OPENING', 'this is not what was sealed; send the same digest and salt');
    }
  }
  let index = panel.answers.findIndex((answer) => answer.digest === digest);
  // At most one answer a member: a bound below that would let a few liars use up the places.
  if (index < 0) index = panel.answers.push({ digest, count: 0 }) - 1;
  panel.votes[place] = index + 1;
  panel.opened++;
  if (2 * ++panel.answers[index]!.count > panel.size) {
    panel.decision = index;
    panel.phase = 'decided';
  }
}

/** Moves a phase that everybody acted in or whose deadline passed. Returns whether it did. */
export function movePanel(panel: Panel, it: { nowMs: number; phaseMs: number }): boolean {
  const due = it.nowMs >= panel.deadlineMs;
  if (panel.phase === 'seal' && (due || panel.sealed >= panel.expected)) {
    panel.phase = 2 * panel.sealed > panel.size ? 'open' : 'undecided';
    panel.deadlineMs = it.nowMs + it.phaseMs;
    return true;
  }
  if (panel.phase === 'open' && (due || panel.opened >= panel.sealed)) {
    panel.phase = 'undecided';
    return true;
  }
  return false;
}

export function decisionOf(panel: Panel): Digest | null {
  return panel.decision === null ? null : panel.answers[panel.decision]!.digest;
}

function requirePhase(panel: Panel, phase: Panel['phase'], nowMs: number): void {
  if (panel.phase === phase && nowMs < panel.deadlineMs) return;
  refuse('WRONG_PHASE', `this panel is at "${panel.phase}" until ${panel.deadlineMs} ms`);
}

function requirePlace(panel: Panel, { place, seat }: PanelAct): void {
  if (panel.members[place] === seat) return;
  refuse('NOT_YOUR_TURN', `seat ${seat} was not drawn for place ${place} of this panel`);
}
