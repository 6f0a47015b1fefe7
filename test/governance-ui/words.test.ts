import { expect } from 'chai';
import fc from 'fast-check';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type {
  AuditView,
  PolicyView,
  ProposalView,
  RoundRecord,
  RunView,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import { parseDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { effectsOfAction, titleOfAction } from '@commonweights/governance-ui/words/actions.js';
import {
  groupThousands,
  shareBps,
  shortDigest,
  shortNear,
} from '@commonweights/governance-ui/words/amounts.js';
import { commandLine } from '@commonweights/governance-ui/words/commands.js';
import {
  explainDispute,
  explainStage,
  subjectOfDispute,
  type DisputeView,
} from '@commonweights/governance-ui/words/disputes.js';
import { explainPause } from '@commonweights/governance-ui/words/pauses.js';
import { whySlashed } from '@commonweights/governance-ui/words/seats.js';
import { formatRelative, formatSpan } from '@commonweights/governance-ui/words/times.js';
import { DaoFixture } from './dao-fixture.js';

describe('commands to paste', () => {
  const network = networkNamed('localnet', 'http://127.0.0.1:4030');
  const place = { network, contract: 'dao.local', registry: 'http://127.0.0.1:4031' };

  it('name the chain, the contract and the registry that the page reads', () => {
    expect(commandLine('proposal vote 4 yes', place, { signed: true })).to.equal(
      'npx commonweights proposal vote 4 yes --account you.local --rpc http://127.0.0.1:4030 ' +
        '--contract dao.local --registry http://127.0.0.1:4031',
    );
    const public_ = { ...place, network: networkNamed('testnet'), contract: 'dao.testnet' };
    expect(commandLine('verify ./model', public_)).to.equal(
      'npx commonweights verify ./model --network testnet --contract dao.testnet ' +
        '--registry http://127.0.0.1:4031',
    );
  });

  it('hand a shell nothing but text, whatever an address holds', () => {
    const registry = "http://127.0.0.1:1/?a=';touch x;$(id)";
    expect(commandLine('verify ./model', { ...place, registry })).to.contain(
      "--registry 'http://127.0.0.1:1/?a='\\'';touch x;$(id)'",
    );
  });
});

describe('amounts in words', () => {
  it('never shows more NEAR than there is, and less by under a ten-thousandth', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 20n, max: 10n ** 34n }), (yocto) => {
        const text = shortNear(yocto).replace(/ NEAR$|,/g, '');
        const [whole = '0', part = ''] = text.split('.');
        const shown = BigInt(whole) * 10n ** 24n + BigInt(part.padEnd(24, '0'));
        expect(shown <= yocto && yocto - shown < 10n ** 20n).to.equal(true, formatNear(yocto));
      }),
    );
  });

  it('shows dust as dust and a debt as a debt', () => {
    expect(shortNear(1n)).to.equal('< 0.0001 NEAR');
    expect(shortNear(0n)).to.equal('0 NEAR');
    expect(shortNear(-15n * 10n ** 23n)).to.equal('−1.5 NEAR');
  });

  it('keeps every digit when it groups them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), (value) => {
        const text = groupThousands(String(value));
        expect(text.replaceAll(',', '')).to.equal(String(value));
      }),
    );
  });

  it('shows no share of nothing', () => {
    expect(shareBps(5n, 0n)).to.equal(0);
    expect(shareBps(1n, 3n)).to.equal(3333);
  });

  it('shortens a digest to both its ends, and only a digest', () => {
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).to.equal('ababab…abab');
    expect(shortDigest('not a digest')).to.equal('not a digest');
  });
});

describe('times in words', () => {
  it('names the two largest units', () => {
    expect(formatSpan(90_061_000)).to.equal('1 day 1 hour');
    expect(formatSpan(3_605_000)).to.equal('1 hour');
    expect(formatSpan(61_000)).to.equal('1 minute 1 second');
    expect(formatSpan(900)).to.equal('a moment');
    expect(formatSpan(-5)).to.equal('no time');
  });

  it('tells what is ahead from what is over', () => {
    expect(formatRelative(120_000, 60_000)).to.equal('in 1 minute');
    expect(formatRelative(60_000, 120_000)).to.equal('1 minute ago');
  });
});

describe('proposals in words', () => {
  const dao = new DaoFixture();
  const policy: PolicyView = fromWire(dao.policy);
  const run: RunView = fromWire(dao.runs[1]!.view());
  const now = { policy, members: dao.members, run };
  const action = (it: unknown) => it as ProposalView['action'];

  it('tells a policy change by what differs, and only that', () => {
    const proposal: ProposalView = fromWire(dao.proposals[3]!);
    expect(effectsOfAction(proposal.action, now)).to.deep.equal([
      'The quorum would be 60 % instead of 50 %.',
      'Allowed licences would be CC0-1.0 instead of CC0-1.0, PDDL-1.0.',
    ]);
  });

  it('tells what rules that may be left out would change', () => {
    const reputation = { shareBpsMax: 2_000, fullAtPoints: 5_000_000 };
    const { version, guardian, guardianUntilMs, ...rules } = policy;
    void [version, guardian, guardianUntilMs];
    const next = { ...rules, reputation, approvedDatasetsOnly: true };
    expect(effectsOfAction(action({ kind: 'set-policy', policy: next }), now)).to.deep.equal([
      'Reputation would weigh at most 20 % of the members (all of it from 5000000 points) instead of nothing.',
      'Runs could train on approved data only instead of any data under an allowed licence.',
    ]);
    const counting = { ...now, policy: { ...policy, reputation } };
    expect(effectsOfAction(action({ kind: 'set-policy', policy: rules }), counting)).to.deep.equal([
      'Reputation would weigh nothing instead of at most 20 % of the members (all of it from 5000000 points).',
    ]);
  });

  it('tells a grant of tokens by its units and its token', () => {
    const grant = {
      kind: 'transfer-token',
      token: 'gold.near',
      to: 'mia.local',
      amountUnits: 5000n,
    };
    expect(effectsOfAction(action(grant), now)).to.deep.equal([
      '5,000 units of the token gold.near would move from the treasury to the ledger of mia.local, who can then claim them.',
    ]);
    expect(titleOfAction(action(grant))).to.equal('Pay 5,000 units of gold.near to mia.local');
  });

  it('says so when a policy change changes nothing', () => {
    const effects = effectsOfAction(action({ kind: 'set-policy', policy }), now);
    expect(effects).to.deep.equal(['Nothing: it is the policy that holds already.']);
  });

  it('tells a policy change that is too small for short figures', () => {
    const { version, guardian, guardianUntilMs, ...rules } = policy;
    void [version, guardian, guardianUntilMs];
    const from = {
      ...now,
      policy: { ...policy, rewardPerTeraFlopYoctoMax: '1000000000000000000' },
    };
    const next = { ...rules, rewardPerTeraFlopYoctoMax: '90000000000000000000' };
    next.expiryMs++;
    const told = effectsOfAction(action({ kind: 'set-policy', policy: next }), from);
    expect(told).to.deep.equal([
      'Accepted proposals would expire after 604800001 ms instead of 604800000 ms.',
      'The most that a teraFLOP of a round may cost would be 0.00009 NEAR instead of 0.000001 NEAR.',
    ]);
  });

  it('tells joining, leaving and a change of weight apart', () => {
    const effect = (account: string, weight: string) =>
      effectsOfAction(action({ kind: 'set-member', account, weight }), now)[0];
    expect(effect('pia.local', '3')).to.contain('would become a member');
    expect(effect('mia.local', '0')).to.equal('mia.local would lose its vote.');
    expect(effect('mia.local', '5')).to.equal('The weight of mia.local would go from 2 to 5.');
  });

  it('names the sum, the pay and the data of a run', () => {
    const proposal: ProposalView = fromWire(dao.proposals[2]!);
    const text = effectsOfAction(proposal.action, now).join(' ');
    expect(text).to.match(/^\d\d\.\d+ NEAR of the treasury would be locked/);
    expect(text).to.contain('verified update pays 1 NEAR').and.contain('sotu-packed@1');
  });

  const amend = (changes: object) => {
    const { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps } = run.terms;
    const { rewardYocto, auditFeeYocto, flopsPerRound } = run.terms;
    const same = { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps, flopsPerRound };
    const next = { ...same, rewardYocto, auditFeeYocto, ...changes };
    return action({ kind: 'amend-run', run: 2, changes: next, budgetYocto: 0n });
  };

  it('tells every term that an amendment changes, deadlines among them, and no other', () => {
    const deadlinesMs = { ...run.terms.deadlinesMs, train: 3_600_000, audit: 90_000_000 };
    expect(effectsOfAction(amend({ rounds: 20, deadlinesMs }), now).slice(0, 3)).to.deep.equal([
      'Rounds: 20 instead of 12.',
      'Time to train: 1 hour instead of 6 hours.',
      'Time for each step of an audit: 1 day 1 hour instead of 2 days.',
    ]);
    expect(effectsOfAction(amend({}), now)[0]).to.equal('These are the terms that hold already.');
  });

  it('writes out what would look the same when it is short', () => {
    const deadlinesMs = { ...run.terms.deadlinesMs, train: run.terms.deadlinesMs.train + 1 };
    const rewardYocto = run.terms.rewardYocto + 1n;
    const told = effectsOfAction(amend({ deadlinesMs, rewardYocto }), now).slice(0, 2);
    expect(told).to.deep.equal([
      'Pay for a verified update: 1.000000000000000000000001 NEAR instead of 1 NEAR.',
      'Time to train: 21600001 ms instead of 21600000 ms.',
    ]);
  });

  it('says that a run is missing', () => {
    const missing = effectsOfAction(action({ kind: 'stop-run', run: 9 }), { ...now, run: null });
    expect(missing).to.deep.equal(['There is no run 9.']);
  });

  it('does not pretend to know an action of a newer contract', () => {
    const unknown = action({ kind: 'found-a-city' });
    expect(titleOfAction(unknown)).to.contain('does not know');
    expect(effectsOfAction(unknown, now)[0]).to.contain('Read the action itself');
  });
});

describe('why a seat lost money', () => {
  const dao = new DaoFixture();
  const run = dao.runs[1]!;
  const seats: SeatView[] = fromWire(run.seats());
  const eve = seats.find(({ account }) => account === 'eve.local')!;

  const records: RoundRecord[] = run.records();
  const audits: AuditView[] = [];

  it('is the audit that it failed', () => {
    expect(whySlashed(eve, { records, audits })).to.equal('failed the audit of round 2');
  });

  it('is a failed audit also before its round is closed', () => {
    const audit = { ...run.view().audits[0]!, round: 8, seat: eve.seat, state: 'failed' as const };
    const why = whySlashed(eve, { records: [], audits: [audit] });
    expect(why).to.equal('failed the audit of round 8');
  });

  it('is nothing for a seat that lost nothing', () => {
    const ben = seats.find(({ account }) => account === 'ben.local')!;
    expect(whySlashed(ben, { records, audits })).to.equal(null);
  });

  it('is a commitment that was never opened', () => {
    const claim = { ...eve.claim!, round: 9, revealed: null };
    const why = whySlashed({ ...eve, claim }, { records: records.slice(2), audits });
    expect(why).to.equal('did not reveal in round 9');
  });

  it('is left open when the rounds shown do not tell', () => {
    // Its last commitment is that of round 3, which was aborted: that says nothing.
    expect(whySlashed(eve, { records: records.slice(2), audits })).to.contain('not shown here');
  });
});

describe('a pause in words', () => {
  const dayMs = 86_400_000;
  const why = { pausedBecause: 'the DAO voted to pause it', terms: { minWorkers: 3 } };
  const refund = 'stakes and pay go to their owners, the rest of its escrow to the treasury';
  const byVote = {
    ...{ ...why, nowMs: 10 * dayMs, provisional: null },
    ...{ pausedUntilMs: 12 * dayMs, pauseEndsMs: 26 * dayMs },
  };

  it('by a vote: nobody can end it before its time but another vote', () => {
    expect(explainPause(byVote)).to.equal(
      'Paused: the DAO voted to pause it. No round opens for 2 days, unless a vote resumes or ' +
        'stops the run before. Then it goes on from the last root as soon as 3 trainers are ' +
        `active. If that has not happened in 16 days, it stops: ${refund}.`,
    );
  });

  it('by a vote, when its time is over, is a pause like any other', () => {
    const told = explainPause({ ...byVote, nowMs: 12 * dayMs });
    expect(told).to.contain('It goes on from the last root as soon as 3 trainers are active.');
    expect(told).to.not.contain('No round opens');
    expect(told).to.contain('If that has not happened in 14 days, it stops');
  });

  it('for want of trainers ends in a refund, but not before a round is judged', () => {
    const alone = { ...byVote, pausedUntilMs: null, pausedBecause: '1 trainers are active' };
    const provisional = { round: 6 } as RunView['provisional'];
    expect(explainPause({ ...alone, provisional })).to.contain(
      'in 16 days, it stops, once round 6 is judged:',
    );
    const over = explainPause({ ...alone, nowMs: 26 * dayMs });
    expect(over).to.contain(`the next tick that finds fewer stops it; ${refund}`);
  });
});

describe('a dispute in words', () => {
  const digest = parseDigest(`sha256:${'5'.repeat(64)}`);
  const seats = [{ seat: 0, account: 'ada.local', worker: '' } as SeatView];
  const of = (changes: Partial<DisputeView>): DisputeView => ({
    ...{ id: 1, round: 4, ordinal: 4, kind: 'root', seat: null, segment: null, startLeaf: null },
    ...{ claimed: digest, other: digest, plaintiff: 'ben.local', plaintiffSeat: 1 },
    ...{ defendants: [0], stage: 'jury', level: 0, deadlineMs: 60_000, panel: [], verdict: null },
    ...{ acted: false, lockedYocto: 0n, bondsYocto: 0n, appealYocto: null },
    ...changes,
  });
  const stage = (changes: Partial<DisputeView>, nowMs = 0) => explainStage(of(changes), { nowMs });

  it('names what it is about, also a seat that the page does not know', () => {
    expect(subjectOfDispute(of({}), seats)).to.equal('The root of round 4');
    const update = of({ kind: 'update', seat: 0 });
    expect(subjectOfDispute(update, seats)).to.equal('The update of ada.local in round 4');
    const rack = [{ ...seats[0]!, worker: 'rack-2' }];
    expect(subjectOfDispute(update, rack)).to.contain('of ada.local:rack-2 in');
    expect(subjectOfDispute(of({ kind: 'audit', seat: 7, segment: 2 }), seats)).to.equal(
      'Segment 2 of seat 7, round 4',
    );
  });

  it('names both roots of a challenge', () => {
    const other = parseDigest(`sha256:${'6'.repeat(64)}`);
    expect(explainDispute(of({ other }))).to.equal(
      'ben.local computed 666666…6666 where most signed 555555…5555.',
    );
  });

  it('says who is waited for at every stage, and what the deadline does', () => {
    expect(stage({})).to.equal('A jury is drawn by the next tick.');
    const panel = [
      { seat: 0, answered: true },
      { seat: 1, answered: false },
    ];
    expect(stage({ panel })).to.equal('1 of 2 jurors have computed it again; 1 minute left.');
    expect(stage({ panel }, 60_000)).to.contain('the time is over: the next tick ends it');
    const won = { stage: 'window', verdict: 'against' } as const;
    expect(stage({ ...won, appealYocto: 10n ** 24n })).to.contain('may appeal for 1 NEAR');
    expect(stage(won)).to.contain('Nobody can appeal');
    expect(stage({ stage: 'dao', verdict: 'for' })).to.equal(
      'The members have the last word, by a proposal; 1 minute left. The last verdict was for the claim.',
    );
  });
});
