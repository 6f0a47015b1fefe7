/** A release is voted for, pulled, proven, explained and computed again. */
import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

export function tellRelease(story: Story): void {
  const { run, good, json } = story;

  it('is built from the chain and voted for', async () => {
    const flags = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
    const dry = await json<{ manifest: string }>('release', 'propose', '1', ...flags, '--dry-run');
    const made = await json<{ proposal: number; manifest: string }>(
      ...['release', 'propose', '1', ...flags],
    );
    expect(made.manifest).to.equal(dry.manifest);
    story.manifest = made.manifest;
    const voted = await run('proposal', 'vote', `${made.proposal}`, 'yes');
    story.ballot = /by --transaction (\w+)/.exec(voted.err)![1]!;
    await good('network', 'forward', '2m');
    story.head = await good('release', 'head', '--json');
    const executed = await run('proposal', 'execute', `${made.proposal}`);
    expect(executed.out).to.match(/: release 1\n$/);
    story.transaction = /--transaction (\w+) --to/.exec(executed.err)![1]!;
    expect(await good('release', 'show', story.manifest)).to.match(/A run to test with 1\.0\.0/);
  });

  it('is pulled and every claim about it holds', async () => {
    const out = await good('pull', '1', '--to', 'model', '--save-evidence', 'evidence.json');
    expect(out.trimEnd().split('\n')).to.have.length(9);
    expect(out)
      .to.match(/^✓ bytes/)
      .and.not.match(/^[✗?]/m);
    expect(await good('verify', 'model', '--chunks')).to.equal(out);
    const wholes = await good('verify', 'model', '--evidence', 'evidence.json');
    expect(wholes).to.match(/chunk lists, which only fetching needs, were not checked/);
    expect(wholes.replace(/; its chunk lists.*/, '')).to.equal(out);
  });

  it('is proven to be decided without any node, from a block that a policy names', async () => {
    await writeFile(join(story.folder, 'trusted.json'), story.head);
    const { hash } = (JSON.parse(story.head) as { head: { hash: string } }).head;
    const collect = [
      'release',
      'evidence',
      '1',
      '--transaction',
      story.transaction,
      '--to',
      'e.jsonl',
    ];
    expect(await good(...collect, '--head', hash)).to.match(/lines added +3/);
    const before = await readFile(join(story.folder, 'e.jsonl'), 'utf8');
    expect(await good(...collect, '--head', hash)).to.match(/lines added +0/);
    await good(...collect);
    expect(await readFile(join(story.folder, 'e.jsonl'), 'utf8'))
      .to.match(/^{"version":1/)
      .and.satisfy((text: string) => text.startsWith(before));
    const offline = ['verify', 'model', '--offline', '--policy', 'trusted.json'];
    const proven = await run(...offline, '--proof', 'e.jsonl');
    const vote = `proven +release 1 by proposal \\d+ of .+: proven by light client from head ${hash}`;
    expect(proven.out).to.match(new RegExp(vote));
    expect(proven.out).to.match(/✓ rounds[^]*✓ weights[^]*✓ head +proven/);
    // What the present is like, nothing proves.
    expect(proven.code).to.equal(25);
    const told = ['--evidence', 'evidence.json', '--proof', 'e.jsonl'];
    const both = ['verify', 'model', '--policy', 'trusted.json', ...told];
    expect(await good(...both)).to.match(/proven by light client.*as one node said/);
    const report = await good('explain', ...offline.slice(1), '--proof', 'e.jsonl');
    expect(report).to.match(/proven +published +release 1 of .*\n +proven +when/);
    expect(await good('explain', 'model')).to.match(/attested +published +release 1 of/);
    const forged = before.replace('A run to test with', 'A run to trust with');
    await writeFile(join(story.folder, 'forged.jsonl'), forged);
    const refused = await run(...offline, '--proof', 'forged.jsonl');
    expect(refused.code).to.equal(22);
    expect(refused.err).to.match(/\(PROOF_FORGED\)/);
    await writeFile(join(story.folder, 'cut.jsonl'), before.slice(0, -9));
    expect((await run(...offline, '--proof', 'cut.jsonl')).err).to.match(/^BAD_BUNDLE/);
    const alone = await run('verify', 'model', '--proof', 'e.jsonl');
    expect(alone.code).to.equal(2);
    expectOneSentence(alone, /^USAGE: --proof proves nothing without a block or keys/);
    const unproven = await run(...both.slice(0, -2));
    expect(unproven.code).to.equal(51);
    await run('oms', 'key', 'signer.pem');
    await run('oms', 'sign', 'model', '--key', 'signer.pem', '--signature', 'model.sig');
    const sign = ['release', 'evidence', '1', '--signature', 'model.sig', '--to', 'e.jsonl'];
    expect(await good(...sign)).to.match(/lines added +1/);
    expect(await good(...sign)).to.match(/lines added +0/);
    const keys = [await readFile(join(story.folder, 'signer.pem.pub'), 'utf8')];
    const signers = JSON.stringify({ version: 1, signers: { atLeast: 1, keys } });
    await writeFile(join(story.folder, 'signers.json'), signers);
    const signed = await good('verify', 'model', '--policy', 'signers.json', '--proof', 'e.jsonl');
    expect(signed).to.match(/✓ signers +proven +1 of 1 asked for signed every file/);
    await writeFile(join(story.folder, 'before.jsonl'), before);
    const unsigned = ['verify', 'model', '--policy', 'signers.json', '--proof', 'before.jsonl'];
    expect((await run(...unsigned)).code).to.equal(52);
    const other = collect.with(4, hash);
    expect((await run(...other)).code).to.not.equal(0);
  });

  it('shows who voted and how, without any node', async () => {
    const collect = ['release', 'evidence', '1', '--transaction', story.transaction, story.ballot];
    type Shown = { head: string; votes: { account: string; choice: string }[] };
    const shown = await json<Shown>(...collect, '--to', 'votes.jsonl');
    expect(shown.votes).to.have.length(1);
    expect(shown.votes[0]).to.include({ account: 'founder.local', choice: 'yes' });
    const trusted = await good('release', 'head', '--at', shown.head, '--json');
    await writeFile(join(story.folder, 'today.json'), trusted);
    const proof = ['--offline', '--policy', 'today.json', '--proof', 'votes.jsonl'];
    expect((await run('verify', 'model', ...proof)).out).to.match(
      /✓ vote +proven.*; votes shown: founder\.local yes \d+/,
    );
    expect(await good('explain', 'model', ...proof)).to.match(
      /proven +vote of founder\.local +yes, with weight \d+, in block \d+/,
    );
    expect(await good('explain', 'model')).to.match(
      /Who was paid what\n +proven +founder\.local, seat 0 +\d+ rounds verified, for/,
    );
  });

  it('explains where it comes from, as text, as JSON and as a page', async () => {
    const told = await good('explain', 'model');
    expect(told).to.match(/Who computed it\n.*rounds +2 final/s);
    expect(told).to.match(/attested +vote on the release +proposal \d+: yes /);
    expect(told).to.match(/attested +vote of founder\.local +yes, with weight \d+\n/);
    expect(told).to.match(/proven +dataset +packed@1/);
    expect(await json<{ chapters: object[] }>('explain', 'model')).to.have.property('chapters');
    await good('explain', 'model', '--html', 'where.html');
    expect(await readFile(join(story.folder, 'where.html'), 'utf8')).to.contain('Data: essays@1');
    expect(await good('explain', 'model', '--diff', 'model')).to.equal('Nothing differs.\n');
    const offline = await good('explain', 'model', '--offline');
    expect(offline).to.match(/declared +vote +no chain was asked/);
    const missing = await run('explain', 'nowhere');
    expectOneSentence(missing, /^FILE_MISSING: there is no manifest\.json/);
  });

  it('is computed again from updates and data, with the same roots', async () => {
    const replayed = await json<{
      rounds: { root: string; found: string }[];
      claims: { differences: string[] }[];
    }>('replay', 'model', '--claims', '2');
    expect(replayed.rounds).to.have.length(2);
    for (const { root, found } of replayed.rounds) expect(found).to.equal(root);
    expect(replayed.claims.map(({ differences }) => differences)).to.deep.equal([[], []]);
    expect(await good('replay', 'model', '--claims', '0')).to.match(/^round +updates +root comp/);
    type Drawn = { seed: number; claims: { round: number; seat: number }[] };
    const chosen = await json<Drawn>('replay', 'model', '--round', '2', '1');
    expect(new Set(chosen.claims.map(({ round }) => round))).to.deep.equal(new Set([1, 2]));
    const drawn = await json<Drawn>('replay', 'model');
    expect(drawn.claims).to.have.length(1);
    expect(await json<Drawn>('replay', 'model', '--seed', `${drawn.seed}`)).to.deep.equal(drawn);
    const none = await run('replay', 'model', '--round', '1', '9');
    expect(none.err).to.match(/^NO_SUCH_ROUND: round 9 is no final round/m);
    expect(none.code).to.equal(4);
  });
}
