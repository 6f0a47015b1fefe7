/** What `dataset check-proof` claims: as much as it was given to look at, and no more. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestTreeRoot, proveDigest } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('commonweights dataset check-proof', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  const digests = [1, 2, 3].map((byte) => digestOf(Uint8Array.of(byte)));
  const itemsRoot = digestTreeRoot(digests);
  const item = digests[0]!;
  const proof = {
    ...{ version: 1, dataset: 'letters@1', itemsRoot, items: 3, item, index: 0 },
    proof: proveDigest(digests, 0),
  };
  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    node.view = () => ({ result: { id: 'letters@1', itemsRoot, items: 3 } });
  });
  afterEach(async () => {
    await node.stop();
    await cli.remove();
  });

  async function check(change: object, ...flags: string[]) {
    await writeFile(join(cli.folder, 'proof.json'), JSON.stringify({ ...proof, ...change }));
    const chain = ['--rpc', node.rpcUrl, '--contract', 'dao.test'];
    return cli.run('dataset', 'check-proof', 'proof.json', ...flags, ...chain);
  }

  it('says which item of which dataset it is, by the record on chain', async () => {
    expect((await check({})).out).to.equal(`${item} is item 1 of 3 in letters@1\n`);
    expectOneSentence(await check({ items: 4 }), /^PROOF_FAILED: letters@1 has 3 items under /);
  });

  it('says no more than "in a tree with this root" when it has nothing but a root', async () => {
    // What the file says beside the path is its writer's word, even where the path leads to the root.
    for (const change of [{}, { dataset: 'famous@1' }, { items: 4 }]) {
      const { out, code } = await check(change, '--root', itemsRoot);
      expect(code).to.equal(0);
      expect(out).to.include(`${item} is in a tree with the root ${itemsRoot}; whether `);
      expect(out).to.not.match(/@1|item \d| of \d/);
    }
    const json = await check({ dataset: 'famous@1' }, '--root', itemsRoot, '--json');
    expect(JSON.parse(json.out)).to.deep.equal({ item, itemsRoot, checked: 'root' });
  });

  it('refuses a root that the proof does not lead to', async () => {
    expectOneSentence(await check({}, '--root', item), /^PROOF_FAILED: it leads to sha256:/);
  });
});
