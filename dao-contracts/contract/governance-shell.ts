/** Proposals: made, voted on, executed, cancelled. The rules decide; this loads, stores and pays. */
import { near } from 'near-sdk-js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action, Member } from '../rules/actions.js';
import { checkBountyLicence } from '../rules/bounty/dataset-of-bounty.js';
import { bountyEscrow, type BountyTerms } from '../rules/bounty/terms.js';
import { canonicalText } from '../rules/canonical-text.js';
import { checkResolvable } from '../rules/dispute.js';
import { refuse, unreachable } from '../rules/errors.js';
import { cancelProposal } from '../rules/guardian.js';
import { checkPrice } from '../rules/price-per-flop.js';
import { refuseIfCheatingPays } from '../rules/terms-economics.js';
import { checkAmendment, requireLive, specOfFinal } from '../rules/amendment.js';
import { isVoid } from '../rules/live-run.js';
import {
  createProposal,
  executeProposal,
  isLive,
  settleBond,
  statusOf,
  type Proposal,
} from '../rules/proposal.js';
import { moveMoney, noMoney, receiveMoney, type Totals } from '../rules/totals.js';
import type { Choice, ReleaseView } from '../rules/views.js';
import { openBounty } from './bounty-shell.js';
import { caller, emit, hash, nowMs, utf8 } from './call.js';
import * as data from './dataset-shell.js';
import { castVoteOf, electorateOf, setMembers } from './electorate-shell.js';
import {
  addTokens,
  applyMoves,
  creditLedger,
  proposals,
  proposedActions,
  readDisputes,
  readJson,
  readSettings,
  readBucket,
  readStoredTotals,
  releases,
  takeId,
  terms,
  writeJson,
} from './records.js';
import { checkFunding, fundRun } from './run-funding.js';
import { commandRun, loadRun } from './run-shell.js';
import { chargeStorage, storageUsed } from './storage-charge.js';
import { grant } from './tokens.js';
import { checkUpgrade, noteOutcome, sendUpgrade, takeCode } from './upgrade-shell.js';

export function propose(it: { action: Action; description: Digest }): number {
  const before = storageUsed();
  const { policy, version } = readSettings();
  const attached = near.attachedDeposit();
  const bond = BigInt(policy.bondYocto);
  if (attached < bond) {
    refuse('DEPOSIT_TOO_SMALL', `attach the bond of ${bond} yoctoNEAR and a little for storage`);
  }
  const id = takeId('proposals');
  takePlace(id, policy.liveProposalsMax);
  const proposal = createProposal({
    id,
    proposer: caller(),
    action: it.action,
    actionDigest: formatDigest(hash(utf8(canonicalText(it.action)))),
    description: it.description,
    policy,
    policyVersion: version,
    ...electorateOf({ id, snapshotMs: nowMs() - policy.votingPeriodMs }, policy),
    nowMs: nowMs(),
    evidence: checkAction(it.action),
  });
  proposals.put(id, proposal);
  proposedActions.put(id, it.action);
  const moves = noMoney();
  receiveMoney(moves, 'bonds', bond);
  chargeStorage(moves, { before, attachedYocto: attached - bond });
  applyMoves(moves);
  const { proposer, actionDigest } = proposal;
  emit([
    { event: 'proposed', data: { proposal: id, proposer, kind: it.action.kind, actionDigest } },
  ]);
  return id;
}

/** One account cannot fill everybody's attention: it has a few open proposals at a time. */
function takePlace(id: number, placesMax: number): void {
  const key = `pl:${caller()}`;
  const open = (readJson<number[]>(key) ?? []).filter((one) => isLive(loadProposal(one), nowMs()));
  if (open.length >= placesMax) {
    refuse(
      'TOO_MANY',
      `${caller()} has ${open.length} open proposals (${open.join(', ')}), at most ${placesMax}; ` +
        'wait until one has ended',
    );
  }
  writeJson(key, [...open, id]);
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
      return {
        round: run.finalRound,
        logHead: logHeadAfter(run.id, run.finalRound),
        spec: specOfFinal(run, terms.get(run.id)!),
      };
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
    case 'revoke-release':
      requirePublished(action.release);
      return null;
    case 'upgrade':
      checkUpgrade(action);
      return null;
    case 'open-bounty':
      checkBounty(action.terms);
      return null;
    case 'approve-dataset':
      data.checkApproval(action.dataset);
      return null;
    case 'resolve-dataset-dispute':
      data.checkResolution(action);
      return null;
    case 'transfer':
    case 'transfer-token':
    case 'set-member':
    case 'set-members':
    case 'set-policy':
    case 'set-guardian':
      return null;
    default:
      return unreachable(action);
  }
}

function checkBounty({ licence, material }: BountyTerms): void {
  const labelled = material === null ? null : data.loadDataset(material);
  checkBountyLicence(licence, labelled, readSettings().policy);
  if (material !== null) data.requireUsable([material]);
}

/** The digest of a closed round's record: the log's head when it was closed. */
function logHeadAfter(run: number, round: number): Digest {
  return formatDigest(hash(utf8(near.storageRead(`c:${run}:${round}`)!)));
}

function requirePublished(id: number): ReleaseView {
  const release = releases.get(id) ?? refuse('NOT_FOUND', `there is no release ${id}`);
  if (release.status !== 'published') {
    refuse('ALREADY_ACTED', `release ${id} is ${release.status} already`);
  }
  return release;
}

function checkUnreleased(manifest: Digest): void {
  if (near.storageHasKey(`fm:${manifest}`)) {
    refuse('ALREADY_EXISTS', `${manifest} is a release already`);
  }
}

export function vote(it: { proposal: number; choice: Choice; action: Digest }): void {
  const before = storageUsed();
  const account = caller();
  const { choice, action } = it;
  const proposal = loadProposal(it.proposal);
  const weight = castVoteOf(account, { proposal, choice, action });
  proposals.put(proposal.id, proposal);
  chargeDao(before, noMoney());
  emit([{ event: 'voted', data: { proposal: proposal.id, account, choice, weight: `${weight}` } }]);
}

/**
 * Executes a proposal whose timelock is over; of a failed one it only settles the bond. Of an
 * upgrade the answer is that of its callback.
 */
export function execute(it: {
  proposal: number;
}): { status: string; created: number | null } | void {
  let before = storageUsed();
  const proposal = loadProposal(it.proposal);
  const at = nowMs();
  const moves = noMoney();
  const due = executeProposal(proposal, at);
  const { kind } = proposal;
  const upgrade = due && kind === 'upgrade' ? loadUpgrade(proposal.id) : null;
  const bytes = upgrade && takeCode(upgrade, moves);
  // The storage that it frees is its uploader's.
  if (upgrade) before = storageUsed();
  else if (due) perform(proposal, moves);
  if (upgrade) noteOutcome(proposal.id, 'pending');
  // A run pays for its own records, and so does a bounty.
  if (kind === 'fund-run' || kind === 'open-bounty' || isRunCommand(kind)) before = storageUsed();
  releaseBond(proposal, moves);
  proposals.put(proposal.id, proposal);
  chargeDao(before, moves);
  const { id, created, bond } = proposal;
  const status = statusOf(proposal, at);
  emit([{ event: 'proposal_closed', data: { proposal: id, status, created, bond } }]);
  if (!upgrade) return { status, created };
  return sendUpgrade(upgrade, { proposal: id, bytes: bytes! });
}

function loadUpgrade(proposal: number): Extract<Action, { kind: 'upgrade' }> {
  return proposedActions.get(proposal) as Extract<Action, { kind: 'upgrade' }>;
}

export function cancel(it: { proposal: number }): void {
  const before = storageUsed();
  const proposal = loadProposal(it.proposal);
  const { guardian } = readSettings();
  const once = `gc:${proposal.actionDigest}`;
  const cancelledBefore = near.storageHasKey(once);
  cancelProposal(proposal, { caller: caller(), guardian, cancelledBefore, nowMs: nowMs() });
  near.storageWrite(once, `${proposal.id}`);
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
  const totals = readStoredTotals();
  const treasuryYocto = readBucket('treasury', totals) + moves.treasury;
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit(), treasuryYocto });
  applyMoves(moves, totals);
}

function perform(proposal: Proposal, moves: Totals): void {
  const action = proposedActions.get(proposal.id)!;
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
    case 'transfer-token':
      return grant(action);
    case 'set-member':
      return changeMembers([{ account: action.account, weight: action.weight }]);
    case 'set-members':
      return changeMembers(action.members);
    case 'set-policy': {
      const settings = readSettings();
      const version = settings.version + 1;
      addTokens(action.policy.tokens);
      writeJson('policy', { ...settings, policy: action.policy, version });
      return emit([{ event: 'policy_changed', data: { version } }]);
    }
    case 'set-guardian': {
      const { account, termMs } = action;
      const guardian = account === null ? null : { account, untilMs: nowMs() + termMs };
      writeJson('policy', { ...readSettings(), guardian });
      return emit([
        { event: 'guardian_changed', data: { account, untilMs: guardian?.untilMs ?? 0 } },
      ]);
    }
    case 'revoke-release': {
      const { release, reason } = action;
      releases.put(release, { ...requirePublished(release), status: 'revoked' });
      return emit([{ event: 'release_revoked', data: { release, reason } }]);
    }
    case 'upgrade':
      throw new Error('BUG: an upgrade is a call of its own');
    case 'open-bounty':
      checkBounty(action.terms);
      requireTreasury(bountyEscrow(action.terms));
      proposal.created = openBounty(action, { proposal: proposal.id, moves });
      return;
    case 'approve-dataset':
      return data.approve(action.dataset);
    case 'resolve-dataset-dispute':
      return data.resolve(action, moves);
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
  checkPrice({ ...terms.get(run)!, ...changes }, readSettings().policy);
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

function changeMembers(members: Member[]): void {
  setMembers(members);
  emit([{ event: 'members_changed', data: { members } }]);
}

function requireTreasury(yocto: bigint): void {
  const treasury = readBucket('treasury');
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
  const release = {
    id,
    proposal: proposal.id,
    run,
    ...proposal.evidence!,
    root,
    manifest,
    evaluation,
    title,
    version,
    publishedAtMs: nowMs(),
    status: 'published' as const,
  };
  releases.put(id, release);
  near.storageWrite(`fm:${manifest}`, `${id}`);
  // Whole, since a light client can prove what was logged to who asks no node what is stored.
  emit([{ event: 'release_published', data: release }]);
  return id;
}

function loadProposal(id: number): Proposal {
  return proposals.get(id) ?? refuse('NOT_FOUND', `there is no proposal ${id}`);
}
