/**
 * Many seats of one owner, to hold more than half of the votes on the root: what they name is the
 * model, whatever the updates say. The crowd applies among everybody else; the sniper applies for
 * all places in the moment that the run is funded, before anybody else can, which helps it nothing:
 * seats are drawn at the deadline. Its seats that are drawn compute nothing and audit each other.
 */
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { derive, type Work } from '../abstract-work.js';
import { members, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { answerCommand, certifyCommand, submitRootCommand } from '../commands.js';
import { drawn } from '../expectations.js';
import { Honest, sendAll } from '../honest.js';
import { scaled } from '../toy-problem.js';
import { Cheat } from './cheat.js';

/** Names a root whose model is the start turned around: as bad as can be. */
function captureRoot(round: number, sight: Sight): Response {
  const { startRoot } = sight.state.run.open!;
  const root = derive('captured', startRoot);
  const model = sight.model(startRoot);
  if (model && !sight.model(root)) {
    const params = scaled(model.params, -1).map((value) => value + 1);
    sight.publishModel(root, { params, momentum: model.momentum });
  }
  const commands = [submitRootCommand(sight.account, round, root)];
  return { kind: 'send', commands, afterMs: 1_000, steps: 0, offence: true };
}

class CrowdSeat extends Cheat {
  protected override submitRoot(round: number, sight: Sight): Response {
    return captureRoot(round, sight);
  }
}

class SniperSeat extends Cheat {
  readonly appliesAfterMs = 0;
  constructor(readonly owner: Map<string, Work>) {
    super();
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const response = this.shirk(duty, sight);
    this.owner.set(`${duty.round} ${sight.seat}`, this.works.get(duty.round)!);
    // Who finds it depends on how many of them were drawn: what counts here is what it earns.
    return { ...response, afterMs: 1_000, offence: false } as Response;
  }

  protected override certify(round: number, sight: Sight): Response {
    const { revealed } = sight.state.run.open!;
    return sendAll([certifyCommand(sight.account, round, revealed)], 1_000);
  }

  protected override submitRoot(round: number, sight: Sight): Response {
    return { ...captureRoot(round, sight), offence: false } as Response;
  }

  protected override answer(audit: Audit, sight: Sight): Response {
    const work = this.owner.get(`${audit.round} ${audit.seat}`);
    if (!work) return super.answer(audit, sight);
    const leaf = work.leaves[audit.segment + 1]!;
    return sendAll([answerCommand(sight.account, audit, leaf)], 1_000);
  }
}

/** As many Sybils as honest applicants, for each role. */
function captureProbability(terms: RunTerms): number {
  const { maxWorkers } = terms;
  let captured = 0;
  for (let sybils = Math.floor(maxWorkers / 2) + 1; sybils <= maxWorkers; sybils++) {
    captured += drawn(2 * maxWorkers, maxWorkers, maxWorkers, sybils);
  }
  return captured;
}

export const sybils: Adversary[] = [
  {
    name: 'sybil-crowd',
    hopes: 'half of the applicants are one: it names the root',
    cast: ({ maxWorkers, maxAuditors }) => [
      ...members('trainer', maxWorkers, () => new CrowdSeat()),
      ...members('auditor', maxAuditors, () => new Honest()),
    ],
    crowds: true,
    captures: captureProbability,
    expects: () => ({ rate: 1, formula: '1: challenged, and computed again' }),
  },
  {
    name: 'sybil-sniper',
    hopes: 'all seats, all pay, no work',
    cast: ({ maxWorkers, maxAuditors }) => {
      const owner = new Map<string, Work>();
      return [
        ...members('trainer', maxWorkers, () => new SniperSeat(owner)),
        ...members('auditor', maxAuditors, () => new SniperSeat(owner)),
      ];
    },
    crowds: true,
    captures: captureProbability,
    expects: () => ({ rate: null, formula: 'drawn by lot: half of the seats' }),
  },
];
