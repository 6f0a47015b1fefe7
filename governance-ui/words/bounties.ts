/** What a bounty asks for and what can be done about it now, in sentences. */
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import { plural } from './amounts.js';
import { formatSpan } from './times.js';

export function explainBounty({ terms }: BountyView): string {
  const { material, licence, items, reviewers } = terms;
  const what = material === null ? 'texts' : `labels for ${material}`;
  return (
    `Up to ${plural(items, 'accepted item')}: ${what}, given under ${licence}. ` +
    `Each is judged by ${plural(reviewers, 'reviewer')} drawn by lot.`
  );
}

export interface Step {
  readonly now: string;
  /** What somebody can do about it at a terminal, without its flags; null: nothing but wait. */
  readonly command: string | null;
}

export function explainPhase(it: BountyView): Step {
  const left = it.deadlineMs - it.nowMs;
  const until = left > 0 ? `${formatSpan(left)} left` : 'the time is over: anybody may tick';
  const command = (verb: string) => `bounty ${verb} ${it.id}`;
  switch (it.phase) {
    case 'submit':
      return {
        now:
          `Batches come in, sealed, and reviewers apply: ${it.batches} and ${it.reviewers} so far; ` +
          `${until}.`,
        command: `${command('submit')} items.jsonl`,
      };
    case 'reveal':
      return {
        now: `${it.revealed} of ${plural(it.batches, 'batch', 'batches')} revealed; ${until}.`,
        command: command('reveal'),
      };
    case 'review':
      return {
        now: `Reviewers judge, sealed: ${plural(it.sealed, 'review')} so far; ${until}.`,
        command: command('review'),
      };
    case 'open':
      return {
        now: `${it.opened} of ${plural(it.sealed, 'review')} opened; ${until}.`,
        command: command('open'),
      };
    case 'closed':
      return {
        now:
          `${plural(it.accepted, 'item')} accepted and paid` +
          (it.alphaBps === null
            ? '.'
            : `; reviewers agreed with α = ${(it.alphaBps / 10_000).toFixed(2)} (Krippendorff).`),
        command: null,
      };
    case 'tally':
    case 'pay':
      return {
        now: `Being settled: ${it.settled} of ${plural(it.batches, 'batch', 'batches')}.`,
        command: command('tick'),
      };
  }
}
