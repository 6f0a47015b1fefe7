/**
 * Workers and auditors of one owner, who talk beside the chain. The shirkers compute nothing:
 * auditors and jurors of the coalition confirm whatever a friend's claim says, and are honest about
 * all others. The framers work honestly and accuse honest workers instead, hoping that the jury is
 * theirs: a tenth of what the victim loses goes to the accuser, and more to friends.
 */
import type { Audit, Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { wrongAuditsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { derive, type Work } from '../abstract-work.js';
import { members, type Adversary, type CrewMember } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { answerCommand, judgeCommand } from '../commands.js';
import { foundDespite, third, type Coalition } from '../expectations.js';
import type { Honest } from '../honest.js';
import { Cheat } from './cheat.js';

/** What one owner knows: whose seats are its own, and all of their work. */
class Owner {
  readonly accounts = new Set<string>();
  readonly works = new Map<string, Work>();

  owns(seat: number, sight: Sight): boolean {
    return this.accounts.has(sight.state.seats[seat]!.account);
  }
}

class Shirker extends Cheat {
  constructor(readonly owner: Owner) {
    super();
  }

  override respond(...[duty, sight]: Parameters<Honest['respond']>): Response {
    this.owner.accounts.add(sight.account);
    return super.respond(duty, sight);
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const response = this.shirk(duty, sight);
    this.owner.works.set(`${duty.round} ${sight.account}`, this.works.get(duty.round)!);
    return response;
  }

  protected override answer(audit: Audit, sight: Sight): Response {
    const friend = sight.state.seats[audit.seat]!.account;
    const work = this.owner.works.get(`${audit.round} ${friend}`);
    if (!work) return super.answer(audit, sight);
    const leaf = work.leaves[audit.segment + 1]!;
    const commands = [answerCommand(sight.account, audit, leaf)];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0 };
  }

  protected override judge(dispute: Dispute, sight: Sight): Response {
    const isFriend = dispute.seat !== null && this.owner.owns(dispute.seat, sight);
    if (!isFriend) return super.judge(dispute, sight);
    const commands = [judgeCommand(sight.account, dispute.id, dispute.claimed)];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0 };
  }
}

class Framer extends Cheat {
  constructor(readonly owner: Owner) {
    super();
  }

  override respond(...[duty, sight]: Parameters<Honest['respond']>): Response {
    this.owner.accounts.add(sight.account);
    return super.respond(duty, sight);
  }

  /** Two wrong answers cost a tenth of the stake each, the third everything: it stops at two. */
  protected override answer(audit: Audit, sight: Sight): Response {
    const tooRisky = sight.state.seats[sight.seat]!.auditsWrong + 1 >= wrongAuditsMax;
    if (tooRisky || this.owner.owns(audit.seat, sight)) return super.answer(audit, sight);
    const commands = [answerCommand(sight.account, audit, framed(audit))];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0, offence: true };
  }

  protected override judge(dispute: Dispute, sight: Sight): Response {
    const { plaintiffSeat, seat, id } = dispute;
    const isOurs = plaintiffSeat !== null && this.owner.owns(plaintiffSeat, sight);
    if (!isOurs || seat === null) return super.judge(dispute, sight);
    const commands = [judgeCommand(sight.account, id, framed({ round: dispute.round, seat }))];
    return { kind: 'send', commands, afterMs: 60_000, steps: 0 };
  }
}

function framed({ round, seat }: { round: number; seat: number }) {
  return derive('framed', round, seat);
}

function castOf(friends: Coalition, make: (owner: Owner) => Honest): CrewMember[] {
  const owner = new Owner();
  return [
    ...members('trainer', friends.trainers, () => make(owner)),
    ...members('auditor', friends.auditors, () => make(owner)),
  ];
}

export const pair: Coalition = { trainers: 1, auditors: 1 };

export function shirkingPair(): CrewMember[] {
  return castOf(pair, (owner) => new Shirker(owner));
}

export const coalitions: Adversary[] = [
  {
    name: 'colluding-pair',
    hopes: 'an auditor confirms whatever its worker hands in',
    cast: shirkingPair,
    expects: (terms) => ({
      rate: foundDespite(terms, pair),
      formula: 'p·P(an auditor outside)',
    }),
  },
  {
    name: 'colluding-third',
    hopes: 'a third of all seats confirm each other',
    cast: (terms) => castOf(third(terms), (owner) => new Shirker(owner)),
    expects: (terms) => ({
      rate: foundDespite(terms, third(terms)),
      formula: 'p·P(an auditor outside)',
    }),
  },
  {
    name: 'framing-third',
    hopes: 'honest workers are convicted and their stake shared',
    cast: (terms) => castOf(third(terms), (owner) => new Framer(owner)),
    expects: () => ({
      rate: 1,
      formula: '1: who is accused falsely appeals, at last to everybody',
    }),
  },
];
