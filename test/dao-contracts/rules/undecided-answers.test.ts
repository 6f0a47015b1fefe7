/** Answers that juries found wrong, carried to the DAO by the auditor that gave them. */
import { expect } from 'chai';
import { near, type RunPlay } from './run-play.js';
import { accountOf } from './run-scenes.js';
import {
  crowd,
  crowdTerms,
  passAudits,
  playAudit,
  playRound,
  refusalOf,
  tickOnly,
} from './dispute-scenes.js';

const monthMs = 30 * 24 * 3_600_000;
const tenth = BigInt(crowdTerms.stakeYocto) / 10n;

interface Told {
  readonly play: RunPlay;
  readonly auditor: number;
  /** Of each wrong answer, what its appeal to the DAO came to. */
  readonly appeals: string[];
}

/** One auditor among three trainers answers wrongly when it is drawn, `most` times, and insists. */
function insist(rounds: number, most = Infinity): Told {
  const play = crowd({ trainers: 3, auditors: 1 }, { ...crowdTerms, rounds });
  const auditor = play.state.run.roster.findIndex(({ role }) => role === 'auditor');
  const account = accountOf(play, auditor);
  const appeals: string[] = [];
  for (let i = 0; i < 3 * rounds && play.state.run.status === 'running'; i++) {
    const audit =
      appeals.length < most &&
      play.state.audits.find((one) => one.auditor === auditor && one.state === 'material');
    if (audit) {
      passAudits(play, audit.seat);
      playAudit(play, audit, 'wrong');
      const { claimed, id } = play.state.disputes.at(-1)!;
      const dispute = () => play.state.disputes.find((one) => one.id === id)!;
      play.apply(tickOnly);
      for (const { seat } of dispute().panel!) {
        if (dispute().panel === null) break;
        play.apply({ kind: 'judge', account: accountOf(play, seat), dispute: id, answer: claimed });
      }
      appeals.push(refusalOf(play, { kind: 'appeal', account, dispute: id, depositYocto: near }));
      if (dispute().stage === 'window') play.nowMs = dispute().deadlineMs;
    } else passAudits(play);
    play.apply(tickOnly);
    if (!play.state.run.open) play.apply(play.tick());
    if (play.state.run.open) playRound(play);
  }
  return { play, auditor, appeals };
}

describe('an auditor that carries its wrong answers to the DAO', () => {
  it('has two waiting there at most, and is expelled for three that juries found wrong', () => {
    const { play, auditor, appeals } = insist(40);
    expect(appeals.slice(0, 2)).to.deep.equal(['accepted', 'accepted']);
    expect(appeals.slice(2, 5)).to.have.length(3);
    for (const said of appeals.slice(2)) expect(said).to.match(/^TOO_MANY: too many disputes/);
    expect(appeals).to.have.length(5);
    expect(play.state.run.roster[auditor]!.status).to.equal('expelled');
  });

  for (const [what, verdict] of [
    ['is silent, and its jurors are paid by it', null],
    ['says the same', 'for'],
    ['says that it was right: then it comes back', 'against'],
  ] as const) {
    it(`leaves a tenth of its stake for each where the DAO ${what}`, () => {
      const { play, auditor, appeals } = insist(6, 2);
      expect(play.state.run).to.include({ status: 'completed' });
      expect(play.state.run.roster[auditor]).to.include({ status: 'left' });
      const waiting = play.state.disputes.map(({ id }) => id);
      expect(waiting).to.have.length(2);
      expect(appeals.filter((said) => said === 'accepted')).to.have.length(waiting.length);
      const account = accountOf(play, auditor);
      const earnedBefore = play.state.seats[auditor]!.earnedYocto;
      const before = play.ledgers.get(account)!;
      const bonds = play.state.disputes.flatMap((one) => one.bonds.slice(1));
      const appealed = bonds.reduce((sum, { bondYocto }) => sum + bondYocto, 0n);
      for (const { bonds: held } of play.state.disputes) {
        expect(held[0]).to.deep.equal({ account, side: 'against', bondYocto: tenth });
      }
      for (const dispute of waiting) {
        if (verdict) play.apply({ kind: 'resolve', dispute, verdict });
      }
      for (let i = 0; i < waiting.length + 1; i++) {
        play.nowMs += monthMs;
        play.apply(tickOnly);
      }
      expect(play.state.disputes).to.deep.equal([]);
      const won = play.state.seats[auditor]!.earnedYocto - earnedBefore;
      const back = play.ledgers.get(account)! - before - won;
      const own = tenth * BigInt(waiting.length);
      const due = { for: 0n, silent: appealed, against: appealed + own };
      expect(back).to.equal(due[verdict ?? 'silent']);
      expect(play.totals).to.include({ bonds: 0n, stakes: 0n });
    });
  }
});
