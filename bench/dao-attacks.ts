/**
 * Attacks on the DAO beside what happens in its runs: a treasury drained by overpriced steps,
 * standing farmed in cheap runs, a dataset withdrawn under a live run, labels copied. Prints the tables of
 * docs/protocol/simulation.md: `npm run bench -- dao-attacks`.
 */
import { batchAcceptedBpsMin } from '@commonweights/dao-contracts/rules/limits.js';
import { copyLabels } from '@commonweights/test/simulation/dao/label-copying.js';
import { bestGuess, compareShares } from '@commonweights/test/simulation/dao/label-guessing.js';
import { farms } from '@commonweights/test/simulation/dao/reputation-farm.js';
import { tryToDrain } from '@commonweights/test/simulation/dao/treasury-drain.js';
import { demandRansom } from '@commonweights/test/simulation/dao/withdrawal-ransom.js';

const prices = (bond: number) => (bond > 1_000 ? 'none is enough' : bond.toFixed(2));
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
table(
  [
    'accepted at least',
    'bond against a coin',
    'against one of four',
    'right 9 of 10',
    'right 19 of 20',
  ],
  compareShares().map((one) => [
    ...[one.share, prices(one.bondAgainstCoin), prices(one.bondAgainstFour)],
    ...[percent(one.honestLoses90), percent(one.honestLoses95)],
  ]),
);
table(
  ['chance of a guess', 'bond of two prices', 'of four', 'of eight'],
  [1 / 4, 1 / 2, 0.6, 0.7].map((right) => [
    percent(right),
    ...[2, 4, 8].map((bondPrices) => {
      const best = bestGuess({ shareBps: batchAcceptedBpsMin, right, bondPrices });
      return `${best.profitPrices.toFixed(2)} (${best.size})`;
    }),
  ]),
);
