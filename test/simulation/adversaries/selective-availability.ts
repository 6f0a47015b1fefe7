/**
 * Two ways to serve bytes to some and not to others. The hermit serves its update to nobody
 * (and so need not have computed it): it is not certified, not included, not paid, not punished. The snob works honestly, but shows its
 * audit material to everybody except the auditor who was drawn: the auditor says truly that there
 * was none, the jury (which is served) finds the work right, and the auditor goes without its fee.
 */
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import { doWork } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { Honest, taskOf } from '../honest.js';
import { snapshotBytes, updateBytes } from '../sizes.js';
import { Cheat } from './cheat.js';

class Hermit extends Cheat {
  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const work = doWork(taskOf(duty, sight));
    const vector = this.honestVector(duty, sight);
    const serves = () => false;
    sight.publish({ digest: work.update, bytes: updateBytes, vector, serves });
    return this.commitWork(work, sight, 0, true);
  }
}

class Snob extends Honest {
  readonly #snubbed = new Set<string>();

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const serves = (account: string) => !this.#snubbed.has(`${duty.round} ${account}`);
    const publish: Sight['publish'] = (blob) =>
      sight.publish(blob.bytes === snapshotBytes ? { ...blob, serves } : blob);
    return super.train(duty, { ...sight, publish });
  }

  protected override deliver(audit: Audit, sight: Sight): Response {
    this.#snubbed.add(`${audit.round} ${sight.state.seats[audit.auditor]!.account}`);
    return super.deliver(audit, sight);
  }
}

export const hermit: Adversary = {
  name: 'selective-availability',
  hopes: 'pay for an update that nobody else can use',
  cast: (terms) => someTrainers(terms, () => new Hermit()),
  expects: () => ({ rate: null, formula: 'never included: nobody certifies it' }),
};

export const snob: Adversary = {
  name: 'snubbed-auditor',
  hopes: 'auditors work without a fee and give up',
  cast: (terms) => someTrainers(terms, () => new Snob()),
  expects: () => ({ rate: null, formula: 'no breach on chain' }),
  unpriced: 'griefing: an auditor loses its fee, each of three jurors a segment of work',
};
