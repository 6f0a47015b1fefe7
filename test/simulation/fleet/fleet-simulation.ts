/**
 * A fleet at work: the real rules, every event applied, with workers that are slow, crash or lie.
 * Bytes come from the codecs' real sizes, time from a model of machines and links. All cohorts go
 * through their phases side by side, so a phase takes as long as its slowest member or its deadline.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { everyPlace } from './places.js';
import { cheapHash } from './cheap-hash.js';
import type { FleetReport, FleetWorld } from './fleet-world.js';
import { MovedBytes } from './moved-bytes.js';
import {
  applyFleetEvent,
  panelOf,
  type FleetEvent,
} from '@commonweights/dao-contracts/rules/fleet/events.js';
import type { FleetContext } from '@commonweights/dao-contracts/rules/fleet/context.js';
import { sealOf } from '@commonweights/dao-contracts/rules/fleet/panel.js';
import {
  ABSENT,
  ACTIVE,
  CERTIFIED,
  COMMITTED,
  EXPELLED,
  IN_ROUND,
  newFleet,
  recordOf,
  REVEALED,
  type CohortRound,
  type Fleet,
} from '@commonweights/dao-contracts/rules/fleet/state.js';
import {
  fleetBudgetNeeded,
  type FleetTerms,
} from '@commonweights/dao-contracts/rules/fleet/terms.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';

/** What a made-up digest is of. */
const SEGMENT = 1;
const AGGREGATE = 2;
const WRONG = 3;
const salt = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

export function simulateFleet(world: FleetWorld): FleetReport {
  return new FleetSimulation(world).run();
}

class FleetSimulation {
  readonly #world: FleetWorld;
  readonly #fleet: Fleet;
  readonly #at: FleetContext;
  readonly #calls = {} as Record<FleetEvent['kind'], number>;
  readonly #texts = new Map<string, Uint8Array>();
  readonly #moved: MovedBytes;
  /** Slowness of each machine and link: 1 is typical. */
  readonly #slowness: Float64Array;
  readonly #isLiar: Uint8Array;
  readonly #isAway: Uint8Array;
  #random: number;
  #events = 0;
  #rounds = 0;
  #captured = 0;
  #corrected = 0;

  constructor(world: FleetWorld) {
    this.#world = world;
    const { seats, rounds } = world;
    const { committeeSeats, cohortSeats } = world.terms;
    const minSeats = Math.max(2 * committeeSeats, cohortSeats + 1, Math.floor(seats / 2));
    const terms: FleetTerms = { ...world.terms, rounds, minSeats, maxSeats: seats };
    const utf8 = (text: string) => this.#encode(text);
    this.#at = { nowMs: 0, seed: new Uint8Array(32), hash: cheapHash, utf8 };
    this.#random = (world.seed | 0) ^ 0x2545f491;
    this.#moved = new MovedBytes(seats);
    this.#isAway = new Uint8Array(seats);
    this.#slowness = Float64Array.from({ length: seats }, () => 0.7 + 0.9 * this.#chance() ** 2);
    // The first seats: draws do not care which, and the share is exact.
    this.#isLiar = new Uint8Array(seats).fill(1, 0, Math.round((seats * world.liarsBps) / 10_000));
    this.#fleet = newFleet({
      contract: 'dao.near',
      id: 1,
      terms,
      budgetYocto: fleetBudgetNeeded(terms),
      initialRoot: `sha256:${'0'.repeat(64)}` as Digest,
      nowMs: 0,
    });
  }

  run(): FleetReport {
    const fleet = this.#fleet;
    const { stakeYocto } = fleet.terms;
    for (let seat = 0; seat < this.#world.seats; seat++) {
      this.#send({ kind: 'enrol', account: `w${seat}.near`, depositYocto: stakeYocto });
    }
    this.#tick();
    while (fleet.status === 'running' || fleet.status === 'paused') this.#step();
    this.#settleAll();
    this.#requireHonestUnharmed();
    const { shape } = fleet.epoch;
    return {
      ...shape,
      finalRounds: fleet.finalRounds,
      cancelledRounds: fleet.cancelled.length,
      events: this.#events,
      calls: this.#calls,
      ...this.#moved.report(),
      captured: this.#captured,
      corrected: this.#corrected,
      expelled: fleet.seats.status.filter((status) => status > ABSENT).length,
      roundMs: this.#at.nowMs / this.#rounds,
    };
  }

  #step(): void {
    const fleet = this.#fleet;
    if (fleet.status === 'paused') {
      this.#wait(fleet.terms.deadlinesMs.pause);
      this.#comeBack();
      this.#tick();
    } else if (fleet.open) this.#playRound();
    else if (fleet.provisional?.root === null) this.#fold();
    else {
      // The last round: its audits, and the time in which it could be challenged.
      this.#audit();
      this.#wait(fleet.terms.deadlinesMs.audit);
      this.#tick();
    }
  }

  #playRound(): void {
    const fleet = this.#fleet;
    const { round } = fleet.open!;
    this.#rounds++;
    this.#texts.clear();
    const { awayBps } = this.#world;
    const { status } = fleet.seats;
    for (let seat = 0; seat < this.#isAway.length; seat++) {
      this.#isAway[seat] = this.#chance() * 10_000 < awayBps ? 1 : 0;
      // A worker that was away says that it is back as soon as it is.
      if (status[seat] === ABSENT && !this.#isAway[seat]) this.#send({ kind: 'rejoin', seat });
    }
    this.#playCohorts();
    this.#tick();
    if (fleet.open?.round === round) this.#playSegments();
    if (fleet.provisional) this.#audit();
    if (fleet.open?.round === round && fleet.open.phase === 'segments') this.#fold();
    this.#moved.endRound();
    this.#tick();
    this.#challengeWrong();
  }

  #playCohorts(): void {
    const fleet = this.#fleet;
    const open = fleet.open!;
    const { cohorts } = open.shape;
    for (let cohort = 0; cohort < cohorts; cohort++) this.#send({ kind: 'open-cohort', cohort });
    const records = fleet.cohorts.slice(0, cohorts).map((pair) => recordOf(pair, open.round)!);
    const { deadlinesMs: ms } = fleet.terms;
    const { trainMs } = this.#world;

    this.#phase(records, 'train', IN_ROUND, ms.train, (cohort, seat, place) => {
      this.#send({ kind: 'commit', cohort, seat, place });
      return trainMs * this.#slowness[seat]! * (0.9 + 0.2 * this.#chance());
    });
    this.#phase(records, 'reveal', COMMITTED, ms.reveal, (cohort, seat, place) => {
      this.#send({ kind: 'reveal', cohort, seat, place });
      return 1_000;
    });
    this.#phase(records, 'certify', REVEALED, ms.certify, (cohort, seat, place) => {
      const bytes = (records[cohort]!.revealed - 1) * this.#world.updateBytes;
      this.#moved.fetch(seat, bytes);
      this.#moved.serve(seat, bytes);
      this.#send({ kind: 'certify', cohort, seat, place, available: everyPlace });
      return this.#fetchMs(seat, bytes);
    });
    const roots = records.map((_, cohort) => this.#digest(AGGREGATE, open.round, cohort));
    const shared = this.#served() / cohorts;
    this.#phase(records, 'close', CERTIFIED, ms.close, (cohort, seat, place) => {
      // Members share the work of serving the cohort's aggregate to the committees.
      this.#moved.serve(seat, shared / records[cohort]!.revealed);
      this.#send({ kind: 'close', cohort, seat, place, root: roots[cohort]! });
      return 1_000;
    });
  }

  /** Bytes of aggregates that all committees of the open round fetch together. */
  #served(): number {
    const { shape } = this.#fleet.open!;
    return shape.cohorts * this.#fleet.terms.committeeSeats * this.#world.aggregateBytes;
  }

  /** One phase of all cohorts: it takes as long as the slowest who acts, or to the deadline. */
  #phase(
    records: readonly CohortRound[],
    phase: CohortRound['phase'],
    needs: number,
    deadlineMs: number,
    act: (cohort: number, seat: number, place: number) => number,
  ): void {
    let longest = 0;
    for (let cohort = 0; cohort < records.length; cohort++) {
      const record = records[cohort]!;
      if (record.phase !== phase) continue;
      for (let place = 0; place < record.size; place++) {
        if ((record.marks[place]! & needs) === 0) continue;
        const seat = record.members[place]!;
        if (this.#isAway[seat] || this.#fleet.seats.status[seat] !== ACTIVE) {
          longest = deadlineMs;
          continue;
        }
        const took = act(cohort, seat, place);
        if (took > longest) longest = took;
      }
    }
    this.#wait(Math.min(longest, deadlineMs));
    for (let cohort = 0; cohort < records.length; cohort++) {
      if (records[cohort]!.phase === phase) this.#send({ kind: 'tick-cohort', cohort });
    }
  }

  #playSegments(): void {
    const fleet = this.#fleet;
    const open = fleet.open!;
    const { segments } = open.shape;
    const { aggregateBytes } = this.#world;
    const fetched = (open.cohortsClosed * aggregateBytes) / segments;
    const served = (this.#world.seats * aggregateBytes) / segments / fleet.terms.committeeSeats;
    for (let segment = 0; segment < segments; segment++) {
      this.#send({ kind: 'open-segment', segment });
    }
    const asked = { about: 'segment', fetched, served } as const;
    this.#wait(this.#fetchMs(0, fetched));
    for (;;) {
      const undecided = Array.from({ length: segments }, (_, segment) => segment).filter(
        (segment) =>
          fleet.open === open && recordOf(fleet.segments[segment], open.round)!.digest === null,
      );
      if (undecided.length === 0) break;
      this.#askPanels(undecided, asked);
    }
    if (fleet.open !== open) return;
    for (let segment = 0; segment < segments; segment++) {
      const { digest } = recordOf(fleet.segments[segment], open.round)!;
      if (digest === this.#digest(WRONG, open.round, segment)) this.#captured++;
    }
    // Everybody fetches what became of all segments, and steps its own copy.
    this.#moved.fetchByAll(aggregateBytes);
    this.#wait(this.#fetchMs(0, aggregateBytes));
  }

  /** One try of each panel, side by side: a silent member costs all of them one deadline. */
  #askPanels(
    indexes: readonly number[],
    it: { about: 'segment' | 'segment-jury'; fetched: number; served: number },
  ): void {
    const fleet = this.#fleet;
    const { about } = it;
    const { status } = fleet.seats;
    const asked = indexes.map((index) => ({ index, ...panelOf(fleet, { about, index }) }));
    for (const { index, panel, question } of asked) {
      for (let place = 0; place < panel.size; place++) {
        const seat = panel.members[place]!;
        if (status[seat] !== ACTIVE || this.#isAway[seat]) continue;
        this.#moved.fetch(seat, it.fetched);
        this.#moved.serve(seat, it.served);
        this.#moved.sitInPanel(seat);
        const digest = this.#answer(seat, question.round, index);
        const seal = sealOf(question, { seat, digest, salt }, this.#at);
        this.#send({ kind: 'seal', about, index, seat, place, seal });
      }
    }
    if (asked.some(({ panel }) => panel.sealed < panel.expected)) this.#waitForPanels();
    for (const { index } of asked) this.#tickPanel(about, index);
    for (const { index, panel, question } of asked) {
      for (let place = 0; place < panel.size && panel.phase === 'open'; place++) {
        if (!panel.hasSealed[place]) continue;
        const seat = panel.members[place]!;
        const digest = this.#answer(seat, question.round, index);
        this.#send({ kind: 'open-answer', about, index, seat, place, digest, salt });
      }
    }
    const split = asked.filter(({ panel }) => panel.phase === 'open');
    for (const { index } of split) this.#tickPanel(about, index);
  }

  #answer(seat: number, round: number, index: number): Digest {
    return this.#digest(this.#isLiar[seat] ? WRONG : SEGMENT, round, index);
  }

  #waitForPanels(): void {
    this.#wait(this.#fleet.terms.deadlinesMs.panel);
  }

  #tickPanel(about: 'segment' | 'segment-jury', index: number): void {
    if (about === 'segment') this.#send({ kind: 'tick-segment', segment: index });
    else this.#send({ kind: 'tick-dispute', about: 'segment', index });
  }

  #fold(): void {
    const round = this.#fleet.open ?? this.#fleet.provisional!;
    for (let segment = round.folded; segment < round.shape.segments; segment++) {
      this.#send({ kind: 'fold', segment });
    }
  }

  #audit(): void {
    const round = this.#fleet.provisional!;
    for (let cohort = 0; cohort < round.shape.cohorts; cohort++) {
      if (recordOf(this.#fleet.cohorts[cohort], round.round)?.phase !== 'closed') continue;
      this.#send({ kind: 'cohort-audited', cohort, failed: { low: 0, high: 0 } });
    }
  }

  /** Any honest worker that recomputes a segment sees that its digest is wrong. */
  #challengeWrong(): void {
    const fleet = this.#fleet;
    const round = fleet.provisional;
    if (!round || this.#world.liarsBps === 0) return;
    const { challengeBondYocto: depositYocto } = fleet.terms;
    const fetched = (round.cohortsClosed * this.#world.aggregateBytes) / round.shape.segments;
    for (let index = 0; index < round.shape.segments; index++) {
      const record = recordOf(fleet.segments[index], round.round)!;
      if (record.digest !== this.#digest(WRONG, round.round, index)) continue;
      const target = { about: 'segment', index } as const;
      this.#send({ kind: 'challenge', ...target, account: 'watch.near', depositYocto });
      while (record.dispute) {
        this.#askPanels([index], { about: 'segment-jury', fetched, served: 0 });
      }
      if (record.digest === this.#digest(SEGMENT, round.round, index)) this.#corrected++;
    }
  }

  #comeBack(): void {
    this.#fleet.seats.status.forEach((status, seat) => {
      if (status === ABSENT) this.#send({ kind: 'rejoin', seat });
    });
  }

  #settleAll(): void {
    const { cohorts, segments } = this.#fleet;
    cohorts.forEach((_, index) => this.#send({ kind: 'settle', about: 'cohort', index }));
    segments.forEach((_, index) => this.#send({ kind: 'settle', about: 'segment', index }));
    this.#send({ kind: 'refund' });
  }

  /** Absence may cost a round's pay; a stake is lost by liars alone. */
  #requireHonestUnharmed(): void {
    this.#fleet.seats.status.forEach((status, seat) => {
      if (status === EXPELLED && !this.#isLiar[seat]) throw new Error(`seat ${seat} was honest`);
    });
  }

  #tick(): void {
    this.#at.seed = new Uint8Array(32);
    for (let i = 0; i < 32; i += 4) this.#at.seed[i] = this.#chance() * 256;
    this.#at.seed = cheapHash(this.#at.seed);
    this.#send({ kind: 'tick' });
  }

  #send(event: FleetEvent): void {
    this.#events++;
    this.#calls[event.kind] = (this.#calls[event.kind] ?? 0) + 1;
    applyFleetEvent(this.#fleet, event, this.#at);
  }

  #wait(ms: number): void {
    this.#at.nowMs += Math.ceil(ms);
  }

  #fetchMs(seat: number, bytes: number): number {
    return (bytes * this.#slowness[seat]!) / this.#world.downBytesPerMs;
  }

  /** A digest that says what it is of; nobody looks into it. */
  #digest(kind: number, round: number, index: number): Digest {
    const number = (kind * 1e12 + round * 1e6 + index).toString(16);
    return `sha256:${number.padStart(64, '0')}` as Digest;
  }

  #encode(text: string): Uint8Array {
    let bytes = this.#texts.get(text);
    if (!bytes) this.#texts.set(text, (bytes = encodeUtf8(text)));
    return bytes;
  }

  /** Uniform in [0, 1): xorshift, the same everywhere. */
  #chance(): number {
    let state = this.#random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#random = state;
    return (state >>> 0) / 2 ** 32;
  }
}
