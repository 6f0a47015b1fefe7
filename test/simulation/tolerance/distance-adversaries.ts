/**
 * Who attacks the comparing by distance. Half of the steps are far outside any tolerance, and each
 * failure costs its price. The auditor that calls everything right has sealed an end that it made up:
 * only decoys ask it. The biased worker stays within the tolerance and leans to one side, for reasons
 * of its own: each audit passes, and their sum does not.
 */
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { derive } from '../abstract-work.js';
import { someAuditors, someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { answerCommand } from '../commands.js';
import { foundByAudit } from '../expectations.js';
import { RandomStream } from '../random-stream.js';
import { stepsPerRound } from '../sizes.js';
import { asLongAs, scaled } from '../toy-problem.js';
import { direction, honestOff, type Vector } from './distance-work.js';
import { HonestByDistance } from './honest-by-distance.js';

/** What half of a segment's steps are apart from all of them by, at the least (the calibration). */
const halfApart = 0.5;

class FewerStepsByDistance extends HonestByDistance {
  protected override offBy(segment: number, start: Digest, sight: Sight): Vector {
    const honest = honestOff(sight.account, segment, start);
    if (segment < sight.state.terms.segments / 2) return honest;
    const along = direction(new RandomStream('left out', sight.account, start, segment));
    return honest.map((value, i) => value + halfApart * along[i]!);
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const model = sight.model(sight.state.run.open!.startRoot);
    if (!model) return { kind: 'ignore' };
    const honest = sight.problem.pseudoGradient(model.params, duty.slice);
    const vector = scaled(honest, 0.75);
    const steps = 0.75 * stepsPerRound;
    return this.claimWork(duty, sight, { vector, steps, offence: true });
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

class AlwaysPassing extends HonestByDistance {
  protected override answer(audit: Audit, sight: Sight): Response {
    const commands = [answerCommand(sight.account, audit, this.sealFor(audit, sight))];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0 };
  }

  /** Numbers that an honest machine could have: nobody sees in them that nothing was computed. */
  protected override measure(audit: Audit, sight: Sight): Response {
    const residualBillionths = 1_000 + sight.random.below(10_000);
    const sum = derive('no sum', sight.account, audit.round, audit.seat);
    return this.say(audit, sight, { residualBillionths, alongBillionths: 0, sum }, true);
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

/** Of the tolerance: as far as it dares. */
const leaning = 0.8;

class Leaning extends HonestByDistance {
  protected override offBy(segment: number, start: Digest, sight: Sight): Vector {
    const { toleranceBillionths } = sight.state.terms.tolerance!;
    const towards = direction(new RandomStream('where it leans to'));
    const honest = honestOff(sight.account, segment, start);
    const size = (leaning * toleranceBillionths) / 1e9;
    return honest.map((value, i) => value + size * towards[i]!);
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const { run, terms } = sight.state;
    const model = sight.model(run.open!.startRoot);
    if (!model) return { kind: 'ignore' };
    const honest = sight.problem.pseudoGradient(model.params, duty.slice);
    const size = (leaning * terms.tolerance!.toleranceBillionths) / 1e9;
    const push = scaled(asLongAs(sight.problem.backdoor, honest), -size);
    const vector = honest.map((value, i) => value + push[i]!);
    return this.claimWork(duty, sight, { vector, steps: stepsPerRound, offence: true });
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

/** A leaf that is opened is a decoy with the drawn share, but for the last one. */
function decoysMet({ decoyShareBps, segments }: RunTerms): number {
  return ((decoyShareBps / 10_000) * (segments - 1)) / segments;
}

const settings = ['distance'] as const;

export const distanceAdversaries: Adversary[] = [
  {
    name: 'fewer-steps-by-distance',
    settings,
    hopes: 'full pay for three quarters of the steps',
    cast: (terms) => someTrainers(terms, () => new FewerStepsByDistance()),
    expects: (terms) =>
      foundByAudit(terms, (segment) => segment >= terms.segments / 2, 'p·P(second half)'),
  },
  {
    name: 'always-passing-auditor',
    settings,
    hopes: 'fees without re-executing anything',
    cast: (terms) => someAuditors(terms, () => new AlwaysPassing()),
    expects: (terms) => ({ rate: decoysMet(terms), formula: 'decoys·(S−1)/S' }),
  },
  {
    name: 'leaning-worker',
    settings,
    hopes: 'to move the model to one side, within the tolerance',
    cast: (terms) => someTrainers(terms, () => new Leaning()),
    expects: () => ({ rate: null, formula: 'the sum of its audits' }),
    findsLate: true,
    unpriced: 'sabotage; what it pushes before its seat is lost is bounded by the tolerance',
  },
];
