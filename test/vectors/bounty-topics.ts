/** Vectors of bounties: what is sealed, who is drawn, how agreement and shares are counted. */
import { alphaBps, countVotes } from '@commonweights/dao-contracts/rules/bounty/agreement.js';
import { sharesOf } from '@commonweights/dao-contracts/rules/bounty/new-bounty.js';
import { panelOf } from '@commonweights/dao-contracts/rules/bounty/panel.js';
import { sealBatch, sealVotes } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { named } from '../dao-contracts/rules/run-play.js';
import { fromHex, toHex, topic } from './vector-topic.js';

const where = { contract: 'dao.example.near', bounty: 7, account: 'ada.example.near' };
const salts = ['a salt', 'ünïcode 🜚 too'];

export const bountyTopics = [
  topic({
    name: 'bounty-seals',
    about:
      'batch: H("cw/bounty-batch/1", contract, bounty, account, salt, item, …). votes: ' +
      'H("cw/bounty-votes/1", contract, bounty, account, salt, batch, votes).',
    inputs: () =>
      salts.flatMap((salt) =>
        [1, 2, 16].map((count) => ({
          ...{ ...where, salt, batch: count },
          items: Array.from({ length: count }, (_, i) => named(`item ${i}`)),
          votes: '10'.repeat(8).slice(0, count),
        })),
      ),
    compute: ({ items, batch, votes, ...it }) => ({
      batch: sealBatch({ ...it, items }, platform),
      votes: sealVotes({ ...it, batch, votes }, platform),
    }),
  }),
  topic({
    name: 'bounty-panel',
    about: 'The numbers of the reviewers of a batch, out of 0 … of − 1, in order of the draw.',
    inputs: () =>
      [
        [1, 1],
        [3, 3],
        [3, 10],
        [7, 7],
        [7, 1024],
      ].flatMap(([size, of]) =>
        [0, 1, 300].map((batch) => ({
          ...{ batch, size: size!, of: of! },
          seed: toHex(sha256(new TextEncoder().encode(`seed ${batch}`))),
        })),
      ),
    compute: ({ seed, ...it }) => panelOf({ ...it, seed: fromHex(seed) }, sha256),
  }),
  topic({
    name: 'bounty-agreement',
    about: "Krippendorff's alpha in basis points, rounded down, over [yes, no] votes of each item.",
    inputs: (): [number, number][][] => [
      [],
      [[1, 0]],
      [
        [2, 0],
        [0, 3],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [3, 0],
        [0, 3],
        [2, 1],
      ],
      [
        [7, 0],
        [4, 3],
        [1, 6],
        [0, 5],
        [1, 0],
      ],
      Array.from({ length: 100 }, (_, i): [number, number] => (i === 50 ? [2, 1] : [3, 0])),
    ],
    compute: (items) => {
      const agreement = { yes: 0, no: 0, disagreement60: 0 };
      for (const [yes, no] of items) countVotes(agreement, { yes, no });
      return alphaBps(agreement);
    },
  }),
  topic({
    name: 'bounty-shares',
    about: 'Shares of a dataset in basis points, from how many items of each were accepted.',
    inputs: () => [[], [0], [5], [1, 1, 1], [0, 2, 0, 1], [4095, 1], Array(64).fill(64), [7, 6, 9]],
    compute: (accepted: number[]) => sharesOf(accepted),
  }),
];
