/**
 * What the DAO can do with a run under way, besides stopping it: pause it for a while, resume it,
 * change its terms at the next round boundary, or go back to an earlier final root. Each was voted
 * on; what would leave the escrow short is refused here all the same.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { applyAmendment, checkAmendment, requireLive, type Amending } from './amendment.js';
import {
  amendmentBytes,
  recordOverheadBytes,
  redoYocto,
  relayedCallsOfRound,
  returnedSlicesBytes,
} from './budget.js';
import { refuse } from './errors.js';
import { rewindClaimsMax, rewindsMax, rewindSpanMax } from './limits.js';
import { abortProvisional, openRound, pauseRun, returnSlices } from './round-opening.js';
import type { RunDraft } from './run-draft.js';
import type { Run } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import { moveMoney } from './totals.js';
import type { Work } from './work.js';

/** No round opens for `forMs`, or until the DAO resumes or stops the run. Nothing is lost. */
export function pauseByVote(draft: RunDraft, it: { forMs: number }): void {
  requireLive(draft.run);
  pauseRun(draft, 'the DAO voted to pause it');
  if (draft.run.status === 'paused') draft.run.pausedUntilMs = draft.at.nowMs + it.forMs;
}

export function resumeByVote(draft: RunDraft): void {
  const { run } = draft;
  if (run.pausedUntilMs === null) {
    refuse('RUN_NOT_OPEN', `run ${run.id} is not paused by a vote; "tick" resumes any other pause`);
  }
  run.pausedUntilMs = null;
  // Whoever has to come back has all of the time from now on.
  run.pausedSinceMs = draft.at.nowMs;
  openRound(draft, true);
}

/** The new terms wait until no round is open or provisional: each round ends as it began. */
export function amendRun(draft: RunDraft, it: Amending): void {
  const { run } = draft;
  checkAmendment(run, draft.terms, it);
  addBudget(draft, it.budgetYocto);
  // A later vote replaces an amendment that still waits; its bytes were paid for.
  if (!run.amendment) draft.chargeStorage(amendmentBytes);
  run.amendment = true;
  draft.amendment = it.changes;
  draft.emit('amendment_voted', { spec: it.changes.spec });
  if (!run.open && !run.provisional) applyAmendment(draft);
}

export interface Rewinding {
  /** A final round; 0: the initial root. */
  to: number;
  budgetYocto: bigint;
}

/** Whether a final round was undone by a vote. */
export function isVoid(run: Pick<Run, 'rewinds'>, round: number): boolean {
  return run.rewinds.some(({ at, to }) => to < round && round < at);
}

/**
 * Back to an earlier final root. What was paid for the rounds in between stays paid and what is
 * held back of it stays owed: the work was honest, the DAO wants another model. Their slices are
 * queued again, and the action brings the money to do them again.
 */
export function rewindRun(draft: RunDraft, it: Rewinding): void {
  const undone = roundsToUndo(draft, it.to);
  const slices = undone.flatMap(({ claims }) => claims.filter(({ included }) => included));
  const terms = termsToCome(draft);
  const needed = redoYocto(terms, { rounds: undone.length, slices: slices.length });
  if (it.budgetYocto < needed) {
    refuse(
      'BUDGET_TOO_SMALL',
      `doing ${undone.length} rounds again needs at least ${needed} yoctoNEAR`,
    );
  }
  const root = rootOf(draft, it.to);
  addBudget(draft, it.budgetYocto);
  // What is under way is undone too, in the order of its records.
  abortProvisional(draft);
  pauseRun(draft, 'the DAO voted to rewind it');
  draft.plan({
    ...{ do: 'go-back', to: it.to, root, undone: undone.length },
    slices: slices.map(({ slice }) => slice),
  });
}

export function goBack(draft: RunDraft, it: Extract<Work, { do: 'go-back' }>): void {
  const { run } = draft;
  // Too many rounds were cancelled.
  if (draft.hasEnded) return;
  const { to, root, undone, slices } = it;
  returnSlices(
    draft,
    slices.map((slice) => ({ slice })),
  );
  const relayed = undone * relayedCallsOfRound(termsToCome(draft));
  const at = run.nextRound++;
  draft.appendRecord(
    {
      audits: [],
      claims: [],
      outcome: 'rewind',
      previous: run.logHead,
      root,
      round: at,
      run: run.id,
      startRoot: run.finalRoot,
      tainted: [],
      to,
      version: 1,
      witnesses: [],
    },
    recordOverheadBytes,
  );
  draft.chargeStorage(returnedSlicesBytes(slices.length));
  run.rewinds.push({ at, to });
  run.relayedCalls = Math.max(0, run.relayedCalls - relayed);
  run.finalRounds -= undone;
  run.finalRound = to;
  run.finalRoot = root;
  run.resetNext = true;
  draft.emit('run_rewound', { to, root, undone });
  openRound(draft, true);
}

/** Those under which the next round opens. */
function termsToCome(draft: RunDraft): RunTerms {
  const { terms, amendment } = draft;
  return amendment ? { ...terms, ...amendment } : terms;
}

/** The final rounds after `to` that still count, from their stored records, newest first. */
function roundsToUndo(draft: RunDraft, to: number) {
  const { run } = draft;
  requireLive(run);
  if (to >= run.finalRound) {
    refuse('NOT_FINAL', `round ${run.finalRound} is the last final one; rewind to an earlier one`);
  }
  if (run.rewinds.length >= rewindsMax) {
    refuse('TOO_MANY', `run ${run.id} was rewound ${rewindsMax} times; stop it instead`);
  }
  const undone = [];
  let read = 0;
  let claims = 0;
  for (let round = run.finalRound; round > to; round--) {
    const earlier = run.rewinds.find((one) => one.to < round && round < one.at);
    if (earlier) {
      // Void already; one above where it went back to, for the loop to step down to.
      round = earlier.to + 1;
      continue;
    }
    if (++read > rewindSpanMax) {
      refuse('TOO_MANY', `one rewind reads ${rewindSpanMax} records; go back in several`);
    }
    const record = draft.source.record(round);
    if (record?.outcome !== 'final') continue;
    claims += record.claims.length;
    if (claims > rewindClaimsMax) {
      refuse('TOO_MANY', `one rewind reads ${rewindClaimsMax} claims; go back in several`);
    }
    undone.push(record);
  }
  return undone;
}

function rootOf(draft: RunDraft, to: number): Digest {
  if (to === 0) return draft.terms.initialRoot;
  const record = isVoid(draft.run, to) ? null : draft.source.record(to);
  if (record?.outcome !== 'final' || record.root === null) {
    return refuse('NOT_FINAL', `round ${to} is no final round of run ${draft.run.id}`);
  }
  return record.root;
}

function addBudget(draft: RunDraft, yocto: bigint): void {
  draft.run.budgetYocto += yocto;
  draft.run.escrowYocto += yocto;
  moveMoney(draft.moves, 'treasury', 'escrows', yocto);
}
