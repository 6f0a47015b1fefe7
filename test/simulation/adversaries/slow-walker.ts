/**
 * Works honestly and does everything at the last hour: commits, reveals, certifies, names the root,
 * delivers and opens just before each deadline. It breaks no single rule; deadlines follow the others, and
 * who is late in several rounds is absent for ever more of them.
 */
import { someTrainers, type Adversary } from '../adversary.js';
import type { Duty, Response, Sight } from '../behaviour.js';
import { Honest } from '../honest.js';

/** More than its machine's longest outage. */
const marginMs = 3_600_000;

class SlowWalker extends Honest {
  override readonly ticks = false;

  override respond(duty: Duty, sight: Sight): Response {
    const response = super.respond(duty, sight);
    if (response.kind !== 'send' || duty.kind === 'rejoin') return response;
    const deadline = 'audit' in duty ? duty.audit.deadlineMs : sight.state.run.open!.deadlineMs;
    const afterMs = Math.max(response.afterMs, deadline - sight.nowMs - marginMs);
    return { ...response, afterMs };
  }
}

export const slowWalker: Adversary = {
  name: 'slow-walker',
  hopes: 'everybody waits; pay in full',
  cast: (terms) => someTrainers(terms, () => new SlowWalker()),
  expects: () => ({ rate: null, formula: 'no breach' }),
  unpriced: 'griefing: bounded by deadlines that follow the others, at the cost of most of its pay',
};
