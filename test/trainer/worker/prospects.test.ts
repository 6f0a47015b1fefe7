import { expect } from 'chai';
import { prospectsOf } from '@commonweights/trainer/worker/prospects.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { near, RunPlay, smallTerms } from '../../dao-contracts/rules/run-play.js';
import { lookAt } from '../../support/run-under-way.js';

describe('what work would bring', () => {
  const fee = near / 100n;
  const play = new RunPlay({
    ...smallTerms,
    ...{ auditedClaimsBps: 5_000, auditFeeYocto: `${fee}`, maxWorkers: 4 },
  });
  for (const account of play.accounts.slice(0, 3)) {
    const role = account === 'a2.test' ? 'auditor' : 'trainer';
    play.apply({ kind: 'enrol', account, role, fromRound: null, depositYocto: near });
  }
  play.draw();
  const { run, seats } = lookAt(play);
  const spec = { inner: { stepsPerRound: 40, segments: 5 } } as RunSpec;
  const of = (changes: { role?: 'trainer' | 'auditor'; stepMs?: number; relayed?: boolean } = {}) =>
    prospectsOf({ run, seats, spec, role: 'trainer', stepMs: 10, relayed: false, ...changes });

  it('is a reward and its share of the audits, less gas', () => {
    const it = of();
    // Three trainers with this one: half a claim each is audited, every fourth audit by a trainer.
    const audits = (0.5 * 3) / 4 / 3;
    expect(it.payYocto).to.equal(run.terms.rewardYocto + BigInt(audits * 1e6) * (fee / 1_000_000n));
    expect(it.feesYocto > 0n).to.equal(true);
    expect(it.netYocto).to.equal(BigInt(run.terms.rounds) * (it.payYocto - it.feesYocto));
    expect(it).to.include({ stakeYocto: near, heldBackRounds: 1, rounds: 3 });
  });

  it('is for an auditor the fees that are left, shared with the others', () => {
    const it = of({ role: 'auditor' });
    const audits = (0.5 * 2 * 3) / 4 / 2;
    expect(it.payYocto).to.equal(BigInt(audits * 1e6) * (fee / 1_000_000n));
    expect(it.neededSeconds).to.be.closeTo(0.08, 1e-9);
    expect(it.givenSeconds).to.equal(1);
  });

  it('needs a round in the time that the terms give', () => {
    expect(of({ stepMs: 25 }).neededSeconds).to.be.closeTo(1, 1e-9);
    expect(of({ stepMs: 26 }).neededSeconds).to.be.above(of().givenSeconds);
  });

  it('costs no gas where a relayer pays', () => {
    expect(of({ relayed: true }).feesYocto).to.equal(0n);
  });
});
