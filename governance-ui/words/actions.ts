/**
 * What a proposal would do, in sentences that a voter can check against the action itself. Nothing
 * here is taken from the proposer's own description.
 */
import type {
  MembersView,
  PolicyView,
  ProposalView,
} from '@commonweights/dao-contracts/client/views.js';
import { formatBps, groupThousands, plural, shortDigest, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

type Action = ProposalView['action'];
type FundRun = Extract<Action, { kind: 'fund-run' }>;

/** What the DAO is like now: what a change is told against. */
export interface Present {
  readonly policy: PolicyView;
  readonly members: MembersView;
}

/** One line for lists. */
export function titleOfAction(action: Action): string {
  switch (action.kind) {
    case 'fund-run':
      return `Fund a run of ${plural(action.terms.rounds, 'round')} with ${shortNear(action.budgetYocto)}`;
    case 'publish-release':
      return `Publish run ${action.run} as “${action.title}” ${action.version}`;
    case 'revoke-release':
      return `Revoke release ${action.release}`;
    case 'upgrade':
      return `Run other code: ${shortDigest(action.code)}`;
    case 'transfer':
      return `Pay ${shortNear(action.amountYocto)} to ${action.to}`;
    case 'transfer-token':
      return `Pay ${groupThousands(`${action.amountUnits}`)} units of ${action.token} to ${action.to}`;
    case 'set-member':
      return action.weight === '0'
        ? `Remove member ${action.account}`
        : `Give ${action.account} weight ${action.weight}`;
    case 'set-members':
      return `Set the weights of ${plural(action.members.length, 'member')}`;
    case 'set-policy':
      return 'Change the policy';
    case 'set-guardian':
      return action.account === null ? 'Have no guardian' : `Make ${action.account} the guardian`;
    case 'stop-run':
      return `Stop run ${action.run}`;
    case 'resolve-dispute':
      return `Decide dispute ${action.dispute} of run ${action.run} ${action.verdict} the claim`;
    case 'pause-run':
      return `Pause run ${action.run} for up to ${formatSpan(action.forMs)}`;
    case 'resume-run':
      return `Resume run ${action.run}`;
    case 'amend-run':
      return `Change the terms of run ${action.run}`;
    case 'rewind-run':
      return `Rewind run ${action.run} to round ${action.to}`;
    case 'open-bounty':
      return `Open a bounty, “${action.terms.title}”, for ${plural(action.terms.items, 'item')}`;
    case 'approve-dataset':
      return `Approve dataset ${action.dataset}`;
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? `Withdraw dataset ${action.dataset}, upholding dispute ${action.dispute}`
        : `Dismiss dispute ${action.dispute} of dataset ${action.dataset}`;
    default:
      return `“${String((action as { kind?: unknown }).kind)}”, which this page does not know`;
  }
}

/** What would change, one sentence each. */
export function effectsOfAction(action: Action, now: Present): string[] {
  switch (action.kind) {
    case 'fund-run':
      return effectsOfFunding(action);
    case 'publish-release':
      return [
        `The DAO would stand behind exactly the bytes that manifest ${shortDigest(action.manifest)} names, as “${action.title}” ${action.version}.`,
        `They come from final root ${shortDigest(action.root)} of run ${action.run}; the evaluation ${shortDigest(action.evaluation)} goes with them.`,
        'No money moves.',
      ];
    case 'revoke-release':
      return [
        `Release ${action.release} would be marked as revoked, for good: whoever pulls or verifies it is told.`,
        `The reasons are in ${shortDigest(action.reason)}. No money moves.`,
      ];
    case 'upgrade':
      return [
        `The DAO would run the code whose bytes have digest ${shortDigest(action.code)}. It can do anything: read it, and build it yourself.`,
        action.from === action.to
          ? 'What is stored would stay as it is.'
          : `What is stored would be converted from version ${action.from} to ${action.to}.`,
        'If that, or the check after it, fails, the code of now stays.',
      ];
    case 'transfer':
      return [
        `${shortNear(action.amountYocto)} would move from the treasury to the ledger of ${action.to}, who can then claim it.`,
      ];
    case 'transfer-token':
      return [
        `${groupThousands(`${action.amountUnits}`)} units of the token ${action.token} would move from the treasury to the ledger of ${action.to}, who can then claim them.`,
      ];
    case 'set-member':
      return [effectOfMember(action, now.members)];
    case 'set-members':
      return action.members.map((member) => effectOfMember(member, now.members));
    case 'set-guardian':
      return [
        action.account === null
          ? 'Nobody could cancel what waits in the timelock.'
          : `${action.account} could cancel what waits in the timelock, once each, for ${formatSpan(action.termMs)}.`,
      ];
    case 'set-policy':
      return effectsOfPolicy(action.policy, now.policy);
    case 'stop-run':
      return [
        `Run ${action.run} would end now. Seats get stakes and pay they earned; what is left of its escrow returns to the treasury.`,
      ];
    case 'resolve-dispute':
      return [
        `The last word in dispute ${action.dispute} of run ${action.run} would be ${action.verdict} what was claimed. Report ${shortDigest(action.evidence)} computes it again.`,
        action.verdict === 'for'
          ? 'Stakes and pay that juries took for it go back; those who were wrong pay.'
          : 'Who claimed it loses stake and locked pay; rounds that are final stay final.',
      ];
    case 'pause-run':
      return [
        `The open round of run ${action.run} would be cancelled and none would open for ${formatSpan(action.forMs)}, unless a vote resumes or stops it. Nobody loses stake or pay.`,
      ];
    case 'resume-run':
      return [
        `The next round of run ${action.run} would open as soon as enough trainers are there.`,
      ];
    case 'amend-run':
      return effectsOfAmendment(action);
    case 'rewind-run':
      return [
        `Run ${action.run} would go back to the root of round ${action.to}. Later rounds are marked void and their data is trained again; what was paid for them stays paid.`,
        `${shortNear(action.budgetYocto)} of the treasury would pay for doing them again.`,
      ];
    case 'open-bounty':
      return effectsOfBounty(action);
    case 'approve-dataset':
      return [
        `The DAO would vouch for dataset ${action.dataset} and for the shares of its contributors.`,
        'No money moves.',
      ];
    case 'resolve-dataset-dispute':
      return action.verdict === 'upheld'
        ? [
            `Dataset ${action.dataset} would be withdrawn for good: no run could be funded on it or on what descends from it, and its releases would carry a warning. Its record stays.`,
            'Who disputed it gets the bond back.',
          ]
        : [
            `Dataset ${action.dataset} could be trained on again, unless its publisher withdrew it.`,
            'The bond of who disputed it goes to the treasury.',
          ];
    default:
      return ['This page is older than the contract. Read the action below before you vote.'];
  }
}

function effectsOfBounty({ terms }: Extract<Action, { kind: 'open-bounty' }>): string[] {
  const what = terms.material === null ? 'written' : `labelled out of ${terms.material}`;
  return [
    `Up to ${plural(terms.items, 'item')}, ${what} under ${terms.licence}, would be paid ${shortNear(terms.priceYocto)} each; instructions ${shortDigest(terms.instructions)} say what is to be accepted.`,
    `${plural(terms.reviewers, 'reviewer')} drawn for each batch would judge it; ${formatBps(terms.agreementBps)} of their votes accept an item. Each vote with the majority is paid ${shortNear(terms.reviewFeeYocto)}.`,
    'What is not spent returns to the treasury when the bounty ends.',
  ];
}

function effectsOfFunding({ terms, budgetYocto }: FundRun): string[] {
  return [
    `${shortNear(budgetYocto)} of the treasury would be locked for one run. It can only be spent on verified work and audits; the rest comes back.`,
    `${terms.minWorkers} to ${terms.maxWorkers} trainers and up to ${plural(terms.maxAuditors, 'auditor')} would work until ${plural(terms.rounds, 'round')} are final.`,
    `Each verified update pays ${shortNear(terms.rewardYocto)}, each right audit ${shortNear(terms.auditFeeYocto)}. Everybody stakes ${shortNear(terms.stakeYocto)} and loses it for work that fails its audit.`,
    `${formatBps(terms.auditedClaimsBps)} of the work would be audited. It would train on ${terms.datasets.join(', ')}.`,
  ];
}

function effectsOfAmendment(action: Extract<Action, { kind: 'amend-run' }>): string[] {
  const { changes, run, budgetYocto } = action;
  return [
    `From its next round on, run ${run} would go by spec ${shortDigest(changes.spec)}: ${plural(changes.rounds, 'round')} in all, up to ${plural(changes.maxWorkers, 'trainer')}.`,
    `Each verified update would pay ${shortNear(changes.rewardYocto)}, each right audit ${shortNear(changes.auditFeeYocto)}; ${formatBps(changes.auditedClaimsBps)} of the work would be audited.`,
    `${shortNear(budgetYocto)} of the treasury would be added to its escrow.`,
  ];
}

function effectOfMember(
  action: { account: string; weight: string },
  { members, totalWeight }: MembersView,
): string {
  const before = members.find(({ account }) => account === action.account)?.weight;
  if (action.weight === '0') return `${action.account} would lose its vote.`;
  if (before === undefined) {
    return `${action.account} would become a member with weight ${action.weight}, beside ${totalWeight} now.`;
  }
  return `The weight of ${action.account} would go from ${before} to ${action.weight}.`;
}

function weightOfReputation({ reputation }: Pick<PolicyAction, 'reputation'>): string {
  if (!reputation) return 'nothing';
  const { shareBpsMax, fullAtPoints } = reputation;
  return `at most ${formatBps(shareBpsMax)} of the members (all of it from ${fullAtPoints} points)`;
}

function dataOfRuns(approvedOnly = false): string {
  return approvedOnly ? 'approved data only' : 'any data under an allowed licence';
}

type PolicyAction = Extract<Action, { kind: 'set-policy' }>['policy'];

function effectsOfPolicy(next: PolicyAction, now: PolicyView): string[] {
  const changes: [string, string, string][] = [
    ['Voting would last', formatSpan(now.votingPeriodMs), formatSpan(next.votingPeriodMs)],
    ['The timelock would last', formatSpan(now.timelockMs), formatSpan(next.timelockMs)],
    ['Accepted proposals would expire after', formatSpan(now.expiryMs), formatSpan(next.expiryMs)],
    ['The quorum would be', formatBps(now.quorumBps), formatBps(next.quorumBps)],
    ['Approval would take', formatBps(now.approvalBps), formatBps(next.approvalBps)],
    [
      'A late quorum would lengthen voting by',
      formatSpan(now.lateQuorumMs),
      formatSpan(next.lateQuorumMs),
    ],
    [
      'An account could have open',
      plural(now.liveProposalsMax, 'proposal'),
      plural(next.liveProposalsMax, 'proposal'),
    ],
    ['The bond would be', shortNear(now.bondYocto), shortNear(next.bondYocto)],
    [
      'The most that a teraFLOP of a round may cost would be',
      shortNear(BigInt(now.rewardPerTeraFlopYoctoMax)),
      shortNear(BigInt(next.rewardPerTeraFlopYoctoMax)),
    ],
    ['Reputation would weigh', weightOfReputation(now), weightOfReputation(next)],
    [
      'Runs could train on',
      dataOfRuns(now.approvedDatasetsOnly),
      dataOfRuns(next.approvedDatasetsOnly),
    ],
    ['Allowed licences would be', now.licences.join(', '), next.licences.join(', ')],
    ['Accepted tokens would be', now.tokens.join(', '), next.tokens.join(', ')],
  ];
  const sentences = changes
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `${what} ${after} instead of ${before}.`);
  return sentences.length > 0 ? sentences : ['Nothing: it is the policy that holds already.'];
}
