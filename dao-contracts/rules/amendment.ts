/**
 * New terms for a run under way. They wait until no round is open or provisional, so that every
 * round is worked, audited and paid by the terms under which it opened.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { amendmentBytes, costToGo, fundingBytes, roundYocto } from './budget.js';
import { refuse } from './errors.js';
import { storageYoctoPerByte } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Run } from './run-state.js';
import type { Amendment, RunTerms } from './run-terms.js';
import { checkRunTerms } from './terms-decoding.js';

export interface Amending {
  changes: Amendment;
  budgetYocto: bigint;
}

/** What can be known to be impossible, for when it is proposed and for when it is carried out. */
export function checkAmendment(run: Run, terms: RunTerms, it: Amending): void {
  requireLive(run);
  const next = { ...terms, ...it.changes };
  checkRunTerms(next);
  const underWay = (run.provisional ? 1 : 0) + (run.open ? 1 : 0);
  if (next.rounds <= run.finalRounds + underWay) {
    refuse(
      'BAD_TERMS',
      `rounds must be above ${run.finalRounds + underWay}, which are final or under way; ` +
        'stop the run instead',
    );
  }
  const needed = amendedEscrowNeeded(run, terms, next);
  const there = run.escrowYocto + it.budgetYocto;
  if (there < needed) {
    refuse('BUDGET_TOO_SMALL', `these terms need ${needed - there} yoctoNEAR more in the escrow`);
  }
}

/** The escrow that covers a run from here under new terms. */
export function amendedEscrowNeeded(run: Run, terms: RunTerms, next: RunTerms): bigint {
  const { finalRounds, cancelledRounds, relayedCalls, roster } = run;
  const spent = { finalRounds, cancelledRounds, relayedCalls, seats: roster.length };
  // The open and the provisional round are still paid by the old terms.
  const dearer = roundYocto(terms) - roundYocto(next);
  const growth = Math.max(0, fundingBytes(next) - fundingBytes(terms)) + amendmentBytes;
  return (
    costToGo(next, spent) + (dearer > 0n ? 2n * dearer : 0n) + BigInt(growth) * storageYoctoPerByte
  );
}

/** At a round boundary: the next round opens under the amended terms. */
export function applyAmendment(draft: RunDraft): void {
  const { run } = draft;
  const changes = draft.amendment;
  if (!changes) throw new Error('BUG: the amendment is gone');
  const growth = fundingBytes({ ...draft.terms, ...changes }) - fundingBytes(draft.terms);
  if (growth > 0) draft.chargeStorage(growth);
  const { formerSpecs = [], spec } = draft.terms;
  const former = [...formerSpecs, { through: run.finalRound, spec }];
  draft.terms = { ...draft.terms, ...changes, formerSpecs: former };
  draft.amendment = null;
  run.amendment = false;
  draft.emit('run_amended', { spec: changes.spec, rounds: changes.rounds });
}

/**
 * The spec that the last final round was worked by, which new terms may have replaced since. Also after a
 * rewind: rounds are never numbered again.
 */
export function specOfFinal(
  { finalRound }: Pick<Run, 'finalRound'>,
  { formerSpecs = [], spec }: Pick<RunTerms, 'formerSpecs' | 'spec'>,
): Digest {
  return formerSpecs.find(({ through }) => finalRound <= through)?.spec ?? spec;
}

export function requireLive(run: Run): void {
  if (run.status === 'running' || run.status === 'paused') return;
  const remedy = run.status === 'enrolling' ? '; stop it instead' : ' already';
  refuse('RUN_NOT_OPEN', `run ${run.id} is ${run.status}${remedy}`);
}
