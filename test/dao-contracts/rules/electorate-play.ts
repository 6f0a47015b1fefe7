/**
 * Generated lives of an electorate: members come, go and delegate, time passes, proposals are made,
 * votes are cast, all by the rules; beside them a naive model that keeps every map as it was.
 */
import {
  castBallot,
  emptyBallot,
  type Ballot,
  type Tally,
} from '@commonweights/dao-contracts/rules/ballot.js';
import {
  changeDelegate,
  changeWeight,
  electorateWeight,
  findLast,
  noStanding,
  noTotal,
  wasAged,
  wasMade,
  type AtBothMoments,
  type Changes,
  type Dated,
  type Moment,
  type Snapshot,
  type Standing,
  type TotalWeight,
} from '@commonweights/dao-contracts/rules/electorate.js';
import type { Choice } from '@commonweights/dao-contracts/rules/views.js';

export const votingPeriodMs = 1_000;

/** The whole electorate at one time, as somebody would write it down who knows no checkpoints. */
export interface Picture {
  weights: Map<string, bigint>;
  delegates: Map<string, string>;
}

export class Electorate {
  readonly accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
  readonly #standings = new Map<string, Standing[]>();
  readonly #totals: TotalWeight[] = [];
  readonly #pictures: ({ atMs: number } & Picture)[] = [];
  #nowMs = 10_000;
  #proposals = 0;

  constructor(readonly dice: Iterator<number>) {}

  /** Each step one of: weight, delegation, undelegation, time. */
  live(steps: number): void {
    for (let i = 0; i < steps; i++) {
      const account = this.pick(this.accounts);
      switch (this.#roll(6)) {
        case 0:
        case 1:
          this.setWeight(account, BigInt(this.#roll(4) * this.#roll(10)));
          break;
        case 2:
        case 3:
          this.delegate(account, this.pick(this.accounts));
          break;
        case 4:
          this.delegate(account, null);
          break;
        default:
          this.forward(this.#roll(votingPeriodMs));
      }
    }
  }

  forward(ms: number): void {
    this.#nowMs += ms;
  }

  setWeight(account: string, weight: bigint, moment = this.#moment()): void {
    const standingOf = (name: string) => this.#latest(name);
    const total = this.#total() - standingOf(account).weight + weight;
    this.#keep(changeWeight({ account, weight, standingOf, moment }), moment);
    put(this.#totals, { ...moment, weight: total });
  }

  /** What the rules refuse changes nothing. */
  delegate(account: string, to: string | null): void {
    const moment = this.#moment();
    const standingOf = (name: string) => this.#latest(name);
    let changes: Changes;
    try {
      changes = changeDelegate({ account, to, standingOf, moment });
    } catch {
      return;
    }
    this.#keep(changes, moment);
  }

  propose(): Snapshot {
    return { id: ++this.#proposals, snapshotMs: this.#nowMs - votingPeriodMs };
  }

  standingsAt(account: string, proposal: Snapshot): AtBothMoments<Standing> {
    return at(this.#standings.get(account) ?? [], noStanding, proposal);
  }

  totalAt(proposal: Snapshot): bigint {
    return electorateWeight(at(this.#totals, noTotal, proposal));
  }

  picturesAt(ago: number): Picture {
    const none: Picture = { weights: new Map(), delegates: new Map() };
    return this.#pictures.findLast(({ atMs }) => atMs <= this.#nowMs - ago) ?? none;
  }

  weightAgo(account: string, ago: number): bigint {
    return this.picturesAt(ago).weights.get(account) ?? 0n;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#roll(list.length)]!;
  }

  #roll(sides: number): number {
    return (this.dice.next().value as number) % sides;
  }

  #moment(): Moment {
    return { atMs: this.#nowMs, proposals: this.#proposals };
  }

  #latest(account: string): Standing {
    return this.#standings.get(account)?.at(-1) ?? noStanding;
  }

  #total(): bigint {
    return this.#totals.at(-1)?.weight ?? 0n;
  }

  #keep(changes: Changes, { atMs }: Moment): void {
    for (const [name, standing] of changes) {
      const history = this.#standings.get(name) ?? [];
      put(history, standing);
      this.#standings.set(name, history);
    }
    const weights = new Map(this.accounts.map((name) => [name, this.#latest(name).weight]));
    const delegates = new Map<string, string>();
    for (const name of this.accounts) {
      const { delegate } = this.#latest(name);
      if (delegate !== null) delegates.set(name, delegate);
    }
    this.#pictures.push({ atMs, weights, delegates });
  }
}

/** As the contract stores it: changes of one moment are one record. */
function put<T extends Dated>(history: T[], next: T): void {
  const last = history.at(-1);
  if (last && last.atMs === next.atMs && last.proposals === next.proposals) history.pop();
  history.push(next);
}

function at<T extends Dated>(
  history: readonly T[],
  nothing: T,
  proposal: Snapshot,
): AtBothMoments<T> {
  const all = { count: history.length, read: (i: number) => history[i]! };
  return {
    aged: findLast(all, (it) => wasAged(it, proposal)) ?? nothing,
    made: findLast(all, (it) => wasMade(it, proposal)) ?? nothing,
  };
}

/** A ballot box by the rules. */
export class BallotBox {
  readonly tally: Tally = { yes: 0n, no: 0n, abstain: 0n };
  readonly ballots = new Map<string, Ballot>();

  constructor(
    readonly dao: Electorate,
    readonly proposal: Snapshot,
  ) {}

  /** Returns false where the rules refuse. `reputation`: what the voter's weighs. */
  vote(account: string, choice: Choice, reputation = 0n): boolean {
    const standing = this.dao.standingsAt(account, this.proposal);
    const delegates = {
      aged: this.#ballotOf(standing.aged.delegate),
      made: this.#ballotOf(standing.made.delegate),
    };
    const ballot = this.#ballotOf(account)!;
    const proposal = this.proposal.id;
    try {
      const own = { account, proposal, choice, standing, reputation };
      castBallot(this.tally, { ...own, ballot, delegates });
    } catch {
      return false;
    }
    return true;
  }

  #ballotOf(account: string | null): Ballot | null {
    if (account === null) return null;
    if (!this.ballots.has(account)) this.ballots.set(account, emptyBallot());
    return this.ballots.get(account)!;
  }
}

/**
 * The same count without checkpoints, sums or order: per voter its own weight, and that of each
 * account that named it and did not vote, at both moments; the lesser counts.
 */
export function countNaively(
  votes: ReadonlyMap<string, Choice>,
  pictures: readonly Picture[],
): Tally {
  const tally: Tally = { yes: 0n, no: 0n, abstain: 0n };
  const least = (numbers: bigint[]) => numbers.reduce((a, b) => (a < b ? a : b));
  for (const [voter, choice] of votes) {
    tally[choice] += least(pictures.map(({ weights }) => weights.get(voter) ?? 0n));
    tally[choice] += least(
      pictures.map(({ weights, delegates }) => {
        let sum = 0n;
        // Only members vote for others; reputation lets others vote for themselves.
        if (!weights.get(voter)) return sum;
        for (const [name, delegate] of delegates) {
          if (delegate === voter && !votes.has(name)) sum += weights.get(name) ?? 0n;
        }
        return sum;
      }),
    );
  }
  return tally;
}
