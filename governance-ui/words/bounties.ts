/** What a bounty asks for and what can be done about it now, in sentences. */
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { countOf, formatFixed, groupThousands } from './amounts.js';
import { formatSpan } from './times.js';

export function explainBounty({ terms }: BountyView): string {
  const say = texts().bounties;
  const { material, licence, items, reviewers } = terms;
  return say.asks({
    items: countOf(items, 'acceptedItems'),
    what: material === null ? say.texts : say.labels(material),
    licence,
    reviewers: countOf(reviewers, 'reviewers'),
  });
}

export interface Step {
  readonly now: string;
  /** What somebody can do about it at a terminal, without its flags; null: nothing but wait. */
  readonly command: string | null;
}

export function explainPhase(it: BountyView): Step {
  const say = texts().bounties;
  const left = it.deadlineMs - it.nowMs;
  const until = left > 0 ? say.left(formatSpan(left)) : say.over;
  const command = (verb: string) => `bounty ${verb} ${it.id}`;
  const whole = (number: number) => groupThousands(`${number}`);
  const batches = countOf(it.batches, 'batches');
  const reviews = countOf(it.sealed, 'reviews');
  switch (it.phase) {
    case 'submit':
      return {
        now: say.submit({ batches: whole(it.batches), reviewers: whole(it.reviewers), until }),
        command: `${command('submit')} items.jsonl`,
      };
    case 'reveal':
      return {
        now: say.reveal({ revealed: whole(it.revealed), batches, until }),
        command: command('reveal'),
      };
    case 'review':
      return { now: say.review({ reviews, until }), command: command('review') };
    case 'open':
      return {
        now: say.open({ opened: whole(it.opened), reviews, until }),
        command: command('open'),
      };
    case 'closed': {
      const items = countOf(it.accepted, 'items');
      return {
        now:
          it.alphaBps === null
            ? say.closed(items)
            : say.agreed({ items, alpha: formatFixed(it.alphaBps / 10_000, 2) }),
        command: null,
      };
    }
    case 'tally':
    case 'pay':
      return {
        now: say.settled({ settled: whole(it.settled), batches }),
        command: command('tick'),
      };
  }
}
