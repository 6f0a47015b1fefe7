/**
 * Which of the engine's functions are left out of a contract because it cannot call them: those that JavaScript reaches
 * only by names which the contract's code never mentions (`DataView`'s accessors, `encodeURI`, half
 * of `Date`), and what only they need. A name may still be put together while a contract runs
 * (`value['to' + 'Fixed']`); then the call fails with `LEFT_OUT`, and says what to do.
 */
import { WasmReader } from '../snapshot/wasm-sections.js';

/** As `builtin-patches.ts` notes them: a function with a name, or a name that stands for another. */
export interface Builtin {
  name: string;
  base: string | null;
  /** In the table of functions; 0: none. */
  slot: number;
}

/** The names that are mentioned, or that the engine itself asks for, and what they stand for. */
export function findReached(
  builtins: readonly Builtin[],
  mentioned: ReadonlySet<string>,
): Set<string> {
  // What is no plain name is a symbol, or something that the engine made for itself.
  const reached = (name: string): boolean => !/^[\w$]+$/.test(name) || mentioned.has(name);
  const names = builtins.filter(({ name }) => reached(name));
  return new Set(names.flatMap(({ name, base }) => (base === null ? [name] : [name, base])));
}

/** The slots that no such name leads to. */
export function findUnreachable(
  builtins: readonly Builtin[],
  mentioned: ReadonlySet<string>,
): number[] {
  const reached = findReached(builtins, mentioned);
  const kept = new Set<number>();
  for (const { name, slot } of builtins) if (reached.has(name)) kept.add(slot);
  const unreachable = builtins
    .map(({ slot }) => slot)
    .filter((slot) => slot > 0 && !kept.has(slot));
  return [...new Set(unreachable)].sort((a, b) => a - b);
}

/** Names at the head of bytecode that `cw_compile` made: all that its code mentions. */
export function mentionedIn(bytecode: Uint8Array): string[] {
  const reader = new WasmReader(bytecode, 1);
  return Array.from({ length: reader.u32() }, () => {
    const head = reader.u32();
    const wide = head % 2 === 1;
    const bytes = reader.bytes((head >>> 1) * (wide ? 2 : 1));
    return wide ? '' : String.fromCharCode(...bytes);
  });
}
