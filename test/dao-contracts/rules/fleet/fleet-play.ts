/** A small fleet played through the pure rules: honest by default, and whatever a test makes of it. */
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts, encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { Target } from '@commonweights/dao-contracts/rules/fleet/challenge.js';
import type { Places } from '@commonweights/dao-contracts/rules/fleet/cohort.js';
import type { FleetContext } from '@commonweights/dao-contracts/rules/fleet/context.js';
import {
  panelOf,
  stepFleet,
  type FleetEvent,
  type PanelStep,
} from '@commonweights/dao-contracts/rules/fleet/events.js';
import { sealOf } from '@commonweights/dao-contracts/rules/fleet/panel.js';
import {
  ACTIVE,
  IN_ROUND,
  newFleet,
  recordOf,
  type CohortRound,
  type Fleet,
  type FleetRound,
} from '@commonweights/dao-contracts/rules/fleet/state.js';
import {
  fleetBudgetNeeded,
  type FleetTerms,
} from '@commonweights/dao-contracts/rules/fleet/terms.js';

export const smallFleetTerms: FleetTerms = {
  rounds: 3,
  minSeats: 12,
  maxSeats: 40,
  cohortSeats: 6,
  minCohortSeats: 3,
  epochRounds: 2,
  committeeSeats: 3,
  jurySeats: 7,
  minCohortsBps: 5_000,
  taintBps: 2_000,
  stakeYocto: 10_000n,
  rewardYocto: 10n,
  panelFeeYocto: 3n,
  challengeBondYocto: 100n,
  deadlinesMs: {
    train: 10_000,
    reveal: 10_000,
    certify: 10_000,
    close: 10_000,
    cohorts: 60_000,
    panel: 10_000,
    audit: 30_000,
    pause: 10_000,
    giveUp: 1_000_000,
  },
};

export const everybody: Places = { low: -1, high: -1 };
export const nobody: Places = { low: 0, high: 0 };

export function digestFor(...parts: (string | number)[]): Digest {
  return formatDigest(sha256(encodeParts(['test', ...parts])));
}

export class FleetPlay {
  fleet: Fleet;
  nowMs = 1_000;
  received: bigint;
  #draws = 0;

  constructor(
    readonly terms: FleetTerms = smallFleetTerms,
    readonly seed = 'a',
  ) {
    const budgetYocto = fleetBudgetNeeded(terms) + 7n;
    this.received = budgetYocto;
    const initialRoot = digestFor('initial');
    const { nowMs } = this;
    this.fleet = newFleet({ contract: 'dao.test', id: 4, terms, budgetYocto, initialRoot, nowMs });
  }

  get at(): FleetContext {
    const seed = sha256(encodeParts(['seed', this.seed, this.#draws++]));
    return { nowMs: this.nowMs, seed, hash: sha256, utf8: encodeUtf8 };
  }

  send(event: FleetEvent): number | bigint | boolean {
    const { fleet, result } = stepFleet(this.fleet, event, this.at);
    this.fleet = fleet;
    if ('depositYocto' in event) this.received += event.depositYocto;
    return result;
  }

  enrol(count: number): void {
    for (let i = 0; i < count; i++) {
      this.send({ kind: 'enrol', account: `w${i}.test`, depositYocto: this.terms.stakeYocto });
    }
  }

  get open(): FleetRound {
    return this.fleet.open!;
  }

  cohort(cohort: number): CohortRound {
    return recordOf(this.fleet.cohorts[cohort], this.open.round)!;
  }

  /** All phases of one cohort; `silent` seats never commit. */
  playCohort(cohort: number, it: { silent?: (seat: number) => boolean; root?: Digest } = {}): void {
    this.send({ kind: 'open-cohort', cohort });
    const root = it.root ?? this.aggregateOf(cohort);
    for (const kind of ['commit', 'reveal', 'certify', 'close'] as const) {
      const record = this.cohort(cohort);
      for (let place = 0; place < record.size; place++) {
        const seat = record.members[place]!;
        if (!(record.marks[place]! & IN_ROUND) || it.silent?.(seat)) continue;
        const act = { cohort, seat, place };
        if (kind === 'certify') this.send({ kind, ...act, available: everybody });
        else if (kind === 'close') this.send({ kind, ...act, root });
        else this.send({ kind, ...act });
      }
      if (it.silent && kind === 'commit') this.nowMs += this.terms.deadlinesMs.train;
      this.send({ kind: 'tick-cohort', cohort });
    }
  }

  /** What honest members name as a cohort's aggregate, a committee as a segment's digest. */
  aggregateOf(cohort: number): Digest {
    return digestFor('aggregate', this.open.startRoot, this.open.round, cohort);
  }

  segmentOf(segment: number, round = this.open): Digest {
    return digestFor('segment', round.startRoot, round.round, segment);
  }

  /** Every active member of a panel seals and opens; `answer` null: stays silent. */
  askPanel(it: {
    about: PanelStep['about'];
    index: number;
    answer: (seat: number, place: number) => Digest | null;
  }): void {
    const { about, index } = it;
    const { panel, question } = panelOf(this.fleet, it);
    const members = [...panel.members].map((seat, place) => ({ seat, place }));
    const salt = Uint8Array.of(1, 2, 3);
    const asked = members.flatMap(({ seat, place }) => {
      const digest = this.fleet.seats.status[seat] === ACTIVE ? it.answer(seat, place) : null;
      return digest ? [{ about, index, seat, place, digest }] : [];
    });
    for (const { digest, ...step } of asked) {
      const seal = sealOf(question, { seat: step.seat, digest, salt }, this.at);
      this.send({ kind: 'seal', ...step, seal });
    }
    if (asked.length < members.length) this.nowMs += this.terms.deadlinesMs.panel;
    this.tickPanel(it);
    for (const one of asked) {
      let phase: string | null;
      try {
        phase = panelOf(this.fleet, it).panel.phase;
      } catch {
        phase = null;
      }
      if (phase !== 'open') return;
      this.send({ kind: 'open-answer', ...one, salt });
    }
  }

  tickPanel({ about, index }: { about: PanelStep['about']; index: number }): void {
    if (about === 'segment') this.send({ kind: 'tick-segment', segment: index });
    else {
      const target: Target = { about: about === 'cohort-jury' ? 'cohort' : 'segment', index };
      this.send({ kind: 'tick-dispute', ...target });
    }
  }

  playCohorts(): void {
    for (let cohort = 0; cohort < this.open.shape.cohorts; cohort++) this.playCohort(cohort);
    this.send({ kind: 'tick' });
  }

  playSegments(wrong: { segment: number; digest: Digest } | null = null): void {
    const { round } = this.open;
    for (let segment = 0; segment < this.open.shape.segments; segment++) {
      this.send({ kind: 'open-segment', segment });
      const digest = wrong?.segment === segment ? wrong.digest : this.segmentOf(segment);
      this.askPanel({ about: 'segment', index: segment, answer: () => digest });
    }
    if (this.open.round === round) this.fold(this.open);
  }

  fold(round: FleetRound): void {
    for (let segment = 0; segment < round.shape.segments; segment++) {
      this.send({ kind: 'fold', segment });
    }
  }

  audit(failed: (cohort: number) => Places = () => nobody): void {
    const round = this.fleet.provisional!;
    for (let cohort = 0; cohort < round.shape.cohorts; cohort++) {
      const record = recordOf(this.fleet.cohorts[cohort], round.round);
      if (record?.phase !== 'closed') continue;
      this.send({ kind: 'cohort-audited', cohort, failed: failed(cohort) });
    }
  }

  /** An honest round from open to folded, the audits of the one before it included. */
  playRound(): void {
    this.playCohorts();
    this.playSegments();
    if (this.fleet.provisional) this.audit();
    this.send({ kind: 'tick' });
  }

  /** Plays to the end and settles everything. */
  finish(): void {
    this.send({ kind: 'tick' });
    while (this.fleet.status === 'running') {
      if (this.fleet.open) this.playRound();
      else {
        this.audit();
        this.nowMs += this.terms.deadlinesMs.audit;
        this.send({ kind: 'tick' });
      }
    }
    this.settle();
  }

  settle(): void {
    this.fleet.cohorts.forEach((_, index) => this.send({ kind: 'settle', about: 'cohort', index }));
    this.fleet.segments.forEach((_, index) =>
      this.send({ kind: 'settle', about: 'segment', index }),
    );
  }
}
