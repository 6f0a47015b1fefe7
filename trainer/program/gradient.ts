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
  const path = tensorsBetween(loss, new Set(targets));
  const gradients = new Map<Tensor, Tensor>([[loss, loss.graph.scalar(1)]]);
  for (const tensor of path) {
    const gradient = gradients.get(tensor);
    if (!gradient) continue;
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
    if (!gradient) throw new Error(`NO_GRADIENT: the loss does not depend on ${target.name}`);
    return gradient;
  });
}

/** Tensors that lie between the loss and any target, latest first. */
function tensorsBetween(loss: Tensor, targets: ReadonlySet<Tensor>): Set<Tensor> {
  const reachable = new Set<Tensor>([loss]);
  for (const tensor of reachable) {
    for (const flow of tensor.flows ?? []) reachable.add(flow.input);
  }
  const latestFirst = [...reachable].sort((a, b) => b.order - a.order);
  const leading = new Set<Tensor>();
  for (const tensor of latestFirst.slice().reverse()) {
    const leads = (tensor.flows ?? []).some((flow) => leading.has(flow.input));
    if (targets.has(tensor) || leads) leading.add(tensor);
  }
  return new Set(latestFirst.filter((tensor) => leading.has(tensor)));
}

function assertSameShape(gradient: Tensor, tensor: Tensor): void {
  if (gradient.shape.join() === tensor.shape.join()) return;
  throw new Error(
    `BUG: the gradient of ${tensor.name} [${tensor.shape.join(', ')}] came out as ` +
      `[${gradient.shape.join(', ')}]`,
  );
}
