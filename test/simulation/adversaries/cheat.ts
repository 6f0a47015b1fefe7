/** What cheats at training share: a claim that is forged in some way, with any vector they like. */
import { derive, doWork, type Forgery } from '../abstract-work.js';
import type { Response, Sight } from '../behaviour.js';
import { Honest, taskOf } from '../honest.js';

export class Cheat extends Honest {
  /** `steps`: inner steps really computed. */
  protected claim(
    duty: { round: number; slice: number },
    sight: Sight,
    it: { forgery: Forgery; vector: Float32Array; steps: number },
  ): Response {
    const work = doWork(taskOf(duty, sight), it.forgery);
    this.publishWork(work, sight, it.vector);
    return this.commitWork(work, sight, it.steps, true);
  }

  /** It knows that it was wrong: an appeal would cost it a bond besides. */
  protected override appeal(): Response {
    return { kind: 'ignore' };
  }

  /** Nothing computed, everything forged. */
  protected shirk(
    duty: { round: number; slice: number },
    sight: Sight,
    vector: Float32Array = new Float32Array(sight.problem.dimensions),
  ): Response {
    const update = derive('forged update', sight.account, duty.round);
    return this.claim(duty, sight, { forgery: { segments: () => true, update }, vector, steps: 0 });
  }

  /** What the honest update would be; null: the model cannot be had. */
  protected honestVector(duty: { slice: number }, sight: Sight): Float32Array | null {
    const model = sight.model(sight.state.run.open!.startRoot);
    return model && sight.problem.pseudoGradient(model.params, duty.slice);
  }
}
