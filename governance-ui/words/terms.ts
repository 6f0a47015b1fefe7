/** What the numbers of a run mean for those who take part in it. */
import type { RunTerms } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { countOf, formatBps, formatFew, groupThousands, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

export interface TermInWords {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

const phases = ['train', 'reveal', 'certify', 'aggregate'] as const;

export function explainTerms(terms: RunTerms): TermInWords[] {
  const say = texts().terms;
  const { and } = texts().common;
  const names = texts().lists.phases;
  const { deadlinesMs: deadline } = terms;
  const whole = (number: number) => groupThousands(`${number}`);
  const of = (
    name: keyof typeof say,
    value: string,
    meaning = say[name].meaning as string,
  ): TermInWords => ({ name: say[name].name, value, meaning });
  const { auditsPerClaim, segments } = terms;
  return [
    of('rounds', whole(terms.rounds)),
    of(
      'trainers',
      say.trainers.value({ least: whole(terms.minWorkers), most: whole(terms.maxWorkers) }),
    ),
    of('auditors', say.auditors.value(whole(terms.maxAuditors))),
    of('stake', shortNear(terms.stakeYocto)),
    of('reward', shortNear(terms.rewardYocto)),
    of('computing', say.computing.value(formatFew(Number(terms.flopsPerRound) / 1e9))),
    of('cost', shortNear(terms.computeCostYocto)),
    of('auditFee', shortNear(terms.auditFeeYocto)),
    of('heldBack', countOf(terms.heldBackRounds, 'rounds')),
    of(
      'audited',
      formatBps(terms.auditedClaimsBps),
      say.audited.meaning({
        ...{ audits: whole(auditsPerClaim), segments: countOf(segments, 'segments') },
        one: auditsPerClaim === 1,
      }),
    ),
    of(
      'witnesses',
      terms.witnesses === 0 ? say.witnesses.everybody : say.witnesses.value(whole(terms.witnesses)),
    ),
    of(
      'challenges',
      terms.challengeWindowMs === 0
        ? say.challenges.whileAudits
        : say.challenges.value(formatSpan(terms.challengeWindowMs)),
    ),
    of('tainted', say.tainted.value(formatBps(terms.taintedShareBpsMax))),
    of(
      'decoys',
      terms.decoyShareBps === 0
        ? say.decoys.none
        : say.decoys.value({
            share: formatBps(terms.decoyShareBps),
            fee: shortNear(terms.decoyFeeYocto),
          }),
    ),
    of('machines', say.machines.value(countOf(terms.seatsPerAccount, 'seats'))),
    of(
      'noStake',
      terms.earnedStakeSeatsMax === 0
        ? say.noStake.none
        : countOf(terms.earnedStakeSeatsMax, 'seats'),
    ),
    of(
      'fees',
      terms.relayedCallsPerRound === 0
        ? say.fees.own
        : say.fees.value({
            fee: shortNear(terms.relayFeeYocto),
            calls: whole(terms.relayedCallsPerRound),
          }),
    ),
    of(
      'data',
      terms.dataShares.length === 0
        ? say.data.unpaid
        : say.data.value({
            reward: shortNear(terms.dataRewardYocto),
            shares: terms.dataShares
              .map(({ dataset, weightBps }) => `${dataset} ${formatBps(weightBps)}`)
              .join(and),
          }),
    ),
    of(
      'deadlines',
      phases
        .map((phase) =>
          say.deadlines.phase({ phase: names[phase], span: formatSpan(deadline[phase]) }),
        )
        .join(and),
      say.deadlines.meaning(formatSpan(deadline.audit)),
    ),
    of('reset', say.reset.value(countOf(terms.localResetInterval, 'rounds'))),
  ];
}
