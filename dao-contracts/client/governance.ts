/** Proposals, votes, members and policy. Anyone may read; who may do what, the contract decides. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Action, Choice, MembersView, PolicyView, ProposalView } from './views.js';
import { teraGas, type Connection } from './connection.js';
import { toWire } from './money-fields.js';
import type { Page } from './page.js';

/** The treasury pays for the storage of votes; a caller only has to when it is empty. */
interface Paid {
  readonly depositYocto?: bigint;
}

export interface GovernanceCalls {
  getPolicy(): Promise<PolicyView>;
  getMembers(): Promise<MembersView>;
  getProposal(it: { proposal: number }): Promise<ProposalView | null>;
  listProposals(page?: Page): Promise<ProposalView[]>;
  /** Returns the proposal's id. `depositYocto`: the policy's bond and the proposal's storage. */
  propose(it: { action: Action; description: Digest; depositYocto: bigint }): Promise<number>;
  /** `action` is the digest of what is voted on: nobody votes for what they did not read. */
  vote(it: { proposal: number; choice: Choice; action: Digest } & Paid): Promise<void>;
  /** Carries out an accepted proposal; of a failed one it only settles the bond. */
  execute(it: { proposal: number } & Paid): Promise<{ status: string; created: number | null }>;
  cancel(it: { proposal: number } & Paid): Promise<void>;
}

export function governanceCalls(connection: Connection): GovernanceCalls {
  return {
    getPolicy: () => connection.view('get_policy'),
    getMembers: () => connection.view('get_members'),
    getProposal: (it) => connection.view('get_proposal', it),
    listProposals: (page = {}) => connection.view('list_proposals', page),
    // A refusal computes remedies, several times the gas of what is accepted.
    propose: ({ depositYocto, ...args }) =>
      connection.call('propose', args, { depositYocto, gas: 200n * teraGas }),
    vote: ({ depositYocto = 0n, ...args }) => connection.call('vote', args, { depositYocto }),
    execute: ({ depositYocto = 0n, ...args }) =>
      connection.call('execute', args, { depositYocto, gas: 200n * teraGas }),
    cancel: ({ depositYocto = 0n, ...args }) => connection.call('cancel', args, { depositYocto }),
  };
}

/** The digest that a vote names: of the canonical JSON of the action. */
export function digestOfAction(action: Action): Digest {
  return digestOfJson(toWire(action));
}
