/** Code is kept as long as an account runs it: in memory, in the journal, and in what is read back. */
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions } from 'near-api-js';
import { codeHash } from '@commonweights/dao-contracts/localnet/runtime/apply-action.js';
import { ChainClient, firstOutcome, near, openChain } from './chain-client.js';
import { demoContract } from './contracts.js';

const [one, other] = [demoContract('fail'), demoContract('echo')];

describe('code on the chain', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'code-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('goes with the last account that runs it, and comes again with the next', async () => {
    let chain = openChain({ dataDir: folder });
    const client = new ChainClient(chain);
    for (const id of ['a.local', 'b.local', 'c.local']) await client.createAccount(id, 9n * near);
    const deploy = (id: string, code: Uint8Array) =>
      client.send(id, id, [actions.deployContract(code)]);
    const known = () => [one, other].map((code) => chain.world.code(codeHash(code)) !== undefined);
    await deploy('a.local', one);
    await deploy('b.local', one);
    expect(known()).to.deep.equal([true, false]);
    await deploy('a.local', other);
    expect(known()).to.deep.equal([true, true]);
    await client.send('b.local', 'b.local', [actions.deleteAccount('local')]);
    expect(known()).to.deep.equal([false, true]);
    await deploy('c.local', one);
    expect(known()).to.deep.equal([true, true]);
    // Both within one receipt: the first is replaced before the block ends.
    await client.send('a.local', 'a.local', [
      actions.deployContract(new Uint8Array([1, 2, 3])),
      actions.deployContract(other),
    ]);
    expect(known()).to.deep.equal([true, true]);
    const before = [...chain.world.snapshot()];
    await chain.stop();
    chain = openChain({ dataDir: folder });
    expect([...chain.world.snapshot()]).to.deep.equal(before);
    const again = new ChainClient(chain);
    const called = await again.call('local', 'c.local', 'echo', Buffer.from('"x"'));
    expect(firstOutcome(chain, called)).to.have.property('SuccessValue');
    await again.send('c.local', 'c.local', [actions.deployContract(new Uint8Array())]);
    expect(chain.world.code(codeHash(one))).to.equal(undefined);
    await chain.stop();
  });

  it('is not written to the journal where it came and went within a block', async () => {
    const chain = openChain();
    const client = new ChainClient(chain);
    await client.createAccount('a.local', 9n * near);
    const sent = await Promise.all(
      [one, other].map((code) => client.sign('a.local', 'a.local', [actions.deployContract(code)])),
    );
    const hashes = sent.map((bytes) => chain.submit(bytes).hash);
    for (const hash of hashes) await chain.wait(hash, 'executed');
    const { block } = chain.transaction(hashes[0]!)!.outcome;
    const height = chain.history.heightOf(block!.hash)!;
    const codes = chain.history.changesIn(height)!.filter(([kind]) => kind === 'code');
    expect(codes.map(([, hash]) => hash)).to.deep.equal([codeHash(other)]);
    await chain.stop();
  });
});
