/** Proposals, votes, members and policy. Anyone may read; who may do what, the contract decides. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Action, Choice, MembersView, PolicyView, ProposalView } from './views.js';
import { teraGas, type Connection } from './connection.js';
import { toWire } from './money-fields.js';
import type { Page } from './page.js';

export interface GovernanceCalls {
  getPolicy(): Promise<PolicyView>;
  getMembers(): Promise<MembersView>;
  getProposal(it: { proposal: number }): Promise<ProposalView | null>;
  listProposals(page?: Page): Promise<ProposalView[]>;
  /** Returns the proposal's id. `depositYocto`: the policy's bond and the storage of the proposal. */
  propose(it: { action: Action; description: Digest; depositYocto: bigint }): Promise<number>;
  /** `action` is the digest of what is voted on, so that nobody votes for what they did not read. */
  vote(it: { proposal: number; choice: Choice; action: Digest }): Promise<void>;
  execute(it: { proposal: number }): Promise<unknown>;
  cancel(it: { proposal: number }): Promise<void>;
}

export function governanceCalls(connection: Connection): GovernanceCalls {
  return {
    getPolicy: () => connection.view('get_policy'),
    getMembers: () => connection.view('get_members'),
    getProposal: (it) => connection.view('get_proposal', it),
    listProposals: (page = {}) => connection.view('list_proposals', page),
    propose: ({ depositYocto, ...args }) => connection.call('propose', args, { depositYocto }),
    vote: (it) => connection.call('vote', it),
    execute: (it) => connection.call('execute', it, { gas: 200n * teraGas }),
    cancel: (it) => connection.call('cancel', it),
  };
}

/** The digest that a vote names: of the canonical JSON of the action. */
export function digestOfAction(action: Action): Digest {
  return digestOfJson(toWire(action));
}
