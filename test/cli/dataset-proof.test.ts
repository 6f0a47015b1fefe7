/** What `dataset check-proof` claims: as much as it was given to look at, and no more. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestTreeRoot, proveDigest } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import {
  buildTrainedRelease,
  digests as packed,
  lines,
} from '../trainer/release/trained-release.js';
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

describe('commonweights dataset prove, for a release', () => {
  let cli: CliFolder;
  let release: Digest;
  /** Nobody is asked: the blobs are in the user's own folder. */
  const offline = ['--rpc', 'http://127.0.0.1:1', '--registry', 'http://127.0.0.1:1'];
  const run = (...argv: string[]) => cli.run('dataset', ...argv, ...offline);
  const good = async (...argv: string[]) => {
    const { code, out, err } = await run(...argv);
    expect(code, err).to.equal(0);
    return out;
  };
  before(async () => {
    cli = await CliFolder.create();
    const store = new FolderStore(join(cli.folder, '.commonweights', 'blobs'));
    ({ release } = await buildTrainedRelease(store));
    for (const [i, line] of lines.entries()) await writeFile(join(cli.folder, `${i}.json`), line);
  });
  after(() => cli.remove());

  it('shows to whoever has its digest which documents went into it', async () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < lines.length && seen.size < 3; i++) {
      const told = await good('prove', `${i}.json`, release, '--out', `${i}.proof`, '--json');
      seen.set((JSON.parse(told) as { verdict: string }).verdict, i);
    }
    const checked = async (verdict: string) => {
      const file = `${seen.get(verdict)!}.proof`;
      return good('check-proof', file, '--release', release);
    };
    expect(await checked('trained')).to.match(
      /was trained on for release sha256:[^]*its text gives these tokens[^]*in rounds [14]/,
    );
    expect(await checked('trained')).to.match(/Not asked: whether the DAO voted for this release/);
    expect(await checked('held-out')).to.match(/was measured on it, not trained/);
    expect(await checked('unused')).to.match(/in no accepted update of the run/);
    const trained = `${seen.get('trained')!}`;
    await good('prove', `${trained}.json`, release, '--no-text', '--out', 'mute.proof');
    const mute = await good('check-proof', 'mute.proof', '--release', release);
    expect(mute).to.include("these tokens are the packing's word");
    expect(JSON.parse(await good('prove', `${trained}.json`, release))).to.include({ version: 2 });
    const other = await run('check-proof', `${trained}.proof`, '--release', packed[0]!);
    expectOneSentence(other, /^PROOF_FAILED: the manifest is sha256:/);
    const misused = await run('check-proof', `${trained}.proof`, '--root', release);
    expectOneSentence(misused, /^USAGE: the proof in .* is for a release: give --release/);
  });

  it('says of what is not in it that these exact bytes are not', async () => {
    await writeFile(join(cli.folder, 'other.json'), '{"text":"Never seen."}');
    await good('prove', 'other.json', release, '--out', 'absent.proof');
    expect(await good('check-proof', 'absent.proof', '--release', release)).to.match(
      /is none of the 32 items of speeches-packed@1, .*: not these exact bytes\. A text that differs/,
    );
  });
});
