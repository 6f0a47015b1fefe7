/** How a model's tensors lie in one flat vector of float32: by name, in a fixed order, no gaps. */

export interface TensorSlot {
  /** Hugging Face name, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat vector. */
  readonly offset: number;
  /** Elements: the product of `shape`. */
  readonly length: number;
}

/** Slots in offset order; `slots[0].offset` is 0 and each begins where the last ended. */
export interface TensorLayout {
  readonly slots: readonly TensorSlot[];
  /** Elements in all. */
  readonly length: number;
}
