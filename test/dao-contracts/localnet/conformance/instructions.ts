/** Instructions beyond the first WebAssembly that the protocol allows, what they cost, and their limits. */
import { expect } from 'chai';
import { assemble } from '../contracts.js';
import { cites, type Case } from './case.js';
import { runModule, told } from './machine.js';

/** Copied from the file that `cites.parameters` names. */
const op = 822_756;
const [linearBase, linearUnit] = [26_328_192, 822_756];
const loading = (bytes: Uint8Array) => 35_445_963 + 1_089_295 * bytes.length;
/** Entering a function clears its frame of 64 bytes. */
const entry = 8 * op;

const returns = '(import "env" "value_return" (func $return (param i64 i64)))';
/** What is at address 0 is the answer. */
const answering = (bytes: number) => `(call $return (i64.const ${bytes}) (i64.const 0))`;
const contract = (parts: string, code: string, bytes = 4): Uint8Array =>
  assemble(
    `(module ${returns} (memory 1) ${parts}
    (func (export "run") ${code} ${answering(bytes)}))`,
    true,
  );
const stored = (value: string) => `(i32.store (i32.const 0) ${value})`;

const table = '(table 4 20000 funcref) (elem (i32.const 1) func $f) (func $f)';
const grown = (count: number) => `(table.grow 0 (ref.null func) (i32.const ${count}))`;

const values: [says: string, module: Uint8Array, hex: string][] = [
  [
    'memory.fill',
    contract('', '(memory.fill (i32.const 1) (i32.const 7) (i32.const 2))'),
    '00070700',
  ],
  [
    'memory.copy, also where the two overlap',
    contract(
      '(data (i32.const 0) "abcd")',
      '(memory.copy (i32.const 1) (i32.const 0) (i32.const 3))',
    ),
    '61616263',
  ],
  [
    'memory.init from passive data',
    contract('(data $d "wxyz")', '(memory.init $d (i32.const 0) (i32.const 1) (i32.const 2))'),
    '78790000',
  ],
  [
    'i32.trunc_sat_f64_s of what is not a number',
    contract('', stored('(i32.trunc_sat_f64_s (f64.const nan))')),
    '00000000',
  ],
  [
    'i32.trunc_sat_f64_s of too much',
    contract('', stored('(i32.trunc_sat_f64_s (f64.const 1e300))')),
    'ffffff7f',
  ],
  ['table.size', contract(table, stored('(table.size 0)')), '04000000'],
  [
    'table.get of a function',
    contract(table, stored('(ref.is_null (table.get 0 (i32.const 1)))')),
    '00000000',
  ],
  [
    'table.get of nothing',
    contract(table, stored('(ref.is_null (table.get 0 (i32.const 2)))')),
    '01000000',
  ],
  ['table.grow, which gives the size before', contract(table, stored(grown(9_996))), '04000000'],
  [
    'table.grow beyond 10,000 elements, whatever the table declares',
    contract(table, stored(grown(9_997))),
    'ffffffff',
  ],
];

/** Each with what it costs by its own, without what pushes its operands. */
const costs: [says: string, parts: string, code: string, operands: number, gas: number][] = [
  [
    'memory.fill of 100 bytes',
    '',
    '(memory.fill (i32.const 0) (i32.const 7) (i32.const 100))',
    3,
    linearBase + 100 * linearUnit,
  ],
  [
    'memory.copy of no byte',
    '',
    '(memory.copy (i32.const 0) (i32.const 7) (i32.const 0))',
    3,
    linearBase,
  ],
  [
    'memory.init of 2 bytes',
    '(data $d "wxyz")',
    '(memory.init $d (i32.const 0) (i32.const 0) (i32.const 2))',
    3,
    linearBase + 2 * linearUnit,
  ],
  ['data.drop', '(data $d "wxyz")', '(data.drop $d)', 0, op],
  [
    'table.copy of 3 elements',
    table,
    '(table.copy 0 0 (i32.const 0) (i32.const 1) (i32.const 3))',
    3,
    linearBase + 3 * linearUnit,
  ],
  [
    'table.fill of 2 elements',
    table,
    '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 2))',
    3,
    linearBase + 2 * linearUnit,
  ],
  ['table.grow of 5 elements', table, `(drop ${grown(5)})`, 3, linearBase + 5 * linearUnit],
  ['table.size', table, '(drop (table.size 0))', 1, op],
  [
    'memory.grow of 2 pages',
    '',
    '(drop (memory.grow (i32.const 2)))',
    2,
    linearBase + 2 * linearUnit,
  ],
];

/** A trap pays for the instructions up to it, and for none after it. */
const trapped: [says: string, parts: string, code: string, paid: number, trap: string][] = [
  [
    'a load beyond the memory',
    '',
    '(drop (i32.load (i32.const -8))) (drop (i32.const 1))',
    2,
    'MemoryOutOfBounds',
  ],
  [
    'a division by zero',
    '',
    '(drop (i32.div_u (i32.const 1) (i32.const 0))) (drop (i32.const 1))',
    3,
    'IllegalArithmetic',
  ],
  [
    'table.get beyond the table',
    table,
    '(drop (table.get 0 (i32.const 4)))',
    2,
    'MemoryOutOfBounds',
  ],
  [
    'a call of nothing',
    `(type $t (func)) ${table}`,
    '(call_indirect (type $t) (i32.const 2))',
    2,
    'IndirectCallToNull',
  ],
];

const run = '(func (export "run"))';
const turn = '(if (i32.const 0) (then (nop)))';
const parameters = (count: number) => `(func (param ${'i32 '.repeat(count)}))`;

/** Refused when they are prepared, and so without any gas. */
const unfit: [says: string, module: string, error: string][] = [
  ['two tables', `(table 1 funcref) (table 1 funcref) ${run}`, 'TooManyTables'],
  ['a function of 65 parameters', run + parameters(65), 'TooManyParamsPerFunction'],
  [
    'functions of 50,048 parameters together',
    run + parameters(64).repeat(782),
    'TooManyParamsPerContract',
  ],
  ['references to what is no function', `(table 1 externref) ${run}`, 'Deserialization'],
  [
    'a block of two results',
    `(func (export "run") (drop (drop (block (result i32 i32) (i32.const 1) (i32.const 2)))))`,
    'Deserialization',
  ],
  ['vectors', '(func (export "run") (drop (i32x4.splat (i32.const 1))))', 'Deserialization'],
  [
    '5,001 blocks in a function',
    `(func (export "run") ${turn.repeat(5_001)})`,
    'TooManyBlocksPerFunction',
  ],
  [
    '50,001 blocks together',
    run + `(func ${turn.repeat(4_000)})`.repeat(13),
    'TooManyBlocksPerContract',
  ],
];

export const instructionCases: Case[] = [
  ...values.map(([says, module, hex]) => ({
    says: `${says} is as WebAssembly 2.0 says`,
    cites: cites.wasm,
    check: () => void expect(told(runModule(module))).to.equal(hex),
  })),
  ...costs.map(([says, parts, code, operands, gas]) => ({
    says: `${says} costs ${gas} gas`,
    cites: cites.parameters,
    check: () => {
      const module = assemble(`(module (memory 1) ${parts} (func (export "run") ${code}))`, true);
      const { burntGas, failure } = runModule(module);
      expect(failure).to.equal(null);
      expect(burntGas - loading(module) - entry - operands * op).to.equal(gas);
    },
  })),
  ...trapped.map(([says, parts, code, paid, trap]) => ({
    says: `${says} is the trap ${trap} and pays for nothing after it`,
    cites: cites.metering,
    triggers: [`WasmTrap.${trap}`],
    check: () => {
      const module = assemble(`(module (memory 1) ${parts} (func (export "run") ${code}))`, true);
      const { burntGas, failure } = runModule(module);
      expect(failure).to.deep.equal({ kind: 'trap', trap });
      expect((burntGas - loading(module) - entry) / op).to.equal(paid);
    },
  })),
  ...unfit.map(([says, text, error]) => ({
    says: `${says} cannot be prepared: ${error}, and no gas is burnt`,
    cites: cites.prepare,
    triggers: [`PrepareError.${error}`],
    check: () => {
      const outcome = runModule(assemble(`(module ${text})`));
      expect(outcome.failure).to.include({ kind: 'prepare', error });
      expect(outcome.burntGas).to.equal(0);
    },
  })),
  {
    says: 'a contract that does not link has paid for being loaded',
    cites: cites.prepare,
    check: () => {
      const module = assemble(`(module (import "env" "fly" (func)) ${run})`);
      expect(runModule(module).burntGas).to.equal(loading(module));
    },
  },
  {
    says: 'a method that is not there costs nothing',
    cites: cites.prepare,
    check: () => {
      const outcome = runModule(assemble(`(module ${run})`), { context: { method: 'other' } });
      expect([told(outcome), outcome.burntGas]).to.deep.equal(['MethodNotFound', 0]);
    },
  },
  {
    says: 'gas that does not load the contract ends before its methods are looked at',
    cites: cites.prepare,
    check: () => {
      const around = { context: { method: 'other', prepaidGas: 1_000 } };
      const outcome = runModule(assemble(`(module ${run})`), around);
      expect([told(outcome), outcome.burntGas]).to.deep.equal(['GasExceeded', 1_000]);
    },
  },
  {
    says: 'the index of an indirect call stays on the counted stack',
    cites: cites.metering,
    check: () => {
      // Of 262,144 bytes each turn takes a frame of 64, and the index that no analysis pops.
      const calls = '(call_indirect (type $t) (i32.const 0))';
      const turns = (code: string) =>
        assemble(`(module (type $t (func)) (table 1 funcref) (elem (i32.const 0) func $run)
          (func $run (export "run") ${code}))`);
      const { burntGas } = runModule(turns(calls));
      const module = turns(calls);
      const perTurn = entry + 2 * op;
      const deep = Math.floor(262_144 / (64 + 4));
      // The last turn finds no stack, and pays for nothing.
      expect((burntGas - loading(module)) / perTurn).to.equal(deep);
      const twice = turns(calls + calls);
      const paid = runModule(twice).burntGas - loading(twice);
      expect(paid / perTurn).to.equal(Math.floor(262_144 / (64 + 8)));
    },
  },
];
