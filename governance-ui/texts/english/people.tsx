/** Members and accounts: who decides, what somebody showed, earned and said, and who votes for whom. */
import type { ComponentChildren } from 'preact';

export const people = {
  title: 'People',
  lead: (members: string, one: boolean) =>
    `${members} ${one ? 'votes' : 'vote'}. Trainers, auditors and authors need not be members: anybody may earn, and what they showed is on record.`,
  lookUp: 'Look up an account',
  look: 'Look up',
  members: 'Members',
  account: 'Account',
  weight: 'Weight',
  share: 'Share',
  votes: 'In votes',
  noMember: 'No member: its own weight is 0',
  weighs: (weight: string) => `Weight ${weight}`,
  fromOthers: (weight: string) => `, and ${weight} from others`,
  votedFor: (delegate: string) => `; ${delegate} votes for it`,
  standing: (it: { own: string; others: string; delegate: string }) =>
    `${it.own}${it.others}${it.delegate}.`,
  reputationAdds: (weight: string) => `Reputation adds ${weight}.`,
  reputation: 'Reputation',
  points: 'Points',
  pointsOf: (it: { points: string; total: string; share: string }) =>
    `${it.points} of ${it.total}, ${it.share}; they fade with time`,
  counted: 'Counted',
  countedOf: (points: string) => `${points}, no more than an account’s share`,
  verifiedRounds: 'Verified rounds',
  audits: 'Audits',
  auditsOf: (it: { right: string; wrong: string }) => `${it.right} right, ${it.wrong} wrong`,
  slashes: 'Slashes',
  statements: 'What it said of releases',
  looking: 'Looking through what was said…',
  saidNothing: 'Nothing, of the newest ones.',
  said: (it: { purpose: string; release: ComponentChildren; when: string }) => (
    <>
      {it.purpose} {it.release}, {it.when}
    </>
  ),
  noSeats: 'It had no seat in a run.',
  seats: 'Its latest seats',
  columns: {
    run: 'Run',
    seat: 'Seat',
    status: 'Status',
    rounds: 'Rounds',
    audits: 'Audits',
    earned: 'Earned',
    slashed: 'Slashed',
  },
  roles: { trainer: 'trainer', auditor: 'auditor' },
  earnings: 'Earnings',
  toClaim: 'To claim',
  onItsWay: 'On its way',
  claimed: 'Claimed',
  claim: (amount: ComponentChildren) => <>Claim {amount}</>,
  claiming: 'Claiming',
  delegation: {
    title: 'Delegation',
    what: 'A member can let another one vote for it, wherever it does not vote itself. It counts for proposals that are made one voting period later; taking it back counts at once.',
    to: 'Let vote for you',
    toHint: 'Another member.',
    delegate: (it: { to: string; account: string }) => `Let ${it.to} vote for ${it.account}`,
    delegating: 'Delegating',
    undelegate: (delegate: string) => `Take the vote back from ${delegate}`,
    undelegating: 'Taking the vote back',
    now: (delegate: string) => `${delegate} votes for you now.`,
    nobody: 'Nobody votes for you.',
    notMember: (account: string) =>
      `${account} is no member, so it has no vote that it could give to another.`,
    toMember: (account: string) => `${account} is no member: nobody can vote with what it has not.`,
    self: 'An account votes for itself anyway.',
    badAccount: 'This is no name of a NEAR account.',
  },
  counting: {
    what: (it: { account: string; weight: string }) =>
      `The reputation of ${it.account} would weigh ${it.weight} in votes if it were counted now. Anybody may have it counted.`,
    count: (account: string) => `Count the reputation of ${account}`,
    doing: 'Counting',
  },
};
