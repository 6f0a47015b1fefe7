/** One proposal: what it would do, how the vote stands, and what one can do about it. */
import type { ComponentChildren } from 'preact';

export const proposal = {
  title: (id: number) => `Proposal ${id}`,
  missing: 'The DAO has no such proposal.',
  would: 'What it would do',
  asked: 'What it asked for',
  closed: 'It is closed; this is told against what holds now.',
  treasury: (holds: ComponentChildren) => <>The treasury holds {holds} now.</>,
  treasuryAfter: (it: {
    holds: ComponentChildren;
    takes: ComponentChildren;
    after: ComponentChildren;
  }) => (
    <>
      The treasury holds {it.holds} now; this takes {it.takes} and leaves {it.after}.
    </>
  ),
  treasuryShort: (it: { holds: ComponentChildren; takes: ComponentChildren }) => (
    <>
      The treasury holds {it.holds} now, and this takes {it.takes}: it could not be carried out
      unless more is deposited.
    </>
  ),
  differs: 'What would differ',
  rule: 'Rule',
  now: 'Now',
  next: 'Would be',
  affects: 'Open proposals that it affects',
  affectsNone: 'No other proposal is open.',
  keeps: (it: { rule: string; before: string; after: string }) =>
    `keeps ${it.rule}: ${it.before}, not ${it.after}`,
  stopped: 'could not be carried out any more:',
  freed: 'could be carried out again, which is refused now:',
  replaces: 'would replace this policy if carried out after it',
  same: 'the same under both',
  affectedBy: (it: { link: ComponentChildren; state: string; facts: ComponentChildren }) => (
    <>
      {it.link} ({it.state}): {it.facts}
    </>
  ),
  vote: 'The vote',
  progress: 'How the vote stands',
  quorum: 'Quorum',
  quorumOf: (it: { voted: string; needed: string; share: string }) =>
    `${it.voted} of ${it.needed} needed have voted (${it.share} of all weight)`,
  quorumMissing: (missing: string) => `${missing} more must vote, abstaining counts`,
  quorumThere: 'reached',
  quorumLate: 'It was reached late, so voting was made longer once.',
  approval: 'Approval',
  approvalOf: (it: { share: string; needed: string }) =>
    `${it.share} of yes and no are yes; more yes than no is needed, and at least ${it.needed}`,
  approvalNone: (needed: string) =>
    `nobody has said yes or no; more yes than no is needed, and at least ${needed}`,
  wouldPass: 'As it stands it would be accepted.',
  wouldFail: 'As it stands it would be rejected.',
  stages: {
    made: 'Proposed',
    ends: 'Voting ends',
    timelock: 'Timelock ends',
    expires: 'Expires',
  },
  madeBy: (link: ComponentChildren) => <>It was executed and made {link}.</>,
  made: {
    run: (id: number) => `run ${id}`,
    release: (id: number) => `release ${id}`,
    bounty: (id: number) => `bounty ${id}`,
    number: (id: number) => `number ${id}`,
  },
  inTimelock: (span: string) =>
    `It was accepted and waits in the timelock for ${span}. Then anybody may execute it.`,
  ready: 'It was accepted and its timelock is over. Anybody may execute it:',
  readyUntil: (span: string) => `If nobody does in ${span}, it expires.`,
  settle: {
    rejected: 'It was rejected. Anybody may settle its bond:',
    expired: 'It has expired. Anybody may settle its bond:',
  },
  over: (state: string) => `It is ${state}; nothing is left to do.`,
  words: (proposer: string) => `In the words of ${proposer}`,
  noWords: 'The text cannot be shown:',
  text: 'text',
  bond: (it: { amount: ComponentChildren; state: string }) => (
    <>
      bond {it.amount}, {it.state}
    </>
  ),
  bonds: { held: 'held', returned: 'returned', forfeited: 'forfeited' },
  exactly: 'Exactly',
  digestHolds: (digest: ComponentChildren) => (
    <>
      Votes name digest {digest}. This page computed it again from the action below: it is the same.
    </>
  ),
  digestFails: (digest: ComponentChildren) => (
    <>
      The action below does not have the digest {digest} that votes name. Do not vote on it, and
      tell the DAO.
    </>
  ),
  action: 'The action, as it would be executed',
  here: {
    connect: (link: (text: string) => ComponentChildren) => (
      <>Members vote with {link('a wallet')} here, or from the command line:</>
    ),
    as: (account: string) => `Vote as ${account}`,
    choose: { yes: 'Vote yes', no: 'Vote no', abstain: 'Vote abstain' },
    your: 'Your vote',
    voted: {
      yes: (it: { account: string; weight: string; share: string; of: string }) =>
        `${it.account} voted yes with weight ${it.weight} (${it.share})${it.of}. A vote is final.`,
      no: (it: { account: string; weight: string; share: string; of: string }) =>
        `${it.account} voted no with weight ${it.weight} (${it.share})${it.of}. A vote is final.`,
      abstain: (it: { account: string; weight: string; share: string; of: string }) =>
        `${it.account} abstained with weight ${it.weight} (${it.share})${it.of}. A vote is final.`,
    },
    ofOthers: (weight: string) => `, ${weight} of it from others`,
    noWeight: (account: string) => `${account} has no weight in votes now.`,
    weighs: (it: { account: string; weight: string; of: string }) =>
      `${it.account} has not voted. It weighs ${it.weight} now${it.of}; the least that it held from a voting period before the proposal on is what counts.`,
    weighsExactly: (it: { account: string; weight: string; of: string }) =>
      `${it.account} has not voted. Its vote weighs ${it.weight}${it.of}: it has held that since before the weights were taken.`,
    snapshot: (time: string) => `Weights were taken at ${time}.`,
    delegated: (it: { account: string; to: string }) =>
      `${it.to} votes for ${it.account} unless it votes itself.`,
    wrongDigest:
      'This page found that the action shown is not the one that votes name: nobody should sign that.',
    execute: (account: string) => `Execute it as ${account}`,
    executing: 'Executing',
    cancel: (account: string) => `Cancel it as ${account}, the guardian`,
    cancelling: 'Cancelling',
    guardianMay: (it: { guardian: string; until: string }) =>
      `${it.guardian}, the guardian until ${it.until}, may cancel it while it waits: once for each action, and it can do nothing else.`,
    guardianNone: 'There is no guardian, so nobody can cancel it.',
    guardianOver: (guardian: string) => `The term of the guardian, ${guardian}, is over.`,
    guardianItself: 'It decides about the guardian, who has no say in it.',
    notGuardian: (account: string) => `${account} is not the guardian.`,
  },
};
