/**
 * A host function as a contract imports it. `signature` is its wasm type, `j` for i64 and `i` for
 * i32, results after `>`: JavaScript does not check what a contract declares, so we do.
 */
import type { Call } from '../call.js';

export interface HostFunction {
  signature: string;
  run(call: Call, ...args: never[]): bigint | number | void;
}

export type HostTable = Readonly<Record<string, HostFunction>>;

type Run = (call: Call, ...args: bigint[]) => bigint | number | void;

export function host(signature: string, run: Run): HostFunction {
  return { signature, run: run as HostFunction['run'] };
}
