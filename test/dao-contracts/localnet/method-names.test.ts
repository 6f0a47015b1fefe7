/**
 * Names of methods are paid for by their bytes, once when a receipt is made and once when it runs:
 * where both count the same bytes, no token is made or lost.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { actions } from 'near-api-js';
import { deriveKey, publicKeyBytes } from '@commonweights/dao-contracts/localnet/keys.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { ChainClient, firstOutcome, near, openChain } from './chain-client.js';
import { assemble } from './contracts.js';

/** Each takes the name, or names, from its input; `key` takes a public key before that. */
const contract = assemble(`(module
  (import "env" "input" (func $input (param i64)))
  (import "env" "register_len" (func $register_len (param i64) (result i64)))
  (import "env" "read_register" (func $read_register (param i64 i64)))
  (import "env" "promise_batch_create" (func $batch (param i64 i64) (result i64)))
  (import "env" "promise_batch_action_add_key_with_function_call"
    (func $add_key (param i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  (import "env" "promise_batch_action_function_call"
    (func $call (param i64 i64 i64 i64 i64 i64 i64)))
  (import "env" "promise_yield_create"
    (func $yield (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (memory 1)
  (data (i32.const 0) "d.local")
  (func $take (result i64)
    (call $input (i64.const 0))
    (call $read_register (i64.const 0) (i64.const 1024))
    (call $register_len (i64.const 0)))
  (func (export "key") (local $size i64)
    (local.set $size (call $take))
    (call $add_key (call $batch (i64.const 7) (i64.const 0))
      (i64.const 33) (i64.const 1024) (i64.const 0) (i64.const 64) (i64.const 7) (i64.const 0)
      (i64.sub (local.get $size) (i64.const 33)) (i64.const 1057)))
  (func (export "call") (local $size i64)
    (local.set $size (call $take))
    (call $call (call $batch (i64.const 7) (i64.const 0))
      (local.get $size) (i64.const 1024) (i64.const 0) (i64.const 0) (i64.const 64)
      (i64.const 1000000000000)))
  (func (export "yield") (local $size i64)
    (local.set $size (call $take))
    (drop (call $yield (local.get $size) (i64.const 1024) (i64.const 0) (i64.const 0)
      (i64.const 1000000000000) (i64.const 0) (i64.const 0)))))`);

const bytes = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
  fc.constantFrom('\ufeffa', 'éééé', '\ufffd').map((text) => Buffer.from(text)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((raw) => Buffer.from(raw)),
  fc.constant(Buffer.from([0xff, 0xff, 0xff, 0xff])),
);

function expectConserved(chain: Chain): void {
  const { totalSupply, accountsTotal, burnt, inFlight } = chain.ledger.supply();
  expect(totalSupply).to.equal(accountsTotal + burnt + inFlight);
}

function isText(raw: Buffer): boolean {
  return Buffer.from(raw.toString()).equals(raw);
}

describe('names of methods on the local chain', function () {
  this.timeout(60_000);

  it('neither make nor lose a token, and are text or refused', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('d.local', 1_000n * near);
    await client.send('d.local', 'd.local', [actions.deployContract(contract)]);
    let keys = 0;
    const property = fc.asyncProperty(
      bytes,
      fc.constantFrom('key', 'call', 'yield'),
      async (name, method) => {
        const { publicKey } = deriveKey('method names', `${keys++}`);
        const key = [new Uint8Array([0]), publicKeyBytes(publicKey)!];
        const input = method === 'key' ? Buffer.concat([...key, name]) : name;
        const call = actions.functionCall(method, input, 30n * 10n ** 12n, 0n);
        const { hash } = chain.submit(await client.sign('local', 'd.local', [call]));
        if (method === 'yield') {
          // Two of them take two blocks: then what is yielded waits, for two hundred more.
          await chain.wait(hash, 'included');
          for (let i = 0; i < 2; i++) await client.send('local', 'd.local', [actions.transfer(1n)]);
          expectConserved(chain);
          chain.fastForward(1_000_000_000n, 205);
        }
        await chain.wait(hash, 'executed');
        expectConserved(chain);
        const first = JSON.stringify(firstOutcome(chain, chain.transaction(hash)!));
        if (!isText(name)) expect(first).to.contain('an invalid method name');
        else expect(first).not.to.contain('an invalid method name');
      },
    );
    await fc.assert(property, { numRuns: 60, endOnFailure: true, seed: 20_261_128 });
    await chain.stop();
  });

  it('cost a key by their bytes', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    const gasOf = async (names: string[]) => {
      const publicKey = client.publicKey(names.join());
      const key = actions.addFunctionCallAccessKey(publicKey, 'd.local', names);
      const record = await client.send('local', 'local', [key]);
      expect(firstOutcome(chain, record)).to.have.property('SuccessValue');
      return chain.outcome(record.executed[0]!)!.gasBurnt;
    };
    expect(await gasOf(['éé', '€'])).to.equal(await gasOf(['abcd', 'xyz']));
    await chain.stop();
  });
});
