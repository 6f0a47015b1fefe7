/** Commands of governance, reading a DAO that the contract itself plays on the fake host. */
import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import type { Action } from '@commonweights/dao-contracts/rules/views.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { ScriptedNode, success } from '../dao-contracts/client/scripted-node.js';
import { dataset, near, terms } from '../dao-contracts/contract/dao-driver.js';
import { GovernancePlay, pay } from '../dao-contracts/contract/governance-play.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('commands of governance', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  let play: GovernancePlay;
  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    play = await GovernancePlay.found();
    node.view = (method, args) => ({ result: play.fake.view(method, args as object) });
    const { publicKey, secretKey } = createKey();
    const key = { account_id: 'bob.test', public_key: publicKey, private_key: secretKey };
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(join(cli.credentials, 'localnet', 'bob.test.json'), JSON.stringify(key));
  });
  afterEach(async () => {
    await node.stop();
    await cli.remove();
  });
  const run = (...argv: string[]) =>
    cli.run(...argv, '--rpc', node.rpcUrl, '--contract', 'dao.test', '--account', 'bob.test');
  const sent = () => {
    const call = node.sent.at(-1)!.signed.transaction.actions[0]!.functionCall!;
    const args = JSON.parse(new TextDecoder().decode(Uint8Array.from(call.args))) as object;
    return { method: call.methodName, args, depositYocto: BigInt(call.deposit) };
  };

  it('show the policy in words, with the guardian’s term', async () => {
    const { out, code } = await run('dao', 'policy');
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^version +1$/m)
      .and.match(/^voting lasts +1 minute$/m);
    expect(out)
      .to.match(/^quorum +40 %$/m)
      .and.match(/^late quorum adds up to +20 seconds$/m);
    expect(out)
      .to.match(/^bond +1 NEAR$/m)
      .and.match(/^guardian +guard\.test until 20\d\d-/m);
  });

  it('show the members with their shares, all pages of them', async () => {
    const join = (from: number): Action => ({
      kind: 'set-members',
      members: Array.from({ length: 25 }, (_, i) => ({
        account: `m${from + i}.test`,
        weight: '1',
      })),
    });
    for (const from of [0, 25]) play.pass(join(from));
    const { out } = await run('dao', 'members');
    expect(out.split('\n')).to.have.length(1 + 53 + 1);
    expect(out)
      .to.match(/^ann.test +60 +40 %$/m)
      .and.match(/^m49.test +1 +0.66 %$/m);
  });

  it('delegate, with a deposit for the record', async () => {
    expect((await run('dao', 'delegate', 'cat.test')).code).to.equal(0);
    const { method, args, depositYocto } = sent();
    expect({ method, args }).to.deep.equal({ method: 'delegate', args: { to: 'cat.test' } });
    play.fake.call('bob.test', method, args, { depositYocto });
    const { out } = await run('dao', 'standing', 'cat.test');
    expect(out).to.match(/^delegated to it +30$/m);
    expect((await run('dao', 'standing')).out).to.match(/^its delegate +cat.test$/m);
    await run('dao', 'undelegate');
    play.fake.call('bob.test', sent().method, sent().args, { depositYocto });
    expect((await run('dao', 'standing')).out).to.match(/^its delegate +–$/m);
  });

  it('count reputation, and show how much of it votes', async () => {
    const { code, err } = await run('dao', 'count-reputation', 'ann.test');
    expect(code, err).to.equal(0);
    const { method, args } = sent();
    expect({ method, args }).to.deep.equal({
      method: 'count_reputation',
      args: { account: 'ann.test' },
    });
    expect(err).to.match(/the policy of now does not let reputation vote/);
    expect((await run('dao', 'standing')).out).to.not.match(/reputation/);
    expect((await run('dao', 'policy')).out).to.not.match(/reputation/);
    const reputation = { shareBpsMax: 2_000, fullAtPoints: 5_000_000 };
    const counting = { ...play.policy, reputation };
    const rule = 'at most 20 % of what members weigh, all of it from 5000000 points';
    play.pass({ kind: 'set-policy', policy: counting });
    expect((await run('dao', 'policy')).out).to.include(rule);
    expect((await run('dao', 'standing')).out).to.match(
      /^by reputation +0 on a proposal made now$/m,
    );
    const open = play.propose(pay);
    expect((await run('proposal', 'show', `${open}`)).out).to.match(/^by reputation +0 of all$/m);
    const propose = async (change: object) => {
      const file = join(cli.folder, 'policy.json');
      await writeFile(file, JSON.stringify(change));
      return run('dao', 'policy', 'propose', file, '--dry-run');
    };
    const dropped = await propose({ reputation: null });
    expect(dropped.out).to.match(/reputation in votes +at most 20 % .* does not count$/m);
    const lower = await propose({ reputation: { ...reputation, shareBpsMax: 1_000 } });
    expect(lower.out).to.match(/reputation in votes +at most 20 % .* at most 10 % of/);
    expectOneSentence(
      await propose({ reputation: { ...reputation, shareBpsMax: 5_000 }, quorumBps: 3_000 }),
      /^BAD_ARGUMENT: policy.reputation.shareBpsMax would let reputation alone be the quorum/,
    );
  });

  it('show what a policy would change, and what it means for open proposals', async () => {
    play.fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto: near });
    play.propose({ kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` });
    play.propose();
    const next = { ...play.policy, quorumBps: 6_000, licences: ['MIT'] };
    const proposal = play.propose({ kind: 'set-policy', policy: next });
    const { out } = await run('proposal', 'show', `${proposal}`);
    expect(out).to.match(/^rule +now +would be$/m);
    expect(out)
      .to.match(/^quorum +40 % +60 %$/m)
      .and.match(/^licences +CC0-1.0 +MIT$/m);
    expect(out).to.not.match(/^approval +60 %/m);
    const stopped =
      'LICENCE_NOT_ALLOWED: dataset speeches@1 is under "CC0-1.0"; the policy allows MIT; ' +
      'conclude one of these or several with AND, or propose to allow it';
    expect(out).to.match(
      new RegExp(
        `^1 +voting +fund-run +keeps quorum 40 %, not 60 %; ` +
          `could not be executed any more: ${stopped}$`,
        'm',
      ),
    );
    expect(out).to.match(/^2 +voting +transfer +keeps quorum 40 %, not 60 %$/m);
    expect(out).to.not.match(/^3 +voting +set-policy/m);
    const { effects } = JSON.parse((await run('proposal', 'show', '3', '--json')).out) as {
      effects: { live: { proposal: number; stopped: string[] }[] };
    };
    expect(effects.live.map((one) => one.proposal)).to.deep.equal([1, 2]);
    const dear = { ...play.policy, rewardPerTeraFlopYoctoMax: '0' };
    play.propose({ kind: 'set-policy', policy: dear });
    const pay = (await run('proposal', 'show', '4')).out;
    expect(pay).to.match(
      /^1 +voting +fund-run +could not be executed any more: PRICE_TOO_HIGH: rewardYocto is .*$/m,
    );
    expect(pay).to.match(
      /^3 +voting +set-policy +.*would replace this policy if executed after it$/m,
    );
    expect(effects.live[0]!.stopped).to.deep.equal([stopped]);
  });

  it('say that a policy which holds already changes nothing', async () => {
    play.propose({ kind: 'set-policy', policy: play.policy });
    expect((await run('proposal', 'show', '1')).out).to.include('It would change nothing');
  });

  it('show members and guardians before and after', async () => {
    play.propose({
      kind: 'set-members',
      members: [
        { account: 'bob.test', weight: '0' },
        { account: 'new.test', weight: '5' },
      ],
    });
    const { out } = await run('proposal', 'show', '1');
    expect(out)
      .to.match(/^bob.test +30 +0$/m)
      .and.match(/^new.test +0 +5$/m);
    expect(out).to.match(/^everybody +100 +75$/m);
    play.propose({ kind: 'set-guardian', account: 'new.test', termMs: 86_400_000 });
    const guardian = (await run('proposal', 'show', '2')).out;
    expect(guardian).to.match(/^guardian +guard.test until .* new.test for 1 day$/m);
  });

  it('cancel by the guardian’s key', async () => {
    const proposal = play.accept();
    expect((await run('proposal', 'cancel', `${proposal}`)).code).to.equal(0);
    expect(sent()).to.deep.include({ method: 'cancel', args: { proposal } });
    expectOneSentence(await run('proposal', 'cancel', '9'), /^NO_SUCH_PROPOSAL/);
  });

  it('propose to revoke a release, with the reason on record', async () => {
    const release = {
      ...{ id: 1, proposal: 1, run: 1, round: 1, title: 'First', version: '1.0.0' },
      ...{ manifest: `sha256:${'a'.repeat(64)}`, status: 'published' },
    };
    const others = node.view;
    node.view = (method, args) =>
      method === 'get_release' ? { result: release } : others(method, args);
    const revoke = ['release', 'revoke', '1', '--reason', 'It repeats a letter'];
    const { out } = await run(...revoke, '--dry-run', '--json');
    const { action } = JSON.parse(out) as { action: { kind: string; reason: string } };
    expect(action).to.include({ kind: 'revoke-release', release: 1 });
    expect(action.reason).to.match(/^sha256:[0-9a-f]{64}$/);
    expect((await run(...revoke, '--dry-run')).out).to.match(/^reason +It repeats a letter$/m);
    expect(node.sent).to.deep.equal([]);
    release.status = 'revoked';
    expectOneSentence(await run(...revoke), /^ALREADY_ACTED: release 1 is revoked already/);
    const bare = await run('release', 'revoke', '1');
    expectOneSentence(bare, /^USAGE: required option '--reason/);
  });

  it('propose an action from a file, and refuse a file without one', async () => {
    const registry = await startRegistry({
      ...{ dataDir: join(cli.folder, 'registry'), port: 0, authorise: async () => true },
      staticDirs: [],
    });
    await writeFile(join(cli.folder, 'pay.json'), JSON.stringify(pay));
    await writeFile(join(cli.folder, 'none.json'), '{"to":"a"}');
    await writeFile(join(cli.folder, 'typo.json'), JSON.stringify({ ...pay, amountYocto: '1.5' }));
    await writeFile(join(cli.folder, 'more.json'), JSON.stringify({ ...pay, colour: 'red' }));
    const shown = await run('proposal', 'create', 'pay.json', '--dry-run');
    expect(shown.out).to.match(/^- .* would move from the treasury to the ledger of /);
    for (const [file, sentence] of [
      ['none.json', /^BAD_ACTION: action\.kind must be one of fund-run, /],
      ['typo.json', /^BAD_ARGUMENT: action\.amountYocto/],
      ['more.json', /^BAD_ARGUMENT: action\.colour/],
    ] as const) {
      const refused = await run('proposal', 'create', file);
      expectOneSentence(refused, sentence);
      expect(refused.code).to.equal(3);
    }
    expect(node.sent).to.deep.equal([]);
    node.replies.push({ result: success(1) });
    const result = await run('proposal', 'create', 'pay.json', '--registry', registry.url);
    await registry.stop();
    expect(result.code, result.err).to.equal(0);
    expect(result.out).to.match(/^Proposal 1: vote with/m);
    const { method, args, depositYocto } = sent();
    expect(method).to.equal('propose');
    expect((args as { action: Action }).action).to.deep.equal(pay);
    play.fake.call('bob.test', method, args, { depositYocto });
  });
});
