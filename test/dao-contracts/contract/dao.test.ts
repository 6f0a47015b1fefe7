/** The DAO's main path on a fake host: from the first vote to the last claim. */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type {
  EarningsView,
  ProposalView,
  ReleaseView,
  RoundRecord,
} from '@commonweights/dao-contracts/rules/views.js';
import { auditor, named, near, policy, terms, workers } from './dao-driver.js';
import { startDao } from './fake-dao.js';

describe('the DAO contract, main path', () => {
  it('funds, trains, convicts a cheat, rewinds, completes, releases and pays', async function () {
    this.timeout(20_000);
    const { fake, chain, play } = await startDao();
    await play.fund();
    await play.enrol();
    expect((await play.view()).status).to.equal('running');

    await play.round();
    expect((await play.view()).provisional?.round).to.equal(1);
    const cheat = (await play.seats())[1]!.account;
    await play.round({ cheats: [cheat] });
    expect((await play.view()).finalRound).to.equal(1);
    await play.audit();
    let seats = await play.seats();
    const convicted = seats.find((seat) => seat.account === cheat)!;
    expect(convicted.status).to.equal('expelled');
    expect(convicted.slashedYocto).to.equal(`${2n * near + near / 10n}`);
    const rewound = await play.view();
    expect(rewound.finalRound).to.equal(1);
    expect(rewound.open).to.include({ round: 4, ordinal: 1, startRoot: rewound.finalRoot });

    while ((await play.view()).status === 'running') {
      const { open } = await play.view();
      if (open) await play.round();
      await play.audit();
      if (!(await play.view()).open) await play.letTimePass();
    }
    const done = await play.view();
    expect(done.status).to.equal('completed');
    expect(done.escrowYocto).to.equal('0');
    seats = await play.seats();
    for (const seat of seats.filter((one) => one.account !== cheat)) {
      expect(seat.status).to.equal('left');
      expect(seat.stakeYocto).to.equal('0');
      expect(seat.heldBackYocto).to.equal('0');
    }
    const books = await play.accounting();
    for (const bucket of [
      'stakes',
      'heldBack',
      'escrows',
      'slashed',
      'bonds',
      'inFlight',
    ] as const) {
      expect(books[`${bucket}Yocto`], bucket).to.equal('0');
    }

    const release = await play.decide({
      kind: 'publish-release',
      run: 1,
      root: done.finalRoot,
      manifest: named('release'),
      evaluation: named('evaluation'),
      title: 'First',
      version: '1.0.0',
    });
    const found = await chain.view<ReleaseView>('get_release_by_manifest', {
      manifest: named('release'),
    });
    expect(found).to.include({ id: 1, proposal: release, root: done.finalRoot });
    expect(found.logHead).to.equal(done.logHead);

    const account = workers.find((one) => one !== cheat)!;
    const { ledgerYocto } = await chain.view<EarningsView>('get_earnings', { account });
    const before = fake.balance(account);
    await chain.call(account, 'claim', {});
    expect(fake.balance(account) - before).to.equal(BigInt(ledgerYocto));
    const after = await chain.view<EarningsView>('get_earnings', { account });
    expect(after).to.include({ ledgerYocto: '0', inFlightYocto: '0', claimedYocto: ledgerYocto });
    expect(after.seats).to.have.length(1);
  });

  it('chains every closed round to the one before it', async () => {
    const { chain, play } = await startDao();
    await play.fund();
    await play.enrol();
    await play.round();
    await play.round({ cheats: [(await play.seats())[0]!.account] });
    await play.round();
    const view = await play.view();
    const records: RoundRecord[] = [];
    for (let round = 1; round < view.nextRound; round++) {
      const one = await chain.view<RoundRecord | null>('get_round_record', { run: 1, round });
      if (one) records.push(one);
    }
    const byDigest = new Map(records.map((one) => [digestOfJson(one) as string, one]));
    let head: string | null = view.logHead;
    let seen = 0;
    while (head !== null) {
      const one: RoundRecord = byDigest.get(head)!;
      seen++;
      head = one.previous;
    }
    expect(seen).to.equal(records.length);
    expect(records[0]!.claims).to.have.length(4);
    expect(records[0]!.audits.every(({ verdict }) => verdict === 'passed')).to.be.true;
  });

  it('rewinds when a cheat is convicted after its update was aggregated', async () => {
    const { play } = await startDao();
    await play.fund();
    await play.enrol();
    const cheat = (await play.seats())[2]!.account;
    await play.round({ cheats: [cheat] });
    expect((await play.view()).provisional?.included).to.include(2);
    await play.train();
    await play.audit();
    const view = await play.view();
    expect(view.provisional).to.equal(null);
    expect(view.finalRound).to.equal(0);
    expect(view.open).to.include({ round: 3, startRoot: terms.initialRoot, localReset: true });
    expect(view.open!.slices.map(({ slice }) => slice)).to.deep.equal([0, 1, 2]);
    const seats = await play.seats();
    expect(seats.find((seat) => seat.account === cheat)!.status).to.equal('expelled');
    // What was taken stays locked while the verdict may be appealed against.
    const { slashedYocto: locked } = await play.accounting();
    expect(locked).to.equal(terms.stakeYocto);
    await play.letTimePass();
    const honest = (await play.seats()).find(
      (seat) => seat.role === 'trainer' && seat.account !== cheat,
    )!;
    // Who was drawn as auditor or juror has its fee besides.
    const more = BigInt(honest.earnedYocto) - BigInt(terms.rewardYocto);
    expect([0n, BigInt(terms.auditFeeYocto)]).to.include(more);
    const { slashedYocto } = await play.accounting();
    expect(slashedYocto).to.equal('0');
  });

  it('MediSwarm #346: goes on without a worker that vanished, and takes it back', async () => {
    const { chain, play } = await startDao();
    await play.fund();
    await play.enrol();
    const gone = (await play.seats())[3]!.account;
    await play.round({ without: [gone] });
    expect((await play.seats())[3]!.status).to.equal('absent');
    await chain.call(gone, 'rejoin', { run: 1 });
    await play.round();
    const { open } = await play.view();
    expect(open!.slices.map(({ seat }) => seat)).to.include(3);
  });

  it('pauses below the minimum and goes on when trainers return', async () => {
    const { chain, play } = await startDao();
    await play.fund();
    await play.enrol();
    const accounts = (await play.seats()).slice(0, 4).map((seat) => seat.account);
    await play.train({ without: accounts.slice(1) });
    expect((await play.view()).status).to.equal('paused');
    expect((await play.tick()).moved).to.equal(false);
    for (const account of accounts.slice(1)) await chain.call(account, 'rejoin', { run: 1 });
    await play.tick();
    const view = await play.view();
    expect(view.status).to.equal('running');
    expect(view.open).to.include({ round: 2, localReset: true });
    expect(view.open!.slices.map(({ slice }) => slice)).to.deep.equal([0, 1, 2, 3]);
  });

  it('seats a late worker from the round it asked for', async () => {
    const { chain, play } = await startDao();
    await play.fund({ maxWorkers: 5, deadlinesMs: { ...terms.deadlinesMs, enrol: 1_000 } });
    for (const account of workers) await play.enrolOne(account, 'trainer');
    await chain.forward(1_000);
    await play.tick();
    const args = { run: 1, role: 'trainer', fromRound: 3 };
    await chain.call('late.test', 'enrol', args, { depositYocto: 2n * near });
    await play.round();
    expect((await play.view()).open!.slices).to.have.length(4);
    await play.round();
    expect((await play.view()).open!.slices).to.have.length(5);
  });

  it('slashes who commits and does not reveal', async () => {
    const { play } = await startDao();
    await play.fund();
    await play.enrol();
    const silent = (await play.seats())[0]!.account;
    await play.train();
    await play.reveal({ without: [silent] });
    const seat = (await play.seats())[0]!;
    expect(seat).to.include({
      status: 'expelled',
      stakeYocto: '0',
      slashedYocto: terms.stakeYocto,
    });
    expect((await play.view()).open!.phase).to.equal('certify');
  });

  it('puts a claim back on the ledger when the transfer fails', async () => {
    const { fake, chain, play } = await startDao();
    await play.fund();
    await play.decide({ kind: 'transfer', to: 'late.test', amountYocto: `${near}` });
    fake.broken.add('late.test');
    await chain.call('late.test', 'claim', {});
    const earnings = { account: 'late.test' };
    expect(await chain.view<EarningsView>('get_earnings', earnings)).to.include({
      ledgerYocto: `${near}`,
      inFlightYocto: '0',
      claimedYocto: '0',
    });
    fake.broken.delete('late.test');
    const before = fake.balance('late.test');
    await chain.call('late.test', 'claim', {});
    expect(fake.balance('late.test') - before).to.equal(near);
  });

  it('returns a bond once and forfeits it without a quorum', async () => {
    const { chain, play } = await startDao();
    await play.fund();
    const proposal = await play.propose({ kind: 'transfer', to: 'ann.test', amountYocto: '1' });
    await chain.forward(policy.votingPeriodMs);
    const before = BigInt((await play.accounting()).treasuryYocto);
    await chain.call('cat.test', 'execute', { proposal });
    const view = await chain.view<ProposalView>('get_proposal', { proposal });
    expect(view).to.include({ status: 'rejected', bond: 'forfeited' });
    const { treasuryYocto, bondsYocto } = await play.accounting();
    expect(BigInt(treasuryYocto) > before + near - near / 100n).to.be.true;
    expect(bondsYocto).to.equal('0');
    let again = '';
    await chain.call('cat.test', 'execute', { proposal }).catch((e: Error) => (again = e.message));
    expect(again).to.match(/^PROPOSAL_CLOSED: /);
  });

  it('lets an auditor seat earn its fees', async () => {
    const { chain, play } = await startDao();
    await play.fund();
    await play.enrol();
    await play.round();
    const seats = await play.seats();
    const { audits } = await play.view();
    // Some audits go to trainers, by lot.
    const its = audits.filter((one) => seats[one.auditor]!.account === auditor);
    expect(its).to.have.length.greaterThan(1);
    await play.audit();
    const { ledgerYocto } = await chain.view<EarningsView>('get_earnings', { account: auditor });
    const fees = BigInt(its.length) * BigInt(terms.auditFeeYocto);
    // And the change of an enrolment that attached half a NEAR too much.
    expect(ledgerYocto).to.equal(`${fees + near / 2n}`);
  });
});
