/** What a proposal would do. English has these words from where the command line has them. */
import {
  describeAction,
  effectsOfAction,
  type ComparedKind,
  type Figures,
} from '@commonweights/dao-contracts/client/action-words.js';
import type { Action, RunView } from '@commonweights/dao-contracts/client/views.js';

type Compared = Extract<Action, { kind: ComparedKind }>;

export const actions = {
  /** In a few words, for a list. */
  title: (action: Action, write: Figures): string => {
    const text = describeAction(action, write);
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  },
  effects: (action: Exclude<Action, Compared>, run: RunView | null, write: Figures): string[] =>
    effectsOfAction(action, run, write),
  member: {
    loses: (account: string) => `${account} would lose its vote.`,
    joins: (it: { account: string; weight: string; total: string }) =>
      `${it.account} would become a member with weight ${it.weight}, beside ${it.total} now.`,
    changes: (it: { account: string; before: string; after: string }) =>
      `The weight of ${it.account} would go from ${it.before} to ${it.after}.`,
  },
  policy: {
    votingPeriodMs: 'Voting would last',
    timelockMs: 'The timelock would last',
    expiryMs: 'Accepted proposals would expire after',
    quorumBps: 'The quorum would be',
    approvalBps: 'Approval would take',
    lateQuorumMs: 'A late quorum would lengthen voting by',
    liveProposalsMax: 'An account could have open',
    bondYocto: 'The bond would be',
    rewardPerTeraFlopYoctoMax: 'The most that a teraFLOP of a round may cost would be',
    reputation: 'Reputation would weigh',
    approvedDatasetsOnly: 'Runs could train on',
    licences: 'Allowed licences would be',
    tokens: 'Accepted tokens would be',
  },
  insteadOf: (it: { what: string; before: string; after: string }) =>
    `${it.what} ${it.after} instead of ${it.before}.`,
  same: 'Nothing: it is the policy that holds already.',
  noReputation: 'nothing',
  reputation: (it: { share: string; points: string }) =>
    `at most ${it.share} of the members (all of it from ${it.points} points)`,
  approvedData: 'approved data only',
  anyData: 'any data under an allowed licence',
  exactMs: (ms: string) => `${ms} ms`,
};
