/**
 * Auditors who want a fee, or a seat, without the work. The guesser answers something: it cannot
 * know the leaf that was committed to, so every answer is overruled. The liar does it now and then,
 * to get honest workers expelled. The silent one does not answer and lets another one be drawn. The
 * denier says that there was no material: a fine once it said so of the claims of enough owners.
 */
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import { trainerAuditsOneIn } from '@commonweights/dao-contracts/rules/limits.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { derive } from '../abstract-work.js';
import { someAuditors, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { answerCommand } from '../commands.js';
import { Honest } from '../honest.js';

type Habit = 'guess' | 'lie' | 'silence' | 'denial';

class LazyAuditor extends Honest {
  constructor(readonly habit: Habit) {
    super();
  }

  protected override answer(audit: Audit, sight: Sight): Response {
    if (this.habit === 'silence') return { kind: 'ignore', offence: true };
    if (this.habit === 'lie' && sight.random.uniform() < 0.5) return super.answer(audit, sight);
    const guess = derive('guess', sight.account, audit.round, audit.seat);
    const leaf = this.habit === 'denial' ? null : guess;
    const commands = [answerCommand(sight.account, audit, leaf)];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0, offence: true };
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

function lazy(name: string, habit: Habit, rest: Pick<Adversary, 'hopes' | 'expects'>): Adversary {
  return { name, cast: (terms) => someAuditors(terms, () => new LazyAuditor(habit)), ...rest };
}

/**
 * The first silent one is absent and replaced; only if the second one is silent too do both pay.
 * Of the breaches counted, two come from each such audit and one from each other.
 */
function bothSilent(terms: RunTerms): number {
  const silent = someAuditors(terms, () => new Honest()).length;
  const others = Math.max(1, terms.maxAuditors - 1);
  const both = (1 - 1 / trainerAuditsOneIn) * ((silent - 1) / others);
  return (2 * both) / (1 + both);
}

export const lazyAuditors: Adversary[] = [
  lazy('lazy-auditor', 'guess', {
    hopes: 'fees without re-executing anything',
    expects: () => ({ rate: 1, formula: '1: the jury' }),
  }),
  lazy('lying-auditor', 'lie', {
    hopes: 'honest workers are expelled',
    expects: () => ({ rate: 1, formula: '1: the jury' }),
  }),
  {
    ...lazy('silent-auditor', 'silence', {
      hopes: 'to hold rounds up; a seat for nothing',
      expects: (terms) => ({ rate: bothSilent(terms), formula: '2x/(1+x), x = both are silent' }),
    }),
    unpriced: 'griefing: a round waits for it, and then ever fewer do',
  },
  {
    ...lazy('denying-auditor', 'denial', {
      hopes: 'to make three jurors work for nothing, each time',
      expects: () => ({ rate: null, formula: 'the third owner, the fourth, the fifth' }),
    }),
    findsLate: true,
  },
];
