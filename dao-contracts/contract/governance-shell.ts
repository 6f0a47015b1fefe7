/** Proposals: made, voted on, executed, cancelled. The rules decide; this loads, stores and pays. */
import { near } from 'near-sdk-js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action } from '../rules/actions.js';
import { canonicalText } from '../rules/canonical-text.js';
import { checkResolvable } from '../rules/dispute.js';
import { refuse, unreachable } from '../rules/errors.js';
import { checkPrice } from '../rules/price-per-flop.js';
import { refuseIfCheatingPays } from '../rules/terms-economics.js';
import { checkAmendment, requireLive } from '../rules/amendment.js';
import { isVoid } from '../rules/live-run.js';
import { changeWeight, checkTotal, currentWeight, weightFor } from '../rules/members.js';
import { membersMax } from '../rules/limits.js';
import {
  cancelProposal,
  castVote,
  createProposal,
  executeProposal,
  settleBond,
  statusOf,
  type Proposal,
} from '../rules/proposal.js';
import { moveMoney, noMoney, receiveMoney, type Totals } from '../rules/totals.js';
import type { Choice } from '../rules/views.js';
import { caller, emit, hash, nowMs, utf8 } from './call.js';
import {
  applyMoves,
  proposals,
  readCounts,
  readDisputes,
  readJson,
  readSettings,
  readTotals,
  readWeights,
  releases,
  takeId,
  terms,
  writeJson,
} from './records.js';
import { checkFunding, fundRun } from './run-funding.js';
import { commandRun, creditLedger, loadRun } from './run-shell.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

export function propose(it: { action: Action; description: Digest }): number {
  const before = storageUsed();
  const { policy } = readSettings();
  const attached = near.attachedDeposit();
  const bond = BigInt(policy.bondYocto);
  if (attached < bond) {
    refuse('DEPOSIT_TOO_SMALL', `attach the bond of ${bond} yoctoNEAR and a little for storage`);
  }
  const proposal = createProposal({
    id: takeId('proposals'),
    proposer: caller(),
    action: it.action,
    actionDigest: formatDigest(hash(utf8(canonicalText(it.action)))),
    description: it.description,
    policy,
    totalWeight: BigInt(near.storageRead('weight')!),
    nowMs: nowMs(),
    evidence: checkAction(it.action),
  });
  proposals.put(proposal.id, proposal);
  const moves = noMoney();
  receiveMoney(moves, 'bonds', bond);
  chargeStorage(moves, { before, attachedYocto: attached - bond });
  applyMoves(moves);
  const { id, proposer, actionDigest } = proposal;
  emit([
    { event: 'proposed', data: { proposal: id, proposer, kind: it.action.kind, actionDigest } },
  ]);
  return id;
}

/** What can be known to be impossible is refused now, not after the vote. */
function checkAction(action: Action): Proposal['evidence'] {
  switch (action.kind) {
    case 'fund-run':
      checkFunding(action);
      return null;
    case 'publish-release': {
      checkUnreleased(action.manifest);
      const run = loadRun(action.run);
      if (run.finalRound === 0 || run.finalRoot !== action.root) {
        refuse(
          'NOT_FINAL',
          `the last final root of run ${run.id} is ${run.finalRoot}; release that`,
        );
      }
      // What is final stays final unless a vote rewinds it, which is asked when this is carried out.
      return { round: run.finalRound, logHead: logHeadAfter(run.id, run.finalRound) };
    }
    case 'pause-run':
      requireLive(loadRun(action.run));
      return null;
    case 'resume-run':
    case 'rewind-run':
      loadRun(action.run);
      return null;
    case 'amend-run': {
      const { changes, budgetYocto } = action;
      const run = loadRun(action.run);
      const known = terms.get(action.run)!;
      checkAmendment(run, known, { changes, budgetYocto: BigInt(budgetYocto) });
      checkAmendedPrices(action);
      return null;
    }
    case 'stop-run': {
      const { id, status } = loadRun(action.run);
      if (status === 'completed' || status === 'stopped') {
        refuse('RUN_NOT_OPEN', `run ${id} is ${status} already`);
      }
      return null;
    }
    case 'resolve-dispute': {
      const dispute = readDisputes(action.run).find(({ id }) => id === action.dispute);
      if (!dispute) {
        return refuse('DISPUTE_CLOSED', `run ${action.run} has no open dispute ${action.dispute}`);
      }
      checkResolvable(dispute);
      return null;
    }
    case 'transfer':
    case 'set-member':
    case 'set-policy':
      return null;
    default:
      return unreachable(action);
  }
}

/** The digest of a closed round's record: the log's head when it was closed. */
function logHeadAfter(run: number, round: number): Digest {
  return formatDigest(hash(utf8(near.storageRead(`c:${run}:${round}`)!)));
}

function checkUnreleased(manifest: Digest): void {
  if (near.storageHasKey(`fm:${manifest}`)) {
    refuse('ALREADY_EXISTS', `${manifest} is a release already`);
  }
}

export function vote(it: { proposal: number; choice: Choice; action: Digest }): void {
  const before = storageUsed();
  const account = caller();
  const proposal = loadProposal(it.proposal);
  const key = `v:${proposal.id}:${account}`;
  if (near.storageHasKey(key)) {
    refuse('ALREADY_VOTED', `${account} has voted on proposal ${proposal.id}`);
  }
  const weight = weightFor(readWeights(account), proposal.id);
  const { choice, action } = it;
  castVote(proposal, { account, weight, choice, action, nowMs: nowMs() });
  near.storageWrite(key, choice);
  proposals.put(proposal.id, proposal);
  chargeDao(before, noMoney());
  emit([{ event: 'voted', data: { proposal: proposal.id, account, choice, weight: `${weight}` } }]);
}

/** Executes a proposal whose timelock is over; of a failed one it only settles the bond. */
export function execute(it: { proposal: number }): { status: string; created: number | null } {
  let before = storageUsed();
  const proposal = loadProposal(it.proposal);
  const at = nowMs();
  const moves = noMoney();
  if (executeProposal(proposal, at)) perform(proposal, moves);
  const { kind } = proposal.action;
  // A run pays for its own records.
  if (kind === 'fund-run' || isRunCommand(kind)) before = storageUsed();
  releaseBond(proposal, moves);
  proposals.put(proposal.id, proposal);
  chargeDao(before, moves);
  const { id, created, bond } = proposal;
  const status = statusOf(proposal, at);
  emit([{ event: 'proposal_closed', data: { proposal: id, status, created, bond } }]);
  return { status, created };
}

export function cancel(it: { proposal: number }): void {
  const { guardian } = readSettings();
  if (guardian === null || caller() !== guardian) {
    refuse('PRIVATE', `only the guardian, ${guardian ?? 'of whom there is none'}, may cancel`);
  }
  const before = storageUsed();
  const proposal = loadProposal(it.proposal);
  cancelProposal(proposal, nowMs());
  const moves = noMoney();
  releaseBond(proposal, moves);
  proposals.put(proposal.id, proposal);
  chargeDao(before, moves);
  emit([{ event: 'proposal_closed', data: { proposal: proposal.id, status: 'cancelled' } }]);
}

function releaseBond(proposal: Proposal, moves: Totals): void {
  const yocto = proposal.bondYocto;
  if (settleBond(proposal) === 'forfeited') {
    moveMoney(moves, 'bonds', 'treasury', yocto);
  } else if (yocto > 0n) {
    moveMoney(moves, 'bonds', 'ledgers', yocto);
    creditLedger(proposal.proposer, yocto);
  }
}

/** Storage of the DAO's own decisions: the treasury pays, unless the caller does. */
function chargeDao(before: bigint, moves: Totals): void {
  const treasuryYocto = readTotals().treasury + moves.treasury;
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit(), treasuryYocto });
  applyMoves(moves);
}

function perform(proposal: Proposal, moves: Totals): void {
  const { action } = proposal;
  switch (action.kind) {
    case 'fund-run':
      proposal.created = fundRun(action, { proposal, moves });
      return;
    case 'publish-release':
      proposal.created = publishRelease(proposal, action);
      return;
    case 'transfer': {
      const yocto = BigInt(action.amountYocto);
      requireTreasury(yocto);
      moveMoney(moves, 'treasury', 'ledgers', yocto);
      creditLedger(action.to, yocto);
      return;
    }
    case 'set-member':
      return setMember(action);
    case 'set-policy':
      return writeJson('policy', { ...readSettings(), policy: action.policy });
    case 'stop-run':
      commandRun(action.run, { kind: 'stop' });
      return;
    case 'resolve-dispute': {
      const { run, dispute, verdict } = action;
      commandRun(run, { kind: 'resolve', dispute, verdict });
      return;
    }
    case 'pause-run':
      commandRun(action.run, { kind: 'pause', forMs: action.forMs });
      return;
    case 'resume-run':
      commandRun(action.run, { kind: 'resume' });
      return;
    case 'amend-run': {
      const budgetYocto = BigInt(action.budgetYocto);
      requireTreasury(budgetYocto);
      checkAmendedPrices(action);
      commandRun(action.run, { kind: 'amend', changes: action.changes, budgetYocto });
      return;
    }
    case 'rewind-run': {
      const budgetYocto = BigInt(action.budgetYocto);
      requireTreasury(budgetYocto);
      commandRun(action.run, { kind: 'rewind', to: action.to, budgetYocto });
      return;
    }
    default:
      return unreachable(action);
  }
}

/** New prices must keep to the policy and make cheating lose, like those of a new run. */
function checkAmendedPrices({ run, changes }: Extract<Action, { kind: 'amend-run' }>): void {
  checkPrice(changes, readSettings().policy);
  refuseIfCheatingPays({ ...terms.get(run)!, ...changes });
}

/** Actions whose records the run pays for. */
function isRunCommand(kind: Action['kind']): boolean {
  return runCommands.includes(kind);
}

const runCommands: readonly Action['kind'][] = [
  'stop-run',
  'pause-run',
  'resume-run',
  'amend-run',
  'rewind-run',
  'resolve-dispute',
];

function requireTreasury(yocto: bigint): void {
  const { treasury } = readTotals();
  if (treasury < yocto) {
    refuse(
      'TREASURY_TOO_SMALL',
      `the treasury holds ${treasury} of ${yocto} yoctoNEAR; deposit first`,
    );
  }
}

function publishRelease(
  proposal: Proposal,
  action: Extract<Action, { kind: 'publish-release' }>,
): number {
  checkUnreleased(action.manifest);
  if (isVoid(loadRun(action.run), proposal.evidence!.round)) {
    refuse(
      'NOT_FINAL',
      `round ${proposal.evidence!.round} was rewound; release a root that stands`,
    );
  }
  const { run, root, manifest, evaluation, title, version } = action;
  const id = takeId('releases');
  releases.put(id, {
    id,
    proposal: proposal.id,
    run,
    round: proposal.evidence!.round,
    logHead: proposal.evidence!.logHead,
    root,
    manifest,
    evaluation,
    title,
    version,
    publishedAtMs: nowMs(),
    status: 'published',
  });
  near.storageWrite(`fm:${manifest}`, `${id}`);
  return id;
}

/** Counts from the next proposal on: votes that have begun keep the weights they began with. */
export function setMember(it: { account: string; weight: string }): void {
  const history = readWeights(it.account);
  const next = { fromProposal: readCounts().proposals + 1, atMs: nowMs(), weight: it.weight };
  const total = BigInt(near.storageRead('weight') ?? '0');
  const changed = total - currentWeight(history) + BigInt(it.weight);
  checkTotal(changed);
  near.storageWrite('weight', `${changed}`);
  writeJson(`m:${it.account}`, changeWeight(history, next));
  const others = (readJson<string[]>('members') ?? []).filter((one) => one !== it.account);
  if (it.weight !== '0') others.push(it.account);
  if (others.length > membersMax) {
    refuse('TOO_MANY', `there are ${membersMax} members already; remove one first`);
  }
  writeJson('members', others);
}

function loadProposal(id: number): Proposal {
  return proposals.get(id) ?? refuse('NOT_FOUND', `there is no proposal ${id}`);
}
