/**
 * Laws of what leaves the escrow: each final round pays its claims and audits once, by the terms
 * under which it opened, whatever was voted since; what the run stores is paid to the byte; and no
 * round ever finds the escrow too empty for it.
 */
import {
  amendmentBytes,
  disputeBytes,
  fundingBytes,
  unusedApplicationsYocto,
  recordOverheadBytes,
  returnedSlicesBytes,
  seatBytesOf,
  unusedSeatYocto,
} from '@commonweights/dao-contracts/rules/budget.js';
import { seatsMax, storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { expect } from './law-names.js';
import { undoneBy, type RunPlay } from './run-play.js';

export class PayLaws {
  /** Somebody put up a bond in this command, and more than its storage costs, perhaps. */
  attached = false;
  /** Rewards of final rounds, by seat expelled by then, that a later verdict may still pay. */
  readonly #unpaid = new Map<number, bigint[]>();
  /** Seats that the end of the run has settled. */
  readonly #settled = new Set<number>();
  #storageYocto: bigint;

  constructor(readonly play: RunPlay) {
    this.#storageYocto = play.totals.storage;
  }

  check(before: RunState, records: readonly RoundRecord[]): void {
    this.#checkStorage(before);
    this.#checkPay(before, records);
    for (const { event, data } of this.play.effects?.events ?? []) {
      const short = event === 'escrow_short' || String(data.because).startsWith('the escrow');
      expect('escrow', !short, () => `${event}: ${JSON.stringify(data)}`);
    }
  }

  #checkPay(before: RunState, records: readonly RoundRecord[]): void {
    const { run, seats } = this.play.state;
    // Amended terms hold from the next round on; this one is paid by those that it opened under.
    const { terms } = before;
    const [reward, fee] = [BigInt(terms.rewardYocto), BigInt(terms.auditFeeYocto)];
    const final = records.filter(({ outcome }) => outcome === 'final');
    const rounds = run.paidRounds - before.run.paidRounds;
    expect('paidOnce', rounds === final.length && rounds <= 1, () => `${rounds} became final`);
    const claims = final.flatMap(({ claims: all }) => all.filter(({ included }) => included));
    const refuted = this.#refuted(final);
    const isUnpaid = (seat: number) =>
      run.roster[seat]!.status === 'expelled' || refuted.includes(seat);
    for (const { seat } of claims) {
      if (!isUnpaid(seat)) continue;
      this.#unpaid.set(seat, [...(this.#unpaid.get(seat) ?? []), reward]);
    }
    let paid = 0n;
    const returned: [seat: number, rounds: number][] = [];
    let right = 0;
    for (const { seat, verifiedRounds, earnedYocto, auditsRight } of seats) {
      const was = before.seats[seat];
      const more = verifiedRounds - (was?.verifiedRounds ?? 0);
      const claimed = claims.filter((claim) => claim.seat === seat).length === 1;
      const earns = claimed && !isUnpaid(seat);
      const late = more - (earns ? 1 : 0);
      expect('paidOnce', late >= 0, () => `seat ${seat}: ${more} in one command`);
      if (late > 0) returned.push([seat, late]);
      const audits = auditsRight - (was?.auditsRight ?? 0);
      const least = (earns ? reward : 0n) + BigInt(audits) * fee;
      const pay = earnedYocto - (was?.earnedYocto ?? 0n);
      expect('escrow', pay >= least, () => `seat ${seat} got ${pay}, not ${least}`);
      paid += least;
      right += audits;
    }
    // A vote to rewind takes calls off the count, and is relayed by nobody.
    const calls = BigInt(Math.max(0, run.relayedCalls - before.run.relayedCalls));
    paid += calls * BigInt(terms.relayFeeYocto);
    const paidFor = run.dataRounds - before.run.dataRounds;
    const priced = BigInt(terms.dataRewardYocto) > 0n;
    expect('dataOnce', paidFor === (priced ? rounds : 0), () => `data of ${paidFor} rounds`);
    paid += BigInt(paidFor) * BigInt(terms.dataRewardYocto);
    // The fee of an auditor that denied what a jury had: at most one for each dispute.
    for (const { event, data } of this.play.effects?.events ?? []) {
      if (event !== 'denial_judged') continue;
      const shared = BigInt(String(data.yocto));
      expect('paidOnce', shared <= fee, () => `${shared} shared of a fee of ${fee}`);
      paid += shared;
    }
    const left = run.paidYocto - before.run.paidYocto - paid;
    const decoyFee = BigInt(terms.decoyFeeYocto);
    // What an auditor that denied its material does not get goes to the jurors who had it.
    const denials = this.#closedFor();
    for (let decoys = 0; decoys <= right; decoys++) {
      for (let denied = 0; denied <= denials; denied++) {
        const rest = left - BigInt(decoys) * decoyFee - BigInt(denied) * fee;
        if (this.#settleLate(returned, rest, BigInt(denied * seatsMax))) return;
      }
    }
    expect('paidOnce', false, () => `${left} was paid for nothing that the log has`);
  }

  /** Whose claim of a final round was found too far off: its pay waits with the dispute. */
  #refuted(final: readonly RoundRecord[]): number[] {
    return this.play.state.disputes.flatMap(({ round, seat, verdict, distance }) => {
      const closed = final.some((record) => record.round === round);
      return closed && distance && verdict === 'against' ? [seat!] : [];
    });
  }

  /** Disputes that ended for what was claimed. */
  #closedFor(): number {
    const { events = [] } = this.play.effects ?? {};
    return events.filter(({ event, data }) => {
      return event === 'dispute_closed' && data.verdict === 'for';
    }).length;
  }

  /**
   * Whether `yocto` is what seats cleared late were owed, all at once; then it is paid. A fee in equal
   * parts may be short of a few yocto, `slack` at most.
   */
  #settleLate(
    [first, ...others]: readonly [seat: number, rounds: number][],
    yocto: bigint,
    slack: bigint,
  ): boolean {
    if (!first) return yocto <= 0n && yocto >= -slack;
    const [seat, rounds] = first;
    const owed = this.#unpaid.get(seat) ?? [];
    // Those of one dispute follow one another.
    for (let at = 0; at + rounds <= owed.length; at++) {
      const sum = owed.slice(at, at + rounds).reduce((all, one) => all + one, 0n);
      if (!this.#settleLate(others, yocto - sum, slack)) continue;
      owed.splice(at, rounds);
      return true;
    }
    return false;
  }

  /** Slices that a rewind to round `to` queued again. */
  #undone({ records = [] }: RunState, to: unknown): number {
    return undoneBy(standingRounds(records).filter(({ round }) => round > Number(to))).slices;
  }

  #checkStorage(before: RunState): void {
    const { state, totals, effects } = this.play;
    const events = effects?.events ?? [];
    const seated = state.run.roster.length - before.run.roster.length;
    let bytes = seated * seatBytesOf(state.terms);
    for (const { text } of effects?.records ?? []) bytes += text.length + recordOverheadBytes;
    for (const { event, data } of events) {
      // Those that nobody made were paid for in advance.
      if (event === 'enrolment_ended') bytes -= unusedBytes(Number(data.applications));
      if (event === 'dispute_opened' && data.kind === 'audit') bytes += disputeBytes;
      if (event === 'amendment_voted' && !before.run.amendment) bytes += amendmentBytes;
      if (event === 'run_rewound') bytes += returnedSlicesBytes(this.#undone(before, data.to));
      if (event === 'run_amended') {
        bytes += Math.max(0, fundingBytes(state.terms) - fundingBytes(before.terms));
      }
    }
    const owed = BigInt(bytes) * storageYoctoPerByte - this.#unused();
    const paid = totals.storage - this.#storageYocto;
    // Who appeals or challenges attaches what that stores.
    const exact = this.attached ? paid >= owed : paid === owed;
    this.attached = false;
    expect('escrow', exact, () => `${paid} paid for ${bytes} bytes`);
    this.#storageYocto = totals.storage;
  }

  /** What seats that were settled in this command give back. */
  #unused(): bigint {
    const { run, seats } = this.play.state;
    const works = run.work.map((work) => work.do);
    const isOver = run.status === 'completed' || run.status === 'stopped';
    if (!isOver && !works.includes('end-run')) return 0n;
    const waiting = run.work.flatMap((work) => (work.do === 'settle-seats' ? work.left : []));
    let unused = 0n;
    for (const [number, { status }] of run.roster.entries()) {
      if (waiting.includes(number) || this.#settled.has(number)) continue;
      this.#settled.add(number);
      unused += unusedSeatYocto(seats[number]!, status === 'expelled');
    }
    return unused;
  }
}

function unusedBytes(applications: number): number {
  return Number(unusedApplicationsYocto(applications) / storageYoctoPerByte);
}
