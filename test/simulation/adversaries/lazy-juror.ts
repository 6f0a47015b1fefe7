/**
 * Jurors who compute nothing and repeat the first answer that stands on chain: jurors answer one
 * after the other and in the open. Beside them a worker who does no work and has one friend, who
 * answers first for it where it can. Copies can make its word a panel's; who lost appeals, and in
 * a larger panel somebody computes. Whoever repeated the wrong word is fined with it.
 */
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { members, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { judgeCommand } from '../commands.js';
import { foundDespite, third } from '../expectations.js';
import { Honest } from '../honest.js';
import { pair, shirkingPair } from './coalition.js';

const patienceMs = 3_600_000;

class LazyJuror extends Honest {
  readonly #since = new Map<string, number>();

  protected override judge(dispute: Dispute, sight: Sight): Response {
    const first = dispute.panel?.find((juror) => juror.answered);
    if (first) {
      const commands = [judgeCommand(sight.account, dispute.id, first.answer)];
      return { kind: 'send', commands, afterMs: 1_000, steps: 0 };
    }
    const key = `${dispute.id} ${dispute.level}`;
    const since = this.#since.get(key) ?? sight.nowMs;
    this.#since.set(key, since);
    // Where nobody answers, all are like this one.
    if (sight.nowMs - since > patienceMs) return super.judge(dispute, sight);
    return { kind: 'look-again', afterMs: 60_000 };
  }
}

export const lazyJurors: Adversary = {
  name: 'lazy-jurors',
  hopes: 'fees for repeating what another juror said',
  settings: ['guarded'],
  cast: (terms) => {
    const { trainers, auditors } = third(terms);
    return [
      ...shirkingPair(),
      ...members('trainer', trainers - 1, () => new LazyJuror()),
      ...members('auditor', auditors - 1, () => new LazyJuror()),
    ];
  },
  expects: (terms) => ({
    rate: foundDespite(terms, pair),
    formula: 'p·P(an auditor outside), whoever copies whom',
  }),
  unpriced: 'laziness: a copied right answer is paid like a computed one',
};
