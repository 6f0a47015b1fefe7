/**
 * How a program computes, not what: each choice gives the same gradients up to the order of
 * additions and another use of memory and time. The empty plan is the graph of every run so far.
 */
export interface ProgramPlan {
  /** Parts of the batch, one after another, whose gradients add up; divides batchSize. */
  readonly microBatches?: number;
  /** Forget what a layer computed and compute it again in the backward pass; default false. */
  readonly recomputeLayers?: boolean;
  /** Query positions of attention at a time; default all. */
  readonly attentionBlock?: number;
  /** Rows of logits at a time; default all. */
  readonly logitsBlock?: number;
}

const integers = ['microBatches', 'attentionBlock', 'logitsBlock'] as const;
/** A block of one row is possible, a block beyond any context is the whole. */
const blockMax = 1 << 24;

/** Throws `BAD_PLAN`. */
export function checkPlan(plan: ProgramPlan, batchSize: number): void {
  const refuse = (fact: string): never => {
    throw new Error(`BAD_PLAN: ${fact}; correct the plan in the run spec, or leave it out`);
  };
  for (const name of Object.keys(plan)) {
    if (name !== 'recomputeLayers' && !integers.some((one) => one === name)) {
      refuse(`"${name.slice(0, 40)}" is not a choice`);
    }
  }
  for (const name of integers) {
    const value = plan[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 1 || value > blockMax) {
      refuse(`${name} ${String(value)} is not an integer from 1 to ${blockMax}`);
    }
  }
  const { microBatches = 1, recomputeLayers = false } = plan;
  if (typeof recomputeLayers !== 'boolean') refuse('recomputeLayers is not true or false');
  if (batchSize % microBatches !== 0) {
    refuse(`microBatches ${microBatches} does not divide the batch of ${batchSize}`);
  }
}
