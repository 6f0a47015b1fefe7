/** Whether a run has a place for a tab, told before a wallet is asked for anything. */
import { expect } from 'chai';
import {
  allowanceYocto,
  placeFor,
  tabWorker,
  type Candidate,
} from '@commonweights/governance-ui/reading/audit-place.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { SeatView } from '@commonweights/dao-contracts/client/views.js';
import { DaoFixture } from './dao-fixture.js';

describe('a place to audit', () => {
  const run = fromWire(new DaoFixture().runs[1]!.view()) as Candidate['run'];
  const rich = { account: 'vera.local', balanceYocto: 10n ** 30n };
  const seat = (change: Partial<SeatView>): SeatView =>
    ({
      account: 'vera.local',
      worker: tabWorker,
      role: 'auditor',
      status: 'active',
      ...change,
    }) as SeatView;
  const why = (it: Partial<Candidate>, who: Parameters<typeof placeFor>[1] = rich): string => {
    const place = placeFor({ run, seats: [], ...it }, who);
    return place.kind === 'none' ? place.why : place.kind;
  };
  const withTerms = (terms: object) => ({ ...run, terms: { ...run.terms, ...terms } });

  it('is open where auditors are fewer than the terms have places for', () => {
    expect(why({})).to.equal('open');
    expect(why({}, { account: null, balanceYocto: null })).to.equal('open');
    expect(why({ seats: [seat({ account: 'gus.local', worker: '', status: 'left' })] })).to.equal(
      'open',
    );
  });

  it('is one’s own where one has a seat, even an absent one', () => {
    expect(why({ seats: [seat({})] })).to.equal('mine');
    expect(why({ seats: [seat({ status: 'absent' })] })).to.equal('mine');
  });

  it('is none where all are taken, or there are none', () => {
    const taken = [seat({ account: 'gus.local', worker: '' })];
    expect(why({ seats: taken })).to.equal('All places for auditors (1) are taken.');
    expect(why({ run: withTerms({ maxAuditors: 0 }) })).to.match(/^It has no auditors/);
  });

  it('is none in a run that has ended, or whose seats are about to be drawn', () => {
    expect(why({ run: { ...run, status: 'completed' } })).to.equal('It is completed.');
    const due = { ...run, status: 'enrolling' as const, enrolDeadlineMs: run.nowMs };
    expect(why({ run: due })).to.equal('Its seats are about to be drawn.');
    expect(why({ run: { ...due, enrolDeadlineMs: run.nowMs + 1 } })).to.equal('open');
  });

  it('is given once: not again to who was expelled or has left', () => {
    expect(why({ seats: [seat({ status: 'expelled' })] })).to.match(/was expelled/);
    expect(why({ seats: [seat({ status: 'left' })] })).to.match(/has left it/);
  });

  it('is none for who has all seats that an account may have', () => {
    const seats = [seat({ worker: '', role: 'trainer' })];
    expect(why({ seats, run: withTerms({ seatsPerAccount: 1 }) })).to.match(/has 1 of 1 seat that/);
    expect(why({ seats, run: withTerms({ seatsPerAccount: 2 }) })).to.equal('open');
  });

  it('is none for who cannot pay stake and fees', () => {
    const needed = run.terms.stakeYocto + allowanceYocto;
    const who = (balanceYocto: bigint) => ({ account: 'vera.local', balanceYocto });
    expect(why({}, who(needed))).to.equal('open');
    expect(why({}, who(needed - 1n))).to.match(
      /^vera\.local has .*, and stake and fees take 6 NEAR/,
    );
  });
});
