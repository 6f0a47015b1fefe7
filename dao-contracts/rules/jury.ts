/**
 * Who sits on a dispute and what a panel's answers come to. Nothing here moves money or rounds.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { SeatPool } from './active-seats.js';
import { panelSizes } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Dispute, PastPanel } from './run-state.js';
import type { Verdict } from './run.js';

export function panelSize(level: number, available: number): number {
  return Math.min(panelSizes[level] ?? available, available);
}

/** Who has sat on a dispute before, whether or not it answered. */
export function whoSat({ past }: Pick<Dispute, 'past'>): number[] {
  return past.flatMap((panel) => [...panel.for, ...panel.against, ...panel.none]);
}

/**
 * First those who have not sat yet; of them first those who lose by none of the answers, nor does their party; of
 * them, in the first instance, first auditors, since trainers have a round to train.
 */
export function drawJurors(draft: RunDraft, dispute: Dispute): number[] {
  const { level, defendants, parties } = dispute;
  const { roster } = draft.run;
  const losers = [...defendants, dispute.seat];
  const sat = new Set(whoSat(dispute));
  const pool = new SeatPool(draft.run);
  const may = pool.without(null, parties);
  const close = new Set(pool.closeTo(losers));
  const ranks = may.map(
    (seat) =>
      (sat.has(seat) ? 4 : 0) +
      (close.has(seat) ? 2 : 0) +
      (level === 0 && roster[seat]!.role === 'trainer' ? 1 : 0),
  );
  const size = panelSize(level, may.length);
  const panel: number[] = [];
  for (let wanted = 0; wanted < 8; wanted++) {
    const group = may.filter((_, i) => ranks[i] === wanted);
    while (panel.length < size && group.length > 0) panel.push(draft.draw.take(group)!);
  }
  return panel;
}

export type Votes = Omit<PastPanel, 'verdict'>;

/**
 * More than half decides. A claim under audit has to be confirmed: without that it falls. A root
 * and an update stand unless more than half say one and the same other thing of it.
 */
export function verdictOf(
  { kind }: Dispute,
  votes: Votes,
  { size, waiting }: { size: number; waiting: number },
): Verdict | null {
  const burden: Verdict = kind === 'audit' ? 'for' : 'against';
  const have = votes[burden].length;
  if (2 * have > size) return burden;
  return 2 * (have + waiting) <= size ? opposite(burden) : null;
}

export function countVotes(dispute: Dispute): Votes {
  const votes: Votes = { for: [], against: [], none: [] };
  const other = dispute.kind === 'root' ? otherRoot(dispute) : null;
  for (const { seat, answered, answer } of dispute.panel ?? []) {
    if (!answered) continue;
    if (answer === dispute.claimed) votes.for.push(seat);
    else if (dispute.kind === 'update') votes[answer === null ? 'against' : 'none'].push(seat);
    else if (answer === null) votes.none.push(seat);
    else if (other !== null && answer !== other) votes.none.push(seat);
    else votes.against.push(seat);
  }
  return votes;
}

/** The root other than the claimed one that most jurors name; the first one of equals. */
function otherRoot({ panel, claimed }: Dispute): Digest | null {
  const counts = new Map<Digest, number>();
  for (const { answer } of panel ?? []) {
    if (answer !== null && answer !== claimed) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  let most: Digest | null = null;
  for (const [root, count] of counts) {
    if (most === null || count > counts.get(most)!) most = root;
  }
  return most;
}

export function opposite(verdict: Verdict): Verdict {
  return verdict === 'for' ? 'against' : 'for';
}
