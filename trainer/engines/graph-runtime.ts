/**
 * The least that an engine must be able to do: hold tensors and run graphs. Training, generation and
 * the conformance suite are written once over this, whatever computes below.
 */

/** A tensor as JavaScript has it. */
export type HostTensor = {
  readonly shape: readonly number[];
} & (
  | { readonly type: 'f32'; readonly data: Float32Array }
  | { readonly type: 'i32'; readonly data: Int32Array }
);

/** A float32 tensor where the engine keeps it; it need not be in this process's memory. */
export interface HeldTensor {
  read(): Promise<Float32Array>;
  /** Nobody uses it after that. */
  drop(): void;
}

export interface OpenedGraph {
  run(feeds: Readonly<Record<string, HeldTensor>>): Promise<Readonly<Record<string, HeldTensor>>>;
  release(): Promise<void>;
}

export interface GraphRuntime {
  /** The engine's own copy. */
  hold(tensor: HostTensor): HeldTensor;
  open(model: Uint8Array): Promise<OpenedGraph>;
}
