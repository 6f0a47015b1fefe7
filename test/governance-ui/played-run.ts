/**
 * Runs for the pages to show, played through the contract's own rules, so that what the pages are
 * tested with is what the contract can really say: a cheat that is caught, a round that is rewound,
 * one that is aborted with it, an absence, audits half way.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { AuditView, RoundRecord, RunView } from '@commonweights/dao-contracts/rules/run.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { SeatView } from '@commonweights/dao-contracts/rules/views.js';
import { viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';
import { near, named, RunPlay } from '../dao-contracts/rules/run-play.js';

export interface PlayedRun {
  readonly view: () => RunView;
  readonly seats: () => SeatView[];
  readonly records: () => RoundRecord[];
  readonly play: Actors;
}

export const trainers = ['ada.local', 'ben.local', 'cai.local', 'dan.local', 'eve.local'];
export const auditor = 'gus.local';

export class Actors {
  constructor(private readonly run: RunPlay) {}

  enrol(): void {
    const deposit = { fromRound: null, depositYocto: 5n * near };
    for (const account of trainers) {
      this.run.apply({ kind: 'enrol', account, role: 'trainer', ...deposit });
    }
    this.run.apply({ kind: 'enrol', account: auditor, role: 'auditor', ...deposit });
    this.run.draw();
  }

  tick(): void {
    this.run.nowMs += 1000;
    this.run.apply(this.run.tick());
  }

  /** Everybody but `except` commits; then the deadline passes, if anybody was missed. */
  commit(except: readonly string[] = []): void {
    const { open } = this.run.state.run;
    for (const { seat } of open!.slices) {
      const account = this.run.state.seats[seat]!.account;
      if (!except.includes(account)) this.run.apply(this.run.commitCommand(seat));
    }
    if (except.length > 0) this.run.nowMs = open!.deadlineMs;
    this.tick();
  }

  reveal(): void {
    for (const seat of this.run.state.run.open!.committed) {
      this.run.apply({ kind: 'reveal', ...this.run.opening(seat) });
    }
    this.tick();
  }

  certify(by?: number): void {
    const { revealed, certified, round } = this.run.state.run.open!;
    const left = revealed.filter((seat) => !certified.includes(seat));
    for (const seat of left.slice(0, by)) {
      const account = this.run.state.seats[seat]!.account;
      this.run.apply({ kind: 'certify', account, round, available: [...revealed] });
    }
    if (by === undefined) this.tick();
  }

  submit(): void {
    const { certified, round } = this.run.state.run.open!;
    for (const seat of certified) {
      const account = this.run.state.seats[seat]!.account;
      this.run.apply({ kind: 'submit_root', account, round, root: named(`root ${round}`) });
    }
    this.tick();
  }

  /** A round up to its provisional root. */
  round(absent: readonly string[] = []): void {
    this.commit(absent);
    this.reveal();
    this.certify();
    this.submit();
  }

  /** Closes the audits of the provisional round; those of `cheat` find it out. */
  audit(cheat?: string): void {
    for (const { round, seat } of [...this.run.state.audits]) this.closeAudit(round, seat, cheat);
  }

  /** Leaves one audit at each step. */
  auditHalfway(): void {
    const [first, second, third] = this.run.state.audits;
    for (const { round, seat } of [first!, second!, third!]) this.deliver(round, seat);
    for (const { round, seat } of [first!, second!]) this.answer(round, seat);
    this.open(first!.round, first!.seat);
  }

  closeAudit(round: number, seat: number, cheat?: string): void {
    const honest = this.account(seat) !== cheat;
    this.deliver(round, seat);
    this.answer(round, seat, honest);
    this.open(round, seat);
    if (honest) return;
    // The jury is drawn by the next tick: only ticks draw.
    this.tick();
    for (const juror of this.jury(round, seat)?.panel ?? []) {
      // The dispute may be decided before the last juror has answered.
      const dispute = this.jury(round, seat)?.id;
      if (dispute === undefined) return;
      const account = this.account(juror.seat);
      this.run.apply({ kind: 'judge', account, dispute, answer: named('recomputed') });
    }
  }

  private jury(round: number, seat: number): Dispute | undefined {
    return this.run.state.disputes.find(
      (one) => one.round === round && one.seat === seat && one.stage === 'jury',
    );
  }

  deliver(round: number, seat: number): void {
    const { segment } = this.find(round, seat);
    const who = { account: this.account(seat), round, seat, segment };
    const { leaf, proof } = this.run.openedLeaf(round, seat, segment);
    this.run.apply({ kind: 'deliver', ...who, leaf, proof });
  }

  answer(round: number, seat: number, honest = true): void {
    const { segment, auditor: by } = this.find(round, seat);
    const leaf = honest ? this.run.trace(round, seat)[segment + 1]! : named('recomputed');
    this.run.apply({ kind: 'answer', account: this.account(by), round, seat, segment, leaf });
  }

  open(round: number, seat: number): void {
    const { segment } = this.find(round, seat);
    const who = { account: this.account(seat), round, seat, segment };
    this.run.apply({ kind: 'open', ...who, ...this.run.openedLeaf(round, seat, segment + 1) });
  }

  private find(round: number, seat: number): Pick<AuditView, 'segment' | 'auditor'> {
    return this.run.state.audits.find((one) => one.round === round && one.seat === seat)!;
  }

  private account(seat: number): string {
    return this.run.state.seats[seat]!.account;
  }
}

/** `id` and `proposal` are what the contract would have given it. */
export function playRun(it: {
  id: number;
  proposal: number;
  terms: RunTerms;
  script: (play: Actors) => void;
}): PlayedRun {
  const run = new RunPlay(it.terms);
  const play = new Actors(run);
  it.script(play);
  const own = { id: it.id, proposal: it.proposal, proposer: 'mia.local' };
  return {
    play,
    view: () => {
      const { run: state, terms, audits, disputes } = run.state;
      return { ...viewRun(state, { terms, audits, disputes, nowMs: run.nowMs }), ...own };
    },
    seats: () => {
      const { run: state, seats } = run.state;
      return seats.map((seat) => viewSeat(seat, { run: state }));
    },
    records: () => run.records.map(({ text }) => JSON.parse(text) as RoundRecord),
  };
}

export function digest(name: string): Digest {
  return named(name);
}
