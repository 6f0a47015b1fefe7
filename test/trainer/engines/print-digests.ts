/** A process that prints what each exact engine comes to here: for other versions of Node. */
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { digestAfterStep } from './medium-step.js';
import { rootAfterRounds } from './whole-round.js';

const found: Record<string, object> = {};
for (const engine of exactEngines()) {
  const step = await digestAfterStep(engine);
  found[engine.name] = { step, rounds: await rootAfterRounds(engine) };
}
console.log(JSON.stringify(found));
process.exit(0);
