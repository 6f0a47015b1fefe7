/** Several audits of one claim: which segments, by whom, and what becomes of the others. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Draw } from '@commonweights/dao-contracts/rules/draw.js';
import { escrowNeeded, stakeNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import { named, smallTerms, soundTerms, type RunPlay } from './run-play.js';
import { accountOf, provisional, running, terms } from './run-scenes.js';

const twice = { ...terms, segments: 5, auditsPerClaim: 2 };

/** Does the whole of one audit, with `leaf` as its auditor's answer where it is not the right one. */
function playAudit(play: RunPlay, it: { seat: number; segment: number }, leaf?: 'wrong'): void {
  const audit = play.state.audits.find(
    (one) => one.seat === it.seat && one.segment === it.segment,
  )!;
  const { round, seat, segment, auditor } = audit;
  const step = { round, seat, segment };
  const account = accountOf(play, seat);
  const start = play.openedLeaf(round, seat, segment);
  const opened = play.openedLeaf(round, seat, segment + 1);
  play.apply({ kind: 'deliver', account, ...step, leaf: start.leaf, proof: start.proof });
  const said = leaf === 'wrong' ? named('wrong') : opened.leaf;
  play.apply({ kind: 'answer', account: accountOf(play, auditor), ...step, leaf: said });
  play.apply({ kind: 'open', account, ...step, ...opened });
}

describe('several audits of one claim', () => {
  it('are of segments that are neither the same nor neighbours, by different auditors', () => {
    for (let i = 0; i < 20; i++) {
      const play = provisional(running(twice, { seed: `several ${i}` }));
      for (const seat of [0, 1, 2]) {
        const own = play.state.audits.filter((one) => one.seat === seat);
        expect(own).to.have.length(2);
        expect(Math.abs(own[0]!.segment - own[1]!.segment)).to.be.above(1);
        expect(own[0]!.auditor).to.not.equal(own[1]!.auditor);
      }
    }
  });

  it('share an auditor where there is only one', () => {
    const two = { ...twice, minWorkers: 1, maxWorkers: 1, maxAuditors: 1 };
    const play = provisionalOfOne(two);
    expect(play.state.audits.map(({ auditor }) => auditor)).to.deep.equal([1, 1]);
  });

  it('draw every choice of segments that are apart equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 3_000; i++) {
      const draw = new Draw(new TextEncoder().encode(`${i}`), sha256);
      const key = draw.apart(2, 5).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).to.deep.equal(['0,2', '0,3', '0,4', '1,3', '1,4', '2,4']);
    for (const count of counts.values()) expect(count).to.be.within(420, 580);
  });

  it('are always drawn apart, and inside the round', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), fc.nat(60), (seed, count, more) => {
        const size = 2 * count - 1 + more;
        const drawn = new Draw(new TextEncoder().encode(`${seed}`), sha256).apart(count, size);
        expect(drawn).to.have.length(count);
        drawn.forEach((one, i) => {
          expect(one).to.be.within(0, size - 1);
          if (i > 0) expect(one - drawn[i - 1]!).to.be.above(1);
        });
      }),
    );
  });

  it('are refused where segments of one claim would have to be neighbours', () => {
    const decode = (changes: object) => decodeRunTerms({ ...soundTerms, ...changes }, 'terms');
    expect(() => decode({ segments: 2, auditsPerClaim: 2 })).to.throw(/^BAD_TERMS: 2 audits of/);
    expect(() => decode({ segments: 3, auditsPerClaim: 2 })).to.not.throw();
    expect(() => decode({ segments: 9, auditsPerClaim: 4 })).to.throw(/^BAD_ARGUMENT: .*auditsPer/);
  });

  it('are covered by budget and stake', () => {
    const fees = (rounds: number) =>
      BigInt(rounds * smallTerms.maxWorkers) * BigInt(smallTerms.auditFeeYocto);
    const more = { ...smallTerms, auditsPerClaim: 2 };
    expect(escrowNeeded(more) - escrowNeeded(smallTerms) > fees(smallTerms.rounds)).to.equal(true);
    expect(stakeNeeded(more) - stakeNeeded(smallTerms) > 2n * fees(1)).to.equal(true);
  });

  it('pass a claim only when all pass', () => {
    const play = provisional(running(twice));
    const all = play.state.audits.map(({ seat, segment }) => ({ seat, segment }));
    for (const one of all.slice(0, -1)) playAudit(play, one);
    expect(play.state.run.finalRounds).to.equal(0);
    playAudit(play, all.at(-1)!);
    expect(play.state.run.finalRounds).to.equal(1);
    const record = JSON.parse(play.records[0]!.text) as RoundRecord;
    expect(record.audits).to.have.length(6);
    expect(record.claims.map(({ verdict }) => verdict)).to.deep.equal(Array(3).fill('passed'));
  });

  it('close with the first that fails, and pay who had answered another one', () => {
    const play = provisional(running(twice));
    const [first, second] = play.state.audits.filter(({ seat }) => seat === 0);
    const account = accountOf(play, 0);
    const step = { round: 1, seat: 0, segment: first!.segment };
    const { leaf, proof } = play.openedLeaf(1, 0, first!.segment);
    play.nowMs += terms.deadlinesMs.audit - 1;
    play.apply({ kind: 'deliver', account, ...step, leaf, proof });
    const others = play.state.audits.filter(({ seat }) => seat !== 0);
    for (const one of others) playAudit(play, one);
    const by = accountOf(play, first!.auditor);
    play.apply({ kind: 'answer', account: by, ...step, leaf: named('any') });
    play.nowMs += 1;
    play.apply({ kind: 'tick', round: null, phase: null });
    // The other one waited for material in vain; both are closed, and with them the round.
    const record = JSON.parse(play.records[0]!.text) as RoundRecord;
    const own = record.audits.filter(({ seat }) => seat === 0);
    expect(own.map(({ segment }) => segment)).to.deep.equal([first!.segment, second!.segment]);
    expect(own.map(({ verdict }) => verdict)).to.deep.equal(['failed', 'failed']);
    expect(record.outcome).to.equal('rewound');
    const rightOnes = others.filter(({ auditor }) => auditor === first!.auditor).length;
    expect(play.state.seats[first!.auditor]!.auditsRight).to.equal(rightOnes + 1);
  });
});

/** One trainer's first round, provisional. */
function provisionalOfOne(runTerms: typeof terms): RunPlay {
  const play = running(runTerms, { auditors: 1, trainers: 1 });
  play.apply(play.commitCommand(0));
  play.apply(play.tick());
  play.apply({ kind: 'reveal', ...play.opening(0) });
  play.apply(play.tick());
  const account = accountOf(play, 0);
  play.apply({ kind: 'certify', account, round: 1, available: [0] });
  play.apply(play.tick());
  play.apply({ kind: 'submit_root', account, round: 1, root: named('root 1') });
  play.apply(play.tick());
  return play;
}
