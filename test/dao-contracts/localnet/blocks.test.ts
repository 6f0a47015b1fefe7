/** Blocks: what their hashes commit to, how long they are kept, and the tree over all of them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions, baseDecode, baseEncode } from 'near-api-js';
import {
  advanceLightClient,
  proveExecution,
  startLightClient,
} from '@commonweights/dao-contracts/client/light-client.js';
import { treeOf } from '@commonweights/dao-contracts/client/light-client-format.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { BlockTree } from '@commonweights/dao-contracts/localnet/runtime/block-tree.js';
import { answer } from '@commonweights/dao-contracts/localnet/rpc/methods.js';
import { Parameters } from '@commonweights/dao-contracts/localnet/rpc/parameters.js';
import { ChainClient, near, openChain } from './chain-client.js';

type Json = Record<string, unknown>;

const ask = async (chain: Chain, method: string, parameters: unknown): Promise<Json> =>
  (await answer(chain, method, new Parameters(parameters))) as Json;

const leafOf = (index: number): Uint8Array =>
  new Uint8Array(createHash('sha256').update(`${index}`).digest());

describe('the tree over all blocks', () => {
  const sizes = fc.record({ size: fc.integer({ min: 1, max: 300 }), cut: fc.nat(), at: fc.nat() });

  it('has the roots and paths of the tree that is built at once', () => {
    fc.assert(
      fc.property(sizes, ({ size, cut, at }) => {
        const tree = new BlockTree();
        for (let i = 0; i < size + (cut % 50); i++) tree.add(leafOf(i));
        const whole = treeOf(Array.from({ length: size }, (_, i) => leafOf(i)));
        expect(tree.rootOf(size)).to.deep.equal(whole.root);
        expect(tree.pathOf(at % size, size)).to.deep.equal(whole.paths[at % size]);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('goes on from its peaks, and without what came before', () => {
    fc.assert(
      fc.property(sizes, ({ size, cut, at }) => {
        const first = cut % size;
        const tree = new BlockTree();
        for (let i = 0; i < size; i++) tree.add(leafOf(i));
        const resumed = BlockTree.from(first, tree.peaksOf(first));
        for (let i = first; i < size; i++) resumed.add(leafOf(i));
        expect(resumed.size).to.equal(size);
        expect(resumed.rootOf(size)).to.deep.equal(tree.rootOf(size));
        const kept = first + (at % (size - first));
        expect(resumed.pathOf(kept, size)).to.deep.equal(tree.pathOf(kept, size));
        const path = tree.pathOf(kept, size);
        tree.dropBefore(first);
        expect(tree.pathOf(kept, size)).to.deep.equal(path);
        tree.add(leafOf(size));
        resumed.add(leafOf(size));
        expect(tree.rootOf(size + 1)).to.deep.equal(resumed.rootOf(size + 1));
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('lets go of pages of leaves that nobody needs', () => {
    const tree = new BlockTree();
    for (let i = 0; i < 5_000; i++) tree.add(leafOf(i));
    const path = tree.pathOf(4_999, 5_000);
    tree.dropBefore(4_990);
    expect(() => tree.pathOf(10, 5_000)).to.throw('is not kept');
    expect(tree.pathOf(4_999, 5_000)).to.deep.equal(path);
  });
});

describe('the blocks of a chain', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'blocks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const pay = async (chain: Chain, times: number): Promise<string[]> => {
    const client = new ChainClient(chain);
    const hashes: string[] = [];
    for (let i = 0; i < times; i++) {
      const { transaction } = await client.send('local', 'a.local', [actions.transfer(1n)]);
      hashes.push(transaction.hash);
    }
    return hashes;
  };

  it('have the hash that follows from what the RPC shows of them', async () => {
    const chain = openChain();
    await new ChainClient(chain).createAccount('a.local', near);
    chain.fastForward(1n, 7);
    await pay(chain, 2);
    for (let height = 1; height <= chain.head.height; height++) {
      if (!chain.history.at(height)) continue;
      const { header } = (await ask(chain, 'block', { block_id: height })) as { header: Json };
      expect(hashShown(header), `block ${height}`).to.equal(header['hash']);
    }
    await chain.stop();
  });

  it('end with the same state on every machine that runs the same transactions', async () => {
    const run = async (yocto: bigint): Promise<Chain> => {
      const chain = openChain();
      const client = new ChainClient(chain);
      await client.createAccount('a.local', near);
      await client.send('local', 'a.local', [actions.transfer(yocto)]);
      await chain.stop();
      return chain;
    };
    const [one, same, other] = [await run(5n), await run(5n), await run(6n)];
    expect(one.head).to.deep.equal(same.head);
    expect(one.head.left.stateRoot).to.not.equal(other.head.left.stateRoot);
    expect(one.head.height).to.equal(other.head.height);
  });

  it('prove after restarts and snapshots what they proved before, as long as they are kept', async () => {
    const options = { dataDir: folder, blocksKept: 60, compactAboveBytes: 200_000 };
    let chain = openChain(options);
    await new ChainClient(chain).createAccount('a.local', near);
    const oldest = chain.history.at(3)!.hash;
    const hashes: string[] = [];
    const { hash: trustedHash } = chain.genesis;
    for (let round = 0; round < 8; round++) {
      hashes.push(...(await pay(chain, 80)));
      const { head } = chain;
      await chain.stop();
      chain = openChain(options);
      expect(chain.head).to.deep.equal(head);
    }
    expect(readFileSync(join(folder, 'chain.jsonl')).length).to.be.lessThan(2_000_000);
    expect([...chain.history.headersKept()]).to.have.length.lessThan(1_200);
    expect(chain.history.byHash(oldest)).to.equal(undefined);
    chain.finalize();
    const place = { block_hash: trustedHash };
    const genesis = await ask(chain, 'EXPERIMENTAL_light_client_block_proof', {
      ...{ ...place, light_client_head: trustedHash },
    });
    const nextProducers = await ask(chain, 'EXPERIMENTAL_validators_ordered', []);
    const start = startLightClient({
      ...{ trustedHash, header: genesis['block_header_lite'], nextProducers },
    });
    const block = await ask(chain, 'next_light_client_block', [trustedHash]);
    const light = advanceLightClient(start, block);
    for (const id of hashes.slice(-10)) {
      const proof = await ask(chain, 'light_client_proof', {
        ...{ type: 'transaction', transaction_hash: id, sender_id: 'local' },
        light_client_head: light.headHash,
      });
      expect(proveExecution(light, id, proof).id).to.equal(id);
    }
    const told = (method: string, parameters: unknown) =>
      ask(chain, method, parameters).catch(
        (error: { cause: { name: string } }) => error.cause.name,
      );
    expect(await told('block', { block_id: oldest })).to.equal('UNKNOWN_BLOCK');
    const first = { block_hash: trustedHash, light_client_head: light.headHash };
    expect(await told('EXPERIMENTAL_light_client_block_proof', first)).to.equal('UNKNOWN_BLOCK');
    await chain.stop();
  });

  it('refuse a folder of another format by a sentence', () => {
    const block = { height: 1, hash: 'x', previousHash: '1', timeNs: { $n: '1' } };
    const text = JSON.stringify({ block, changes: [] });
    const checksum = createHash('sha256').update(text).digest('hex').slice(0, 16);
    writeFileSync(join(folder, 'chain.jsonl'), `${checksum} ${text}\n`);
    expect(() => openChain({ dataDir: folder })).to.throw(
      /^OTHER_FORMAT: .*chain\.jsonl is a chain of format 1, this node reads 2; .*new folder$/,
    );
    // Neither was anything written nor is the folder held.
    rmSync(join(folder, 'chain.jsonl'));
    return openChain({ dataDir: folder }).stop();
  });
});

/** The hash by borsh as it stands in nearcore's `block_header.rs`, written for this test alone. */
function hashShown(header: Json): string {
  const sha256 = (...parts: Uint8Array[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const number = (value: unknown, bytes: number): Buffer => {
    const text = BigInt(value as string)
      .toString(16)
      .padStart(2 * bytes, '0');
    return Buffer.from(text, 'hex').reverse();
  };
  const hash = (name: string): Uint8Array => baseDecode(header[name] as string);
  const lite = [
    ...[number(header['height'], 8), hash('epoch_id'), hash('next_epoch_id')],
    ...[hash('prev_state_root'), hash('outcome_root'), number(header['timestamp_nanosec'], 8)],
    ...[hash('next_bp_hash'), hash('block_merkle_root')],
  ];
  const approvals = (header['approvals'] as string[]).flatMap((text) => [
    ...[Buffer.from([1, 0]), baseDecode(text.replace('ed25519:', ''))],
  ]);
  const rest = [
    ...[hash('block_body_hash'), hash('chunk_receipts_root'), hash('chunk_headers_root')],
    ...[hash('chunk_tx_root'), hash('challenges_root'), hash('random_value')],
    ...[number(0, 4), number(1, 4), Buffer.from([1])],
    ...[number(header['gas_price'], 16), number(header['total_supply'], 16), number(0, 4)],
    ...[hash('last_final_block'), hash('last_ds_final_block')],
    ...[number(header['block_ordinal'], 8), number(header['prev_height'], 8), Buffer.from([0])],
    ...[number((header['approvals'] as string[]).length, 4), ...approvals],
    ...[number(header['latest_protocol_version'], 4), number(0, 4)],
  ];
  const inner = sha256(sha256(...lite), sha256(...rest));
  return baseEncode(sha256(inner, hash('prev_hash')));
}
