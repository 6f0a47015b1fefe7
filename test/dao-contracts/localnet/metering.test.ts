/** Gas and stack of metered code, against counts made by hand and by a generator of programs. */
import { expect } from 'chai';
import fc from 'fast-check';
import { runContract } from '@commonweights/dao-contracts/localnet/vm/contract.js';
import type { CallContext, CallOutcome } from '@commonweights/dao-contracts/localnet/vm/call.js';
import {
  hostCosts,
  limits,
  wasmCosts,
} from '@commonweights/dao-contracts/localnet/protocol/parameters.js';
import { assemble, imports } from './contracts.js';

const context: CallContext = {
  currentAccountId: 'contract.local',
  signerAccountId: 'local',
  signerPublicKey: new Uint8Array(33),
  predecessorAccountId: 'local',
  method: 'run',
  input: new TextEncoder().encode('input'),
  promiseResults: [],
  blockHeight: 7,
  blockTimestampNs: 9n,
  epochHeight: 0,
  balanceYocto: 0n,
  attachedDepositYocto: 0n,
  storageUsageBytes: 0,
  prepaidGas: 300e12,
  randomSeed: new Uint8Array(32),
  isView: false,
  outputReceivers: [],
  yieldId: () => new Uint8Array(32),
  isYielded: () => false,
  refundToAccountId: 'local',
  codeHash: new Uint8Array(32),
  validators: new Map(),
};

let count = 0;

function run(bytes: Uint8Array, changed: Partial<CallContext> = {}): CallOutcome {
  const data = new Map<string, Uint8Array>();
  return runContract({ hash: `test ${count++}`, bytes }, { ...context, ...changed }, () => ({
    get: (key) => data.get(key),
    set: (key, value) => void data.set(key, value),
    delete: (key) => void data.delete(key),
  }));
}

/** Instructions that the code paid for, after loading. */
function instructionsOf(bytes: Uint8Array): number {
  const outcome = run(bytes);
  expect(outcome.failure).to.equal(null);
  return (outcome.burntGas - loading(bytes)) / wasmCosts.instruction;
}

function loading(bytes: Uint8Array): number {
  return hostCosts.contractLoadingBase + hostCosts.contractLoadingByte * bytes.length;
}

/** Clearing a frame of 64 bytes and `localBytes`, as instructions. */
const entry = (localBytes: number): number => Math.ceil((64 + localBytes) / 8);

const returned = ({ returned: value }: CallOutcome): string =>
  value.kind === 'value' ? Buffer.from(value.value).toString('hex') : value.kind;

describe('metered code', () => {
  it('pays for entering a function and for each instruction but block, else and end', () => {
    const straight = assemble(`(module (func (export "run") (local i32 i64)
      (local.set 0 (i32.add (i32.const 1) (i32.const 2)))
      (block (block (local.set 1 (i64.const 5))))))`);
    expect(instructionsOf(straight)).to.equal(entry(12) + 6);
  });

  it('pays for the arm that is taken', () => {
    const branch = (condition: number): Uint8Array =>
      assemble(`(module (func (export "run")
        (if (i32.const ${condition})
          (then (drop (i32.const 1)))
          (else (drop (i32.const 1)) (drop (i32.const 1))))))`);
    expect(instructionsOf(branch(1))).to.equal(entry(0) + 2 + 2);
    expect(instructionsOf(branch(0))).to.equal(entry(0) + 2 + 4);
  });

  it('pays for every turn of a loop', () => {
    const loop = assemble(`(module (func (export "run") (local $i i32)
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))))`);
    expect(instructionsOf(loop)).to.equal(entry(4) + 10 * (1 + 4 + 4));
  });

  it('pays for called functions, returns and branch tables', () => {
    const calls = assemble(`(module
      (func $pick (param i32) (result i32)
        (block $a (block $b (br_table $a $b (local.get 0))) (return (i32.const 7)))
        (i32.const 8))
      (func (export "run")
        (drop (call $pick (i32.const 0)))
        (drop (call $pick (i32.const 5)))))`);
    const main = entry(0) + 2 * 3;
    expect(instructionsOf(calls)).to.equal(main + 2 * entry(4) + (2 + 1) + (2 + 2));
  });

  it('pays for programs of every shape what their generator counted', () => {
    fc.assert(
      fc.property(program, ({ code, cost }) => {
        const bytes = assemble(
          `(module (func (export "run") (local i32 i32 i32 i32 i32) ${code}))`,
        );
        expect(instructionsOf(bytes)).to.equal(entry(20) + cost);
      }),
      { numRuns: 50 },
    );
  });

  it('pays for memory that it asks for, with or without success', () => {
    const grow = (pages: number): Uint8Array =>
      assemble(`(module ${imports} (memory 1) (func (export "run")
        (i32.store (i32.const 0) (memory.grow (i32.const ${pages})))
        (i32.store (i32.const 4) (memory.size))
        (call $value_return (i64.const 8) (i64.const 0))))`);
    expect(returned(run(grow(3)))).to.equal('0004000003040000');
    expect(returned(run(grow(0)))).to.equal('0004000000040000');
    expect(returned(run(grow(1024)))).to.equal('0004000000080000');
    expect(returned(run(grow(1025)))).to.equal('ffffffff00040000');
    const [three, many] = [run(grow(3)).burntGas, run(grow(1025)).burntGas];
    // The longer constant makes the module one byte longer.
    const { linearUnit } = wasmCosts;
    expect(many - three).to.equal(1022 * linearUnit + hostCosts.contractLoadingByte);
  });

  it('gives every contract the standard memory, whatever it declares', () => {
    const touch = (at: number): Uint8Array =>
      assemble(
        `(module (memory 1) (func (export "run") (i32.store (i32.const ${at}) (i32.const 1))))`,
      );
    const end = limits.initialMemoryPages * 65_536;
    expect(run(touch(end - 4)).failure).to.equal(null);
    expect(run(touch(end - 3)).failure).to.deep.equal({ kind: 'trap', trap: 'MemoryOutOfBounds' });
    const near = assemble(`(module ${imports} (memory 1)
      (func (export "run") (call $value_return (i64.const 4) (i64.const ${end - 4}))))`);
    expect(returned(run(near))).to.equal('00000000');
    const beyond = assemble(`(module ${imports} (memory 1)
      (func (export "run") (call $value_return (i64.const 5) (i64.const ${end - 4}))))`);
    expect(run(beyond).failure).to.deep.equal({ kind: 'host', error: 'MemoryAccessViolation' });
  });

  it('starts every call with fresh memory', () => {
    const bytes = assemble(`(module ${imports} (memory 1) (data (i32.const 8) "abc")
      (func (export "run")
        (call $value_return (i64.const 12) (i64.const 0))
        (i64.store (i32.const 0) (i64.const -1))
        (i32.store (i32.const 8) (i32.const -1))))`);
    const hash = 'fresh memory';
    const storage = { get: () => undefined, set: () => {}, delete: () => {} };
    for (let i = 0; i < 3; i++) {
      const outcome = runContract({ hash, bytes }, context, () => storage);
      expect(returned(outcome)).to.equal('000000000000000061626300');
    }
  });

  it('stops endless code when its gas is burnt, and burns no more', () => {
    const bytes = assemble('(module (func (export "run") (loop $again (br $again))))');
    const outcome = run(bytes, { prepaidGas: 5e12 });
    expect(outcome.failure).to.deep.equal({ kind: 'host', error: 'GasExceeded' });
    expect(outcome.burntGas).to.equal(5e12);
    const beyond = run(bytes, { prepaidGas: 2000e12 });
    expect(beyond.failure).to.deep.equal({ kind: 'host', error: 'GasLimitExceeded' });
    expect(beyond.burntGas).to.equal(limits.maxGasBurnt);
  });

  it('counts the stack itself: recursion ends at the same depth on every machine', () => {
    const depth = (most: number): Uint8Array =>
      assemble(`(module
        (func $down (param i32)
          (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "run") (call $down (i32.const ${most}))))`);
    // 64 bytes and the parameter's 4, and 8 for the two operands of the subtraction.
    const frames = Math.floor((limits.maxStackBytes - (64 + 4)) / (68 + 8));
    expect(run(depth(frames - 1)).failure).to.equal(null);
    expect(run(depth(frames)).failure).to.deep.equal({
      kind: 'host',
      error: 'MemoryAccessViolation',
    });
  });

  it('names the traps of the contract', () => {
    const trap = (code: string): unknown =>
      run(
        assemble(`(module (table 1 funcref) (type $f (func)) (memory 1)
        (func (export "run") ${code}))`),
      ).failure;
    const named = (name: string): object => ({ kind: 'trap', trap: name });
    expect(trap('(unreachable)')).to.deep.equal(named('Unreachable'));
    const zero = '(i32.const 0)';
    expect(trap(`(drop (i32.div_u (i32.const 1) ${zero}))`)).to.deep.equal(
      named('IllegalArithmetic'),
    );
    const beyond = '(call_indirect (type $f) (i32.const 9))';
    expect(trap(beyond)).to.deep.equal(named('MemoryOutOfBounds'));
    const nothing = `(call_indirect (type $f) ${zero})`;
    expect(trap(nothing)).to.deep.equal(named('IndirectCallToNull'));
  });
});

describe('preparing a contract', () => {
  const kindOf = (bytes: Uint8Array): unknown => {
    const { failure } = run(bytes);
    return failure?.kind === 'prepare' ? failure.error : (failure ?? undefined);
  };

  it('refuses what is not a module', () => {
    expect(kindOf(new Uint8Array())).to.equal('Deserialization');
    expect(kindOf(new Uint8Array([0, 0x61, 0x73, 0x6d]))).to.equal('Deserialization');
  });

  it('never fails in any other way on damaged modules', () => {
    const whole = assemble(`(module ${imports} (memory 1) (global (mut i32) (i32.const 1))
      (table 2 funcref) (elem (i32.const 0) 18)
      (func (export "run") (loop (br_if 0 (i32.const 0)) (call $take)))
      (func $take (call $input (i64.const 0))))`);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = whole.slice();
        damaged[at] = byte;
        const { failure } = run(damaged, { prepaidGas: 1e12 });
        expect(JSON.stringify(failure)).not.to.include('local node');
      }),
      { numRuns: 400 },
    );
  });

  it('refuses a contract that reaches for the counters of the metering', () => {
    const global = '(mut i64) (i64.const 0)';
    const writing = (name: string): Uint8Array => {
      const bytes = assemble(`(module (global $a ${global}) (global $b ${global})
        (func (export "run") (global.set ${name} (i64.const 1000000000000000))))`);
      // Drops the second global from the section: its index is then the gas counter's.
      const at = Buffer.from(bytes).indexOf(Buffer.from([6, 11, 2]));
      const one = [...bytes.slice(0, at), 6, 6, 1, ...bytes.slice(at + 3, at + 8)];
      return new Uint8Array([...one, ...bytes.slice(at + 13)]);
    };
    expect(kindOf(writing('$a'))).to.equal(undefined);
    expect(kindOf(writing('$b'))).to.equal('Deserialization');
  });

  it('refuses imported memory, which the network refuses too', () => {
    const bytes = assemble('(module (import "env" "memory" (memory 1)) (func (export "run")))');
    expect(kindOf(bytes)).to.equal('Memory');
  });

  it('refuses imports that no host function answers, or of another type', () => {
    const link = (text: string): unknown =>
      run(assemble(`(module (import "env" ${text}) (func (export "run")))`)).failure;
    expect(link('"nothing" (func)')).to.have.property('kind', 'link');
    expect(link('"input" (func (param i32))')).to.have.property('kind', 'link');
    expect(link('"constructor" (func)')).to.have.property('kind', 'link');
  });

  it('refuses instructions outside the feature set', () => {
    const bytes = assemble(`(module (memory 1 1 shared) (func (export "run")
      (drop (i32.atomic.load (i32.const 0)))))`);
    expect(kindOf(bytes)).to.equal('Deserialization');
  });

  it('runs a start function before the method, and pays for it', () => {
    const bytes = assemble(`(module (global $g (mut i32) (i32.const 0))
      (func $first (global.set $g (i32.const 1))) (start $first)
      (func (export "run") (if (i32.eqz (global.get $g)) (then (unreachable)))))`);
    expect(instructionsOf(bytes)).to.equal(entry(0) + 2 + entry(0) + 3);
  });
});

/** Programs with what they cost. Locals are counters of nested loops. */
interface Program {
  code: string;
  cost: number;
}

const leaf: fc.Arbitrary<Program> = fc.constantFrom(
  { code: '(drop (i32.const 1))', cost: 2 },
  { code: '(nop)', cost: 1 },
  { code: '(drop (i64.mul (i64.const 3) (i64.const 4)))', cost: 4 },
  { code: '(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))', cost: 5 },
  { code: '(drop (f64.add (f64.const 1) (f64.const 2)))', cost: 4 },
);

function programOf(depth: number): fc.Arbitrary<Program> {
  if (depth === 0) return leaf;
  const body = fc.array(programOf(depth - 1), { maxLength: 3 }).map(sequence);
  return fc.oneof(
    leaf,
    body.map(({ code, cost }) => ({ code: `(block ${code})`, cost })),
    // What follows an unconditional branch is not paid for.
    fc.tuple(body, body).map(([first, dead]) => ({
      code: `(block $out ${first.code} (br $out) ${dead.code})`,
      cost: first.cost + 1,
    })),
    fc.tuple(fc.boolean(), body, body).map(([taken, yes, no]) => ({
      code: `(if (i32.const ${taken ? 1 : 0}) (then ${yes.code}) (else ${no.code}))`,
      cost: 2 + (taken ? yes.cost : no.cost),
    })),
    fc.tuple(fc.integer({ min: 1, max: 5 }), body).map(([turns, { code, cost }]) => ({
      code: `(local.set ${depth} (i32.const 0)) (loop $l${depth} ${code}
        (local.set ${depth} (i32.add (local.get ${depth}) (i32.const 1)))
        (br_if $l${depth} (i32.lt_u (local.get ${depth}) (i32.const ${turns}))))`,
      cost: 2 + turns * (1 + cost + 4 + 4),
    })),
  );
}

function sequence(list: Program[]): Program {
  return {
    code: list.map(({ code }) => code).join(' '),
    cost: list.reduce((sum, { cost }) => sum + cost, 0),
  };
}

const program = programOf(4);
