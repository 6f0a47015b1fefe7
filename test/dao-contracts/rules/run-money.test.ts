/** Laws of a run under any sequence of events: money, slices, states, records. */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { stepRun, type RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { buckets } from '@commonweights/dao-contracts/rules/totals.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import { near, RunPlay, smallTerms } from './run-play.js';

const sum = (values: Iterable<bigint>) => [...values].reduce((total, one) => total + one, 0n);

function checkMoney(play: RunPlay): void {
  const { state, totals, ledgers } = play;
  const { run, seats, applicants, audits, terms } = state;
  for (const bucket of buckets) expect(totals[bucket] >= 0n, bucket).to.be.true;
  expect(sum(Object.values(totals))).to.equal(play.received);
  expect(totals.escrows).to.equal(run.escrowYocto);
  const staked = applicants.filter(({ earnsStake }) => !earnsStake).length;
  const applied = BigInt(staked) * BigInt(terms.stakeYocto);
  expect(totals.stakes).to.equal(sum(seats.map((seat) => seat.stakeYocto)) + applied);
  const held = seats.flatMap((seat) => seat.held.map(({ yocto }) => yocto));
  expect(totals.heldBack).to.equal(sum(held));
  expect(totals.slashed).to.equal(sum(audits.map((audit) => audit.potYocto)));
  expect(totals.ledgers).to.equal(sum(ledgers.values()));
  if (run.status === 'completed' || run.status === 'stopped') {
    for (const bucket of ['escrows', 'stakes', 'heldBack', 'slashed'] as const) {
      expect(totals[bucket], bucket).to.equal(0n);
    }
    expect(audits).to.deep.equal([]);
  }
  run.roster.forEach((entry, seat) => {
    if (entry.status !== 'expelled') return;
    expect(seats[seat]).to.include({ stakeYocto: 0n });
    expect(seats[seat]!.held).to.deep.equal([]);
  });
}

function checkSlices(state: RunState, finished: Set<number>): void {
  const { open, provisional, returnedSlices, nextSlice } = state.run;
  const inFlight = [
    ...(open?.slices ?? []).map(({ slice }) => slice),
    ...(provisional?.slices ?? [])
      .filter(({ seat }) => provisional!.included.includes(seat))
      .map(({ slice }) => slice),
    ...returnedSlices,
    ...finished,
  ];
  expect(new Set(inFlight).size, 'a slice is in two places').to.equal(inFlight.length);
  if (state.run.status === 'stopped' || state.run.status === 'completed') return;
  expect(inFlight.length, 'a slice was lost').to.equal(nextSlice);
}

function checkTransition(before: RunState, after: RunState): void {
  const [a, b] = [before.run, after.run];
  expect(b.paidRounds >= a.paidRounds && b.paidRounds <= a.paidRounds + 1).to.be.true;
  expect(b.nextRound >= a.nextRound).to.be.true;
  const rewound = b.rewinds.length > a.rewinds.length;
  if (!rewound) expect(b.finalRound >= a.finalRound && b.finalRounds >= a.finalRounds).to.be.true;
  expect(b.paidYocto >= a.paidYocto).to.be.true;
  expect(b.cancelledRounds >= a.cancelledRounds).to.be.true;
  if (!rewound && b.finalRounds === a.finalRounds) expect(b.finalRoot).to.equal(a.finalRoot);
  if (a.status === 'running' || a.status === 'paused') expect(b.status).to.not.equal('enrolling');
  a.roster.forEach((entry, seat) => {
    const next = b.roster[seat]!;
    expect(next.role).to.equal(entry.role);
    if (entry.status === 'expelled') expect(next.status).to.equal('expelled');
    if (entry.status === 'left') expect(next.status).to.equal('left');
  });
}

describe('a run under random events', () => {
  const steps = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000), fc.nat(20)), {
    minLength: 50,
    maxLength: 350,
    size: 'max',
  });
  const reached = new Map<string, number>();
  const mark = (what: string) => reached.set(what, (reached.get(what) ?? 0) + 1);

  it('conserves money and slices, and moves only forwards', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(steps, (entropy) => {
        const play = new RunPlay({ ...smallTerms, rounds: 2 });
        play.ownersAct = true;
        play.grant(1_000n * near);
        for (const [pick, chance, wait] of entropy) {
          if (wait === 0) play.nowMs += 1_000;
          const candidates = play.candidates(chance);
          const command = candidates[pick % candidates.length]!();
          const before = play.state;
          try {
            play.apply(command);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            mark(error.code);
            expect(play.state).to.equal(before);
            continue;
          }
          const { state } = play;
          if (state.run.finalRounds > before.run.finalRounds) {
            mark('final');
          }
          if (state.run.rewinds.length > before.run.rewinds.length) mark('rewound by vote');
          if (state.terms.rewardYocto !== before.terms.rewardYocto) mark('amended');
          mark(state.run.status);
          if (state.audits.some((audit) => audit.state === 'disputed')) mark('disputed');
          if (state.run.roster.some((entry) => entry.status === 'expelled')) mark('expelled');
          checkMoney(play);
          checkSlices(state, finishedSlices(play));
          checkTransition(before, state);
        }
        checkLog(play);
      }),
      { numRuns: 40, seed: 20261123 },
    );
    const rare = ['rewound by vote', 'amended', 'ONE_YOCTO_NEEDED', 'BUDGET_TOO_SMALL'];
    for (const outcome of ['final', 'completed', 'paused', 'disputed', 'expelled', ...rare]) {
      expect(reached.get(outcome) ?? 0, `the play never reached "${outcome}"`).to.be.above(0);
    }
  });

  it('never changes the state it is given', () => {
    fc.assert(
      fc.property(steps, (entropy) => {
        const play = new RunPlay({ ...smallTerms, rounds: 2 });
        play.ownersAct = true;
        for (const [pick, chance, wait] of entropy.slice(0, 60)) {
          if (wait === 0) play.nowMs += 1_000;
          const candidates = play.candidates(chance);
          const command = candidates[pick % candidates.length]!();
          const before = structuredClone(play.state);
          const given = play.state;
          try {
            stepRun(given, command, play.context());
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
          expect(given).to.deep.equal(before);
          try {
            play.apply(command);
          } catch {
            // Refused: covered above.
          }
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});

/** Slices whose training counts: of final rounds that no vote undid. */
function finishedSlices(play: RunPlay): Set<number> {
  const claims = standingRounds(play.parsedRecords()).flatMap((record) => record.claims);
  return new Set(claims.filter(({ included }) => included).map(({ slice }) => slice));
}

/** Each record is canonical and names the one before it; the last one is the log's head. */
function checkLog(play: RunPlay): void {
  let head: string | null = null;
  for (const { text } of play.records) {
    const record = JSON.parse(text) as RoundRecord;
    expect(canonicalJson(record)).to.equal(text);
    expect(record.previous).to.equal(head);
    head = digestOf(new TextEncoder().encode(text));
  }
  expect(play.state.run.logHead).to.equal(head);
}
