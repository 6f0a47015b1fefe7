/** How updates become one: the rule that a run chooses, as its recipe says it (aggregate.ts). */

/**
 * `clipped-mean`: each update is scaled down to the median L2 norm, then averaged, so that no
 * single one weighs more than a typical one. `trimmed-mean`: per element, the given share of the
 * largest and of the smallest values is left out; for dense updates (of sparse ones it would leave
 * out nearly everything that was sent). `centred-clipping` (Karimireddy, He and Jaggi, 2021): from
 * nothing, `iterations` times, the centre moves by the mean of what updates differ from it, each
 * difference scaled down to the median of their norms. The first step is the clipped mean; later
 * ones clip around where most updates are, so that a push which is small beside an update but not
 * beside its difference from the others counts for less.
 */
export type AggregationRule =
  | { readonly kind: 'clipped-mean' }
  | { readonly kind: 'trimmed-mean'; readonly trimBps: number }
  | { readonly kind: 'centred-clipping'; readonly iterations: number };

/** What a run aggregates by unless its recipe names another rule. */
export const defaultRule: AggregationRule = { kind: 'clipped-mean' };

/** Beyond a few the centre hardly moves any more. */
export const iterationsMax = 8;

/** A rule from JSON; `complain` makes the error. */
export function decodeAggregationRule(
  value: unknown,
  complain: (facts: string) => Error,
): AggregationRule {
  const { kind, ...rest } = Object(value) as Record<string, unknown>;
  const only = (name?: string): unknown => {
    for (const key of Object.keys(rest)) {
      if (key !== name) throw complain(`"${key}" is no field of aggregation "${String(kind)}"`);
    }
    return name === undefined ? undefined : rest[name];
  };
  switch (kind) {
    case 'clipped-mean':
      only();
      return { kind };
    case 'trimmed-mean': {
      const trimBps = only('trimBps');
      if (isWhole(trimBps, 0, 4_999)) return { kind, trimBps };
      throw complain('"trimBps" must be an integer from 0 to 4999');
    }
    case 'centred-clipping': {
      const iterations = only('iterations');
      if (isWhole(iterations, 1, iterationsMax)) return { kind, iterations };
      throw complain(`"iterations" must be an integer from 1 to ${iterationsMax}`);
    }
    default:
      throw complain(
        `aggregation ${JSON.stringify(kind)} is unknown; known are "clipped-mean", ` +
          '"trimmed-mean" and "centred-clipping"',
      );
  }
}

export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
