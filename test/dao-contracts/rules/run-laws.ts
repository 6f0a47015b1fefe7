/**
 * The laws of a run, by name, checked after every command of a play. Each compares the state before
 * with the state after, or what the run has written so far; none knows how the rules work inside.
 * A broken law throws `LAW_BROKEN: <its name>: <the facts>`.
 */
import { isDeepStrictEqual } from 'node:util';
import { absencesFree } from '@commonweights/dao-contracts/rules/limits.js';
import type { RunCommand, RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import { heldBackYocto } from '@commonweights/dao-contracts/rules/settlement.js';
import { expect, isOver } from './law-names.js';
import { LogLaws } from './log-laws.js';
import { checkMoney } from './money-laws.js';
import { PayLaws } from './pay-laws.js';
import type { RunPlay } from './run-play.js';

const relayer = 'relay.test';

export class RunLaws {
  readonly #deposited = new Map<string, bigint>();
  /** Whose bonds may be forfeited, and whose challenge may be rewarded. */
  readonly #appellants = new Set<string>();
  #opened = 0;
  #ticks = 0;
  readonly #log: LogLaws;
  readonly #pay: PayLaws;

  constructor(readonly play: RunPlay) {
    this.#pay = new PayLaws(play);
    this.#log = new LogLaws(play.state.terms.initialRoot);
  }

  /** Somebody put up a bond for an appeal or a challenge. */
  bonded(account: string): void {
    this.#pay.attached = true;
    this.#appellants.add(account);
  }

  deposit(account: string, yocto: bigint): void {
    this.#deposited.set(account, (this.#deposited.get(account) ?? 0n) + yocto);
  }

  /** After an applied command that led from `before` to the play's state. */
  check(before: RunState): void {
    const records = (this.play.effects?.records ?? []).map(({ text }) => this.#log.read(text));
    checkMoney(this.play);
    this.#checkWealth();
    this.#pay.check(before, records);
    this.#checkSlices();
    checkLosses(before, this.play);
    checkForwards(before, this.play.state);
    this.#checkRounds();
    this.#checkIdle(before);
  }

  /** A tick that says that nothing was due. */
  #checkIdle(before: RunState): void {
    const { effects, state } = this.play;
    if (effects?.result?.moved !== false) return;
    const { events, records, credits, moves } = effects;
    const quiet = events.length === 0 && records.length === 0 && credits.size === 0;
    expect('idle', quiet, () => events.map(({ event }) => event).join(', '));
    expect(
      'idle',
      Object.values(moves).every((yocto) => yocto === 0n),
      () => 'money moved',
    );
    if (this.#ticks++ % 16 === 0) {
      const same = isDeepStrictEqual(withoutNextLook(state), withoutNextLook(before));
      expect('idle', same, () => 'the state is another one');
    }
  }

  #checkRounds(): void {
    const { run } = this.play.state;
    const { head } = this.#log;
    expect('log', run.logHead === head, () => `head is ${run.logHead}, not ${head}`);
    const { standing } = this.#log;
    const last = standing.at(-1);
    const stands = standing.length === run.finalRounds && (last?.round ?? 0) === run.finalRound;
    expect('log', stands, () => `${run.finalRounds} rounds up to ${run.finalRound} are final`);
    const { open } = run;
    if (!open || open.round === this.#opened) return;
    expect('rounds', open.round > this.#opened, () => `${open.round} after ${this.#opened}`);
    expect('rounds', open.round === run.nextRound - 1, () => `next ${run.nextRound}`);
    this.#opened = open.round;
  }

  /** Of all accounts together: a seat may pay somebody else. Relayers are paid by the escrow. */
  #checkWealth(): void {
    const { state, ledgers } = this.play;
    let yocto = 0n;
    for (const [account, ledger] of ledgers) if (account !== relayer) yocto += ledger;
    for (const { earnsStake } of state.applicants) {
      if (!earnsStake) yocto += BigInt(state.terms.stakeYocto);
    }
    for (const seat of state.seats) {
      yocto += seat.stakeYocto + heldBackYocto(seat) + seat.slashedYocto - seat.earnedYocto;
    }
    let put = 0n;
    for (const deposit of this.#deposited.values()) put += deposit;
    // A bond may be forfeited, and whoever challenges may be rewarded.
    const holds = this.#appellants.size > 0 || yocto === put;
    expect('wealth', holds, () => `${put} was put in, ${yocto} is accounted for`);
  }

  #checkSlices(): void {
    const { state } = this.play;
    const { open, provisional, returnedSlices, nextSlice } = state.run;
    const inFlight = [...(open?.slices ?? []).map(({ slice }) => slice), ...returnedSlices];
    for (const { seat, slice } of provisional?.slices ?? []) {
      if (provisional!.included.includes(seat)) inFlight.push(slice);
    }
    const { trainedSlices } = this.#log;
    const places = inFlight.length + trainedSlices.size;
    for (const slice of trainedSlices) inFlight.push(slice);
    const different = new Set(inFlight).size;
    expect('slices', different === places, () => `${places - different} in two places`);
    if (isOver(state)) return;
    expect('slices', places === nextSlice, () => `${places} of ${nextSlice} are somewhere`);
  }
}

function checkLosses(before: RunState, play: RunPlay): void {
  const { state, nowMs } = play;
  for (const seat of state.seats) {
    const was = before.seats[seat.seat];
    if (!was || was === seat) continue;
    const lost = seat.slashedYocto - was.slashedYocto;
    const earned = seat.earnedYocto - was.earnedYocto;
    const facts = () => `seat ${seat.seat} lost ${lost} and earned ${earned}`;
    const returned = play.effects?.events.some(({ event }) => event === 'loss_returned');
    expect('penalties', lost >= 0n || returned === true, facts);
    const expelled = ({ run }: RunState) => run.roster[seat.seat]!.status === 'expelled';
    expect('penalties', earned <= 0n || !(expelled(before) && expelled(state)), facts);
    if (lost <= 0n) continue;
    expect('cause', lossCauses(before, { seat: seat.seat, nowMs }).length > 0, facts);
  }
}

/** As docs/protocol/settlement.md names them. */
export const everyLossCause = [
  'did not reveal',
  'did not deliver',
  'did not open',
  'convicted by a jury',
  'overruled as auditor',
  'overruled as juror',
  'took a decoy',
  'silent as auditor',
  'absent too often',
] as const;
export type LossCause = (typeof everyLossCause)[number];

/** What the protocol may fine a seat for in the next command, seen from the state before it. */
export function lossCauses(
  { run, audits, disputes, seats }: RunState,
  it: { seat: number; nowMs: number; by?: RunCommand['kind'] },
): LossCause[] {
  const causes = new Set<LossCause>();
  const { open } = run;
  const { seat, nowMs } = it;
  // The fourth absence and more, soon after one another.
  if ((seats[seat]?.rejoins ?? 0) >= absencesFree && run.roster[seat]?.status === 'active') {
    causes.add('absent too often');
  }
  const silent = open?.committed.includes(seat) && !open.revealed.includes(seat);
  if (open?.phase === 'reveal' && silent && nowMs >= open.deadlineMs) causes.add('did not reveal');
  for (const audit of audits) {
    const due = nowMs >= audit.deadlineMs;
    const { state } = audit;
    if (audit.seat === seat) {
      if (state === 'material' && due) causes.add('did not deliver');
      if ((state === 'opening' || state === 'uncover') && due) causes.add('did not open');
    }
    // It shows when its worker opens it: time alone is the worker's loss.
    const shows = state === 'opening' && audit.auditor === seat && it.by !== 'tick';
    if (shows) causes.add('took a decoy');
    if ((state === 'answer' || state === 'measure') && isAsked(audit, seat))
      causes.add('silent as auditor');
  }
  for (const { defendants, plaintiffSeat, panel, past } of disputes) {
    if (defendants.includes(seat)) causes.add('convicted by a jury');
    if (plaintiffSeat === seat) causes.add('overruled as auditor');
    const sat = [...past.flatMap((one) => [...one.for, ...one.against, ...one.none])];
    if (panel?.some((juror) => juror.seat === seat) || sat.includes(seat)) {
      causes.add('overruled as juror');
    }
  }
  return [...causes];
}

function isAsked(audit: Audit, seat: number): boolean {
  return audit.auditor === seat || audit.replaced === seat;
}

function checkForwards(before: RunState, after: RunState): void {
  const [a, b] = [before.run, after.run];
  const rewound = b.rewinds.length - a.rewinds.length;
  expect('forwards', rewound === 0 || rewound === 1, () => `${rewound} rewinds at once`);
  const always = ['paidRounds', 'nextRound', 'nextSlice', 'cancelledRounds'] as const;
  const final = ['finalRounds', 'finalRound'] as const;
  for (const name of rewound ? always : [...always, ...final]) {
    expect('forwards', b[name] >= a[name], () => `${name}: ${a[name]} to ${b[name]}`);
  }
  for (const name of rewound ? final : []) {
    expect('forwards', b[name] < a[name], () => `rewound, ${name}: ${a[name]} to ${b[name]}`);
  }
  expect('forwards', b.paidYocto >= a.paidYocto, () => `paid ${a.paidYocto} to ${b.paidYocto}`);
  const moved = b.finalRoot !== a.finalRoot;
  const may = rewound === 1 || b.finalRounds > a.finalRounds;
  expect('forwards', !moved || may, () => `root ${b.finalRoot}`);
  a.roster.forEach((entry, seat) => {
    const next = b.roster[seat]!;
    expect('forwards', next.role === entry.role, () => `seat ${seat} became ${next.role}`);
  });
}

/** A tick that looks at audits in vain notes when the next one has to. */
function withoutNextLook(state: RunState): RunState {
  const { run } = state;
  const provisional = run.provisional && { ...run.provisional, auditsDueMs: 0 };
  return { ...state, run: { ...run, provisional } };
}
