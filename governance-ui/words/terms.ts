/** What the numbers of a run mean for those who take part in it. */
import type { RunTerms } from '@commonweights/dao-contracts/client/views.js';
import { formatBps, plural, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

export interface TermInWords {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

export function explainTerms(terms: RunTerms): TermInWords[] {
  const { deadlinesMs: deadline } = terms;
  const phases = (['train', 'reveal', 'certify', 'aggregate'] as const)
    .map((phase) => `${phase} ${formatSpan(deadline[phase])}`)
    .join(', ');
  const chance = formatBps(terms.auditedClaimsBps);
  return [
    {
      name: 'Rounds',
      value: `${terms.rounds}`,
      meaning: 'Final rounds wanted. Rounds that are rewound or aborted do not count.',
    },
    {
      name: 'Trainers',
      value: `${terms.minWorkers} to ${terms.maxWorkers}`,
      meaning: 'With fewer the run pauses and loses nothing but the open round.',
    },
    {
      name: 'Auditors',
      value: `up to ${terms.maxAuditors}`,
      meaning:
        'They train nothing; they repeat what trainers claim, as trainers do for each other.',
    },
    {
      name: 'Stake',
      value: shortNear(terms.stakeYocto),
      meaning: 'Locked by each seat, returned at the end, lost for work that fails its audit.',
    },
    {
      name: 'Reward',
      value: shortNear(terms.rewardYocto),
      meaning: 'For each update that became part of a final round.',
    },
    {
      name: 'Computing',
      value: `${(Number(terms.flopsPerRound) / 1e9).toPrecision(3)} GFLOP a round`,
      meaning:
        'Of each trainer, counted from the program. The policy caps what a teraFLOP may cost.',
    },
    {
      name: 'Cost of a round',
      value: shortNear(terms.computeCostYocto),
      meaning:
        'What computing a round costs a trainer, as the proposer says: cheating saves at most that.',
    },
    {
      name: 'Audit fee',
      value: shortNear(terms.auditFeeYocto),
      meaning: 'For each audit answered rightly, whatever its outcome.',
    },
    {
      name: 'Held back',
      value: plural(terms.heldBackRounds, 'round'),
      meaning: 'Pay of the latest final rounds stays locked, so that it can still be lost.',
    },
    {
      name: 'Audited',
      value: chance,
      meaning: `Chance of each update to be audited: ${terms.auditsPerClaim} of ${plural(terms.segments, 'segment')} of the work ${terms.auditsPerClaim === 1 ? 'is' : 'are'} done again and must give the same digest.`,
    },
    {
      name: 'Witnesses',
      value: terms.witnesses === 0 ? 'everybody' : `${terms.witnesses} drawn by lot`,
      meaning: 'They fetch, decode and keep each update; more than half decides what is included.',
    },
    {
      name: 'Challenges',
      value:
        terms.challengeWindowMs === 0
          ? 'while audits run'
          : `for ${formatSpan(terms.challengeWindowMs)} at least`,
      meaning:
        'Anybody who computes another root may say so, with a bond, before a round is final.',
    },
    {
      name: 'Bad work that stays',
      value: `up to ${formatBps(terms.taintedShareBpsMax)} of a round`,
      meaning:
        'Found out above that share, the round is done again; below, it is marked as tainted.',
    },
    {
      name: 'Decoys',
      value:
        terms.decoyShareBps === 0
          ? 'none'
          : `${formatBps(terms.decoyShareBps)} of claims, ${shortNear(terms.decoyFeeYocto)} each`,
      meaning: 'Planted errors, paid for: an auditor who only ever agrees is caught by them.',
    },
    {
      name: 'Machines',
      value: `up to ${plural(terms.seatsPerAccount, 'seat')} for an account`,
      meaning: 'One for each of its machines, told apart by a name.',
    },
    {
      name: 'Without a stake',
      value:
        terms.earnedStakeSeatsMax === 0 ? 'no seats' : plural(terms.earnedStakeSeatsMax, 'seat'),
      meaning: 'Start with nothing: their pay becomes their stake until it is whole.',
    },
    {
      name: 'Fees of calls',
      value:
        terms.relayedCallsPerRound === 0
          ? 'paid by each worker'
          : `${shortNear(terms.relayFeeYocto)} for a call, up to ${terms.relayedCallsPerRound} a round`,
      meaning: 'Paid by the escrow to whoever brings a signed call to the chain.',
    },
    {
      name: 'Data',
      value:
        terms.dataShares.length === 0
          ? 'unpaid'
          : `${shortNear(terms.dataRewardYocto)} a round, to ${terms.dataShares
              .map(({ dataset, weightBps }) => `${dataset} ${formatBps(weightBps)}`)
              .join(', ')}`,
      meaning: 'For each final round, to the contributors of these datasets, by their weights.',
    },
    {
      name: 'Deadlines',
      value: phases,
      meaning: `A phase ends early when everybody acted. Each step of an audit has ${formatSpan(deadline.audit)}.`,
    },
    {
      name: 'Local reset',
      value: `every ${plural(terms.localResetInterval, 'round')}`,
      meaning: 'Then every trainer starts with empty optimizer state.',
    },
  ];
}
