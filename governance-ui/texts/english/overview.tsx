/** The first page. */
import type { ComponentChildren } from 'preact';

export const overview = {
  title: 'Models trained in the open',
  lead: (members: string, one: boolean) =>
    `${members} ${one ? 'decides' : 'decide'} what is trained and released. Money follows verified work only.`,
  join: 'How to join',
  joinHere: (link: (text: string) => ComponentChildren) => (
    <>
      {link('Audit from this tab')}, or train with one command on any machine, with or without a
      GPU:
    </>
  ),
  liveFirst: 'Runs, live ones first',
  allRuns: (count: string) => `All ${count} runs`,
  latest: 'Latest releases',
  openProposals: 'Open proposals',
  noneOpen: 'None is waiting for votes.',
  earlier: 'See earlier ones',
  treasury: 'Treasury',
  escrows: 'in escrow for runs',
  stakes: 'staked by workers',
  ledgers: 'earned, to be claimed',
  bonds: 'bonds of proposals',
  unitsOf: (token: string) => `units of ${token}`,
  members: 'Members',
  allMembers: (count: string) => `All ${count} members`,
  policy: 'Policy',
  voting: 'Voting',
  timelock: 'Timelock',
  timelockOf: (span: string) => `${span} between a vote and its execution`,
  quorum: 'Quorum',
  quorumOf: (share: string) => `${share} of all weight must vote`,
  approval: 'Approval',
  moreYes: 'more yes than no',
  moreYesAnd: (share: string) => `more yes than no, and ${share}`,
  bond: 'Bond',
  bondLost: 'lost when nobody cares to vote',
  guardian: 'Guardian',
  licences: 'Licences',
  noLicence: 'none allowed',
};
