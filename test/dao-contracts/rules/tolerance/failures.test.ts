/** One claim is one failure, and which of several verdicts came first must not matter. */
import { expect } from 'chai';
import { challengeCost } from '@commonweights/dao-contracts/rules/challenge.js';
import { appealCost } from '@commonweights/dao-contracts/rules/dispute.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { checkMoney } from '../money-laws.js';
import { crowd, tickOnly } from '../dispute-scenes.js';
import { named, type RunPlay } from '../run-play.js';
import { accountOf } from '../run-scenes.js';
import { deliveredLeaf, measureCommand, sealFor } from './distance-acts.js';
import { distanceTerms, priceYocto } from './distance-scenes.js';

const far = 2 * distanceTerms.tolerance!.toleranceBillionths + 1;

/** Every audit of the round is done; those of seat 0 find it too far off. */
function auditAll(play: RunPlay): void {
  for (const { round, seat, segment } of [...play.state.audits]) {
    const audit = () =>
      play.state.audits.find((one) => one.seat === seat && one.segment === segment)!;
    if (audit()?.state !== 'material') continue;
    const step = { round, seat, segment };
    const worker = play.actor(seat);
    play.apply({
      kind: 'deliver',
      ...worker,
      ...step,
      ...deliveredLeaf(play, round, seat, segment),
    });
    const leaf = sealFor(audit());
    play.apply({ kind: 'answer', ...play.actor(audit().auditor), ...step, leaf });
    play.apply({ kind: 'open', ...worker, ...step, ...play.openedLeaf(round, seat, segment + 1) });
    play.apply(measureCommand(play, audit(), { residual: seat === 0 ? far : 1_000 }));
  }
}

function disputeNamed(play: RunPlay, id: number): Dispute {
  return play.state.disputes.find((one) => one.id === id)!;
}

function panelSays(play: RunPlay, id: number, answer: ReturnType<typeof named>): void {
  if (disputeNamed(play, id).panel === null) play.apply(tickOnly);
  for (const { seat } of disputeNamed(play, id).panel!) {
    if (!disputeNamed(play, id)?.panel) return;
    play.apply({ kind: 'judge', account: accountOf(play, seat), dispute: id, answer });
  }
}

function appealed(play: RunPlay, id: number): void {
  const { run, terms } = play.state;
  const { bondYocto, storageYocto } = appealCost(run, terms, disputeNamed(play, id));
  const depositYocto = bondYocto + storageYocto;
  play.apply({ kind: 'appeal', account: accountOf(play, 0), dispute: id, depositYocto });
  const { claimed } = disputeNamed(play, id);
  if (disputeNamed(play, id).stage === 'dao') {
    play.apply({ kind: 'resolve', dispute: id, verdict: 'for' });
  } else panelSays(play, id, claimed);
}

function end(play: RunPlay): void {
  for (let i = 0; i < 4; i++) {
    play.nowMs += 2 * play.state.terms.deadlinesMs.audit;
    play.apply(tickOnly);
  }
}

describe('two audits of one claim that both find it too far off', () => {
  const twice: RunTerms = { ...distanceTerms, segments: 5, auditsPerClaim: 2 };
  const start = (): { play: RunPlay; ids: number[]; stakeYocto: bigint } => {
    const play = crowd({}, twice);
    const { stakeYocto } = play.state.seats[0]!;
    auditAll(play);
    const ids = play.state.disputes.map(({ id }) => id);
    expect(ids).to.have.length(2);
    for (const id of ids) panelSays(play, id, named('another end'));
    return { play, ids, stakeYocto };
  };

  it('are one failure: one price, and the seat stays', () => {
    const { play, stakeYocto } = start();
    end(play);
    expect(play.state.run.roster[0]!.status).to.equal('active');
    expect(stakeYocto - play.state.seats[0]!.stakeYocto).to.equal(priceYocto);
    const failed = play.state.seats[0]!.distances!.audits.filter((one) => one.failed);
    expect(failed).to.have.length(1);
    expect(play.state.seats[0]).to.include({ verifiedRounds: 0, earnedYocto: 0n });
    checkMoney(play);
  });

  for (const which of [0, 1]) {
    it(`cost it where only verdict ${which + 1} is turned around, and pay no reward`, () => {
      const { play, ids, stakeYocto } = start();
      appealed(play, ids[which]!);
      end(play);
      expect(play.state.disputes).to.deep.equal([]);
      expect(stakeYocto - play.state.seats[0]!.stakeYocto).to.equal(priceYocto);
      expect(play.state.seats[0]!.verifiedRounds).to.equal(0);
      checkMoney(play);
    });
  }

  it('cost nothing where both are turned around, and pay the reward', () => {
    const { play, ids, stakeYocto } = start();
    for (const id of ids) appealed(play, id);
    end(play);
    expect(play.state.seats[0]!.stakeYocto).to.equal(stakeYocto);
    expect(play.state.seats[0]!.verifiedRounds).to.equal(1);
    checkMoney(play);
  });
});

describe('a failure and a verdict that expels', () => {
  /** A distance of seat 0 is disputed, and the root that it named with others. */
  const start = () => {
    const play = crowd({ trainers: 4, auditors: 9 }, distanceTerms);
    const { round } = play.state.run.provisional!;
    const cost = challengeCost(play.state.terms);
    play.apply({
      ...{ kind: 'challenge_root', account: 'stranger.test', round, root: named('other root') },
      depositYocto: cost.bondYocto + cost.storageYocto,
    });
    auditAll(play);
    const [root, distance] = play.state.disputes;
    return { play, root: root!.id, distance: distance!.id };
  };
  const stakeOf = (play: RunPlay) => play.state.seats[0]!.stakeYocto;

  for (const first of ['distance', 'root'] as const) {
    it(`cost one price once the other is overturned, where the ${first} is judged first`, () => {
      const { play, root, distance } = start();
      const stakeYocto = stakeOf(play);
      const judge = {
        distance: () => panelSays(play, distance, named('another end')),
        root: () => panelSays(play, root, named('other root')),
      };
      judge[first]();
      judge[first === 'root' ? 'distance' : 'root']();
      expect(play.state.run.roster[0]!.status).to.equal('expelled');
      appealed(play, root);
      end(play);
      expect(play.state.run.roster[0]!.status).to.equal('absent');
      expect(stakeYocto - stakeOf(play)).to.equal(priceYocto);
      checkMoney(play);
    });
  }

  it('loses for good what waits for an appeal when it is one failure too many', () => {
    const { play, root, distance } = start();
    const seat = play.state.seats[0]!;
    const known = { round: 0, segment: 0, alongBillionths: 0, failed: true };
    seat.distances = { audits: [known], sum: null, distrusted: false };
    panelSays(play, distance, named('another end'));
    panelSays(play, root, named('other root'));
    play.nowMs = disputeNamed(play, root).deadlineMs - 1;
    appealed(play, root);
    end(play);
    expect(play.state.run.roster[0]!.status).to.equal('expelled');
    expect(stakeOf(play)).to.equal(0n);
    checkMoney(play);
  });
});
