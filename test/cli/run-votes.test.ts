/** Votes on a run under way, proposed by command, over a DAO whose views the contract's rules made. */
import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import type { Action, Amendment, RunView } from '@commonweights/dao-contracts/rules/views.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { ScriptedNode, success } from '../dao-contracts/client/scripted-node.js';
import { DaoFixture } from '../governance-ui/dao-fixture.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

type Amend = Extract<Action, { kind: 'amend-run' }>;

describe('votes on a run under way, by command', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  let dao: DaoFixture;
  let store: FolderStore;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let amendment: Amendment | null;

  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    dao = new DaoFixture();
    amendment = null;
    node.view = (method, args) => {
      const view = dao.answer(method, args as Record<string, unknown>);
      const result = method === 'get_run' && view ? { ...view, amendment } : view;
      return { result: result === undefined ? null : result };
    };
    const dataDir = join(cli.folder, 'registry');
    store = new FolderStore(join(dataDir, 'blobs'));
    for (const bytes of dao.blobs.values()) await store.put(bytes);
    registry = await startRegistry({
      ...{ dataDir, port: 0, authorise: async () => true, staticDirs: [] },
    });
    const { publicKey, secretKey } = createKey();
    const key = { account_id: 'mia.local', public_key: publicKey, private_key: secretKey };
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(join(cli.credentials, 'localnet', 'mia.local.json'), JSON.stringify(key));
  });
  afterEach(async () => {
    await registry.stop();
    await node.stop();
    await cli.remove();
  });

  const run = (...argv: string[]) =>
    cli.run(
      ...['run', ...argv, '--rpc', node.rpcUrl, '--contract', 'dao.local'],
      ...['--account', 'mia.local', '--registry', registry.url],
    );
  const proposed = (): Amend => {
    const call = node.sent.at(-1)!.signed.transaction.actions[0]!.functionCall!;
    const args: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(call.args)));
    return (args as { action: Amend }).action;
  };
  const specOf = async (spec: Digest) =>
    JSON.parse(new TextDecoder().decode(await store.get(spec, { maxBytes: 1 << 20 }))) as {
      rounds: number;
      economics: { rewardYocto: string };
    };
  const view = () => dao.runs[1]!.view() as RunView;

  it('amend: the terms and the spec that they name say the same', async () => {
    node.replies.push({ result: success(8) });
    const result = await run('amend', '2', '--rounds', '20', '--budget', '5');
    expect(result.code, result.err).to.equal(0);
    expect(result.out).to.include('- Rounds: 20 instead of 12.').and.include('Proposal 8: vote');
    const { changes, budgetYocto } = proposed();
    expect(budgetYocto).to.equal(`${5n * 10n ** 24n}`);
    expect(changes).to.deep.include({ rounds: 20, rewardYocto: view().terms.rewardYocto });
    expect((await specOf(changes.spec)).rounds).to.equal(20);
  });

  it('amend again: on top of the amendment that waits, which would else be undone', async () => {
    node.replies.push({ result: success(8) }, { result: success(9) });
    await run('amend', '2', '--rounds', '20', '--train-deadline', '1h');
    amendment = proposed().changes;
    const result = await run('amend', '2', '--reward', '2');
    expect(result.code, result.err).to.equal(0);
    const { changes } = proposed();
    expect(changes).to.deep.include({ rounds: 20, rewardYocto: `${2n * 10n ** 24n}` });
    expect(changes.deadlinesMs.train).to.equal(3_600_000);
    const spec = await specOf(changes.spec);
    expect([spec.rounds, spec.economics.rewardYocto]).to.deep.equal([20, `${2n * 10n ** 24n}`]);
    expect(result.out)
      .to.include('- Pay for a verified update: 2 NEAR instead of 1 NEAR.')
      .and.include('It would replace the terms that were voted and wait')
      .and.not.include('Rounds:');
    const same = await run('amend', '2', '--rounds', '20');
    expectOneSentence(same, /^USAGE: nothing would change/);
  });

  it('amend: names open proposals that would undo it, or that it would', async () => {
    node.replies.push({ result: success(8) });
    await run('amend', '2', '--rounds', '20');
    const rival = { ...dao.proposals[3]!, id: 8, action: proposed() };
    dao.proposals.push(rival);
    const shown = await run('amend', '2', '--reward', '2', '--dry-run');
    expect(shown.out).to.match(/^Warning: proposal 8 would change the terms of run 2 too\./);
    expect((await run('amend', '1', '--reward', '2', '--dry-run')).out).to.not.include('Warning');
    rival.status = 'expired';
    const alone = await run('amend', '2', '--reward', '2', '--dry-run');
    expect(alone.out).to.not.include('Warning');
  });

  it('show with --dry-run what they would do, and send and publish nothing', async () => {
    const json = await run('amend', '2', '--rounds', '20', '--dry-run', '--json');
    const { action, words, proposal } = JSON.parse(json.out) as {
      action: Amend;
      words: string[];
      proposal: null;
    };
    expect(proposal).to.equal(null);
    expect(words[0]).to.equal('Rounds: 20 instead of 12.');
    expect(await store.has(action.changes.spec)).to.equal(false);
    const pause = await run('pause', '2', '--for', '2d', '--dry-run');
    expect(pause.out).to.include('No round would open for 2d');
    expect(pause.out).to.match(/It would ask to pause run 2 for up to 2d\.\n$/);
    expect(node.sent).to.deep.equal([]);
    expectOneSentence(await run('stop', '9', '--dry-run'), /^NO_SUCH_RUN/);
  });

  it('have a description that names what is asked, and the reason', async () => {
    node.replies.push({ result: success(8) });
    const result = await run('stop', '2', '--description', 'It diverged');
    expect(result.out).to.match(/It asks to stop run 2; its bond is 1 NEAR\.\n$/);
    const text = new TextEncoder().encode('{"text":"It diverged","title":"stop run 2"}');
    expect(await store.has(digestOf(text))).to.equal(true);
  });
});
