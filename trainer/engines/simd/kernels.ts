/**
 * The kernels (kernels/*.c) in a WebAssembly memory of their own. All tensors of an engine lie in this
 * memory, so a step copies nothing in or out but tokens and the loss.
 */
import { kernelsBase64 } from './kernels-binary.js';
import { Heap } from './heap.js';

/** Pointers are addresses in bytes; counts and strides are in elements. */
export interface KernelCalls {
  products(
    ...it: [
      count: number,
      m: number,
      n: number,
      k: number,
      a: number,
      aTurned: number,
      b: number,
      bTurned: number,
      c: number,
      scratch: number,
    ]
  ): void;
  combine(
    ...it: [
      op: number,
      mode: number,
      a: number,
      aStride: number,
      b: number,
      bStride: number,
      y: number,
      n: number,
      rows: number,
    ]
  ): void;
  map(op: number, x: number, y: number, n: number): void;
  reduce(
    ...it: [
      kind: number,
      mean: number,
      x: number,
      y: number,
      outer: number,
      count: number,
      inner: number,
    ]
  ): void;
  softmax(x: number, y: number, rows: number, n: number): void;
  copy_rows(x: number, xStride: number, y: number, yStride: number, n: number, rows: number): void;
  fill_rows(x: number, xStride: number, y: number, yStride: number, n: number, rows: number): void;
  gather_strided(
    ...it: [
      x: number,
      xStride: number,
      columnStride: number,
      y: number,
      yStride: number,
      n: number,
      rows: number,
    ]
  ): void;
  upper_triangle(
    ...it: [x: number, y: number, count: number, rows: number, columns: number, offset: number]
  ): void;
  gather_rows(
    ...it: [table: number, ids: number, y: number, size: number, count: number, n: number]
  ): number;
  gather_elements(
    ...it: [x: number, ids: number, y: number, rows: number, n: number, picked: number]
  ): number;
  scatter_along_rows(
    ...it: [y: number, ids: number, updates: number, rows: number, n: number, picked: number]
  ): number;
  scatter_down_columns(
    ...it: [
      y: number,
      ids: number,
      updates: number,
      size: number,
      n: number,
      rows: number,
      picked: number,
    ]
  ): number;
}

export interface Kernels {
  readonly call: KernelCalls;
  readonly heap: Heap;
}

export function kernelsBinary(): Uint8Array {
  return Uint8Array.from(atob(kernelsBase64), (letter) => letter.charCodeAt(0));
}

export async function startKernels(): Promise<Kernels> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
  const { instance } = await WebAssembly.instantiate(kernelsBinary() as BufferSource, {
    env: { memory },
  });
  const exported = instance.exports as unknown as KernelCalls & {
    readonly __heap_base: WebAssembly.Global<'i32'>;
  };
  return { call: exported, heap: new Heap(memory, exported.__heap_base.value) };
}
