/**
 * The root of the state that a seed gives, without ever holding that state: a verifier recomputes it
 * for models that do not fit into its memory.
 *
 * Law: it is `initialRootOf` of the spec.
 */
import { startDigest } from '@commonweights/dataset-registry/digest/digest-stream.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeHeader, type TensorInfo } from '../checkpoint/safetensors-header.js';
import { MOMENTUM_NAME, STATE_METADATA } from '../checkpoint/state.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import { initialPieces } from '../program/initial-params.js';
import { layLlama } from '../program/llama.js';
import type { RunSpec } from './run-spec.js';

/** `spec`: of a run without a parent. */
export function seededRootOf({ model, initialSeed, outer }: RunSpec): Digest {
  if (initialSeed === undefined) throw new Error('BUG: a run with a parent starts from no seed');
  const layout = layLlama(model);
  const { slots, length } = layout;
  const shapes = slots.map(({ name, shape }) => ({ name, shape }));
  if (hasOuterMomentum(outer)) shapes.push({ name: MOMENTUM_NAME, shape: [length] });
  const tensors: TensorInfo[] = shapes.map((one) => ({ ...one, dtype: 'F32' }));
  const root = startDigest();
  root.update(encodeHeader({ tensors, metadata: STATE_METADATA }));
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  for (const piece of initialPieces({ model, layout }, initialSeed)) root.update(bytesOf(piece));
  if (hasOuterMomentum(outer)) {
    const zeros = new Uint8Array(Math.min(2 ** 20, 4 * length));
    for (let left = 4 * length; left > 0; left -= zeros.length) {
      root.update(zeros.subarray(0, Math.min(left, zeros.length)));
    }
  }
  return root.end();
}
