/** From an approved proposal to a run with its budget in escrow. */
import type { Action } from '../rules/actions.js';
import { escrowNeeded, fundingBytes } from '../rules/budget.js';
import { checkTrainable } from '../rules/datasets.js';
import { refuse } from '../rules/errors.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { checkPrice } from '../rules/price-per-flop.js';
import type { Proposal } from '../rules/proposal.js';
import { moveMoney, type Totals } from '../rules/totals.js';
import { nowMs } from './call.js';
import { datasets, readSettings, readTotals, runs, takeId, terms } from './records.js';

type Funding = Extract<Action, { kind: 'fund-run' }>;

export function checkFunding(action: Funding): void {
  const needed = escrowNeeded(action.terms);
  if (BigInt(action.budgetYocto) < needed) {
    refuse('BUDGET_TOO_SMALL', `these terms need a budget of at least ${needed} yoctoNEAR`);
  }
  const { policy } = readSettings();
  checkPrice(action.terms, policy);
  for (const id of action.terms.datasets) {
    const dataset = datasets.get(id) ?? refuse('NOT_FOUND', `dataset ${id} is not registered`);
    checkTrainable(dataset, policy);
  }
}

/** Returns the new run's id. Data and policy are asked again: a vote takes time. */
export function fundRun(action: Funding, it: { proposal: Proposal; moves: Totals }): number {
  checkFunding(action);
  const budget = BigInt(action.budgetYocto);
  const { treasury } = readTotals();
  if (treasury < budget) {
    refuse(
      'TREASURY_TOO_SMALL',
      `the treasury holds ${treasury} of ${budget} yoctoNEAR; deposit first`,
    );
  }
  const storage = BigInt(fundingBytes(action.terms)) * storageYoctoPerByte;
  moveMoney(it.moves, 'treasury', 'escrows', budget);
  moveMoney(it.moves, 'escrows', 'storage', storage);
  const id = takeId('runs');
  terms.put(id, action.terms);
  runs.put(id, {
    id,
    proposal: it.proposal.id,
    proposer: it.proposal.proposer,
    status: 'enrolling',
    pausedBecause: null,
    budgetYocto: budget,
    escrowYocto: budget - storage,
    paidYocto: 0n,
    finalRounds: 0,
    cancelledRounds: 0,
    finalRound: 0,
    finalRoot: action.terms.initialRoot,
    logHead: null,
    nextRound: 1,
    resetNext: false,
    nextSlice: 0,
    returnedSlices: [],
    roster: [],
    open: null,
    provisional: null,
    enrolDeadlineMs: nowMs() + action.terms.deadlinesMs.enrol,
    nextDispute: 1,
    decoysPaid: 0,
  });
  return id;
}
