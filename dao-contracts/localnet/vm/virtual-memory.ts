/**
 * Memory on the network is 1,024 to 2,048 pages, whatever a contract declares. Allocating 64 MiB
 * for every call costs more than most calls, and drives V8's garbage collector; so an instance
 * gets a smaller, recycled memory that reports the standard size, grows beyond it as the standard
 * one would, and is replaced by a real one when the contract reaches past its end (the call is
 * then run again from the start, see `contract.ts`). No contract can tell the difference.
 */
import { limits, wasmCosts } from '../protocol/parameters.js';
import { op, type } from './instructions.js';
import { emitTrapIf } from './meter-function.js';
import { WasmWriter } from './wasm-bytes.js';

const pageBytes = 65_536;
const standardPages = limits.initialMemoryPages;
/** Above this, clearing a memory costs more than a new one. */
const recycledPagesMax = 256;
const pooledMax = 4;

/**
 * The body of `grow(pages: i32): i32`, which stands in for `memory.grow` and pays for it:
 * a base and a unit per page, whether or not the memory can grow.
 */
export function growBody(gasGlobal: number): Uint8Array {
  const [pages, real, standard] = [0, 1, 2];
  const out = new WasmWriter(128).bytes([1, 2, type.i32]);
  const get = (local: number): WasmWriter => out.byte(op.localGet).unsigned(local);
  const constant = (value: number): WasmWriter => out.byte(op.i32Const).signed(value);
  const giveUpIf = (): void => {
    out.bytes([op.if, type.empty, op.i32Const, minusOne, op.return, op.end]);
  };
  emitPayUnits(gasGlobal, pages, out);
  out.bytes([op.memorySize, 0, op.localSet, real]);
  emitStandardSize(out, real);
  out.bytes([op.localSet, standard]);
  get(pages).bytes([op.i32Eqz, op.if, type.empty]);
  get(standard).bytes([op.return, op.end]);
  get(pages);
  constant(limits.maxMemoryPages).byte(op.i32GtU);
  giveUpIf();
  get(pages);
  get(standard).byte(op.i32Add);
  get(real).bytes([op.i32Sub, op.memoryGrow, 0, op.i32Const, minusOne, op.i32Eq]);
  giveUpIf();
  get(standard).byte(op.end);
  return out.finish();
}

const minusOne = 0x7f;

/** The body of `units(count: i32): i32`, which pays a base and so many units, and returns the count. */
export function unitsBody(gasGlobal: number): Uint8Array {
  const out = new WasmWriter(64).bytes([0]);
  emitPayUnits(gasGlobal, 0, out);
  return out.byte(op.localGet).unsigned(0).byte(op.end).finish();
}

/** Pays a base, and a unit for each of what the local `count` holds. */
function emitPayUnits(gasGlobal: number, count: number, out: WasmWriter): void {
  out.byte(op.globalGet).unsigned(gasGlobal);
  out.byte(op.localGet).unsigned(count);
  out.byte(op.i64ExtendI32U).byte(op.i64Const).signed(wasmCosts.linearUnit);
  out.byte(op.i64Mul).byte(op.i64Sub).byte(op.i64Const).signed(wasmCosts.linearBase);
  out.byte(op.i64Sub).byte(op.globalSet).unsigned(gasGlobal);
  out.byte(op.globalGet).unsigned(gasGlobal).byte(op.i64Const).signed(0).byte(op.i64LtS);
  emitTrapIf(out);
}

/** The body of `size(): i32`, which stands in for `memory.size`. */
export function sizeBody(): Uint8Array {
  const out = new WasmWriter(32).bytes([1, 1, type.i32]);
  out.bytes([op.memorySize, 0, op.localSet, 0]);
  emitStandardSize(out, 0);
  return out.byte(op.end).finish();
}

/** Pushes the larger of the local `real` and the standard number of pages. */
function emitStandardSize(out: WasmWriter, real: number): void {
  out.bytes([op.localGet, real, op.i32Const]).signed(standardPages);
  out.bytes([op.localGet, real, op.i32Const]).signed(standardPages);
  out.bytes([op.i32GtU, op.select]);
}

/** Cleared memories by their size in pages. */
const pool = new Map<number, WebAssembly.Memory[]>();

export function takeMemory(pages: number): WebAssembly.Memory {
  const pooled = pool.get(pages)?.pop();
  return pooled ?? new WebAssembly.Memory({ initial: pages, maximum: limits.maxMemoryPages });
}

/** For the next call, once no instance uses it any more. */
export function returnMemory(memory: WebAssembly.Memory, pages: number): void {
  if (pages > recycledPagesMax || memory.buffer.byteLength !== pages * pageBytes) return;
  const pooled = pool.get(pages) ?? [];
  if (pooled.length >= pooledMax) return;
  new Uint8Array(memory.buffer).fill(0);
  pooled.push(memory);
  pool.set(pages, pooled);
}

/** Makes `memory` reach `bytesEnd` if the standard memory would. */
export function reach(memory: WebAssembly.Memory, bytesEnd: number): void {
  const pages = memory.buffer.byteLength / pageBytes;
  if (pages < standardPages && bytesEnd <= standardPages * pageBytes) {
    memory.grow(standardPages - pages);
  }
}

/** Pages to start with: enough for the module's data and stack, as far as it shows them. */
export function startingPages(module: { dataEnd: number; declaredPages: number }): number {
  const needed = Math.ceil(module.dataEnd / pageBytes) + 16;
  return Math.min(standardPages, Math.max(needed, Math.min(module.declaredPages, 64)));
}

export function morePages(pages: number): number {
  return pages * 2 > recycledPagesMax ? standardPages : pages * 2;
}
