/**
 * The embedded node as light clients see it: its blocks and proofs verify by the protocol's algorithm
 * (client/light-client.ts, which is held to mainnet elsewhere), and what was changed does not.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { actions, baseDecode, baseEncode, JsonRpcProvider } from 'near-api-js';
import {
  advanceLightClient,
  proveBlock,
  proveExecution,
  startLightClient,
  type LightClient,
} from '@commonweights/dao-contracts/client/light-client.js';
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { answer } from '@commonweights/dao-contracts/localnet/rpc/methods.js';
import { Parameters } from '@commonweights/dao-contracts/localnet/rpc/parameters.js';
import { splitMix } from '../../support/seeded-numbers.js';
import { ChainClient, near, openChain } from './chain-client.js';
import { demoContract } from './contracts.js';

type Json = Record<string, unknown>;

const ask = async (chain: Chain, method: string, parameters: unknown): Promise<Json> =>
  (await answer(chain, method, new Parameters(parameters))) as Json;

/** Begins at genesis, of which only the hash is trusted. */
async function follow(chain: Chain): Promise<LightClient> {
  const { hash } = chain.genesis;
  const place = { block_hash: hash, light_client_head: hash };
  const { block_header_lite } = await ask(chain, 'EXPERIMENTAL_light_client_block_proof', place);
  return startLightClient({
    trustedHash: hash,
    header: block_header_lite,
    nextProducers: await ask(chain, 'EXPERIMENTAL_validators_ordered', [null]),
  });
}

/** As far as the node leads. */
async function catchUp(chain: Chain, client: LightClient): Promise<LightClient> {
  chain.finalize();
  for (let at = client; ;) {
    const block = await ask(chain, 'next_light_client_block', [at.headHash]);
    if (Object.keys(block).length === 0) return at;
    at = advanceLightClient(at, block);
  }
}

function proofOfTransaction(chain: Chain, id: string, client: LightClient): Promise<Json> {
  const light_client_head = client.headHash;
  return ask(chain, 'light_client_proof', {
    ...{ type: 'transaction', transaction_hash: id, sender_id: 'local', light_client_head },
  });
}

function proofOfReceipt(chain: Chain, id: string, client: LightClient): Promise<Json> {
  const light_client_head = client.headHash;
  return ask(chain, 'EXPERIMENTAL_light_client_proof', {
    ...{ type: 'receipt', receipt_id: id, receiver_id: 'local', light_client_head },
  });
}

/** Accounts `a.local` and `b.local`, both with a contract. */
async function populate(chain: Chain): Promise<ChainClient> {
  const client = new ChainClient(chain);
  for (const id of ['a.local', 'b.local']) {
    await client.createAccount(id, 100n * near);
    await client.send(id, id, [actions.deployContract(demoContract('fail'))]);
  }
  return client;
}

const steps = fc.array(
  fc.oneof(
    fc.constantFrom('echo', 'set', 'fail', 'relay', 'nothing').map((method) => ({ method })),
    fc.record({ yocto: fc.bigInt(1n, near) }),
    fc.record({ times: fc.integer({ min: 2, max: 9 }) }),
    fc.record({ heights: fc.constantFrom(1, 5, 43_200, 100_000) }),
  ),
  { minLength: 1, maxLength: 6 },
);

type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;

/** Takes a step and returns the hashes of its transactions. */
async function take(chain: Chain, client: ChainClient, step: Step): Promise<string[]> {
  if ('heights' in step) {
    chain.fastForward(10n ** 9n, step.heights);
    return [];
  }
  if ('times' in step) {
    const several = Array.from({ length: step.times }, async () =>
      chain.submit(await client.sign('local', 'a.local', [actions.transfer(1n)])),
    );
    const hashes = (await Promise.all(several)).map(({ hash }) => hash);
    for (const hash of hashes) await chain.wait(hash, 'executed');
    return hashes;
  }
  const record =
    'yocto' in step
      ? await client.send('local', 'b.local', [actions.transfer(step.yocto)])
      : await client.call('local', 'a.local', step.method, Buffer.from('b.local'));
  return [record.transaction.hash];
}

describe('light clients of the embedded node', function () {
  this.timeout(120_000);

  it('can prove every outcome of whatever happened, from the hash of genesis', () =>
    fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const chain = openChain();
        const client = await populate(chain);
        const hashes: string[] = [];
        for (const step of list) hashes.push(...(await take(chain, client, step)));
        const light = await catchUp(chain, await follow(chain));
        for (const hash of hashes) {
          const record = chain.transaction(hash)!;
          const proven = proveExecution(light, hash, await proofOfTransaction(chain, hash, light));
          expect(proven.receiptIds).to.deep.equal(record.outcome.receiptIds);
          for (const id of record.executed) {
            const outcome = chain.outcome(id)!;
            const shown = proveExecution(light, id, await proofOfReceipt(chain, id, light));
            expect(shown.logs).to.deep.equal(outcome.logs);
            expect(shown.gasBurnt).to.equal(BigInt(outcome.gasBurnt));
            expect(shown.executorId).to.equal(outcome.executorId);
            const failed = 'Failure' in outcome.status;
            expect(shown.status.kind === 'failure').to.equal(failed);
          }
        }
        await chain.stop();
      }),
      { numRuns: 25, endOnFailure: true },
    ));

  it('proves nothing, or the same, once any part of the evidence was changed', async () => {
    const chain = openChain();
    const client = await populate(chain);
    const before = await catchUp(chain, await follow(chain));
    const { transaction } = await client.call('local', 'a.local', 'relay', Buffer.from('b.local'));
    for (let i = 0; i < 5; i++) await client.send('local', 'a.local', [actions.transfer(1n)]);
    const record = chain.transaction(transaction.hash)!;
    const id = record.executed.find((one) => chain.outcome(one)!.logs.length > 0)!;
    chain.finalize();
    const block = await ask(chain, 'next_light_client_block', [before.headHash]);
    const after = advanceLightClient(before, block);
    const proof = await proofOfReceipt(chain, id, after);
    const proven = proveExecution(after, id, proof);
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, inBlock) => {
        const whole = inBlock ? block : proof;
        const changed = changeOne(splitMix(seed, 0), whole) as Json;
        if (JSON.stringify(changed) === JSON.stringify(whole)) return;
        let shown: unknown;
        try {
          shown = inBlock
            ? advanceLightClient(before, changed)
            : proveExecution(after, id, changed);
        } catch (error) {
          expect(error).to.have.property('name', 'LightClientError');
          return;
        }
        expect(shown).to.deep.equal(inBlock ? after : proven);
      }),
      { numRuns: 3_000, endOnFailure: true },
    );
    await chain.stop();
  });

  it('proves nothing once a bit of any hash, signature or number that counts was flipped', async () => {
    const chain = openChain();
    const client = await populate(chain);
    const before = await catchUp(chain, await follow(chain));
    const { transaction } = await client.call('local', 'a.local', 'echo', Buffer.from('hello'));
    chain.finalize();
    const block = await ask(chain, 'next_light_client_block', [before.headHash]);
    const after = advanceLightClient(before, block);
    const id = transaction.hash;
    const proof = await proofOfTransaction(chain, id, after);
    let flips = 0;
    for (const [whole, use] of [
      [block, (it: unknown) => advanceLightClient(before, it)],
      [proof, (it: unknown) => proveExecution(after, id, it)],
    ] as const) {
      for (const flipped of flipsOf(whole)) {
        expect(() => use(flipped), JSON.stringify(flipped)).to.throw();
        flips++;
      }
    }
    expect(flips).to.be.greaterThan(4_000);
    await chain.stop();
  });

  it('are served by an unmodified near-api-js', async () => {
    const node = await startLocalnet({ seed: 'chain test' });
    const provider = new JsonRpcProvider({ url: node.url });
    const rpc = async (method: string, params: unknown): Promise<unknown> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(node.url, { method: 'POST', body });
      return ((await response.json()) as { result: unknown }).result;
    };
    try {
      const genesis = (await provider.viewBlock({ blockId: 1 })).header.hash;
      const place = { block_hash: genesis, light_client_head: genesis };
      const { block_header_lite } = (await rpc('EXPERIMENTAL_light_client_block_proof', place)) as {
        block_header_lite: unknown;
      };
      const { current_validators } = await provider.viewValidators();
      let light = startLightClient({
        ...{ trustedHash: genesis, header: block_header_lite, nextProducers: current_validators },
      });
      const chain = openChain();
      const bytes = await new ChainClient(chain).sign('local', 'local', [actions.transfer(1n)]);
      await chain.stop();
      const signed_tx_base64 = Buffer.from(bytes).toString('base64');
      await rpc('send_tx', { signed_tx_base64 });
      const { height } = (await provider.viewBlock({ finality: 'final' })).header;
      light = advanceLightClient(
        light,
        await provider.nextLightClientBlock({ last_block_hash: genesis }),
      );
      const { transaction } = (await rpc('tx', {
        signed_tx_base64,
        sender_account_id: 'local',
      })) as {
        transaction: { hash: string };
      };
      const proof = await provider.lightClientProof({
        type: 'transaction',
        transaction_hash: transaction.hash,
        sender_id: 'local',
        light_client_head: light.headHash,
      } as never);
      const proven = proveExecution(light, transaction.hash, proof);
      expect(proven.executorId).to.equal('local');
      // Four blocks more, and no others however often one asks.
      const again = await provider.nextLightClientBlock({ last_block_hash: light.headHash });
      expect(again).to.deep.equal({});
      const last = (await provider.viewBlock({ finality: 'final' })).header.height;
      expect(last - height).to.equal(4);
    } finally {
      await node.stop();
    }
  });

  it('bring no blocks when a page of another site asks', async () => {
    const node = await startLocalnet({ seed: 'chain test' });
    try {
      await node.fastForward(1);
      const height = async () => {
        const response = await fetch(node.url);
        const status = (await response.json()) as { sync_info: { latest_block_height: number } };
        return status.sync_info.latest_block_height;
      };
      const chain = openChain();
      const bytes = await new ChainClient(chain).sign('local', 'local', [actions.transfer(1n)]);
      await chain.stop();
      const post = (method: string, params: unknown, origin?: string) =>
        fetch(node.url, {
          method: 'POST',
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
          headers: origin ? { origin, 'content-type': 'application/json' } : {},
        });
      await post('send_tx', { signed_tx_base64: Buffer.from(bytes).toString('base64') });
      const before = await height();
      await post('next_light_client_block', ['x'], 'https://elsewhere.example');
      expect(await height()).to.equal(before);
      await post('next_light_client_block', ['x'], 'http://localhost:1');
      expect(await height()).to.be.greaterThan(before);
    } finally {
      await node.stop();
    }
  });

  it('follow the chain over many epochs, one block for each', async () => {
    const chain = openChain();
    const client = await populate(chain);
    const start = await follow(chain);
    for (let epoch = 0; epoch < 5; epoch++) {
      chain.fastForward(10n ** 9n, 50_000);
      for (let i = 0; i < 4; i++) await client.send('local', 'a.local', [actions.transfer(1n)]);
    }
    const epochs = new Set([start.head.innerLite.epochId.join()]);
    let light = start;
    chain.finalize();
    for (;;) {
      const block = await ask(chain, 'next_light_client_block', [light.headHash]);
      if (Object.keys(block).length === 0) break;
      light = advanceLightClient(light, block);
      epochs.add(light.head.innerLite.epochId.join());
    }
    expect(epochs.size).to.be.greaterThan(5);
    const { hash } = chain.genesis;
    const place = { block_hash: hash, light_client_head: light.headHash };
    const proof = await ask(chain, 'EXPERIMENTAL_light_client_block_proof', place);
    expect(proveBlock(light, proof).hash).to.equal(hash);
    await chain.stop();
  });

  it('are told what is not there, and what is not final yet', async () => {
    const chain = openChain();
    const client = await populate(chain);
    const { transaction } = await client.send('local', 'a.local', [actions.transfer(1n)]);
    const light = await follow(chain);
    const told = (method: string, parameters: unknown) =>
      ask(chain, method, parameters).then(
        () => 'nothing',
        (error: { cause: { name: string } }) => error.cause.name,
      );
    const head = { light_client_head: light.headHash };
    const about = { type: 'transaction', transaction_hash: transaction.hash, sender_id: 'local' };
    const last = chain.transaction(transaction.hash)!.executed.at(-1)!;
    const newest = { type: 'receipt', receipt_id: last, receiver_id: 'local' };
    expect(await told('light_client_proof', { ...newest, ...head })).to.equal('NOT_CONFIRMED');
    const ahead = { block_hash: chain.head.hash, ...head };
    expect(await told('EXPERIMENTAL_light_client_block_proof', ahead)).to.equal('INTERNAL_ERROR');
    const unknown = { ...about, transaction_hash: light.headHash, ...head };
    expect(await told('light_client_proof', unknown)).to.equal('UNKNOWN_TRANSACTION_OR_RECEIPT');
    const nowhere = { ...about, light_client_head: transaction.hash };
    expect(await told('light_client_proof', nowhere)).to.equal('UNKNOWN_BLOCK');
    expect(await told('light_client_proof', { ...about, ...head, type: 'x' })).to.equal(
      'PARSE_ERROR',
    );
    expect(await told('next_light_client_block', ['x'])).to.equal('UNKNOWN_BLOCK');
    await chain.stop();
  });
});

/** Something else at one place of a JSON value. */
function changeOne(draw: () => number, value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value as unknown[];
    const kind = draw();
    const at = Math.floor(draw() * list.length);
    if (list.length === 0 || kind < 0.1) return [...list, list[at] ?? 'x'];
    if (kind < 0.2) return list.filter((_, i) => i !== at);
    return list.map((one, i) => (i === at ? changeOne(draw, one) : one));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const at = Math.floor(draw() * entries.length);
    if (draw() < 0.05) return Object.fromEntries(entries.filter((_, i) => i !== at));
    return Object.fromEntries(
      entries.map(([name, one], i) => [name, i === at ? changeOne(draw, one) : one]),
    );
  }
  if (typeof value === 'number') return value + (draw() < 0.5 ? 1 : -1);
  if (typeof value !== 'string') return 'x';
  const digits = '123456789abcdefghijkmnopqrstuvwxyzABCDEFGH+/=: "';
  const other = digits[Math.floor(draw() * digits.length)]!;
  const at = Math.floor(draw() * value.length);
  return value.slice(0, at) + other + value.slice(at + (draw() < 0.8 ? 1 : 0));
}

/** Fields that the protocol commits to nothing, or that repeat another. */
const free = new Set(['timestamp', 'metadata', 'validator_stake_struct_version', 'direction']);

/** The value with one bit flipped, in each hash, signature, key, amount and height in it. */
function* flipsOf(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield value ^ 1;
  else if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) {
      for (const flipped of flipsOf(one)) yield value.map((it, i) => (i === at ? flipped : it));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if (free.has(name)) continue;
      for (const flipped of flipsOf(one)) yield { ...value, [name]: flipped };
    }
  } else if (typeof value === 'string') yield* textFlips(value);
}

function* textFlips(text: string): Generator<string> {
  if (/^\d+$/.test(text)) yield `${BigInt(text) ^ 1n}`;
  else if (/^(ed25519:)?[1-9A-HJ-NP-Za-km-z]{32,88}$/.test(text)) {
    const prefix = text.startsWith('ed25519:') ? 'ed25519:' : '';
    const bytes = baseDecode(text.slice(prefix.length));
    for (let at = 0; at < 8 * bytes.length; at++) {
      const flipped = Uint8Array.from(bytes);
      flipped[at >> 3]! ^= 1 << (at & 7);
      yield prefix + baseEncode(flipped);
    }
  } else yield `${text}x`;
}
