/** Labels, owners and parties where work is disputed: who judges, who may appeal, what is noted. */
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { named, near, RunPlay } from './run-play.js';
import {
  appealBy,
  crowd,
  crowdTerms,
  disputed,
  jurySays,
  passAudits,
  playAudit,
  playRound,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';
import { statusOf, terms } from './run-scenes.js';

const wrong = named('wrong');

const machines = ['', 'a', 'b'];

/** Who challenges owns three labelled seats beside those of five others; round 1 is provisional. */
function played(owner: string, { auditors = 1, related = false, seed = '' } = {}): RunPlay {
  const maxAuditors = auditors + (related ? 1 : 0);
  const changes = { maxWorkers: 8, maxAuditors, seatsPerAccount: 4 };
  const rest = { auditedClaimsBps: 0, challengeWindowMs: 10_000 };
  const play = new RunPlay({ ...crowdTerms, ...changes, ...rest }, seed);
  const enrol = (account: string, worker: string, role: 'trainer' | 'auditor' = 'trainer') =>
    play.apply({ kind: 'enrol', account, worker, role, fromRound: null, depositYocto: near });
  for (const worker of machines) enrol(owner, `m${worker}`);
  for (let i = 0; i < 5; i++) enrol(`t${i}.test`, 'gpu');
  for (let i = 0; i < auditors; i++) enrol(`x${i}.test`, 'gpu', 'auditor');
  if (related) enrol(owner, 'aud', 'auditor');
  play.draw();
  playRound(play, named('root 1'));
  expect(play.state.run.provisional).to.not.equal(null);
  return play;
}

function challenge(play: RunPlay, account: string, extra: object = {}): void {
  const it = { round: 1, root: named('other'), depositYocto: 10n * near };
  play.apply({ kind: 'challenge_root', account, ...it, ...extra });
}

const ownedBy = (play: RunPlay, account: string) =>
  play.state.seats.filter((seat) => seat.account === account).map(({ seat }) => seat);

describe('labelled seats in disputes', () => {
  it('never judge what their owner challenges, whichever label it names or does not', () => {
    for (const extra of [{}, { worker: 'ma' }, { worker: 'nobody' }]) {
      const play = played('many.test');
      challenge(play, 'many.test', extra);
      const { parties } = theDispute(play);
      expect(parties).to.include.members(ownedBy(play, 'many.test'));
    }
  });

  it('never judge what the account that their pay goes to challenges', () => {
    const play = played('many.test');
    const payout = { account: 't0.test', worker: 'gpu', payout: 'cold.test', depositYocto: 1n };
    play.apply({ kind: 'set_payout', ...payout });
    challenge(play, 'cold.test');
    expect(theDispute(play).parties).to.deep.equal(ownedBy(play, 't0.test'));
  });

  it('judge by their label and are no juror by another', () => {
    const play = played('many.test');
    challenge(play, 'outside.test');
    play.apply(tickOnly);
    const { id, panel } = theDispute(play);
    const { account, worker } = play.actor(panel![0]!.seat);
    const judge = (label: string) =>
      refusalOf(play, {
        ...{ kind: 'judge', account, worker: label, dispute: id, answer: named('root 1') },
      });
    expect(judge('wrong')).to.match(/^NOT_ENROLLED/);
    expect(judge(worker)).to.equal('accepted');
  });

  it('sit behind others where a seat of their party may lose', () => {
    for (let i = 0; i < 10; i++) {
      const play = played('many.test', { auditors: 3, related: true, seed: `rank ${i}` });
      challenge(play, 'outside.test');
      play.apply(tickOnly);
      const { defendants, panel } = theDispute(play);
      const related = play.state.seats.find(({ worker }) => worker === 'aud')!;
      expect(defendants).to.not.include(related.seat);
      const others = play.state.seats.filter(({ account }) => account.startsWith('x'));
      const drawn = panel!.map(({ seat }) => seat);
      expect(drawn).to.have.members(others.map(({ seat }) => seat));
    }
  });
});

describe('what is known of an account after disputes', () => {
  const convicted = () => {
    const play = disputed();
    jurySays(play, wrong);
    expect(play.effects!.conducts.size).to.equal(0);
    return play;
  };

  it('is a slash once nobody can appeal any more, and not before', () => {
    const play = convicted();
    const { account } = play.state.seats[0]!;
    play.nowMs = theDispute(play).deadlineMs;
    play.apply(tickOnly);
    expect(play.effects!.conducts.get(account)).to.include({ slashes: 1, verifiedRounds: 0 });
  });

  it('is its service where the DAO clears it after the run has ended', () => {
    const play = crowd();
    passAudits(play);
    play.nowMs += terms.deadlinesMs.audit;
    play.apply(tickOnly);
    playRound(play, named('root 2'));
    disputed(play);
    jurySays(play, wrong);
    const { account, verifiedRounds } = play.state.seats[0]!;
    expect(verifiedRounds).to.equal(1);
    play.apply({ kind: 'stop' });
    expect(play.effects!.conducts.has(account)).to.equal(false);
    appealBy(play, account);
    play.apply({ kind: 'resolve', dispute: 1, verdict: 'for' });
    expect(play.state.run.roster[0]!.status).to.equal('left');
    expect(play.effects!.conducts.get(account)).to.include({ slashes: 0, verifiedRounds: 1 });
  });

  it('is a slash where one dispute clears it and another, ended, found it wrong', () => {
    const play = crowd({}, { ...terms, segments: 5, auditsPerClaim: 2 });
    passAudits(play, 0);
    const own = play.state.audits.filter(({ seat }) => seat === 0);
    for (const audit of own) playAudit(play, audit, 'wrong');
    play.apply(tickOnly);
    jurySays(play, wrong);
    const [first, second] = play.state.disputes;
    const find = (id: number) => play.state.disputes.find((one) => one.id === id);
    const say = (id: number, answer: Digest) => {
      for (const { seat } of find(id)!.panel!) {
        if (!find(id)?.panel) break;
        play.apply({ kind: 'judge', ...play.actor(seat), dispute: id, answer });
      }
    };
    say(second!.id, wrong);
    const { account } = play.state.seats[0]!;
    appealBy(play, account);
    let slashes = 0;
    const wait = (ms: number) => {
      play.nowMs += ms;
      play.apply(tickOnly);
      slashes += play.effects!.conducts.get(account)?.slashes ?? 0;
    };
    // The larger panel is drawn late, so that the other verdict is final before it answers.
    wait(terms.deadlinesMs.audit - 1);
    wait(1);
    expect(find(second!.id)).to.equal(undefined);
    say(first!.id, first!.claimed);
    expect(find(first!.id)).to.include({ stage: 'window', verdict: 'for' });
    expect(slashes).to.equal(0);
    wait(terms.deadlinesMs.audit);
    expect(play.state.disputes).to.deep.equal([]);
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(slashes).to.equal(1);
  });
});
