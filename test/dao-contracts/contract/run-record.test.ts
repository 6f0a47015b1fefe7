/** Runs and seats as they are stored: whatever a call reads or changes of them, nothing else moves. */
import { expect } from 'chai';
import fc from 'fast-check';
import { disputeList } from '@commonweights/dao-contracts/contract/dispute-record.js';
import { bigintAsText } from '@commonweights/dao-contracts/contract/packed-record.js';
import { formatRun, parseRun } from '@commonweights/dao-contracts/contract/run-record.js';
import { formatSeat, parseSeat } from '@commonweights/dao-contracts/contract/seat-record.js';
import { copyRecord } from '@commonweights/dao-contracts/rules/copy-record.js';
import type { Dispute, Run, Seat } from '@commonweights/dao-contracts/rules/run-state.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { disputed } from '../rules/dispute-scenes.js';
import { RunPlay } from '../rules/run-play.js';

/** What accessors show, as plain values. */
function plain<T extends object>(it: T, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, (it as Record<string, unknown>)[name]]));
}

function shown(run: Run, like: Run): unknown {
  const { open, provisional } = like;
  return {
    ...plain(run, Object.keys(like)),
    open: open && plain(run.open!, Object.keys(open)),
    provisional: provisional && plain(run.provisional!, Object.keys(provisional)),
  };
}

describe('the stored record of a run', () => {
  const runs: Run[] = [];
  const seats: Seat[] = [];

  before(() => {
    const play = new RunPlay();
    for (let i = 0; i < 600; i++) {
      const chance = ((i * 2_654_435_761) % 4_294_967_296) >>> 3;
      const candidates = play.candidates(chance);
      try {
        play.apply(candidates[chance % candidates.length]!());
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
      play.nowMs += 10;
      runs.push(play.state.run);
      seats.push(...play.state.seats);
    }
    expect(runs.some(({ open }) => open?.phase === 'certify')).to.equal(true);
    expect(runs.some(({ open, provisional }) => open && provisional)).to.equal(true);
  });

  it('has every field of the run at every moment', () => {
    for (const run of runs) {
      const text = formatRun(run);
      expect(shown(parseRun(text), run)).to.deep.equal(shown(run, run));
    }
  });

  it('is the same text again, whichever fields were read', () => {
    fc.assert(
      fc.property(fc.constantFrom(...runs), fc.infiniteStream(fc.boolean()), (run, reads) => {
        const text = formatRun(run);
        const parsed = parseRun(text);
        for (const part of ['open', 'provisional', null] as const) {
          const like = part === null ? run : run[part];
          const it = part === null ? parsed : parsed[part];
          if (!like || !it) continue;
          for (const name of Object.keys(like)) {
            if (reads.next().value) void (it as unknown as Record<string, unknown>)[name];
          }
        }
        expect(formatRun(parsed)).to.deep.equal(text);
        expect(formatRun(parsed, text)).to.deep.equal(text);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('takes changes of a list, of a scalar and of a whole round', () => {
    const run = runs.find(({ open, provisional }) => open && !provisional)!;
    const [parsed, expected] = [parseRun(formatRun(run)), copyRecord(run)];
    for (const it of [parsed, expected]) {
      it.open!.committed = [...it.open!.committed, 63];
      it.open!.included = [];
      it.escrowYocto += 7n;
      it.pausedBecause = 'line\nend';
      it.roster[0]!.status = 'expelled';
    }
    expect(formatRun(parsed)).to.deep.equal(formatRun(expected));
    for (const it of [parsed, expected]) it.open = null;
    expect(formatRun(parsed)).to.deep.equal(formatRun(expected));
  });

  it('of a seat has every field, and is the same text again', () => {
    for (const seat of seats) {
      const text = formatSeat(seat);
      const parsed = parseSeat(text);
      expect(plain(parsed, Object.keys(seat))).to.deep.equal(plain(seat, Object.keys(seat)));
      expect(formatSeat(parsed)).to.equal(text);
      expect(formatSeat(parseSeat(text))).to.equal(text);
    }
  });

  it('of disputes has every field, is the same text again, and says what changed', () => {
    const disputes = disputed().state.disputes;
    appealable(disputes[0]!);
    const text = disputeList.format(disputes);
    const parsed = disputeList.parse(text);
    for (const [i, one] of disputes.entries()) {
      expect(plain(parsed[i]!, Object.keys(one))).to.deep.equal(plain(one, Object.keys(one)));
    }
    expect(disputeList.format(parsed)).to.equal(text);
    const again = disputeList.parse(text);
    void again[0]!.stage;
    expect(disputeList.isChanged(again, again.length)).to.equal(false);
    again[0]!.panel![0]!.answered = true;
    expect(disputeList.isChanged(again, again.length)).to.equal(true);
    expect(disputeList.format(again)).to.not.equal(text);
    expect(disputeList.isChanged([], again.length)).to.equal(true);
  });

  it('of a dispute goes along with a work as what it stands for', () => {
    const [dispute] = disputeList.parse(disputeList.format(disputed().state.disputes));
    const said = JSON.parse(JSON.stringify(dispute, bigintAsText)) as object;
    expect(said).to.include({ id: 1, kind: 'audit', toEscrowYocto: `${dispute!.toEscrowYocto}` });
    expect(said).to.not.have.property('packed');
  });
});

/** With money and votes in it. */
function appealable(dispute: Dispute): void {
  dispute.panel = [{ seat: 3, answered: false, answer: null }];
  dispute.past = [{ verdict: 'for', for: [4], against: [5], none: [] }];
  dispute.bonds = [{ account: 'a.test', side: 'against', bondYocto: 5n }];
  const held = [{ ordinal: 1, yocto: 7n }];
  dispute.losses = [{ seat: 0, stakeYocto: 9n, held, expelled: true, stands: false }];
  dispute.owed = [{ seat: 0, yocto: 11n, rounds: 1 }];
  dispute.honest = [1, 2];
}
