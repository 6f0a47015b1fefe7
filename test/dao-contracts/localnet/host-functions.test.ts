/** Host functions against independent implementations, and at their limits. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect } from 'chai';
import { actions } from 'near-api-js';
import type { CallOutcome } from '@commonweights/dao-contracts/localnet/vm/call.js';
import { runContract } from '@commonweights/dao-contracts/localnet/vm/contract.js';
import type { ActionReceipt } from '@commonweights/dao-contracts/localnet/runtime/receipt.js';
import { ChainClient, near, openChain, Tgas } from './chain-client.js';
import { assemble, imports } from './contracts.js';

let count = 0;

/** Runs `code` with `input` in memory at 1024. */
function run(code: string, input: Uint8Array = new Uint8Array(), more = ''): CallOutcome {
  const bytes = assemble(`(module ${imports} ${more} (memory 4)
    (func (export "run") (local $r i64)
      (call $input (i64.const 0)) (call $read_register (i64.const 0) (i64.const 1024))
      ${code}))`);
  const data = new Map<string, Uint8Array>();
  const context = {
    currentAccountId: 'contract.local',
    signerAccountId: 'local',
    signerPublicKey: new Uint8Array(33),
    predecessorAccountId: 'local',
    method: 'run',
    input,
    promiseResults: [],
    blockHeight: 7,
    blockTimestampNs: 9n,
    epochHeight: 0,
    balanceYocto: 5n,
    attachedDepositYocto: 2n,
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
  return runContract({ hash: `host ${count++}`, bytes }, context, () => data as never);
}

function valueOf(outcome: CallOutcome): string {
  expect(outcome.failure).to.equal(null);
  return outcome.returned.kind === 'value'
    ? Buffer.from(outcome.returned.value).toString('hex')
    : '';
}

const failureOf = (outcome: CallOutcome): string => JSON.stringify(outcome.failure);

const returnRegister = '(call $value_return (i64.const -1) (i64.const 5))';

describe('hash and signature host functions', () => {
  const hash = (name: string, input: Uint8Array): string =>
    valueOf(
      run(
        `(call $hash (i64.const ${input.length}) (i64.const 1024) (i64.const 5)) ${returnRegister}`,
        input,
        `(import "env" "${name}" (func $hash (param i64 i64 i64)))`,
      ),
    );

  it('agree with published digests', () => {
    const abc = Buffer.from('abc');
    expect(hash('sha256', abc)).to.equal(createHash('sha256').update(abc).digest('hex'));
    expect(hash('keccak256', abc)).to.equal(
      '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    );
    expect(hash('keccak512', abc)).to.match(/^18587dc2ea106b9a1563e32b3312421c/);
    expect(hash('ripemd160', abc)).to.equal('8eb208f7e05d987a9b044a8e98c6b087f15a0bfc');
  });

  const secret = Buffer.alloc(32, 7);
  const digest = createHash('sha256').update('message').digest();

  /** The recovered key, or "none". */
  function recover(signature: Uint8Array, v: number, flag: number): CallOutcome {
    return run(
      `(local.set $r (call $ecrecover
        (i64.const 32) (i64.const 1024) (i64.const ${signature.length}) (i64.const 1056)
        (i64.const ${v}) (i64.const ${flag}) (i64.const 5)))
      (if (i64.eqz (local.get $r))
        (then (call $value_return (i64.const 0) (i64.const 0)))
        (else ${returnRegister}))`,
      Buffer.concat([digest, signature]),
      `(import "env" "ecrecover"
        (func $ecrecover (param i64 i64 i64 i64 i64 i64 i64) (result i64)))`,
    );
  }

  it('recover the key of an Ethereum signature, with v 0 and v 1', () => {
    const publicKey = Buffer.from(secp256k1.getPublicKey(secret, false).slice(1)).toString('hex');
    const seen = new Set<number>();
    for (let i = 0; seen.size < 2; i++) {
      const extraEntropy = Buffer.alloc(32, i + 1);
      const options = { prehash: false, format: 'recovered', extraEntropy } as const;
      const [v, ...compact] = secp256k1.sign(digest, secret, options);
      seen.add(v!);
      const signature = Uint8Array.from(compact);
      for (const flag of [0, 1]) expect(valueOf(recover(signature, v!, flag))).to.equal(publicKey);
      // The other recovery bit gives another key; swapped arguments would show here.
      expect(valueOf(recover(signature, 1 - v!, 1))).not.to.equal(publicKey);

      const { r, s } = secp256k1.Signature.fromBytes(signature, 'compact');
      const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes('compact');
      expect(valueOf(recover(high, 1 - v!, 0))).to.equal(publicKey);
      expect(valueOf(recover(high, 1 - v!, 1))).to.equal('');
    }
  });

  it('refuse arguments that no signature has', () => {
    const zeros = new Uint8Array(64);
    expect(valueOf(recover(zeros, 0, 0))).to.equal('');
    expect(failureOf(recover(zeros, 4, 0))).to.include('ECRecoverError');
    expect(failureOf(recover(zeros, 0, 2))).to.include('ECRecoverError');
    expect(failureOf(recover(zeros.slice(1), 0, 0))).to.include('ECRecoverError');
  });

  it('verify ed25519 signatures', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const message = Buffer.from('a message');
    const signature = sign(null, message, privateKey);
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
    const verify = (signed: Uint8Array): string =>
      valueOf(
        run(
          `(i64.store (i32.const 0) (call $verify
            (i64.const 64) (i64.const 1024) (i64.const ${message.length}) (i64.const 1120)
            (i64.const 32) (i64.const 1088)))
          (call $value_return (i64.const 1) (i64.const 0))`,
          Buffer.concat([signed, raw, message]),
          `(import "env" "ed25519_verify"
            (func $verify (param i64 i64 i64 i64 i64 i64) (result i64)))`,
        ),
      );
    expect(verify(signature)).to.equal('01');
    signature[3]! ^= 1;
    expect(verify(signature)).to.equal('00');
  });
});

describe('the limits of host functions', () => {
  it('bound keys and values of storage', () => {
    const write = (keyBytes: number, valueBytes: number): string =>
      failureOf(
        run(`(drop (call $storage_write (i64.const ${keyBytes}) (i64.const 0)
          (i64.const ${valueBytes}) (i64.const 0) (i64.const 0)))`),
      );
    expect(write(2048, 100)).to.equal('null');
    expect(write(2049, 100)).to.include('KeyLengthExceeded');
    expect(write(1, 4_194_305)).to.include('ValueLengthExceeded');
  });

  it('bound logs by number and by length', () => {
    const logs = (times: number, bytes: number): CallOutcome =>
      run(`(loop $again
        (call $log (i64.const ${bytes}) (i64.const 2048))
        (local.set $r (i64.add (local.get $r) (i64.const 1)))
        (br_if $again (i64.lt_u (local.get $r) (i64.const ${times}))))`);
    expect(logs(100, 1).logs).to.have.length(100);
    expect(failureOf(logs(101, 1))).to.include('NumberOfLogsExceeded');
    expect(failureOf(logs(1, 16_384))).to.equal('null');
    expect(failureOf(logs(1, 16_385))).to.include('TotalLogLengthExceeded');
    expect(failureOf(logs(2, 9000))).to.include('TotalLogLengthExceeded');
  });

  it('bound registers', () => {
    const fill = (registers: number): string =>
      failureOf(
        run(
          `(loop $again
            (call $write (local.get $r) (i64.const 1) (i64.const 0))
            (local.set $r (i64.add (local.get $r) (i64.const 1)))
            (br_if $again (i64.lt_u (local.get $r) (i64.const ${registers}))))`,
          undefined,
          '(import "env" "write_register" (func $write (param i64 i64 i64)))',
        ),
      );
    // Register 0 already holds the input, and is replaced.
    expect(fill(100)).to.equal('null');
    expect(fill(101)).to.include('MemoryAccessViolation');
    const missing = run('(call $read_register (i64.const 77) (i64.const 0))');
    expect(failureOf(missing)).to.include('InvalidRegisterId');
  });

  it('check every pointer', () => {
    for (const at of ['67108864', '-1', '4294967296', '9223372036854775807']) {
      const read = run(`(call $value_return (i64.const 1) (i64.const ${at}))`);
      expect(failureOf(read)).to.include('MemoryAccessViolation');
      const write = run(`(call $read_register (i64.const 0) (i64.const ${at}))`, Buffer.of(1));
      expect(failureOf(write)).to.include('MemoryAccessViolation');
    }
    const long = run('(call $value_return (i64.const 9223372036854775807) (i64.const 0))');
    expect(failureOf(long)).to.include('IntegerOverflow');
  });

  it('refuse text that is not UTF-8 and accounts that are not names', () => {
    const logged = run('(call $log (i64.const 1) (i64.const 1024))', Buffer.of(0xff));
    expect(failureOf(logged)).to.include('BadUTF8');
    const promise = `(drop (call $promise_create (i64.const 3) (i64.const 1024) (i64.const 1)
      (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 4096) (i64.const 1)))`;
    expect(failureOf(run(promise, Buffer.from('A.b')))).to.include('InvalidAccountId');
    expect(failureOf(run(promise, Buffer.from('a.b')))).to.equal('null');
  });

  it('burn and set aside what a transfer costs, with the account that it may make', () => {
    const transfer = (receiver: string): CallOutcome =>
      run(
        `(i64.store (i32.const 2048) (i64.const 1))
        (call $transfer
          (call $batch (i64.const ${receiver.length}) (i64.const 1024)) (i64.const 2048))`,
        Buffer.from(receiver),
        `(import "env" "promise_batch_create" (func $batch (param i64 i64) (result i64)))
        (import "env" "promise_batch_action_transfer" (func $transfer (param i64 i64)))`,
      );
    // Of equal length: reading the name costs the same.
    const named = transfer(`${'a'.repeat(62)}.b`);
    const keyed = transfer('a'.repeat(64));
    expect([named.failure, keyed.failure]).to.deep.equal([null, null]);
    const made = 3_850_000_000_000 + 101_765_125_000;
    expect(keyed.burntGas - named.burntGas).to.equal(made);
    expect(keyed.usedGas - named.usedGas).to.equal(2 * made);
    const address = transfer(`0x${'7'.repeat(40)}`);
    const short = transfer(`${'a'.repeat(40)}.b`);
    expect(address.burntGas - short.burntGas).to.equal(3_850_000_000_000);
    expect(address.usedGas - short.usedGas).to.equal(2 * 3_850_000_000_000);
  });

  it('let a call spend its balance and deposit, and no more', () => {
    const send = (yocto: number): string =>
      failureOf(
        run(
          `(i64.store (i32.const 4096) (i64.const ${yocto}))
          (drop (call $promise_create (i64.const 3) (i64.const 1024) (i64.const 1)
            (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 4096) (i64.const 1)))`,
          Buffer.from('a.b'),
        ),
      );
    expect(send(7)).to.equal('null');
    expect(send(8)).to.include('BalanceExceeded');
  });
});

describe('promises on the chain', () => {
  const waiting = assemble(`(module ${imports}
    (import "env" "promise_yield_create"
      (func $create (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
    (import "env" "promise_yield_resume" (func $resume (param i64 i64 i64 i64) (result i32)))
    (memory 1)
    (data (i32.const 0) "k")
    (data (i32.const 8) "after")
    (data (i32.const 16) "payload")
    (data (i32.const 32) "0no")
    (func (export "start")
      (call $promise_return (call $create (i64.const 5) (i64.const 8) (i64.const 0) (i64.const 0)
        (i64.const 10000000000000) (i64.const 0) (i64.const 3)))
      (drop (call $storage_write
        (i64.const 1) (i64.const 0) (i64.const -1) (i64.const 3) (i64.const 4))))
    (func (export "finish")
      (drop (call $storage_read (i64.const 1) (i64.const 0) (i64.const 3)))
      (call $read_register (i64.const 3) (i64.const 512))
      (i32.store8 (i32.const 32) (i32.add (i32.const 48)
        (call $resume (i64.const 32) (i64.const 512) (i64.const 7) (i64.const 16))))
      (call $log (i64.const 1) (i64.const 32)))
    (func (export "after")
      (if (i64.eq (call $promise_result (i64.const 0) (i64.const 5)) (i64.const 1))
        (then (call $value_return (i64.const -1) (i64.const 5)))
        (else (call $value_return (i64.const 2) (i64.const 33))))))`);

  async function startWaiting() {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 20n * near);
    await client.send('a.local', 'a.local', [actions.deployContract(waiting)]);
    const signed = await client.sign('local', 'a.local', [
      actions.functionCall('start', {}, 100n * Tgas, 0n),
    ]);
    const { hash } = chain.submit(signed);
    await chain.wait(hash, 'included');
    // One more transaction, so that the yielded receipt has been executed and waits.
    await client.call('local', 'a.local', 'missing');
    expect(chain.transaction(hash)!.open).to.be.greaterThan(0);
    const result = async (): Promise<string> => {
      await chain.wait(hash, 'executed');
      const { executed } = chain.transaction(hash)!;
      const values = executed.map((id) => chain.outcome(id)!.status);
      const last = values.find((status) => 'SuccessValue' in status && status.SuccessValue);
      return Buffer.from((last as { SuccessValue: string }).SuccessValue, 'base64').toString();
    };
    return { chain, client, result };
  }

  it('resume a yielded promise, once', async () => {
    const { chain, client, result } = await startWaiting();
    const resumed = await client.call('local', 'a.local', 'finish');
    expect(chain.outcome(resumed.executed[0]!)!.logs).to.deep.equal(['1']);
    expect(await result()).to.equal('payload');
    const again = await client.call('local', 'a.local', 'finish');
    expect(chain.outcome(again.executed[0]!)!.logs).to.deep.equal(['0']);
    const { totalSupply, accountsTotal, burnt } = chain.ledger.supply();
    expect(accountsTotal + burnt).to.equal(totalSupply);
    await chain.stop();
  });

  it('fail a yielded promise that nobody resumes in 200 blocks', async () => {
    const { chain, result } = await startWaiting();
    chain.fastForward(0n, 199);
    chain.fastForward(0n, 2);
    expect(await result()).to.equal('no');
    await chain.stop();
  });

  it('share unused gas by weight', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 20n * near);
    const code = assemble(`(module ${imports}
      (import "env" "promise_batch_create" (func $batch (param i64 i64) (result i64)))
      (import "env" "promise_batch_action_function_call_weight"
        (func $call (param i64 i64 i64 i64 i64 i64 i64 i64)))
      (memory 1)
      (data (i32.const 0) "b.local")
      (func (export "run") (local $p i64)
        (local.set $p (call $batch (i64.const 7) (i64.const 0)))
        (call $call (local.get $p) (i64.const 1) (i64.const 0) (i64.const 0) (i64.const 0)
          (i64.const 64) (i64.const 1000000000000) (i64.const 1))
        (call $call (local.get $p) (i64.const 1) (i64.const 0) (i64.const 0) (i64.const 0)
          (i64.const 64) (i64.const 1000000000000) (i64.const 3))))`);
    await client.send('a.local', 'a.local', [actions.deployContract(code)]);
    const record = await client.call('local', 'a.local', 'run', {}, { gas: 100n * Tgas });
    const created = chain.world.record<ActionReceipt>(`receipt/${record.executed[1]}`)!;
    const [one, three] = created.actions.map((action) =>
      action.kind === 'functionCall' ? action.gas - 1e12 : 0,
    );
    expect(one).to.be.greaterThan(15e12);
    expect(Math.abs(three! - 3 * one!)).to.be.lessThan(4);
    const { totalSupply, accountsTotal, burnt } = chain.ledger.supply();
    expect(accountsTotal + burnt).to.equal(totalSupply);
    await chain.stop();
  });
});
