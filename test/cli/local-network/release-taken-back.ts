/** A release is taken back, and another one altered. */
import { expect } from 'chai';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

export function tellEndOfRelease(story: Story): void {
  const { run, good, json } = story;

  it('is not fetched once the DAO took it back, unless one asks for just that', async () => {
    const revoke = ['release', 'revoke', '1', '--reason', 'It repeats a private letter'];
    const { proposal } = await json<{ proposal: number }>(...revoke);
    await good('proposal', 'vote', `${proposal}`, 'yes');
    await good('network', 'forward', '2m');
    type Executed = { status: string; transaction: string };
    const done = await json<Executed>('proposal', 'execute', `${proposal}`);
    expect(done.status).to.equal('executed');
    const refused = await run('pull', '1', '--to', 'revoked');
    expectOneSentence(
      refused,
      /^RELEASE_REVOKED: the DAO took release 1 back; nothing was fetched/,
    );
    expect(refused.code).to.equal(6);
    expect(await readdir(story.folder)).to.not.include('revoked');
    const looked = await run('pull', '1', '--to', 'revoked', '--even-revoked');
    expect(looked.code).to.equal(22);
    expect(await readdir(story.folder)).to.include('revoked');
    // A file that was kept before does not know; evidence can.
    const kept = ['verify', 'model', '--evidence', 'evidence.json', '--policy', 'trusted.json'];
    expect(await good(...kept, '--proof', 'e.jsonl')).to.match(/✓ vote/);
    const { hash } = (JSON.parse(story.head) as { head: { hash: string } }).head;
    const collect = ['release', 'evidence', '1', '--transaction', done.transaction];
    await good(...collect, '--to', 'e.jsonl', '--head', hash);
    const proven = await run(...kept, '--proof', 'e.jsonl');
    expect(proven.code).to.equal(22);
    expect(proven.out).to.match(/✗ vote +proven +release 1 was revoked by block/);
  });

  it('is refused with one flipped byte, with the exit code of its bytes', async () => {
    const file = join(story.model, 'model.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    const { code, err, out } = await run('verify', 'model');
    expect(code).to.equal(20);
    expect(out).to.match(/^✗ bytes +proven +model\.safetensors differs/);
    expect(err).to.match(/^NOT_VERIFIED: the claim "bytes" does not hold/);
  });
}
