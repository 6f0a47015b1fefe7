/**
 * The publisher of a dataset withdraws it under a live run and asks for money to take that back. No
 * rule of a run looks at a dataset again after funding: bytes are fixed by digest, and every worker
 * has them. What is left is to frighten the DAO, which can wait, pause or stop by vote: played is
 * what each of these costs the workers, the treasury and the clock, and what the publisher gets.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { honestOnly } from '../adversaries/adversary-list.js';
import { contributorsOf } from '../measure.js';
import { settings } from '../settings.js';
import { simulateRun } from '../simulate-run.js';

const hourMs = 3_600_000;
/** A vote and its timelock: the main job's policy is shorter, a careful DAO's is days. */
const voteMs = 72 * hourMs;

export interface Ransom {
  answer: string;
  /** Mean profit of an honest trainer, in NEAR. */
  trainerNear: number;
  finalRounds: number;
  /** What the run's escrow gave back in the end, as a share of its budget. */
  refundedShare: number;
  hours: number;
  publisherNear: number;
}

export function demandRansom(seeds = 5): Ransom[] {
  // Halfway through a run of some hours after its enrolment; a vote to pause can be fast.
  const { deadlinesMs } = settings.main.terms;
  const atMs = deadlinesMs.enrol + hourMs;
  const pause: RunCommand = { kind: 'pause', forMs: voteMs };
  const answers: [string, { atMs: number; command: RunCommand }[]][] = [
    ['nobody reacts', []],
    ['paused for a vote, then resumed', [{ atMs, command: pause }]],
    [
      'paused for a vote, then stopped',
      [
        { atMs, command: pause },
        { atMs: atMs + voteMs - hourMs, command: { kind: 'stop' } },
      ],
    ],
    ['stopped at once', [{ atMs, command: { kind: 'stop' } }]],
  ];
  return answers.map(([answer, votes]) => {
    const sum = { trainerNear: 0, finalRounds: 0, refundedShare: 0, hours: 0, publisherNear: 0 };
    for (let i = 1; i <= seeds; i++) addRun(sum, votes, `seed ${i}`);
    const mean = Object.fromEntries(
      Object.entries(sum).map(([name, value]) => [name, value / seeds]),
    ) as Omit<Ransom, 'answer'>;
    return { answer, ...mean };
  });
}

function addRun(
  sum: Omit<Ransom, 'answer'>,
  votes: readonly { atMs: number; command: RunCommand }[],
  seed: string,
): void {
  const { terms, recipe, stepCostYocto } = settings.main;
  const contributors = contributorsOf(honestOnly, settings.main, seed);
  const { chain, steps, endedMs } = simulateRun({ terms, recipe, contributors, votes }, seed);
  const inNear = (yocto: bigint) => Number(yocto / 10n ** 15n) / 1e9;
  const trainers = contributors.filter(({ role }) => role === 'trainer');
  for (const { account } of trainers) {
    const paid = (chain.ledgers.get(account) ?? 0n) - (chain.deposits.get(account) ?? 0n);
    const cost = inNear(stepCostYocto) * (steps.get(account) ?? 0);
    sum.trainerNear += (inNear(paid) - cost) / trainers.length;
  }
  const { run } = chain.state;
  sum.finalRounds += run.finalRounds;
  sum.refundedShare += Number((chain.totals.treasury * 10_000n) / run.budgetYocto) / 10_000;
  sum.hours += endedMs / hourMs;
  sum.publisherNear += inNear(chain.ledgers.get('publisher.sim') ?? 0n);
}
