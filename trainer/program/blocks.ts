/**
 * Attention and logits a block at a time, so that no square of the context and no table of rows by
 * vocabulary is ever held: memory then grows linearly with the context (Rabe & Staats,
 * "Self-attention does not need O(n²) memory", 2021). Results are those of the whole up to the order
 * of additions.
 */
import { concatenate, slice } from './arrange.js';
import { pullBack } from './gradient.js';
import type { Tensor } from './graph.js';
import { add, multiply } from './operations.js';
import { after, recompute } from './recompute.js';
import { attend, crossEntropy, maskedScore } from './transformer-operations.js';

/**
 * `attend(q, k, v)` for equal counts of positions and keys, `block` queries at a time. A block sees
 * only the keys up to its end, which also halves the arithmetic; its weights are computed again in
 * the backward pass.
 */
export function attendInBlocks(q: Tensor, k: Tensor, v: Tensor, block: number): Tensor {
  const positions = q.shape[2]!;
  if (block >= positions) return attend(q, k, v);
  const low = maskedScore(q.graph);
  const parts = blocksOf(positions, block).map(({ from, length }) => {
    const seen = (whole: Tensor): Tensor => slice(whole, 2, 0, from + length);
    return recompute({
      inputs: [q, k, v],
      constants: [low],
      build: (query, keys, values, low) =>
        attend(slice(query!, 2, from, length), seen(keys!), seen(values!), low),
    });
  });
  return concatenate(parts, 2);
}

/**
 * `crossEntropy(linear(hidden, head), targets)`, `block` rows at a time. In training the gradient of
 * a block is computed as soon as its logits are there, before the next block begins, so nothing is
 * computed twice; `forward` alone only adds up the losses.
 */
export function lossInBlocks(
  it: { hidden: Tensor; head: Tensor; targets: Tensor; logits: (hidden: Tensor) => Tensor },
  options: { block: number; forward: boolean },
): Tensor {
  const { hidden, head, targets, logits } = it;
  const rows = hidden.shape[0]!;
  if (options.block >= rows) return crossEntropy(logits(hidden), targets);
  const { graph } = hidden;
  const losses: Tensor[] = [];
  const ofHidden: Tensor[] = [];
  let ofHead: Tensor | undefined;
  for (const { from, length } of blocksOf(rows, options.block)) {
    const earlier = options.forward || !ofHead ? [] : [ofHead, ofHidden[ofHidden.length - 1]!];
    const part = after(slice(hidden, 0, from, length), earlier);
    const loss = crossEntropy(logits(part), slice(targets, 0, from, length));
    losses.push(loss);
    if (options.forward) continue;
    const gradient = graph.scalar(1);
    const [own, shared] = pullBack({ output: loss, gradient, targets: [part, head] });
    ofHidden.push(own!);
    ofHead = ofHead ? add(ofHead, shared!) : shared!;
  }
  const total = losses.reduce(add);
  if (options.forward) return total;
  const wholeOfHidden = concatenate(ofHidden, 0);
  total.flows = [
    { input: hidden, gradient: (gradient) => multiply(gradient, wholeOfHidden) },
    { input: head, gradient: (gradient) => multiply(gradient, ofHead!) },
  ];
  return total;
}

function blocksOf(whole: number, block: number): { from: number; length: number }[] {
  const count = Math.ceil(whole / block);
  return Array.from({ length: count }, (_, i) => ({
    from: i * block,
    length: Math.min(block, whole - i * block),
  }));
}
