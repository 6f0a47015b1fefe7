/**
 * Whole runs of the tolerance class by the software that contributors run: workers and auditors on
 * engines whose bits differ, decoys on half of the leaves, a cheat that takes half of the steps, an
 * auditor that calls everything right.
 */
import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { engines, near, playOut, setStage, type Stage } from '../../support/tolerance-stage.js';

/** Takes every second step only, and hands in what comes of it as if it had taken all. */
const halfOfTheSteps: ComputeRound = (input, local, beforeStep) => {
  let step = 0;
  const { session } = input;
  const idle = Object.assign(Object.create(session) as typeof session, {
    load: session.load.bind(session),
    export: async () => {
      const state = await session.export();
      return { ...state, steps: (local.steps + 2 * Math.round(step / 2)) as number };
    },
    step: async (batch: Parameters<typeof session.step>[0]) =>
      step++ % 2 === 0 ? session.step(batch) : { loss: 1 },
  });
  return trainRound({ ...input, session: idle }, local, beforeStep);
};

function distancesIn(events: Stage['events']): number[] {
  return events.flatMap(({ event }) =>
    event.kind === 'measured' && event.residualBillionths !== null
      ? [event.residualBillionths]
      : [],
  );
}

describe('working on a run of the tolerance class', function () {
  this.timeout(120_000);

  it('passes every claim between engines whose bits differ, and finds every decoy', async () => {
    const { dao, start, events } = await setStage();
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.tfjs }),
      start('dan', { engine: engines.wasm }),
      start('gus', { engine: engines.wasm, role: 'auditor' }),
    ];
    const left = await playOut(dao, crew);
    expect(left).to.deep.equal(Array(4).fill('the run is completed'));
    const claims = dao.records.flatMap((one) => one.claims);
    expect(claims).to.have.length(9);
    expect(claims.every(({ verdict }) => verdict === 'passed')).to.equal(true);
    expect(dao.seats().every(({ slashedYocto }) => slashedYocto === '0')).to.equal(true);
    const found = distancesIn(events);
    // A decoy is measured twice: planted far off, and what it covers close.
    const far = found.filter((one) => one > 2_500_000);
    expect(found.length - far.length).to.equal(9);
    expect(far.length).to.be.above(0);
    for (const one of far) expect(one).to.be.within(5_000_000, 50_000_000);
    const close = found.filter((one) => one <= 2_500_000);
    expect(Math.max(...close), 'of honest ends').to.be.below(500_000);
    expect(close.filter((one) => one > 0)).to.not.deep.equal([]);
  });

  it('fails who takes half of the steps, prices it, and in the end takes the seat', async () => {
    const { dao, start, events } = await setStage({ decoyShareBps: 0, rounds: 4, minWorkers: 2 });
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.native }),
      start('eve', { engine: engines.native, computeRound: halfOfTheSteps }),
      start('gus', { engine: engines.wasm, role: 'auditor' }),
    ];
    await playOut(dao, crew);
    const seats = dao.seats();
    const eve = seats.find(({ account }) => account === 'eve')!;
    expect(eve.verifiedRounds).to.equal(0);
    expect(BigInt(eve.slashedYocto) >= BigInt(near(2))).to.equal(true);
    for (const { account, slashedYocto } of seats) {
      if (account !== 'eve') expect(slashedYocto, account).to.equal('0');
    }
    const verdicts = dao.records.flatMap(({ claims }) => claims.filter((one) => one.included));
    const seatOf = (account: string) => seats.find((one) => one.account === account)!.seat;
    for (const { seat, verdict } of verdicts) {
      expect(verdict).to.equal(seat === seatOf('eve') ? 'failed' : 'passed');
    }
    const worst = distancesIn(events).filter((one) => one > 2_500_000);
    expect(Math.min(...worst), 'half of the steps').to.be.above(100_000_000);
  });

  it('overrules the auditor that calls planted errors right', async () => {
    const { dao, start } = await setStage({ decoyShareBps: 10_000 });
    /** Whatever it finds, it says that it was close. */
    const lazy = (client: DaoClient): DaoClient =>
      Object.assign(Object.create(client) as DaoClient, {
        measure: (it: Parameters<DaoClient['measure']>[0]) =>
          client.measure({
            ...it,
            ...{ residualBillionths: 4_000, alongBillionths: 0, sum: digestOf(new Uint8Array(8)) },
          }),
      });
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.native }),
      start('dan', { engine: engines.wasm }),
      start('gus', { engine: engines.wasm, role: 'auditor', client: lazy }),
    ];
    await playOut(dao, crew);
    const seats = dao.seats();
    const gus = seats.find(({ account }) => account === 'gus')!;
    expect(gus.auditsWrong).to.be.above(0);
    for (const { account, slashedYocto } of seats) {
      if (account !== 'gus') expect(slashedYocto, account).to.equal('0');
    }
  });
});
