/** Who holds a seat, who acts for it, who is paid: rules of owners, operators, payout accounts. */
import { expect } from 'chai';
import { recordOverheadBytes } from '@commonweights/dao-contracts/rules/budget.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import {
  payoutChangesMax,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import { near, RunPlay } from './run-play.js';
import { committed, enrolCommand, provisional, running, terms } from './run-scenes.js';

function refusalOf(play: RunPlay, command: RunCommand): string {
  const before = play.state;
  try {
    play.apply(command);
  } catch (error) {
    expect(play.state).to.equal(before);
    return (error as Error).message;
  }
  return 'accepted';
}

const payout = (changes: object = {}): RunCommand => ({
  kind: 'set_payout',
  account: 'a0.test',
  depositYocto: 1n,
  payout: 'cold.test',
  ...changes,
});

const operator = (changes: object = {}): RunCommand => ({
  kind: 'set_operator',
  account: 'a0.test',
  depositYocto: 1n,
  operator: 'machine.test',
  ...changes,
});

function seatOf(play: RunPlay, account: string): number {
  return play.state.seats.find((seat) => seat.account === account)!.seat;
}

describe('the payout account of a seat', () => {
  it('gets stake and pay when the run ends, and the owner gets nothing', () => {
    const play = running();
    play.apply(payout());
    play.apply({ kind: 'stop' });
    expect(play.ledgers.get('cold.test')).to.equal(near);
    expect(play.ledgers.has('a0.test')).to.be.false;
  });

  it('is named at enrolment too, and gets what is over the stake', () => {
    const play = new RunPlay(terms);
    play.apply(enrolCommand('a0.test', { payout: 'cold.test', depositYocto: 3n * near }));
    expect(play.ledgers.get('cold.test')).to.equal(2n * near);
    play.apply({ kind: 'stop' });
    expect(play.ledgers.get('cold.test')).to.equal(3n * near);
    expect(play.ledgers.has('a0.test')).to.be.false;
  });

  it('is changed by nobody who cannot attach one yocto', () => {
    for (const depositYocto of [0n, 2n, near]) {
      expect(refusalOf(running(), payout({ depositYocto }))).to.match(/^ONE_YOCTO_NEEDED/);
    }
  });

  it('is changed by the owner alone, not by the operator', () => {
    const play = running();
    expect(refusalOf(play, payout({ account: 'x.test' }))).to.match(/^NOT_ENROLLED/);
    play.apply(operator());
    expect(refusalOf(play, payout({ account: 'machine.test' }))).to.match(/^NOT_ENROLLED/);
    expect(refusalOf(play, payout())).to.equal('accepted');
  });

  it('is changed so often and not to itself', () => {
    const play = running();
    expect(refusalOf(play, payout({ payout: 'a0.test' }))).to.match(/^ALREADY_ACTED/);
    for (let i = 0; i < payoutChangesMax; i++) play.apply(payout({ payout: `cold${i}.test` }));
    expect(refusalOf(play, payout())).to.match(/^TOO_MANY: seat \d changed its payout/);
  });

  it('is not changed for a seat that can get nothing more', () => {
    const play = running();
    play.apply({ kind: 'stop' });
    expect(refusalOf(play, payout())).to.match(/^RUN_NOT_OPEN: seat \d is left/);
  });
});

describe('the storage that a seat was paid for', () => {
  const back = (play: RunPlay, command: RunCommand) => {
    const { treasury, storage } = play.totals;
    const { escrowYocto: before } = play.state.run;
    play.apply(command);
    // The round that was open is written down, which is paid for as ever.
    const records = play.effects!.records.map(({ text }) => text.length + recordOverheadBytes);
    const written = BigInt(records.reduce((sum, one) => sum + one, 0)) * storageYoctoPerByte;
    const escrowYocto = before - written;
    expect(play.state.run.escrowYocto).to.equal(0n);
    const unused = play.totals.treasury - treasury - escrowYocto;
    expect(storage + written - play.totals.storage, 'out of what was paid for storage').to.equal(
      unused,
    );
    const { data } = play.lastEvents.find(({ event }) => event === 'run_stopped')!;
    expect(data.returnedYocto).to.equal(`${escrowYocto + unused}`);
    return unused / storageYoctoPerByte;
  };
  const [payee, held] = [690n, 32n * 45n];

  it('goes back to the treasury when the run ends, where nothing can need it any more', () => {
    const play = running();
    const seats = BigInt(play.state.seats.length);
    expect(back(play, { kind: 'stop' })).to.equal(seats * (4n * payee + held));
  });

  it('stays for each account that the seat was ever paid to', () => {
    const play = running();
    const seats = BigInt(play.state.seats.length);
    play.apply(payout());
    expect(back(play, { kind: 'stop' })).to.equal(seats * (4n * payee + held) - 2n * payee);
  });

  it('stays for held-back pay of an expelled seat, which a dispute may give back', () => {
    const play = running();
    const seats = BigInt(play.state.seats.length);
    play.state.run.roster[0]!.status = 'expelled';
    expect(back(play, { kind: 'stop' })).to.equal(seats * (4n * payee + held) - held);
  });
});

describe('several machines of one account', () => {
  it('have seats of their own, each with its own commitments', () => {
    const play = new RunPlay(terms);
    play.apply(enrolCommand('a0.test'));
    play.apply(enrolCommand('a0.test', { worker: 'b' }));
    play.apply(enrolCommand('a1.test'));
    play.apply(enrolCommand('auditor.test', { role: 'auditor' }));
    play.draw();
    const labels = play.state.seats.map(({ account, worker }) => `${account}:${worker}`);
    expect(labels).to.include.members(['a0.test:', 'a0.test:b', 'a1.test:']);
    const b = labels.indexOf('a0.test:b');
    const own = labels.indexOf('a0.test:');
    const commitment = play.commitmentOf(b);
    play.apply({ kind: 'commit', account: 'a0.test', worker: '', round: 1, commitment });
    for (const seat of [b, labels.indexOf('a1.test:')]) play.apply(play.commitCommand(seat));
    play.apply(play.tick());
    // What `b` committed opens for `b` and for no other machine of the same account.
    const stolen = { ...play.opening(b), worker: '' };
    expect(refusalOf(play, { kind: 'reveal', ...stolen })).to.match(/^BAD_OPENING/);
    expect(refusalOf(play, { kind: 'reveal', ...play.opening(b) })).to.equal('accepted');
    expect(own).to.not.equal(b);
  });

  it('are not more than the terms allow, before the draw and after', () => {
    const play = new RunPlay({ ...terms, seatsPerAccount: 1 });
    play.apply(enrolCommand('a0.test'));
    const second = enrolCommand('a0.test', { worker: 'b' });
    expect(refusalOf(play, second)).to.match(/^TOO_MANY: a0.test has 1 of 1/);
    play.apply(enrolCommand('a1.test'));
    play.nowMs = terms.deadlinesMs.enrol;
    play.draw();
    expect(play.state.run.status).to.equal('running');
    expect(refusalOf(play, second)).to.match(/^TOO_MANY: a0.test has 1 of 1/);
  });

  it('are told apart by their labels', () => {
    const play = new RunPlay(terms);
    const labelled = enrolCommand('a0.test', { worker: 'b' });
    play.apply(labelled);
    expect(refusalOf(play, labelled)).to.match(/^ALREADY_ENROLLED: a0.test:b has applied/);
  });
});

describe('seats of one party', () => {
  const pairs: [string, object, object][] = [
    ['of one account', {}, {}],
    ['paid to one stranger', { payout: 'cold.test' }, { account: 'a1.test', payout: 'cold.test' }],
  ];
  for (const [what, first, second] of pairs) {
    it(`never audit or judge each other: ${what}`, () => {
      for (let i = 0; i < 30; i++) {
        const play = new RunPlay(terms, `${what} ${i}`);
        play.apply(enrolCommand('a0.test', first));
        play.apply(enrolCommand('a0.test', { worker: 'b', ...second }));
        play.apply(enrolCommand('c.test'));
        play.apply(enrolCommand('d.test', { role: 'auditor' }));
        play.draw();
        provisional(play);
        const isPair = (seat: number) => !/^[cd]/.test(play.state.seats[seat]!.account);
        expect(play.state.audits).to.have.length(3);
        for (const { seat, auditor } of play.state.audits) {
          expect(isPair(seat) && isPair(auditor), `${seat} by ${auditor}`).to.be.false;
        }
      }
    });
  }

  it('are those that chose to be: a worker does not choose who audits it by naming it', () => {
    let byTheNamed = 0;
    for (let i = 0; i < 30; i++) {
      const play = new RunPlay(terms, `named ${i}`);
      play.apply(enrolCommand('a0.test', { payout: 'a1.test' }));
      play.apply(enrolCommand('a1.test'));
      play.apply(enrolCommand('c.test'));
      play.apply(enrolCommand('d.test', { role: 'auditor' }));
      play.draw();
      provisional(play);
      const by = (auditor: number) => play.state.seats[auditor]!.account;
      for (const { seat, auditor } of play.state.audits) {
        // It would judge who pays it.
        expect([by(seat), by(auditor)]).to.not.deep.equal(['a1.test', 'a0.test']);
        if (by(seat) === 'a0.test' && by(auditor) === 'a1.test') byTheNamed++;
      }
    }
    expect(byTheNamed).to.be.greaterThan(0);
  });

  it('are left unaudited where there is nobody else', () => {
    const play = new RunPlay({ ...terms, seatsPerAccount: 4 });
    for (const worker of ['', 'b', 'c']) play.apply(enrolCommand('a0.test', { worker }));
    play.apply(enrolCommand('a0.test', { worker: 'd', role: 'auditor' }));
    play.draw();
    provisional(play);
    expect(play.state.audits).to.deep.equal([]);
  });
});

describe('the operator of a seat', () => {
  it('acts for it from then on, and its owner does not', () => {
    const play = running();
    const seat = seatOf(play, 'a0.test');
    play.apply(operator());
    const commitment = play.commitmentOf(seat);
    const commit = { kind: 'commit', round: 1, commitment, worker: '' } as const;
    const byOwner: RunCommand = { ...commit, account: 'a0.test' };
    expect(refusalOf(play, byOwner)).to.match(/^NOT_YOUR_TURN: machine.test acts for seat/);
    expect(refusalOf(play, { ...commit, account: 'machine.test' })).to.equal('accepted');
  });

  it('is replaced: the lost machine can do nothing any more', () => {
    const play = running();
    play.apply(operator());
    play.apply(operator({ operator: 'next.test' }));
    const commitment = play.commitmentOf(seatOf(play, 'a0.test'));
    const lost: RunCommand = { kind: 'commit', account: 'machine.test', round: 1, commitment };
    expect(refusalOf(play, lost)).to.match(/^NOT_ENROLLED: machine.test has no seat/);
    play.apply(operator({ operator: 'a0.test' }));
    expect(play.state.operators).to.deep.equal({});
    expect(refusalOf(play, { ...lost, account: 'a0.test' })).to.equal('accepted');
  });

  it('is named by the owner alone, with one yocto, and is nobody with that name for a seat', () => {
    const play = running();
    expect(refusalOf(play, operator({ depositYocto: 0n }))).to.match(/^ONE_YOCTO_NEEDED/);
    expect(refusalOf(play, operator({ account: 'x.test' }))).to.match(/^NOT_ENROLLED/);
    expect(refusalOf(play, operator({ operator: 'a1.test' }))).to.match(/^ALREADY_ENROLLED/);
    expect(refusalOf(play, operator({ operator: 'a0.test' }))).to.match(/^ALREADY_ACTED/);
    play.apply(operator());
    const taken = operator({ account: 'a1.test' });
    expect(refusalOf(play, taken)).to.match(/^ALREADY_ENROLLED: machine.test has a seat/);
  });

  it('may enrol all the same, since nobody asked it, and then acts for its own seat', () => {
    const play = running({ ...terms, maxWorkers: 5 });
    play.apply(operator());
    play.apply(enrolCommand('machine.test'));
    expect(play.lastEvents[0]).to.deep.include({ event: 'operator_set' });
    expect(play.state.seats.at(-1)).to.include({ account: 'machine.test', operator: null });
    expect(play.state.seats[0]!.operator).to.equal(null);
    expect(play.state.operators).to.deep.equal({});
    expect(play.actor(0).account).to.equal('a0.test');
    expect(refusalOf(play, play.commitCommand(0))).to.equal('accepted');
  });
});

describe('a relayed call', () => {
  const feeYocto = BigInt(terms.relayFeeYocto);

  it('pays the relayer for a seat, up to the quota between two openings', () => {
    const play = running();
    play.relayer = 'relay.test';
    play.apply(play.commitCommand(0));
    expect(play.ledgers.get('relay.test')).to.equal(feeYocto);
    expect(play.state.run).to.include({ relayedCalls: 1, paidYocto: feeYocto });
    play.state.seats[1]!.relayed = { round: play.state.run.nextRound, calls: 3 };
    play.apply(play.commitCommand(1));
    expect(play.ledgers.get('relay.test')).to.equal(feeYocto);
    play.state.seats[2]!.relayed = { round: play.state.run.nextRound - 1, calls: 3 };
    play.apply(play.commitCommand(2));
    expect(play.ledgers.get('relay.test')).to.equal(2n * feeYocto);
  });

  it('pays for ticks of a seat that moved something, and for no others', () => {
    const play = running();
    play.relayer = 'relay.test';
    play.apply({ kind: 'tick', account: 'a0.test', round: 1, phase: 'train' });
    expect(play.ledgers.size).to.equal(0);
    play.nowMs += terms.deadlinesMs.train;
    play.apply({ kind: 'tick', account: 'x.test', round: 9, phase: 'train' });
    expect(play.ledgers.size).to.equal(0);
    play.apply({ kind: 'tick', account: 'a0.test', round: 1, phase: 'train' });
    expect(play.ledgers.get('relay.test')).to.equal(feeYocto);
  });

  it('pays for the tick of an owner, though another operates its seat', () => {
    const play = running();
    play.apply(operator());
    play.relayer = 'relay.test';
    play.nowMs += terms.deadlinesMs.train;
    const tick: RunCommand = { kind: 'tick', account: 'a0.test', round: 1, phase: 'train' };
    expect(refusalOf(play, tick)).to.equal('accepted');
    expect(play.ledgers.get('relay.test')).to.equal(feeYocto);
  });

  it('pays nobody when the run has no more to give', () => {
    const play = running();
    play.relayer = 'relay.test';
    play.state.run.relayedCalls = 3 * 4 * terms.rounds;
    play.apply(play.commitCommand(0));
    expect(play.ledgers.size).to.equal(0);
  });
});

describe('an earned stake', () => {
  it('grows out of the pay until it is whole; what comes then is paid', () => {
    const play = new RunPlay({ ...terms, auditedClaimsBps: 0, heldBackRounds: 0, rounds: 9 });
    play.apply(enrolCommand('a0.test', { depositYocto: 0n }));
    for (const account of ['a1.test', 'a2.test']) play.apply(enrolCommand(account));
    play.apply(enrolCommand('auditor.test', { role: 'auditor' }));
    play.draw();
    const seat = seatOf(play, 'a0.test');
    expect(play.state.seats[seat]).to.include({ stakeYocto: 0n, earnsStake: true });
    for (let round = 1; round <= 8; round++) playRound(play);
    const { stakeYocto, earnedYocto } = play.state.seats[seat]!;
    // Eight rewards of a seventh of a NEAR: one stake, and a little to the ledger.
    expect(stakeYocto).to.equal(near);
    expect(play.ledgers.get('a0.test')).to.equal(earnedYocto - near);
  });

  it('is for so many trainers ever, and for no auditor', () => {
    const play = new RunPlay(terms);
    const auditor = enrolCommand('x.test', { role: 'auditor', depositYocto: 0n });
    expect(refusalOf(play, auditor)).to.match(/^DEPOSIT_TOO_SMALL: an auditor attaches/);
    play.apply(enrolCommand('a0.test', { depositYocto: 0n }));
    const another = enrolCommand('a1.test', { depositYocto: 0n });
    expect(refusalOf(play, another)).to.match(/^DEPOSIT_TOO_SMALL: .* 1 places .* were taken/);
    const little = enrolCommand('a1.test', { depositYocto: 1n });
    expect(refusalOf(play, little)).to.match(/^DEPOSIT_TOO_SMALL: attach at least the stake/);
    expect(refusalOf(new RunPlay({ ...terms, earnedStakeSeatsMax: 0 }), another)).to.match(
      /^DEPOSIT_TOO_SMALL: attach at least the stake/,
    );
  });

  it('gives nothing back to who applied without one', () => {
    const play = new RunPlay(terms);
    play.apply(enrolCommand('a0.test', { depositYocto: 0n }));
    play.apply({ kind: 'stop' });
    expect(play.ledgers.size).to.equal(0);
  });
});

/** A whole round in which everybody does what they should and nothing is audited. */
function playRound(play: RunPlay): void {
  committed(play);
  const open = play.state.run.open!;
  const { round } = open;
  for (const { seat } of open.slices) play.apply({ kind: 'reveal', ...play.opening(seat) });
  play.apply(play.tick());
  for (const { seat } of open.slices) {
    play.apply({ kind: 'certify', ...play.actor(seat), round, available: [0, 1, 2] });
  }
  play.apply(play.tick());
  for (const { seat } of open.slices) {
    const root = play.opening(seat).startRoot;
    play.apply({ kind: 'submit_root', ...play.actor(seat), round, root });
  }
  play.apply(play.tick());
}
