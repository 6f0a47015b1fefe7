/** The tolerance class in simulated runs; its adversaries are among those of adversaries.test.ts. */
import { expect } from 'chai';
import { adversaries, honestOnly } from '../adversaries/adversary-list.js';
import { measure } from '../measure.js';
import { settings } from '../settings.js';

const setting = settings.distance;

describe('runs that are compared by distance', () => {
  it('punish nobody honest: two thousand audits between engines whose numbers differ', () => {
    const row = measure({ adversary: honestOnly, honest: honestOnly, setting, seeds: 17 });
    const { maxWorkers, rounds } = setting.terms;
    expect(row.honestAudits).to.equal(17 * maxWorkers * rounds);
    expect(row).to.include({ honestPunished: 0, stuck: 0 });
    expect(row.refusals).to.deep.equal({});
  });

  it('find who leans to one side within the tolerance, before it has moved the model', () => {
    const adversary = adversaries.find(({ name }) => name === 'leaning-worker')!;
    const row = measure({ adversary, honest: honestOnly, setting, seeds: 3 });
    expect(row.rounds, 'claims up to the first that was found').to.be.within(1.5, 4);
    expect(row.backdoor).to.be.below(0.001);
    expect(row.crewProfit).to.be.below(0);
  });

  it('make every one of their adversaries lose', () => {
    for (const adversary of adversaries) {
      if (!adversary.settings?.includes('distance')) continue;
      const row = measure({ adversary, honest: honestOnly, setting, seeds: 2 });
      expect(row.crewProfit, adversary.name).to.be.below(0);
    }
  });
});
