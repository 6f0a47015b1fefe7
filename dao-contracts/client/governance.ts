/** Proposals, votes, members and policy. Anyone may read; who may do what, the contract decides. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type {
  Action,
  BallotView,
  Choice,
  MembersView,
  PolicyView,
  ProposalView,
  StandingView,
} from './views.js';
import { teraGas, type Connection } from './connection.js';
import { toWire } from './money-fields.js';
import { readAll, type Page } from './page.js';

/** The treasury pays for the storage of votes; a caller only has to when it is empty. */
interface Paid {
  readonly depositYocto?: bigint;
}

export interface OnRecord {
  /** By which what came of it can be proven; null where a relayer sent it. */
  readonly transaction: string | null;
}

export interface Executed extends OnRecord {
  readonly status: string;
  readonly created: number | null;
}

export interface GovernanceCalls {
  getPolicy(): Promise<PolicyView>;
  /** One page of the members; `readMembers` reads them all. */
  getMembers(page?: Page): Promise<MembersView>;
  /** What an account can vote with now, and who votes for it. */
  getStanding(it: { account: string }): Promise<StandingView>;
  /** What an account's vote counts on a proposal; `choice` null: it has not voted. */
  getBallot(it: { proposal: number; account: string }): Promise<BallotView>;
  getProposal(it: { proposal: number }): Promise<ProposalView | null>;
  listProposals(page?: Page): Promise<ProposalView[]>;
  /** Returns the proposal's id. `depositYocto`: the policy's bond and the proposal's storage. */
  propose(it: { action: Action; description: Digest; depositYocto: bigint }): Promise<number>;
  /** `action` is the digest of what is voted on: nobody votes for what they did not read. */
  vote(it: { proposal: number; choice: Choice; action: Digest } & Paid): Promise<OnRecord>;
  /** Carries out an accepted proposal; of a failed one it only settles the bond. */
  execute(it: { proposal: number } & Paid): Promise<Executed>;
  /** By the guardian, while the proposal waits in its timelock. */
  cancel(it: { proposal: number } & Paid): Promise<void>;
  /** `to` votes for the caller while the caller does not itself. The deposit pays for storage. */
  delegate(it: { to: string; depositYocto: bigint }): Promise<void>;
  undelegate(it: { depositYocto: bigint }): Promise<void>;
  /** Has an account's reputation count in votes as it is now, where the policy lets it. */
  countReputation(it: { account: string; depositYocto: bigint }): Promise<void>;
}

export function governanceCalls(connection: Connection): GovernanceCalls {
  return {
    getPolicy: () => connection.view('get_policy'),
    getMembers: (page = {}) => connection.view('get_members', page),
    getStanding: (it) => connection.view('get_standing', it),
    getBallot: (it) => connection.view('get_ballot', it),
    getProposal: (it) => connection.view('get_proposal', it),
    listProposals: (page = {}) => connection.view('list_proposals', page),
    // A refusal computes remedies, several times the gas of what is accepted.
    propose: ({ depositYocto, ...args }) =>
      connection.call('propose', args, { depositYocto, gas: 200n * teraGas }),
    async vote({ depositYocto = 0n, ...args }) {
      const { transaction } = await connection.callOnRecord('vote', args, { depositYocto });
      return { transaction };
    },
    async execute({ depositYocto = 0n, ...args }) {
      const options = { depositYocto, gas: 200n * teraGas };
      const { value, transaction } = await connection.callOnRecord<object>(
        'execute',
        args,
        options,
      );
      return { ...(value as Omit<Executed, 'transaction'>), transaction };
    },
    cancel: ({ depositYocto = 0n, ...args }) => connection.call('cancel', args, { depositYocto }),
    delegate: ({ depositYocto, ...args }) => connection.call('delegate', args, { depositYocto }),
    undelegate: ({ depositYocto }) => connection.call('undelegate', {}, { depositYocto }),
    countReputation: ({ depositYocto, ...args }) =>
      connection.call('count_reputation', args, { depositYocto }),
  };
}

/** All members, page by page. Who joins or leaves meanwhile may be missing or there twice. */
export async function readMembers(
  client: Pick<GovernanceCalls, 'getMembers'>,
): Promise<MembersView> {
  let last: MembersView | null = null;
  const members = await readAll(async (page) => (last = await client.getMembers(page)).members);
  return { ...last!, members };
}

/** The digest that a vote names: of the canonical JSON of the action. */
export function digestOfAction(action: Action): Digest {
  return digestOfJson(toWire(action));
}
