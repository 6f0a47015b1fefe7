/**
 * What a contract's bytes are: `npm run bench -- contract-bytes [contract.ts]` builds the contract
 * and walks the memory that is deployed with it, from the engine's roots, as the engine would.
 * Printed by kind: how many there are, the bytes that are written into the contract for them, how
 * many of these are zeros, and the heads of the data segments that begin in them.
 *
 * It knows the engine's records (engine/layout-patches.ts, function-patches.ts) by their offsets.
 */
import {
  buildContract,
  evaluateContract,
} from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { gapBytes } from '@commonweights/dao-contracts/toolchain/snapshot/assemble-contract.js';
import { shadowStackBytes } from '@commonweights/dao-contracts/toolchain/engine/compile-engine.js';

const entry = process.argv[2] ?? 'dao-contracts/contract/dao.ts';
const { memory, roots, runtime: engine } = await evaluateContract(entry);
const { wasm } = await buildContract({ entry });
const [context = 0, runtime = 0, methods = 0, slabClasses = 0, heapBase = 0, ...table] = roots;
const [moduleVariables = 0, moduleVariableCount = 0] = table;
const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
const u32 = (at: number): number => view.getUint32(at, true);
const u16 = (at: number): number => view.getUint16(at, true);
const u8 = (at: number): number => view.getUint8(at);

const counts = new Map<string, number>();
const kinds = ['not reached'];
const owner = new Uint16Array(memory.length);
const seen = new Set<number>();
const waiting: (() => void)[] = [];

function own(from: number, to: number, kind: string): void {
  let index = kinds.indexOf(kind);
  if (index < 0) index = kinds.push(kind) - 1;
  owner.fill(index, from, to);
}

function blockBytes(at: number): number {
  const c = u8(slabClasses + (at >> 12));
  if (c < 128) return (c + 1) * 4;
  const octave = (c - 128) >> 2;
  return (512 << octave) + (((c - 128) & 3) + 1) * (128 << octave);
}

/** False when it is known already. */
function block(at: number, kind: string, used = blockBytes(at)): boolean {
  if (at === 0 || seen.has(at)) return false;
  seen.add(at);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  own(at, at + used, kind);
  own(at + used, at + blockBytes(at), 'rounding up of blocks');
  return true;
}

function visitValue(at: number): void {
  const tag = view.getInt32(at + 4, true);
  const pointer = u32(at);
  if (tag === -1) visitObject(pointer);
  else if (tag === -2) visitFunction(pointer);
  else if (tag === -7 || tag === -8) visitString(pointer);
  else if (tag === -10 && block(pointer, 'bigints', 24)) block(u32(pointer + 20), 'bigints');
}

function visitString(at: number): void {
  const length = u32(at + 4) & 0x7fffffff;
  const wide = u32(at + 4) >>> 31 === 1;
  const isAtom = u32(at + 8) >>> 30 !== 0;
  block(at, isAtom ? 'names (atoms)' : 'texts', 16 + (wide ? length * 2 : length + 1));
}

function visitShape(at: number): void {
  const hash = 4 * (u32(at + 16) + 1);
  if (block(at - hash, 'shapes', hash + 40 + 8 * u32(at + 20))) visitObject(u32(at + 36));
}

const classNames: Record<number, string> = { 1: 'plain objects', 2: 'arrays', 12: 'C functions' };
const classOf = { array: 2, cFunction: 12, function: 13, generator: 16, regexp: 18, map: 38 };

function visitObject(at: number): void {
  if (at === 0 || seen.has(at)) return;
  const kind = u16(at + 6);
  const isFunction = kind === classOf.function || kind === classOf.generator;
  const bytes = kind === 1 ? 16 : kind === classOf.function ? 24 : 28;
  const what = isFunction ? 'closures' : (classNames[kind] ?? 'other objects');
  block(at, what, bytes);
  waiting.push(() => {
    const shape = u32(at + 8);
    visitShape(shape);
    visitProperties(shape, u32(at + 12), what);
    if (isFunction) visitClosure(at);
    else if (kind === classOf.array && (u8(at + 5) & 8) !== 0) {
      const count = u32(at + 24);
      if (block(u32(at + 20), 'elements of arrays', 8 * count)) {
        for (let i = 0; i < count; i++) visitValue(u32(at + 20) + 8 * i);
      }
    } else if (kind === classOf.regexp) {
      visitString(u32(at + 16));
      visitString(u32(at + 20));
    } else if (kind >= classOf.map && kind < classOf.map + 4) visitMap(u32(at + 16));
    else if (kind >= 4 && kind <= 7) visitValue(at + 16);
  });
}

function visitProperties(shape: number, properties: number, what: string): void {
  if (!block(properties, `properties of ${what}`, 8 * u32(shape + 20))) return;
  for (let i = 0; i < u32(shape + 24); i++) {
    const kind = (u32(shape + 40 + 8 * i) >>> 26) & 0x30;
    const at = properties + 8 * i;
    if (kind === 0) visitValue(at);
    else if (kind === 0x10) [u32(at), u32(at + 4)].forEach(visitObject);
    else if (kind === 0x20) visitVariable(u32(at));
  }
}

function visitClosure(at: number): void {
  const bytecode = u32(at + 16);
  visitFunction(bytecode);
  const variables = u32(at + 20);
  const home = (u8(bytecode + 6) >> 3) & 1;
  const count = u16(bytecode + 20);
  if (!block(variables, 'lists of variables', 4 * (count + home))) return;
  for (let i = 0; i < count; i++) visitVariable(u32(variables + 4 * i));
  if (home === 1) visitObject(u32(variables + 4 * count));
}

function visitVariable(at: number): void {
  if (block(at, 'variables of closures', 16)) visitValue(u32(at + 4));
}

function visitMap(at: number): void {
  if (!block(at, 'maps')) return;
  block(u32(at + 16), 'maps');
  for (let link = u32(at + 8); link !== at + 4; link = u32(link + 4)) {
    block(link - 8, 'maps');
    visitValue(link + 16);
    visitValue(link + 24);
  }
}

function visitFunction(at: number): void {
  if (!block(at, 'heads of functions', 24)) return;
  const code = at + 24;
  const constants = code + (u32(at + 12) & 0xffffff);
  const around = constants + 8 * u16(at + 18);
  own(code, constants, 'bytecode');
  own(constants, around, 'constants of functions');
  own(around, around + 2 * u16(at + 20), 'variables from around');
  waiting.push(() => {
    for (let i = 0; i < u16(at + 18); i++) visitValue(constants + 8 * i);
  });
}

function visitAll(): void {
  block(context, 'the engine itself');
  block(runtime, 'the engine itself');
  block(u32(runtime + 52), 'tables of names');
  const atoms = u32(runtime + 56);
  block(atoms, 'tables of names', 4 * u32(runtime + 44));
  for (let i = 0; i < u32(runtime + 44); i++) {
    const at = u32(atoms + 4 * i);
    if (at !== 0 && (at & 1) === 0) visitString(at);
  }
  block(u32(runtime + 68), 'the engine itself');
  const shapes = u32(runtime + 204);
  block(shapes, 'shapes', 4 * u32(runtime + 196));
  const prototypes = u32(context + 32);
  block(prototypes, 'the engine itself');
  for (let i = 0; i < u32(runtime + 64); i++) visitValue(prototypes + 8 * i);
  for (let at = context + 40; at <= context + 192; at += 8) visitValue(at);
  for (let i = 0; i < 512; i++) visitValue(methods + 8 * i);
  if (block(moduleVariables, 'variables of the module', 8 * moduleVariableCount)) {
    for (let i = 0; i < moduleVariableCount; i++) visitValue(moduleVariables + 8 * i);
  }
  for (let i = 0; i < u32(runtime + 196); i++) {
    for (let shape = u32(shapes + 4 * i); shape !== 0; shape = u32(shape + 32)) visitShape(shape);
  }
  for (let act; (act = waiting.pop());) act();
  own(shadowStackBytes, heapBase, 'data of the C code');
}

visitAll();
const sums = kinds.map(() => ({ written: 0, zeros: 0, heads: 0 }));
const sumOf = (at: number): { written: number; zeros: number; heads: number } =>
  sums[owner[at] ?? 0] ?? { written: 0, zeros: 0, heads: 0 };
for (let at = shadowStackBytes; ;) {
  while (at < memory.length && memory[at] === 0) at++;
  if (at >= memory.length) break;
  let end = at;
  for (let i = at; i < memory.length && i - end <= gapBytes; i++) if (memory[i] !== 0) end = i + 1;
  sumOf(at).heads += end - at < 128 ? 7 : 8;
  for (; at < end; at++) {
    sumOf(at).written++;
    if (memory[at] === 0) sumOf(at).zeros++;
  }
}
const rows = kinds
  .map((kind, i) => ({ kind, ...(sums[i] ?? { written: 0, zeros: 0, heads: 0 }) }))
  .sort((a, b) => b.written + b.heads - a.written - a.heads);
const line = (...cells: (string | number)[]): void =>
  console.log(cells.map((c, i) => (i === 0 ? `${c}`.padEnd(28) : `${c}`.padStart(9))).join(''));
line('', 'count', 'bytes', 'zeros', 'heads');
for (const { kind, written, zeros, heads } of rows.filter((row) => row.written >= 100)) {
  line(kind, counts.get(kind) ?? '', written, zeros, heads);
}
const data = rows.reduce((sum, row) => sum + row.written + row.heads, 0);
line('data', '', data);
line('code and the rest', '', wasm.length - data);
line('the contract', '', wasm.length);
line('(its engine, memory aside)', '', engine.length);
