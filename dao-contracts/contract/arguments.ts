/** The arguments of each call, decoded strictly (rules/decoding.ts). */
import { decodeAction, decodeMember, decodePolicy } from '../rules/action-decoding.js';
import type { Action, Member, Policy } from '../rules/actions.js';
import { decodeDatasetRecord } from '../rules/datasets.js';
import {
  account,
  amount,
  decimal,
  digest,
  flag,
  id,
  integer,
  integers,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  workerLabel,
} from '../rules/decoding.js';
import {
  batchItemsMax,
  deadlineMsMin,
  distanceBillionthsMax,
  guardianTermMsMax,
  membersPerCallMax,
  messageCharsMax,
  pageItemsMax,
  runsPageItemsMax,
  proofNodesMax,
  saltCharsMax,
  seatsMax,
  segmentsMax,
  tokenUnitsMax,
  updateBytesMax,
} from '../rules/limits.js';
import { stateVersion } from '../rules/upgrade.js';
import { storedVersion } from './state-version.js';

const round = integer(1, 2 ** 31);
const seat = integer(0, seatsMax - 1);
const claim = integer(1, Number.MAX_SAFE_INTEGER);
const proof = list(digest, proofNodesMax);
const nonce = optional(nullable(digest), null);
const segment = integer(0, segmentsMax - 1);
/** Of which of its machines the caller speaks. */
const worker = optional(workerLabel, '');
const payout = optional<string | null>(nullable(account), null);
const auditStep = { run: id, worker, round, seat, segment };

const pageOf = (itemsMax: number) => ({
  from: optional(integer(0, 2 ** 31), 0),
  limit: optional(integer(1, itemsMax), itemsMax),
});
const page = pageOf(pageItemsMax);

const tickOfRun = {
  run: id,
  worker,
  round: optional(nullable(round), null),
  phase: optional(nullable(oneOf('train', 'reveal', 'certify', 'aggregate')), null),
};

export const decode = {
  init: record<{
    members: Member[];
    policy: Policy;
    guardian: string | null;
    guardianTermMs: number;
    code: ReturnType<typeof digest> | null;
  }>({
    members: list(decodeMember, membersPerCallMax),
    policy: decodePolicy,
    guardian: optional(nullable(account), null),
    guardianTermMs: optional(integer(deadlineMsMin, guardianTermMsMax), guardianTermMsMax),
    code: optional(nullable(digest), null),
  }),
  nothing: record<object>({}),
  propose: record<{ action: Action; description: ReturnType<typeof digest> }>({
    action: decodeAction,
    description: digest,
  }),
  vote: record({
    proposal: id,
    choice: oneOf('yes', 'no', 'abstain'),
    action: digest,
  }),
  proposal: record({ proposal: id }),
  ballot: record({ proposal: id, account }),
  delegate: record({ to: account }),
  dataset: record({
    record: decodeDatasetRecord,
    bounty: optional<number | null>(nullable(id), null),
  }),
  optOut: record({ id: text(128), optOut: digest }),
  disputeDataset: record({ id: text(128), evidence: digest }),
  dataShare: record({ run: id, dataset: text(128) }),
  dataShares: record<{ run: number; account: string | null }>({
    run: id,
    account: optional(nullable(account), null),
  }),
  datasetDisputes: record({ id: text(128), ...page }),
  bounty: record({ bounty: id }),
  bountyCommit: record({ bounty: id, commitment: digest, payout }),
  bountyReveal: record({
    bounty: id,
    batch: id,
    items: list(digest, batchItemsMax),
    salt: text(saltCharsMax),
  }),
  bountyApply: record({ bounty: id, payout }),
  bountyReview: record({ bounty: id, batch: id, sealed: digest }),
  bountyOpen: record({
    bounty: id,
    batch: id,
    votes: text(batchItemsMax),
    salt: text(saltCharsMax),
  }),
  bountyRecords: record({
    bounty: id,
    kind: oneOf('batch', 'contributor', 'reviewer'),
    ...page,
  }),
  enrol: record({
    run: id,
    worker,
    role: oneOf('trainer', 'auditor'),
    fromRound: optional(nullable(round), null),
    payout: optional(nullable(account), null),
  }),
  setPayout: record({ run: id, worker, payout: account }),
  setOperator: record({ run: id, worker, operator: account }),
  // The standards' own names, which are in snake case.
  transferred: record({
    sender_id: account,
    amount: decimal(tokenUnitsMax),
    msg: text(messageCharsMax, 0),
  }),
  storageDeposit: record<{ account_id: string | null; registration_only: boolean }>({
    account_id: optional(nullable(account), null),
    registration_only: optional(flag, false),
  }),
  storageWithdraw: record<{ amount: string | null }>({
    amount: optional(nullable(amount), null),
  }),
  storageUnregister: record<{ force: boolean }>({ force: optional(flag, false) }),
  storageBalance: record({ account_id: account }),
  claimToken: record({ token: account }),
  tokens: record<{ account: string | null }>({ account: optional(nullable(account), null) }),
  rejoin: record({ run: id, worker }),
  run: record({ run: id }),
  tick: record(tickOfRun),
  tickFor: record({ ...tickOfRun, account: nullable(account) }),
  commit: record({ run: id, worker, round, commitment: digest }),
  reveal: record({
    run: id,
    worker,
    round,
    update: digest,
    updateBytes: integer(1, updateBytesMax),
    startRoot: digest,
    localIn: digest,
    localOut: digest,
    traceRoot: digest,
    salt: text(saltCharsMax),
  }),
  certify: record({ run: id, worker, round, available: integers(0, seatsMax - 1, seatsMax) }),
  submitRoot: record({ run: id, worker, round, root: digest }),
  deliver: record({
    ...auditStep,
    leaf: digest,
    proof,
    nonce,
    realRoot: optional(nullable(digest), null),
    hidden: optional(nullable(digest), null),
  }),
  answer: record({ ...auditStep, leaf: nullable(digest) }),
  open: record({
    ...auditStep,
    leaf: digest,
    proof,
    nonce,
    end: optional(nullable(digest), null),
    secret: optional(nullable(text(saltCharsMax)), null),
  }),
  measure: record({
    ...auditStep,
    own: digest,
    salt: text(saltCharsMax),
    residualBillionths: nullable(integer(0, distanceBillionthsMax)),
    alongBillionths: integer(-distanceBillionthsMax, distanceBillionthsMax),
    sum: nullable(digest),
  }),
  uncover: record({
    ...auditStep,
    secret: nullable(text(saltCharsMax)),
    hidden: digest,
    leaf: digest,
    proof,
    realRoot: digest,
  }),
  challengeRoot: record({ run: id, worker, round, root: digest }),
  challengeUpdate: record({ run: id, worker, round, seat }),
  judge: record({ run: id, worker, dispute: id, answer: nullable(digest) }),
  appeal: record({ run: id, worker, dispute: id }),
  page: record(page),
  /** `disputesFrom`: of its disputes, those from there on. */
  shownRun: record<{ run: number; disputesFrom: number }>({
    run: id,
    disputesFrom: optional(id, 0),
  }),
  runsPage: record(pageOf(runsPageItemsMax)),
  attestations: record({ subject: digest, ...page }),
  datasetId: record({ id: text(128) }),
  roundRecord: record({ run: id, round }),
  release: record({ release: id }),
  manifest: record({ manifest: digest }),
  code: record({ code: digest }),
  migration: record({
    ...{ proposal: id, code: digest, from: stateVersion, to: stateVersion },
    surplusYocto: text(40),
  }),
  health: record({
    state: optional(stateVersion, storedVersion),
    code: optional(nullable(digest), null),
  }),
  account: record({ account }),
  claimed: record({ account, claim, amountYocto: amount }),
  tokenClaim: record({
    account,
    token: account,
    claim,
    depositYocto: amount,
    spentYocto: amount,
  }),
};
