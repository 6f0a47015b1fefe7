/**
 * Attacks on the DAO beside what happens in its runs: a treasury drained by overpriced steps,
 * standing farmed in cheap runs, a dataset withdrawn under a live run, labels copied. Prints the tables of
 * docs/protocol/simulation.md: `npm run bench -- dao-attacks`.
 */
import { copyLabels } from '@commonweights/test/simulation/dao/label-copying.js';
import { farms } from '@commonweights/test/simulation/dao/reputation-farm.js';
import { tryToDrain } from '@commonweights/test/simulation/dao/treasury-drain.js';
import { demandRansom } from '@commonweights/test/simulation/dao/withdrawal-ransom.js';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = [head, head.map(() => ' --- '), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  console.log(`\n${lines.join('\n')}`);
}

table(
  ['asked', 'refused', 'paid for an update', 'its cost', 'profit'],
  tryToDrain().map(({ asks, refused, paidNear, costNear }) =>
    refused
      ? [asks, `\`${refused}\``, '–', '–', '–']
      : [asks, 'no', ...[paidNear, costNear, paidNear - costNear].map((one) => one.toFixed(2))],
  ),
);
table(
  ['accounts', 'runs', 'rounds each', 'points', 'counts', 'all of them', 'rounds per 1,000'],
  farms().map((one) => [
    ...[one.accounts, one.runs, one.rounds, one.points],
    ...[percent(one.standingShare), percent(one.farmShare), one.roundsPerThousand.toFixed(2)],
  ]),
);
table(
  ['the DAO', 'final rounds', 'an honest trainer', 'refunded', 'hours', 'the publisher'],
  demandRansom().map((one) => [
    ...[one.answer, one.finalRounds.toFixed(1), one.trainerNear.toFixed(2)],
    ...[percent(one.refundedShare), one.hours.toFixed(1), one.publisherNear.toFixed(1)],
  ]),
);
table(
  ['who wants labels for nothing', 'refused', 'items paid, of 8', 'NEAR'],
  copyLabels().map(({ tries, refused, itemsPaid, profitNear }) => [
    ...[tries, refused ? `\`${refused}\`` : 'no', itemsPaid.toFixed(1), profitNear.toFixed(2)],
  ]),
);
