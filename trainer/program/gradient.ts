/**
 * Reverse-mode differentiation. Every differentiable operation leaves, on its result, one rule per
 * input (`Tensor.flows`); walking the tensors backwards and adding up what flows into each gives the
 * gradient of a scalar with respect to anything it was computed from, as more of the same graph.
 */
import { add } from './operations.js';
import type { Tensor } from './graph.js';

/** Gradients of the scalar `loss`, one per tensor of `targets` and of the same shape. */
export function differentiate(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) {
    throw new Error(`NOT_A_SCALAR: ${loss.name} is [${loss.shape.join(', ')}]; reduce it first`);
  }
  return flowBack(loss, () => loss.graph.scalar(1), targets, new Set());
}

/**
 * What a gradient of `output`, of its shape, becomes at each of `targets`, for a part of a graph that
 * begins at them: what they were computed from is no concern of it.
 */
export function pullBack(it: {
  output: Tensor;
  gradient: Tensor;
  targets: readonly Tensor[];
}): Tensor[] {
  return flowBack(it.output, () => it.gradient, it.targets, new Set(it.targets));
}

function flowBack(
  output: Tensor,
  first: () => Tensor,
  targets: readonly Tensor[],
  ends: ReadonlySet<Tensor>,
): Tensor[] {
  const path = tensorsBetween(output, new Set(targets), ends);
  const gradients = new Map<Tensor, Tensor>([[output, first()]]);
  for (const tensor of path) {
    const gradient = gradients.get(tensor);
    if (!gradient || ends.has(tensor)) continue;
    for (const flow of tensor.flows ?? []) {
      if (!path.has(flow.input)) continue;
      const part = flow.gradient(gradient);
      assertSameShape(part, flow.input);
      const sum = gradients.get(flow.input);
      gradients.set(flow.input, sum ? add(sum, part) : part);
    }
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (!gradient) throw new Error(`NO_GRADIENT: ${output.name} does not depend on ${target.name}`);
    return gradient;
  });
}

/** Tensors that lie between the output and any target, latest first. */
function tensorsBetween(
  output: Tensor,
  targets: ReadonlySet<Tensor>,
  ends: ReadonlySet<Tensor>,
): Set<Tensor> {
  const reachable = new Set<Tensor>([output]);
  for (const tensor of reachable) {
    if (ends.has(tensor)) continue;
    for (const flow of tensor.flows ?? []) reachable.add(flow.input);
  }
  refuseMissingRules(reachable, targets);
  const latestFirst = [...reachable].sort((a, b) => b.order - a.order);
  const leading = new Set<Tensor>();
  for (const tensor of latestFirst.slice().reverse()) {
    const flows = ends.has(tensor) ? [] : (tensor.flows ?? []);
    const leads = flows.some((flow) => leading.has(flow.input));
    if (targets.has(tensor) || leads) leading.add(tensor);
  }
  return new Set(latestFirst.filter((tensor) => leading.has(tensor)));
}

/** An operation without a rule must not hide a way to a target: its part would silently be lost. */
function refuseMissingRules(reachable: ReadonlySet<Tensor>, targets: ReadonlySet<Tensor>): void {
  const ends = [...reachable].filter((tensor) => !tensor.flows && !targets.has(tensor));
  const behind = new Map<Tensor, Tensor>(ends.map((tensor) => [tensor, tensor]));
  for (const [tensor, end] of behind) {
    if (targets.has(tensor)) {
      const { op } = end.graph.makerOf(end)!;
      throw new Error(
        `NO_GRADIENT_RULE: ${op}, which computes ${end.name} [${end.shape.join(', ')}] from ` +
          `${tensor.name} [${tensor.shape.join(', ')}], has no rule for its gradient`,
      );
    }
    for (const input of tensor.graph.makerOf(tensor)?.inputs ?? []) {
      if (!behind.has(input)) behind.set(input, end);
    }
  }
}

function assertSameShape(gradient: Tensor, tensor: Tensor): void {
  if (gradient.shape.join() === tensor.shape.join()) return;
  throw new Error(
    `BUG: the gradient of ${tensor.name} [${tensor.shape.join(', ')}] came out as ` +
      `[${gradient.shape.join(', ')}]`,
  );
}
