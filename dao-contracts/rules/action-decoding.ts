/** Reads a proposal's action and a policy. What they mean for money and data is checked later. */
import type { Action, Member, Policy, ReputationPolicy } from './actions.js';
import { decodeBountyTerms } from './bounty/terms.js';
import {
  account,
  amount,
  decimal,
  digest,
  flag,
  id,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoder,
} from './decoding.js';
import { refuse } from './errors.js';
import {
  deadlineMsMax,
  deadlineMsMin,
  guardianTermMsMax,
  licencesMax,
  liveProposalsLimit,
  membersPerCallMax,
  reputationFullPointsMax,
  reputationVoteBpsMax,
  titleCharsMax,
  tokensAcceptedMax,
  tokenUnitsMax,
  weightMax,
} from './limits.js';
import { isQuorumAlone } from './reputation-weight.js';
import { stateVersion } from './upgrade.js';
import { decodeAmendment, decodeRunTerms } from './terms-decoding.js';

const period = integer(deadlineMsMin, deadlineMsMax);

const reputationPolicy = record<ReputationPolicy>({
  shareBpsMax: integer(1, reputationVoteBpsMax),
  fullAtPoints: integer(1, reputationFullPointsMax),
});

const policyFields = record<Policy>({
  votingPeriodMs: period,
  timelockMs: integer(0, deadlineMsMax),
  expiryMs: period,
  quorumBps: integer(1, 10_000),
  approvalBps: integer(5_000, 10_000),
  bondYocto: amount,
  lateQuorumMs: integer(0, deadlineMsMax),
  liveProposalsMax: integer(1, liveProposalsLimit),
  licences: list(text(100), licencesMax),
  tokens: list(account, tokensAcceptedMax),
  approvedDatasetsOnly: optional<boolean | undefined>(flag, undefined),
  reputation: optional<ReputationPolicy | undefined>(reputationPolicy, undefined),
  rewardPerTeraFlopYoctoMax: amount,
});

export const decodePolicy: Decoder<Policy> = (value, field) => {
  const policy = policyFields(value, field);
  // What is not there has no place in the canonical text that is voted on.
  if (policy.approvedDatasetsOnly === undefined) delete policy.approvedDatasetsOnly;
  if (policy.reputation === undefined) delete policy.reputation;
  else if (isQuorumAlone(policy.reputation, policy.quorumBps)) {
    refuse(
      'BAD_ARGUMENT',
      `${field}.reputation.shareBpsMax would let reputation alone be the quorum of ` +
        `${policy.quorumBps}; lower it, or raise the quorum`,
    );
  }
  if (policy.lateQuorumMs > policy.votingPeriodMs) {
    refuse('BAD_ARGUMENT', `${field}.lateQuorumMs must be at most votingPeriodMs`);
  }
  return policy;
};

export const decodeMember: Decoder<Member> = record<Member>({
  account,
  weight: decimal(weightMax),
});

const setGuardian = record<SetGuardian>({
  kind: oneOf('set-guardian'),
  account: nullable(account),
  termMs: integer(0, guardianTermMsMax),
});

const upgrade = record<Upgrade>({
  kind: oneOf('upgrade'),
  code: digest,
  from: stateVersion,
  to: stateVersion,
});

type Kind = Action['kind'];

const shapes: { [K in Kind]: Decoder<Extract<Action, { kind: K }>> } = {
  'fund-run': record({ kind: oneOf('fund-run'), terms: decodeRunTerms, budgetYocto: amount }),
  'publish-release': record({
    kind: oneOf('publish-release'),
    run: id,
    root: digest,
    manifest: digest,
    evaluation: digest,
    title: text(titleCharsMax),
    version: text(40),
  }),
  transfer: record({ kind: oneOf('transfer'), to: account, amountYocto: amount }),
  'transfer-token': record({
    kind: oneOf('transfer-token'),
    token: account,
    to: account,
    amountUnits: decimal(tokenUnitsMax),
  }),
  'set-member': record({ kind: oneOf('set-member'), account, weight: decimal(weightMax) }),
  'set-members': record({
    kind: oneOf('set-members'),
    members: list(decodeMember, membersPerCallMax),
  }),
  'set-policy': record({ kind: oneOf('set-policy'), policy: decodePolicy }),
  'set-guardian': decodeSetGuardian,
  'stop-run': record({ kind: oneOf('stop-run'), run: id }),
  'resolve-dispute': record({
    kind: oneOf('resolve-dispute'),
    run: id,
    dispute: id,
    verdict: oneOf('for', 'against'),
    evidence: digest,
  }),
  'pause-run': record({
    kind: oneOf('pause-run'),
    run: id,
    forMs: integer(deadlineMsMin, deadlineMsMax),
  }),
  'resume-run': record({ kind: oneOf('resume-run'), run: id }),
  'amend-run': record({
    kind: oneOf('amend-run'),
    run: id,
    changes: decodeAmendment,
    budgetYocto: amount,
  }),
  'open-bounty': record({ kind: oneOf('open-bounty'), terms: decodeBountyTerms }),
  'approve-dataset': record({ kind: oneOf('approve-dataset'), dataset: text(128) }),
  'resolve-dataset-dispute': record({
    kind: oneOf('resolve-dataset-dispute'),
    dataset: text(128),
    dispute: id,
    verdict: oneOf('upheld', 'dismissed'),
    evidence: digest,
  }),
  'rewind-run': record({
    kind: oneOf('rewind-run'),
    run: id,
    to: integer(0, 2 ** 31),
    budgetYocto: amount,
  }),
  'revoke-release': record({ kind: oneOf('revoke-release'), release: id, reason: digest }),
  upgrade: decodeUpgrade,
};

type SetGuardian = Extract<Action, { kind: 'set-guardian' }>;

function decodeSetGuardian(value: unknown, field: string): SetGuardian {
  const action = setGuardian(value, field);
  if ((action.account === null) !== (action.termMs === 0)) {
    refuse('BAD_ARGUMENT', `${field}.termMs must be 0 for no guardian, and only then`);
  }
  return action;
}

type Upgrade = Extract<Action, { kind: 'upgrade' }>;

function decodeUpgrade(value: unknown, field: string): Upgrade {
  const action = upgrade(value, field);
  if (action.to < action.from) {
    refuse('BAD_ARGUMENT', `${field}.to must be at least from; a way back is a version of its own`);
  }
  return action;
}

export function decodeAction(value: unknown, field: string): Action {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const shape = Object.keys(shapes).includes(kind as string) ? shapes[kind as Kind] : undefined;
  if (!shape) {
    return refuse('BAD_ACTION', `${field}.kind must be one of ${Object.keys(shapes).join(', ')}`);
  }
  return shape(value, field);
}
