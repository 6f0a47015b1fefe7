/**
 * Sums, means and sums of squares along axes. Axes that are neighbours are reduced as one; where the
 * axes lie apart, the last neighbours first, and what is left is rounded in between.
 */
import { adds, countOf, requireThat, type PlannedNode, type PlanningNode } from './planned-node.js';

interface Pass {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

export function planReduction({ node, inputs: [x], integers }: PlanningNode): PlannedNode {
  requireThat(node, x?.type === 'f32', 'it takes numbers');
  const axes = integers(1);
  const known = axes.every((axis) => axis >= 0 && axis < x!.shape.length);
  const fits = known && axes.length > 0 && new Set(axes).size === axes.length;
  requireThat(node, fits || x!.shape.length === 0, 'its axes are none');
  const kept = node.integers.get('keepdims')?.[0] === 1;
  const shape = x!.shape.flatMap((size, axis) =>
    axes.includes(axis) ? (kept ? [1] : []) : [size],
  );
  const passes = planPasses(x!.shape, axes);
  const mean = node.op === 'ReduceMean' ? 1 : 0;
  const squares = node.op === 'ReduceSumSquare' ? 1 : 0;
  const between = passes.slice(0, -1).map(({ outer, inner }) => 4 * outer * inner);
  return {
    results: [{ type: 'f32', shape }],
    scratchBytes: adds(between),
    run(call, [from], [to], scratch) {
      let [at, free] = [from!, scratch];
      passes.forEach(({ outer, count, inner }, i) => {
        const next = i === passes.length - 1 ? to! : free;
        call.reduce(i === 0 ? squares : 0, mean, at, next, outer, count, inner);
        at = next;
        free += between[i] ?? 0;
      });
    },
  };
}

/** At least one, so that there is always something that writes the result. */
function planPasses(whole: readonly number[], axes: readonly number[]): Pass[] {
  const passes: Pass[] = [];
  const shape = [...whole];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) continue;
    let first = axis;
    while (axes.includes(first - 1)) first--;
    const [outer, count, inner] = [
      shape.slice(0, first),
      shape.slice(first, axis + 1),
      shape.slice(axis + 1),
    ].map(countOf) as [number, number, number];
    passes.push({ outer, count, inner });
    for (let one = first; one <= axis; one++) shape[one] = 1;
    axis = first;
  }
  return passes.length > 0 ? passes : [{ outer: countOf(shape), count: 1, inner: 1 }];
}
