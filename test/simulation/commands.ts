/** Every command that a simulated seat can send, built in one place: what changes with the rules. */
import { commitmentOf } from '@commonweights/dao-contracts/rules/commitment.js';
import { challengeCost } from '@commonweights/dao-contracts/rules/challenge.js';
import { appealCost } from '@commonweights/dao-contracts/rules/dispute.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunCommand, RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { SeatRole } from '@commonweights/dao-contracts/rules/run.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Work } from './abstract-work.js';
import { contract } from './chain.js';

export const runId = 1;

export function enrolCommand(it: {
  account: string;
  role: SeatRole;
  stakeYocto: string;
}): RunCommand {
  const { account, role, stakeYocto } = it;
  return { kind: 'enrol', account, role, fromRound: null, depositYocto: BigInt(stakeYocto) };
}

/** Names what is current, so that it is not refused as stale. */
export function tickCommand({ run }: Readonly<RunState>): RunCommand {
  return { kind: 'tick', round: run.open?.round ?? null, phase: run.open?.phase ?? null };
}

export function commitCommand(work: Work, commitment = commitmentFor(work)): RunCommand {
  return { kind: 'commit', account: work.account, round: work.round, commitment };
}

/** `changes`: for whoever commits to another contract, run or account than it is at. */
export function commitmentFor(
  work: Work,
  changes: Partial<{ contract: string; run: number; account: string; round: number }> = {},
): Digest {
  return commitmentOf({ contract, run: runId, worker: '', ...work, ...changes });
}

export function revealCommand(work: Work, updateBytes: number): RunCommand {
  const { account, round, update, startRoot, localIn, localOut, traceRoot, salt } = work;
  const claim = { update, updateBytes, startRoot, localIn, localOut, traceRoot };
  return { kind: 'reveal', account, round, ...claim, salt };
}

export function certifyCommand(
  account: string,
  round: number,
  available: readonly number[],
): RunCommand {
  return { kind: 'certify', account, round, available };
}

export function submitRootCommand(account: string, round: number, root: Digest): RunCommand {
  return { kind: 'submit_root', account, round, root };
}

export function deliverCommand(work: Work, seat: number, segment: number): RunCommand {
  const { account, round } = work;
  const { leaf, proof, nonce } = leafOf(work, segment);
  return { kind: 'deliver', account, round, seat, segment, leaf, proof, nonce };
}

export function answerCommand(
  account: string,
  { round, seat, segment }: { round: number; seat: number; segment: number },
  leaf: Digest | null,
): RunCommand {
  return { kind: 'answer', account, round, seat, segment, leaf };
}

export function judgeCommand(account: string, dispute: number, answer: Digest | null): RunCommand {
  return { kind: 'judge', account, dispute, answer };
}

export function appealCommand(
  account: string,
  { run, terms }: Readonly<RunState>,
  dispute: Readonly<Dispute>,
): RunCommand {
  const { bondYocto, storageYocto } = appealCost(run, terms, dispute);
  // The panel may have grown by when this arrives; what is over comes back at once.
  const depositYocto = (5n * (bondYocto + storageYocto)) / 4n;
  return { kind: 'appeal', account, dispute: dispute.id, depositYocto };
}

export function challengeRootCommand(
  account: string,
  { terms }: Readonly<RunState>,
  it: { round: number; root: Digest },
): RunCommand {
  const { bondYocto, storageYocto } = challengeCost(terms);
  return { kind: 'challenge_root', account, ...it, depositYocto: bondYocto + storageYocto };
}

export function challengeUpdateCommand(
  account: string,
  { terms }: Readonly<RunState>,
  it: { round: number; seat: number },
): RunCommand {
  const { bondYocto, storageYocto } = challengeCost(terms);
  return { kind: 'challenge_update', account, ...it, depositYocto: bondYocto + storageYocto };
}

export function openCommand(work: Work, seat: number, segment: number): RunCommand {
  const { account, round, segments } = work;
  const index = segment + 1;
  const end = index === segments ? work.endSnapshot : null;
  return { kind: 'open', account, round, seat, segment, ...leafOf(work, index), end };
}

/** A leaf with its proof; where a decoy covers it, with what uncovers it. */
function leafOf({ leaves, traced, decoy }: Work, index: number) {
  const covered = decoy?.index === index ? decoy : null;
  const proof = proveTraceLeaf(traced, index);
  const [nonce, secret] = [covered?.nonce ?? null, covered?.secret ?? null];
  return { leaf: leaves[index]!, proof, nonce, secret };
}

export function rejoinCommand(account: string): RunCommand {
  return { kind: 'rejoin', account };
}

export function stopCommand(): RunCommand {
  return { kind: 'stop' };
}
