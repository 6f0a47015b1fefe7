/** Traps of WebAssembly, and modules that the protocol refuses to run. */
import { expect } from 'chai';
import { assemble } from '../contracts.js';
import { cites, type Case } from './case.js';
import { runCode, runModule, told } from './machine.js';

const indirect = (code: string): string => `
  (type $nothing (func)) (type $number (func (result i32)))
  (table 2 funcref) (elem (i32.const 0) $number)
  (func $number (type $number) (i32.const 1))
  (func (export "run") ${code})`;

const traps: [says: string, code: string, trap: string, whole?: true][] = [
  ['unreachable', '(unreachable)', 'Unreachable'],
  ['dividing by zero', '(drop (i32.div_u (i32.const 1) (i32.const 0)))', 'IllegalArithmetic'],
  ['the remainder by zero', '(drop (i64.rem_s (i64.const 1) (i64.const 0)))', 'IllegalArithmetic'],
  [
    'dividing the least integer by −1',
    '(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))',
    'IllegalArithmetic',
  ],
  [
    'an integer of what is not a number',
    '(drop (i32.trunc_f64_s (f64.const nan)))',
    'IllegalArithmetic',
  ],
  ['loading beyond the memory', '(drop (i32.load (i32.const 67108861)))', 'MemoryOutOfBounds'],
  ['storing beyond the memory', '(i64.store (i32.const -1) (i64.const 0))', 'MemoryOutOfBounds'],
  [
    'calling beyond the table',
    indirect('(call_indirect (type $nothing) (i32.const 2))'),
    'MemoryOutOfBounds',
    true,
  ],
  [
    'calling by another type',
    indirect('(call_indirect (type $nothing) (i32.const 0))'),
    'IncorrectCallIndirectSignature',
    true,
  ],
];

const run = '(func (export "run"))';

const leb = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
const section = (id: number, bytes: number[]): number[] => [id, ...leb(bytes.length), ...bytes];

/** So many times the same type: as text they would be one. */
function typesOf(count: number): Uint8Array {
  const types = Array.from({ length: count }, () => [0x60, 0, 0]).flat();
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [...leb(count), ...types]),
  ]);
}

/** `run` and others, of so many locals each; assembled by hand, since as text it is megabytes. */
function functionsOf(count: number, locals: number): Uint8Array {
  const body = [1, ...leb(locals), 0x7f, 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [...leb(count), ...Array<number>(count).fill(0)]),
    ...section(7, [1, 3, ...Buffer.from('run'), 0, 0]),
    ...section(10, [
      ...leb(count),
      ...Array.from({ length: count }, () => [body.length, ...body]).flat(),
    ]),
  ]);
}

/** Those of `near_vm_runner` that a module can have, and what is said of a method. */
const unfit: [says: string, module: Uint8Array | string, error: string, method?: string][] = [
  ['nothing at all', new Uint8Array(), 'PrepareError.Deserialization'],
  ['bytes that are no module', new Uint8Array(64).fill(7), 'PrepareError.Deserialization'],
  [
    'a module of another version',
    new Uint8Array([0, 97, 115, 109, 2, 0, 0, 0]),
    'PrepareError.Deserialization',
  ],
  [
    'a module that imports its memory',
    `(import "env" "memory" (memory 1)) ${run}`,
    'PrepareError.Memory',
  ],
  [
    'a module that imports from elsewhere',
    `(import "wasi" "fd_write" (func)) ${run}`,
    'PrepareError.Instantiate',
  ],
  ['a module of 10,001 functions', run + '(func)'.repeat(10_000), 'PrepareError.TooManyFunctions'],
  ['functions of 50,001 locals', functionsOf(20, 50_001), 'PrepareError.Deserialization'],
  ['functions of 1,000,020 locals together', functionsOf(21, 47_620), 'PrepareError.TooManyLocals'],
  [
    'a function of 210,000 bytes',
    `(func (export "run") ${'(drop (i32.const 1))'.repeat(70_000)})`,
    'PrepareError.FunctionBodyTooLarge',
  ],
  ['1,025 types', typesOf(1_025), 'PrepareError.TooManyTypes'],
  [
    'a table of 10,001 elements',
    `(table 10001 funcref) ${run}`,
    'PrepareError.TooManyTableElements',
  ],
  [
    'an import that no host has',
    `(import "env" "fly" (func)) ${run}`,
    'FunctionCallError.LinkError',
  ],
  [
    'a host function by another type',
    `(import "env" "panic" (func (param i32))) ${run}`,
    'FunctionCallError.LinkError',
  ],
  ['a method that is not there', '(func (export "other"))', 'MethodResolveError.MethodNotFound'],
  [
    'a method that takes something',
    '(func (export "run") (param i32))',
    'MethodResolveError.MethodInvalidSignature',
  ],
  [
    'a method that gives something',
    '(func (export "run") (result i32) (i32.const 0))',
    'MethodResolveError.MethodInvalidSignature',
  ],
  [
    'an export that is no function',
    '(memory (export "run") 1)',
    'MethodResolveError.MethodNotFound',
  ],
  ['a method without a name', run, 'MethodResolveError.MethodEmptyName', ''],
];

const moduleFor = (it: Uint8Array | string) =>
  typeof it === 'string' ? assemble(`(module ${it})`) : it;

export const moduleCases: Case[] = [
  ...traps.map(([says, code, trap, whole = false]) => ({
    says: `${says} is the trap ${trap}`,
    cites: cites.wasm,
    triggers: [`WasmTrap.${trap}`],
    check: () => {
      const { failure } = whole ? runModule(moduleFor(code)) : runCode(code);
      expect(failure).to.deep.equal({ kind: 'trap', trap });
    },
  })),
  ...unfit.map(([says, it, error, method = 'run']) => ({
    says: `${says} is refused as ${error.split('.')[1]}`,
    cites: cites.vmErrors,
    triggers: [error],
    check: () => {
      const outcome = runModule(moduleFor(it), { context: { method } });
      const name = outcome.failure?.kind === 'link' ? 'LinkError' : told(outcome);
      expect(name).to.equal(error.split('.')[1]);
    },
  })),
];
