/** Disputes of seats that carry a label: they judge, appeal and challenge like all others. */
import { expect } from 'chai';
import type { DisputeView, SeatView } from '@commonweights/dao-contracts/rules/views.js';
import { named, terms, type Play } from './dao-driver.js';
import { startDao } from './fake-dao.js';

const theDispute = async (play: Play): Promise<DisputeView> => (await play.view()).disputes[0]!;

/** A provisional round of three trainers and an auditor whose seats all have the label `gpu`. */
async function provisional() {
  const { chain, play } = await startDao();
  await play.fund();
  const depositYocto = BigInt(terms.stakeYocto);
  const enrol = (account: string, role: SeatView['role'], worker = 'gpu') =>
    chain.call(account, 'enrol', { run: 1, worker, role }, { depositYocto });
  for (const account of ['w0.test', 'w1.test', 'w2.test']) await enrol(account, 'trainer');
  await enrol('audit.test', 'auditor');
  await chain.forward(terms.deadlinesMs.enrol);
  await play.tick();
  return { chain, play };
}

describe('seats with a label', () => {
  it('are known to the contract wherever a caller is told apart by its seat', async () => {
    const { chain, play } = await provisional();
    const [seat] = await play.seats();
    const it = { run: 1, worker: seat!.worker };
    const calls: [string, object][] = [
      ['judge', { ...it, dispute: 1, answer: null }],
      ['appeal', { ...it, dispute: 1 }],
    ];
    for (const [method, args] of calls) {
      const refusal = await chain.call(seat!.account, method, args).catch((e: Error) => e.message);
      expect(refusal, method).to.match(/^DISPUTE_CLOSED/);
    }
    const challenges: [string, object][] = [
      ['challenge_root', { ...it, round: 1, root: named('other') }],
      ['challenge_update', { ...it, round: 1, seat: 1 }],
    ];
    for (const [method, args] of challenges) {
      const refusal = await chain.call(seat!.account, method, args).catch((e: Error) => e.message);
      expect(refusal, method).to.match(/^WRONG_ROUND/);
    }
    expect(await theDispute(play)).to.equal(undefined);
  });
});
