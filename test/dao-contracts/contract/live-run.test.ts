/** Owners, relayers and votes on a live run, through the contract's own methods and storage. */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { escrowNeeded, redoYocto } from '@commonweights/dao-contracts/rules/budget.js';
import type {
  Amendment,
  EarningsView,
  ReleaseView,
  ReputationView,
  RoundRecord,
  RunTerms,
} from '@commonweights/dao-contracts/rules/views.js';
import { named, near, policy, terms, workers, type Play } from './dao-driver.js';
import type { FakeChain } from './fake-host.js';
import { startDao } from './fake-dao.js';

const quiet: Partial<RunTerms> = { rounds: 6 };

describe('votes on a live run, in the contract', () => {
  let host: FakeChain;
  let play: Play;
  beforeEach(async () => {
    ({ fake: host, play } = await startDao());
    await play.chain.call('ann.test', 'deposit', {}, { depositYocto: 30n * near });
    await play.fund(quiet);
    await play.enrol();
  });
  afterEach(async () => {
    expect(BigInt((await play.accounting()).surplusYocto) >= 0n).to.be.true;
  });

  it('pause it and resume it', async () => {
    await play.round();
    await play.audit();
    await play.decide({ kind: 'pause-run', run: 1, forMs: 86_400_000 });
    expect(await play.view()).to.include({ status: 'paused', open: null });
    await play.tick();
    expect((await play.view()).status).to.equal('paused');
    await play.decide({ kind: 'resume-run', run: 1 });
    expect((await play.view()).status).to.equal('running');
  });

  it('amend it at the next round boundary, with more money', async () => {
    const { terms: old } = await play.view();
    const { spec } = old;
    const rewardYocto = `${near / 5n}`;
    const changes = { ...amendable(old), spec: named('next spec'), rounds: 8, rewardYocto };
    const short = play.propose({ kind: 'amend-run', run: 1, changes, budgetYocto: '0' });
    expect(await message(short)).to.match(/^BUDGET_TOO_SMALL: these terms need \d+ yoctoNEAR more/);
    const budgetYocto = `${20n * near}`;
    const before = BigInt((await play.view()).escrowYocto);
    await play.decide({ kind: 'amend-run', run: 1, changes, budgetYocto });
    const voted = await play.view();
    expect(voted.amendment).to.deep.equal(changes);
    expect(voted.terms.spec).to.equal(spec);
    expect(BigInt(voted.escrowYocto) > before + 19n * near).to.be.true;
    for (let i = 0; i < 3 && (await play.view()).amendment; i++) await play.round();
    const amended = await play.view();
    expect(amended.terms).to.deep.include(changes);
    expect(amended.amendment).to.equal(null);
  });

  it('amend it, and its releases name the spec that their rounds were worked by', async () => {
    const release = async (name: string) => {
      const { finalRoot: root } = await play.view();
      const shown = { title: name, version: '1', manifest: named(name), evaluation: named('e') };
      const action = { kind: 'publish-release', run: 1, root, ...shown } as const;
      const proposal = await play.propose(action);
      const yes = { proposal, choice: 'yes', action: digestOfJson(action) };
      for (const voter of ['ann.test', 'bob.test']) await play.chain.call(voter, 'vote', yes);
      return proposal;
    };
    await play.round();
    await play.audit();
    const { terms: old } = await play.view();
    const early = await release('early');
    const changes = { ...amendable(old), spec: named('next spec') };
    await play.decide({ kind: 'amend-run', run: 1, changes, budgetYocto: `${20n * near}` });
    while ((await play.view()).amendment) {
      await play.round();
      await play.audit();
    }
    expect(await play.view()).to.deep.include({ finalSpec: old.spec });
    const between = await release('between');
    await play.round();
    await play.audit();
    const late = await release('late');
    await play.chain.forward(policy.votingPeriodMs + policy.timelockMs);
    for (const proposal of [early, between, late]) {
      await play.chain.call('ann.test', 'execute', { proposal });
    }
    const list = await host.view<ReleaseView[]>('list_releases', {});
    const specs = Object.fromEntries(list.map(({ title, spec }) => [title, spec]));
    expect(specs).to.deep.equal({ early: old.spec, between: old.spec, late: changes.spec });
  });

  it('rewind it to an earlier root, mark it in the log and refuse to release what is void', async () => {
    for (let i = 0; i < 3; i++) await play.round();
    await play.audit();
    const before = await play.view();
    const release = { title: 'T', version: '1', manifest: named('m'), evaluation: named('e') };
    const root = before.finalRoot;
    const action = { kind: 'publish-release', run: 1, root, ...release } as const;
    const proposal = await play.propose(action);
    const yes = { proposal, choice: 'yes', action: digestOfJson(action) };
    for (const voter of ['ann.test', 'bob.test']) await play.chain.call(voter, 'vote', yes);
    const budgetYocto = `${redoYocto(before.terms, { rounds: 2, slices: 2 * before.terms.maxWorkers })}`;
    const first = await host.view<RoundRecord>('get_round_record', { run: 1, round: 1 });
    await play.decide({ kind: 'rewind-run', run: 1, to: 1, budgetYocto });
    const after = await play.view();
    expect(after).to.include({ finalRound: 1, finalRoot: first.root });
    const { at } = after.rewinds[0]!;
    const record = await host.view<RoundRecord>('get_round_record', { run: 1, round: at });
    expect(record).to.include({ outcome: 'rewind', to: 1, root: first.root, startRoot: root });
    expect(after.open!.startRoot).to.equal(first.root);
    const released = play.chain.call('cat.test', 'execute', { proposal });
    expect(await message(released)).to.match(/^NOT_FINAL: round 3 was rewound/);
    await play.round();
    await play.audit();
    expect((await play.view()).finalRound).to.be.greaterThan(at);
  });

  it('are refused in words when the run has ended', async () => {
    await play.decide({ kind: 'stop-run', run: 1 });
    const pause = play.propose({ kind: 'pause-run', run: 1, forMs: 1_000 });
    expect(await message(pause)).to.match(/^RUN_NOT_OPEN: run 1 is stopped already/);
    const none = play.propose({ kind: 'resume-run', run: 9 });
    expect(await message(none)).to.match(/^NOT_FOUND: there is no run 9/);
  });
});

function amendable(run: RunTerms): Amendment {
  const { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps, rewardYocto } = run;
  const { auditFeeYocto, flopsPerRound } = run;
  const changed = { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps, rewardYocto };
  return { ...changed, auditFeeYocto, flopsPerRound };
}

describe('owners and relayers, in the contract', () => {
  it('pay the payout account, let the operator act, and keep worker keys out', async () => {
    const { fake: host, play } = await startDao();
    await play.fund(quiet);
    await play.enrol();
    const set = (method: string, args: object, depositYocto: bigint) =>
      host.call('w0.test', method, { run: 1, ...args }, { depositYocto });
    const bare = () => set('set_payout', { payout: 'late.test' }, 0n);
    expect(bare).to.throw(/ONE_YOCTO_NEEDED: attach exactly 1 yoctoNEAR/);
    set('set_payout', { payout: 'late.test' }, 1n);
    set('set_operator', { operator: 'cat.test' }, 1n);
    const seat = (await play.seats()).find(({ account }) => account === 'w0.test')!;
    expect(seat).to.include({ payout: 'late.test', operator: 'cat.test' });
    const act = (account: string, signer = account) =>
      host.call(account, 'commit', { run: 1, round: 1, commitment: named('c') }, { signer });
    expect(() => act('w0.test')).to.throw(/NOT_YOUR_TURN: cat.test acts for seat/);
    // A relayer without a ledger carries calls too, and is not paid.
    act('cat.test', 'bob.test');
    const owed = (account: string) =>
      host.view<EarningsView>('get_earnings', { account }).ledgerYocto;
    expect(owed('bob.test')).to.equal('0');
    host.call('bob.test', 'storage_deposit', {}, { depositYocto: near });
    host.call(
      'w1.test',
      'commit',
      { run: 1, round: 1, commitment: named('d') },
      { signer: 'bob.test' },
    );
    expect(owed('bob.test')).to.equal(terms.relayFeeYocto);
    await play.decide({ kind: 'stop-run', run: 1 });
    expect(BigInt(owed('late.test'))).to.equal(BigInt(terms.stakeYocto));
    expect(BigInt((await play.accounting()).surplusYocto) >= 0n).to.be.true;
  });

  it('seat several machines of one account, up to the terms, and refuse odd labels', async () => {
    const { fake: host, play } = await startDao();
    await play.fund(quiet);
    const enrol = (worker: string, payout?: string) =>
      host.call(
        'w0.test',
        'enrol',
        { run: 1, role: 'trainer', worker, ...(payout ? { payout } : {}) },
        { depositYocto: BigInt(terms.stakeYocto) },
      );
    enrol('', 'late.test');
    enrol('rack-2');
    expect(() => enrol('rack-3')).to.throw(/TOO_MANY: w0.test has 2 of 2 seats/);
    expect(() => enrol('Rack 4')).to.throw(/BAD_ARGUMENT: worker must be a label/);
    await play.enrol(workers.slice(1, 3));
    const seats = await play.seats();
    expect(
      seats.filter(({ account }) => account === 'w0.test').map((one) => one.worker),
    ).to.have.members(['', 'rack-2']);
  });

  it('never fund a run whose budget leaves relayed calls out', () => {
    const funded = { ...terms, relayFeeYocto: '0' };
    const calls =
      terms.rounds * terms.relayedCallsPerRound * (terms.maxWorkers + terms.maxAuditors);
    const dearer = escrowNeeded(terms) - escrowNeeded(funded);
    expect(dearer).to.equal(BigInt(calls) * BigInt(terms.relayFeeYocto));
  });
});

describe('reputation, in the contract', () => {
  it('comes with verified rounds when a run settles its seats, and not to who was slashed', async () => {
    const { fake: host, play } = await startDao();
    await play.fund({ rounds: 2 });
    await play.enrol();
    const cheat = (await play.seats())[0]!.account;
    await play.round({ cheats: [cheat] });
    await play.audit();
    const of = (account: string) => host.view<ReputationView>('get_reputation', { account });
    expect(of(cheat)).to.include({ points: '0', slashes: 0, verifiedRounds: 0 });
    for (let i = 0; i < 4 && (await play.view()).status === 'running'; i++) {
      if ((await play.view()).open) await play.round();
      await play.audit();
    }
    // What a verdict took counts once nobody can appeal any more.
    await play.letTimePass();
    expect((await play.view()).status).to.equal('completed');
    expect(of(cheat)).to.include({ points: '0', slashes: 1, verifiedRounds: 0 });
    const seats = await play.seats();
    const honest = seats.find(({ role, status }) => role === 'trainer' && status === 'left')!;
    const gained = of(honest.account);
    expect(gained).to.include({ verifiedRounds: 2, slashes: 0, auditsRight: honest.auditsRight });
    expect(gained.points).to.equal(`${2_000 + 300 * honest.auditsRight}`);
    expect(BigInt(gained.standing)).to.equal(BigInt(gained.totalPoints) / 20n);
    host.nowMs += 2 ** 24 * 1_000;
    const { points } = of(honest.account);
    expect(BigInt(points)).to.equal(BigInt(gained.points) / 2n);
    expect(of('nobody.test')).to.include({ points: '0', standing: '0' });
  });
});

async function message(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );
}
