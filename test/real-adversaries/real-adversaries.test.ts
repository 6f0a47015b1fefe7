/**
 * Real workers with a cheat among them, played a little (docs/protocol/simulation.md has the figures),
 * and what the table makes of plays.
 */
import { expect } from 'chai';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import type { Stage } from '../chaos/play.js';
import { realAdversaries } from './conducts.js';
import { playReal, startLoss } from './measure.js';
import { simulateAlike } from './simulate-alike.js';
import { defences, stageOf } from './stage.js';

const named = (name: string) => realAdversaries.find((one) => one.name === name)!;
const audited = { ...defences[0]!, auditedClaimsBps: 10_000 };

describe('real workers with a cheat among them', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await stageOf(createOrtWasmEngine(), audited, 1);
  });
  after(() => stage.session.dispose());

  it('find who trains on other data at its first claim, and nobody else loses anything', async () => {
    const { played, ...it } = await playReal(stage, named('wrong-shard'), 1);
    expect(played.status).to.equal('completed');
    expect(it).to.include({ exposed: 1, detected: 1, honestPunished: 0 });
    expect(played.seats.filter(({ status }) => status === 'expelled')).to.have.length(1);
    expect(it.heldOutLoss).to.be.below((await startLoss(stage)) - 1);
  });

  it('overrule each answer that an auditor guessed', async () => {
    const it = await playReal(stage, named('lazy-auditor'), 2);
    expect(it.exposed).to.be.above(0);
    expect(it).to.include({ detected: it.exposed, honestPunished: 0 });
  });

  it('stand in the simulation under the same terms', () => {
    const { terms, spec } = stage;
    const like = { defence: audited, terms, recipe: spec.outer, seeds: 2 };
    const { row } = simulateAlike(named('wrong-shard'), like);
    expect(row).to.include({ exposed: 2, detected: 2, honestPunished: 0, expected: 1, stuck: 0 });
    expect(simulateAlike(named('sleeper'), like).row).to.equal(null);
  });
});
