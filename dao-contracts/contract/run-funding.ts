/** From an approved proposal to a run with its budget in escrow. */
import type { Action } from '../rules/actions.js';
import { escrowNeeded } from '../rules/budget.js';
import { refuse } from '../rules/errors.js';
import { fundingStorageYocto, newRun } from '../rules/new-run.js';
import { checkPrice } from '../rules/price-per-flop.js';
import type { Proposal } from '../rules/proposal.js';
import { moveMoney, type Totals } from '../rules/totals.js';
import { nowMs } from './call.js';
import { requireShares } from './data-share-shell.js';
import { requireTrainable } from './dataset-shell.js';
import { readSettings, readBucket, takeId, terms, writeRun } from './records.js';

type Funding = Extract<Action, { kind: 'fund-run' }>;

export function checkFunding(action: Funding): void {
  const needed = escrowNeeded(action.terms);
  if (BigInt(action.budgetYocto) < needed) {
    refuse('BUDGET_TOO_SMALL', `these terms need a budget of at least ${needed} yoctoNEAR`);
  }
  checkPrice(action.terms, readSettings().policy);
  requireTrainable(action.terms.datasets);
  requireShares(action.terms);
}

/** Returns the new run's id. Data and policy are asked again: a vote takes time. */
export function fundRun(action: Funding, it: { proposal: Proposal; moves: Totals }): number {
  checkFunding(action);
  const budget = BigInt(action.budgetYocto);
  const treasury = readBucket('treasury');
  if (treasury < budget) {
    refuse(
      'TREASURY_TOO_SMALL',
      `the treasury holds ${treasury} of ${budget} yoctoNEAR; deposit first`,
    );
  }
  const { id: proposal, proposer } = it.proposal;
  const id = takeId('runs');
  const funded = { id, proposal, proposer, terms: action.terms, budgetYocto: budget };
  moveMoney(it.moves, 'treasury', 'escrows', budget);
  moveMoney(it.moves, 'escrows', 'storage', fundingStorageYocto(action.terms));
  terms.put(id, action.terms);
  writeRun(id, newRun({ ...funded, nowMs: nowMs() }));
  return id;
}
