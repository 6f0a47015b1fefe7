/**
 * Everything that can happen to a bounty, as one command each, and the whole of it as a pure step:
 * `stepBounty(state, command, at)` returns the next state and what it does to money and ledgers.
 */
import { copyRecord } from '../copy-record.js';
import type { CallContext, RunEvent } from '../run-draft.js';
import type { Totals } from '../totals.js';
import { applyReviewer, commitBatch, openReview, revealBatch, sealReview } from './acts.js';
import { tickBounty } from './phases.js';
import { BountyDraft, type Bounty } from './state.js';
import type { BountyTerms } from './terms.js';

const acts = {
  commit: commitBatch,
  reveal: revealBatch,
  apply: applyReviewer,
  review: sealReview,
  open: openReview,
  tick: tickBounty as (draft: BountyDraft, it: object) => void,
};

type Kind = keyof typeof acts;

export type BountyCommand = { [K in Kind]: { kind: K } & Parameters<(typeof acts)[K]>[1] }[Kind];

export function applyBountyCommand(draft: BountyDraft, { kind, ...it }: BountyCommand): void {
  (acts[kind] as (draft: BountyDraft, it: object) => void)(draft, it);
}

/** All records of one bounty; records by `kind:name`. */
export interface BountyState {
  bounty: Bounty;
  terms: BountyTerms;
  records: ReadonlyMap<string, unknown>;
}

export interface BountyEffects {
  moves: Totals;
  credits: ReadonlyMap<string, bigint>;
  events: readonly RunEvent[];
}

/** Neither state is changed in place. Errors: throws a `Refusal`. */
export function stepBounty(
  state: BountyState,
  command: BountyCommand,
  at: CallContext,
): { state: BountyState; effects: BountyEffects } {
  const { terms } = state;
  const draft = new BountyDraft(
    {
      bounty: copyRecord(state.bounty),
      terms: () => terms,
      read: (kind, name) => (state.records.get(`${kind}:${name}`) ?? null) as never,
    },
    at,
  );
  applyBountyCommand(draft, command);
  const records = new Map(state.records);
  for (const [key, { value }] of draft.written) records.set(key, value);
  const { bounty, moves, credits, events } = draft;
  return { state: { bounty, terms, records }, effects: { moves, credits, events } };
}
