/**
 * Upgrades: code is uploaded, put in place by a vote, and stays only if it converts and checks what
 * is stored. Deployment, migration and check are actions of one receipt, which the chain undoes as a
 * whole when one of them fails, so going back needs no code of ours; the callback only notes what
 * became of it (docs/decisions/091-upgrades-are-one-receipt.md).
 */
import { near } from 'near-sdk-js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { decodePolicy } from '../rules/action-decoding.js';
import type { Action } from '../rules/actions.js';
import { refuse } from '../rules/errors.js';
import { stagedCodeMs, storageYoctoPerByte } from '../rules/limits.js';
import { moveMoney, noMoney, type Totals } from '../rules/totals.js';
import {
  checkCode,
  checkRemovable,
  checkVersion,
  type CodeRecord,
  type StagedCode,
  type UpgradeRecord,
} from '../rules/upgrade.js';
import type { HealthView, StagedCodeView, UpgradeView } from '../rules/views.js';
import { showAccounting } from './accounting.js';
import { caller, emit, hash, nowMs, requireGas, utf8 } from './call.js';
import { countMembers, readTotalWeight } from './electorate-records.js';
import {
  applyMoves,
  creditLedger,
  readBucket,
  readCounts,
  readJson,
  readLedger,
  readSettings,
  writeJson,
  writeLedger,
} from './records.js';
import { migrations, readStateVersion, storedVersion, writeStateVersion } from './state-version.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

type Upgrade = Extract<Action, { kind: 'upgrade' }>;

/** What a migration is told, by the code that it takes the place of. */
export interface Migration {
  proposal: number;
  code: Digest;
  from: number;
  to: number;
  /** What the account has beyond what is owed, before it. */
  surplusYocto: string;
}

const tera = 1_000_000_000_000n;
/** Fixed, so that whoever executes cannot make a good upgrade fail by attaching little. */
const migrateGas = 80n * tera;
const checkGas = 30n * tera;
const callbackGas = 15n * tera;
/** Those, and reading and deploying `codeBytesMax` bytes of code. */
const upgradeTeraGas = 300;

// Uploading

/** The argument is the code itself: as JSON it would not fit into a transaction. */
export function stageCode(): void {
  if (readStateVersion() === null) refuse('PRIVATE', 'the DAO is not founded yet; call init first');
  const before = storageUsed();
  const code = near.inputRaw();
  checkCode(code);
  const digest = formatDigest(hash(code));
  if (readStaged(digest)) refuse('ALREADY_EXISTS', `${digest} is uploaded; propose it`);
  const account = caller();
  near.storageWriteRaw(codeKey(digest), code);
  writeJson(`ui:${digest}`, { account, atMs: nowMs() });
  const moves = noMoney();
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
  emit([{ event: 'code_staged', data: { code: digest, account, bytes: code.length } }]);
}

/** By anybody, once its time is over. */
export function unstageCode(code: Digest): void {
  const staged = loadStaged(code);
  checkRemovable(staged, nowMs());
  const moves = noMoney();
  takeStaged(code, staged, moves);
  applyMoves(moves);
  emit([{ event: 'code_removed', data: { code, account: staged.account } }]);
}

/** Takes the code out of storage; what was paid for it goes to its uploader's ledger. */
function takeStaged(digest: Digest, { account }: StagedCode, moves: Totals): Uint8Array {
  const before = storageUsed();
  near.storageRemoveRaw(codeKey(digest));
  const code = near.storageGetEvictedRaw();
  near.storageRemove(`ui:${digest}`);
  writeLedger(readLedger(account)); // What it takes to have one comes out of what was paid.
  const yocto = (before - storageUsed()) * storageYoctoPerByte;
  moveMoney(moves, 'storage', 'ledgers', yocto);
  creditLedger(account, yocto);
  return code;
}

function codeKey(digest: Digest): Uint8Array {
  return utf8(`u:${digest}`);
}

function readStaged(digest: Digest): StagedCode | null {
  return readJson<StagedCode>(`ui:${digest}`);
}

function loadStaged(code: Digest): StagedCode {
  return readStaged(code) ?? refuse('NOT_FOUND', `${code} is not uploaded; call stage_code`);
}

// Carrying out

/** Asked when it is proposed and when it is carried out. */
export function checkUpgrade({ from }: Upgrade): void {
  checkVersion({ expected: from, stored: storedVersion });
}

/** Takes the code that members voted for out of storage. */
export function takeCode(action: Upgrade, moves: Totals): Uint8Array {
  requireGas(upgradeTeraGas);
  checkUpgrade(action);
  return takeStaged(action.code, loadStaged(action.code), moves);
}

/** Once all else is settled, for the new code is told what there is. */
export function sendUpgrade(action: Upgrade, it: { proposal: number; bytes: Uint8Array }): void {
  const { code, from, to } = action;
  const { proposal, bytes } = it;
  const self = near.currentAccountId();
  const receipt = near.promiseBatchCreate(self);
  near.promiseBatchActionDeployContract(receipt, bytes);
  const { surplusYocto } = showAccounting();
  const told = JSON.stringify({ proposal, code, from, to, surplusYocto });
  near.promiseBatchActionFunctionCall(receipt, 'migrate', told, 0n, migrateGas);
  const expected = JSON.stringify({ state: to, code });
  near.promiseBatchActionFunctionCall(receipt, 'check_health', expected, 0n, checkGas);
  const closing = near.promiseBatchThen(receipt, self);
  const about = JSON.stringify({ proposal });
  near.promiseBatchActionFunctionCall(closing, 'on_upgraded', about, 0n, callbackGas);
  near.promiseReturn(closing);
  emit([{ event: 'upgrade_started', data: { proposal, code, from, to } }]);
}

/** The first that new code does: convert what is stored, step by step. */
export function migrate({ proposal, code, from, to, surplusYocto }: Migration): void {
  if (caller() !== near.currentAccountId()) {
    refuse('PRIVATE', 'only an upgrade that members voted for migrates; propose one');
  }
  checkVersion({ expected: from, stored: readStateVersion() ?? 0 });
  checkVersion({ expected: to, stored: storedVersion });
  for (let version = from; version < to; version++) {
    const step = migrations[version];
    if (!step) refuse('WRONG_VERSION', `this code cannot read version ${version}; write the step`);
    step();
  }
  writeStateVersion();
  const { code: former } = showCode();
  writeJson('code', { code, former, proposal });
  payForStorage(BigInt(surplusYocto));
  emit([{ event: 'migrated', data: { proposal, code, former, from, to } }]);
}

/** Longer code and longer records lock more of the account's money: the treasury brings it. */
function payForStorage(surplusBefore: bigint): void {
  const lacking = surplusBefore - BigInt(showAccounting().surplusYocto);
  const treasury = readBucket('treasury');
  const yocto = lacking < treasury ? lacking : treasury;
  if (yocto <= 0n) return;
  const moves = noMoney();
  moveMoney(moves, 'treasury', 'storage', yocto);
  applyMoves(moves);
}

/** On the new code, or, if that was undone, on the code of before. */
export function onUpgraded(proposal: number, succeeded: boolean): object {
  const outcome = succeeded ? 'done' : 'rolled-back';
  noteOutcome(proposal, outcome);
  emit([{ event: 'upgrade_closed', data: { proposal, outcome } }]);
  return { status: 'executed', created: null, outcome };
}

/** As many bytes for each: the callback has nobody to pay for more. */
export function noteOutcome(proposal: number, outcome: UpgradeRecord['outcome']): void {
  near.storageWrite(`uo:${proposal}`, outcome[0]! + nowMs());
}

// The check

/**
 * What must hold of any DAO at any time. Refuses with what does not. Of a run it reads the record and not
 * the view: with all audits and disputes of a large one that outgrew `checkGas`, and no code could ever be replaced.
 */
export function checkHealth(
  expected: { state: number; code: Digest | null },
  read: { proposal(id: number): object | null; run(id: number): object | null },
): HealthView {
  checkVersion({ expected: expected.state, stored: storedVersion });
  const { code } = showCode();
  if (expected.code !== null && expected.code !== code) {
    refuse('UNHEALTHY', `the code on record is ${code}, not ${expected.code}`);
  }
  decodePolicy(readSettings().policy, 'policy');
  const counts = readCounts();
  requireHealth(counts.proposals === 0 || read.proposal(counts.proposals) !== null, 'proposals');
  requireHealth(counts.runs === 0 || read.run(counts.runs) !== null, 'runs');
  requireHealth(countMembers() > 0 && readTotalWeight() > 0n, 'members');
  const accounting = showAccounting();
  requireHealth(
    Object.values(accounting).every((yocto) => BigInt(yocto) >= 0n),
    'money',
  );
  return { state: storedVersion, code, counts, surplusYocto: accounting.surplusYocto };
}

function requireHealth(holds: boolean, what: string): void {
  if (!holds) refuse('UNHEALTHY', `the ${what} on record cannot be right`);
}

// Views

export function showCode(): CodeRecord {
  return readJson<CodeRecord>('code') ?? { code: null, former: null, proposal: null };
}

const outcomes: readonly UpgradeRecord['outcome'][] = ['pending', 'done', 'rolled-back'];

export function showUpgrade(proposal: number): UpgradeView | null {
  const text = near.storageRead(`uo:${proposal}`);
  if (text === null) return null;
  const outcome = outcomes.find(([letter]) => letter === text[0])!;
  return { outcome, atMs: Number(text.slice(1)) };
}

export function showStaged(code: Digest): StagedCodeView | null {
  const staged = readStaged(code);
  return staged && { ...staged, untilMs: staged.atMs + stagedCodeMs };
}
