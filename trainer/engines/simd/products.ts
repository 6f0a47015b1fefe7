/** Products of matrices, with factors that lie turned where a program turned them just before. */
import { countOf, requireThat, type PlannedNode, type PlanningNode } from './planned-node.js';

/** As in kernels/products.c. */
const blockDepth = 256;
const blockColumns = 128;
const tileRows = 4;

export function planProduct({ node, inputs, turned = [] }: PlanningNode): PlannedNode {
  const [a, b] = inputs;
  const numbers = inputs.length === 2 && a?.type === 'f32' && b?.type === 'f32';
  requireThat(node, numbers, 'it takes two tables of numbers');
  const rank = a!.shape.length;
  const isGemm = node.op === 'Gemm';
  requireThat(node, rank >= 2 && (!isGemm || rank === 2), 'its factors are no matrices');
  const outer = a!.shape.slice(0, -2);
  const alike = outer.join() === b!.shape.slice(0, -2).join() && b!.shape.length === rank;
  requireThat(node, alike, 'its factors are not alike');
  const flags = ['transA', 'transB'].map((name, i) =>
    isGemm ? node.integers.get(name)?.[0] === 1 : (turned[i] ?? false),
  );
  const [first, second] = [a!, b!].map(({ shape }, i) => {
    const sizes = [shape[rank - 2]!, shape[rank - 1]!];
    return flags[i] ? sizes.reverse() : sizes;
  });
  const [[m, k], [depth, n]] = [first!, second!] as [[number, number], [number, number]];
  requireThat(node, k === depth, 'shapes do not fit');
  const [turnA, turnB] = flags.map(Number) as [number, number];
  const count = countOf(outer);
  const rows = Math.ceil(m / tileRows) * tileRows;
  return {
    results: [{ type: 'f32', shape: [...outer, m, n] }],
    scratchBytes: 4 * Math.min(k, blockDepth) * (rows + blockColumns),
    run: (call, [left, right], [to], scratch) =>
      call.products(count, m, n, k, left!, turnA, right!, turnB, to!, scratch),
  };
}
