/**
 * Well-formed arguments of every method of the contract, with every field that it knows: what
 * hostile calls are made from (hostile-calls.test.ts). A new method needs a row here, a new action
 * one below; a test says so.
 */
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { bountyTerms } from '../bounty-driver.js';
import { dataset, members, named, policy, terms } from '../dao-driver.js';

export interface GoodCall {
  args: Record<string, unknown>;
  /** Fields that may be left out, by their path: `action.memo`. */
  optional?: readonly string[];
  /** Fields that may be null. */
  nullable?: readonly string[];
  /** Fields of any text: whatever is well-formed Unicode and short enough is taken. */
  free?: readonly string[];
}

const subject = named('subject');
const run = 1;
const worker = '';
const act = { run, worker, round: 1 };
const step = { ...act, seat: 0, segment: 0 };
const leaf = { leaf: named('leaf'), proof: [named('sibling')], nonce: null };
const page: GoodCall = { args: { from: 0, limit: 3 }, optional: ['from', 'limit'] };
const machine = { optional: ['worker'] };

export const goodCalls: Readonly<Record<string, GoodCall>> = {
  init: {
    args: { members, policy, guardian: 'bob.test', guardianTermMs: 100_000, code: named('code') },
    optional: ['guardian', 'guardianTermMs', 'code'],
    free: ['policy.licences.0'],
  },
  deposit: { args: {} },
  claim: { args: {} },
  ft_on_transfer: { args: { sender_id: 'ann.test', amount: '1', msg: '' }, free: ['msg'] },
  claim_token: { args: { token: 'token.test' } },
  storage_deposit: {
    args: { account_id: 'ann.test', registration_only: true },
    optional: ['account_id', 'registration_only'],
  },
  storage_withdraw: { args: { amount: '1' }, optional: ['amount'] },
  storage_unregister: { args: { force: false }, optional: ['force'] },
  propose: {
    args: {
      action: { kind: 'transfer', to: 'late.test', amountYocto: '1' },
      description: named('why'),
    },
  },
  vote: { args: { proposal: 1, choice: 'yes', action: named('action') } },
  execute: { args: { proposal: 1 } },
  cancel: { args: { proposal: 1 } },
  unstage_code: { args: { code: named('code') } },
  delegate: { args: { to: 'bob.test' } },
  undelegate: { args: {} },
  count_reputation: { args: { account: 'ann.test' } },
  register_dataset: {
    args: {
      record: { ...dataset, parents: [{ dataset: 'raw@1', transform: named('clean') }] },
      bounty: 1,
    },
    optional: ['bounty'],
    nullable: ['record.evidence'],
    free: [
      'record.title',
      'record.source',
      'record.collectedAt',
      'record.licenceDeclared',
      'record.licenceConcluded',
      'record.parents.0.dataset',
    ],
  },
  withdraw_dataset: { args: { id: dataset.id }, free: ['id'] },
  set_opt_out: { args: { id: dataset.id, optOut: named('list') }, free: ['id'] },
  dispute_dataset: { args: { id: dataset.id, evidence: named('proof') }, free: ['id'] },
  lapse_dataset_dispute: { args: { id: dataset.id }, free: ['id'] },
  claim_data_share: { args: { run, dataset: dataset.id }, free: ['dataset'] },
  return_data_share: { args: { run, dataset: dataset.id }, free: ['dataset'] },
  bounty_commit: {
    args: { bounty: 1, commitment: named('commitment'), payout: 'cold.test' },
    optional: ['payout'],
  },
  bounty_reveal: {
    args: { bounty: 1, batch: 0, items: [named('item')], salt: 'salt' },
    free: ['salt'],
  },
  bounty_apply: { args: { bounty: 1, payout: 'cold.test' }, optional: ['payout'] },
  bounty_review: { args: { bounty: 1, batch: 0, sealed: named('votes') } },
  bounty_open: {
    args: { bounty: 1, batch: 0, votes: '101', salt: 'salt' },
    free: ['votes', 'salt'],
  },
  bounty_tick: { args: { bounty: 1 } },
  enrol: {
    args: { run, worker, role: 'trainer', fromRound: null, payout: 'cold.test' },
    optional: ['worker', 'fromRound', 'payout'],
  },
  set_payout: { args: { run, worker, payout: 'cold.test' }, ...machine },
  set_operator: { args: { run, worker, operator: 'cold.test' }, ...machine },
  rejoin: { args: { run, worker }, ...machine },
  tick: {
    args: { run, worker, round: 1, phase: 'train' },
    optional: ['worker', 'round', 'phase'],
  },
  commit: { args: { ...act, commitment: named('commitment') }, ...machine },
  reveal: {
    args: {
      ...act,
      update: named('update'),
      updateBytes: 100,
      startRoot: named('root'),
      localIn: named('in'),
      localOut: named('out'),
      traceRoot: named('trace'),
      salt: 'salt',
    },
    ...machine,
    free: ['salt'],
  },
  certify: { args: { ...act, available: [0, 1] }, ...machine },
  submit_root: { args: { ...act, root: named('root') }, ...machine },
  deliver: {
    args: { ...step, ...leaf, realRoot: named('real root'), hidden: named('hidden') },
    optional: ['worker', 'nonce', 'realRoot', 'hidden'],
  },
  answer: { args: { ...step, leaf: named('leaf') }, ...machine, nullable: ['leaf'] },
  open: {
    args: { ...step, ...leaf, end: named('end'), secret: 'secret' },
    optional: ['worker', 'nonce', 'end', 'secret'],
    free: ['secret'],
  },
  measure: {
    args: {
      ...{ ...step, own: named('own'), salt: 'salt', sum: named('sum') },
      ...{ residualBillionths: 12, alongBillionths: -3 },
    },
    ...machine,
    nullable: ['residualBillionths', 'sum'],
    free: ['salt'],
  },
  uncover: {
    args: {
      ...{ ...step, leaf: named('leaf'), proof: [], secret: 'secret', realRoot: named('root') },
      hidden: named('hidden'),
    },
    ...machine,
    nullable: ['secret'],
    free: ['secret'],
  },
  challenge_root: { args: { ...act, root: named('root') }, ...machine },
  challenge_update: { args: { ...act, seat: 0 }, ...machine },
  judge: {
    args: { run, worker, dispute: 1, answer: named('answer') },
    ...machine,
    nullable: ['answer'],
  },
  appeal: { args: { run, worker, dispute: 1 }, ...machine },
  attest: {
    args: { subject, purpose: 'endorses', evidence: named('evidence') },
    nullable: ['evidence'],
  },
  attest_ethereum: {
    args: {
      subject,
      purpose: 'endorses',
      evidence: named('evidence'),
      by: `0x${'ab'.repeat(20)}`,
      nonce: 1,
      deadlineMs: 2_000_000_000_000,
      signature: `0x${'11'.repeat(64)}1b`,
    },
    nullable: ['evidence'],
  },
  get_policy: { args: {} },
  get_members: page,
  get_standing: { args: { account: 'ann.test' } },
  get_ballot: { args: { proposal: 1, account: 'ann.test' } },
  get_proposal: { args: { proposal: 1 } },
  list_proposals: page,
  get_dataset: { args: { id: dataset.id }, free: ['id'] },
  list_datasets: page,
  list_data_shares: { args: { run, account: 'ann.test' }, optional: ['account'] },
  list_dataset_disputes: {
    args: { id: dataset.id, ...page.args },
    optional: page.optional!,
    free: ['id'],
  },
  get_bounty: { args: { bounty: 1 } },
  list_bounties: page,
  list_bounty_records: {
    args: { bounty: 1, kind: 'batch', ...page.args },
    optional: page.optional!,
  },
  get_run: { args: { run } },
  list_runs: page,
  get_seats: { args: { run } },
  get_round_record: { args: { run, round: 1 } },
  get_release: { args: { release: 1 } },
  get_release_by_manifest: { args: { manifest: named('manifest') } },
  list_releases: page,
  list_attestations: { args: { subject, ...page.args }, optional: page.optional! },
  get_earnings: { args: { account: 'ann.test' } },
  get_reputation: { args: { account: 'ann.test' } },
  get_accounting: { args: {} },
  get_code: { args: {} },
  get_staged_code: { args: { code: named('code') } },
  get_upgrade: { args: { proposal: 1 } },
  check_health: { args: { state: 1, code: named('code') }, optional: ['state', 'code'] },
  list_tokens: { args: { account: 'ann.test' }, optional: ['account'] },
  storage_balance_of: { args: { account_id: 'ann.test' } },
  storage_balance_bounds: { args: {} },
  contract_source_metadata: { args: {} },
};

type Example<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** One of each kind of action. */
export const goodActions: { [K in Action['kind']]: Example<K> } = {
  'fund-run': { kind: 'fund-run', terms, budgetYocto: `${10n ** 25n}` },
  'publish-release': {
    kind: 'publish-release',
    run,
    root: named('root'),
    manifest: named('manifest'),
    evaluation: named('evaluation'),
    title: 'First',
    version: '1',
  },
  transfer: { kind: 'transfer', to: 'late.test', amountYocto: '1' },
  'revoke-release': { kind: 'revoke-release', release: 1, reason: named('why') },
  upgrade: { kind: 'upgrade', code: named('code'), from: 1, to: 2 },
  'transfer-token': {
    kind: 'transfer-token',
    token: 'token.test',
    to: 'late.test',
    amountUnits: '1',
  },
  'set-member': { kind: 'set-member', account: 'late.test', weight: '1' },
  'set-members': { kind: 'set-members', members },
  'set-policy': { kind: 'set-policy', policy },
  'set-guardian': { kind: 'set-guardian', account: 'bob.test', termMs: 1_000 },
  'stop-run': { kind: 'stop-run', run },
  'pause-run': { kind: 'pause-run', run, forMs: 1_000 },
  'resume-run': { kind: 'resume-run', run },
  'amend-run': {
    kind: 'amend-run',
    run,
    changes: {
      spec: terms.spec,
      rounds: 5,
      maxWorkers: 4,
      deadlinesMs: terms.deadlinesMs,
      auditedClaimsBps: 10_000,
      rewardYocto: terms.rewardYocto,
      auditFeeYocto: terms.auditFeeYocto,
      flopsPerRound: terms.flopsPerRound,
    },
    budgetYocto: '0',
  },
  'open-bounty': { kind: 'open-bounty', terms: { ...bountyTerms, material: dataset.id } },
  'approve-dataset': { kind: 'approve-dataset', dataset: dataset.id },
  'resolve-dataset-dispute': {
    kind: 'resolve-dataset-dispute',
    dataset: dataset.id,
    dispute: 1,
    verdict: 'upheld',
    evidence: named('report'),
  },
  'rewind-run': { kind: 'rewind-run', run, to: 0, budgetYocto: '0' },
  'resolve-dispute': {
    kind: 'resolve-dispute',
    run,
    dispute: 1,
    verdict: 'for',
    evidence: named('report'),
  },
};

/** Inside actions: texts that may be anything readable, and fields that may be null. */
export const looseInActions = {
  free: [
    ...['terms.datasets.0', 'policy.licences.0', 'title', 'version'],
    ...['terms.title', 'terms.licence', 'terms.material', 'dataset'],
  ],
  nullable: ['terms.material'],
};
