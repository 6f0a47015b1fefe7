/**
 * Those who say things twice, or at the wrong place. The equivocator says one thing and then
 * another: a second reveal, a second list of what it has, a second root. The replayer sends what
 * was good elsewhere: its claim of the round before, a claim made for another contract, run or
 * account. The tick griefer calls the clock all the time, with rounds and phases that are not. All
 * of it must be refused or do nothing, at their own expense.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { derive } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Sight } from '../behaviour.js';
import * as send from '../commands.js';
import { Honest } from '../honest.js';
import { updateBytes } from '../sizes.js';

class Equivocator extends Honest {
  #said = '';

  extra(sight: Sight): RunCommand[] {
    const { open } = sight.state.run;
    if (!open || this.#said === `${open.round} ${open.phase}`) return [];
    const { round, phase, committed, revealed, certified, submitted } = open;
    const acted = { train: committed, reveal: revealed, certify: certified, aggregate: submitted };
    const work = this.works.get(round);
    if (!work || !acted[phase].includes(sight.seat)) return [];
    this.#said = `${round} ${phase}`;
    const other = { ...work, update: derive('another', round) };
    switch (phase) {
      case 'train':
        return [send.commitCommand(other)];
      case 'reveal':
        return [send.revealCommand(other, updateBytes)];
      case 'certify':
        return [send.certifyCommand(sight.account, round, [sight.seat])];
      case 'aggregate':
        return [send.submitRootCommand(sight.account, round, derive('another root', round))];
    }
  }
}

class Replayer extends Honest {
  #said = 0;

  extra(sight: Sight): RunCommand[] {
    const { open } = sight.state.run;
    if (!open || open.phase !== 'reveal' || this.#said === open.round) return [];
    const before = this.works.get(open.round - 1);
    const now = this.works.get(open.round);
    if (!now || open.revealed.includes(sight.seat)) return [];
    this.#said = open.round;
    const claims = [{ ...now, salt: 'made for another contract' }];
    if (before) claims.push(before, { ...before, round: open.round });
    return claims.map((claim) => send.revealCommand(claim, updateBytes));
  }
}

class TickGriefer extends Honest {
  override readonly ticks = false;

  extra({ state: { run } }: Sight): RunCommand[] {
    const round = run.open?.round ?? 0;
    return [
      { kind: 'tick', round: round + 1, phase: 'train' },
      { kind: 'tick', round, phase: 'aggregate' },
      { kind: 'tick', round: null, phase: null },
    ];
  }
}

const none = { rate: null, formula: 'all refused, or without effect' };

export const repeatedWords: Adversary[] = [
  {
    name: 'equivocation',
    hopes: 'others act on different words of one seat',
    cast: (terms) => someTrainers(terms, () => new Equivocator()),
    expects: () => none,
  },
  {
    name: 'replay',
    hopes: 'the work of another round, run or contract is paid again',
    cast: (terms) => someTrainers(terms, () => new Replayer()),
    expects: () => none,
  },
  {
    name: 'griefing-ticks',
    hopes: 'phases move early, or somebody else pays the gas',
    cast: (terms) => someTrainers(terms, () => new TickGriefer()),
    expects: () => none,
  },
];
