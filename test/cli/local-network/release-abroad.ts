/** What strangers may ask of it, where it is kept, and in whose formats. */
import { expect } from 'chai';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { essaysJsonl } from '../../support/tiny-draft.js';
import { startS3 } from '../../dataset-registry/store/s3-server.js';
import type { Story } from './story.js';

export function tellRights(story: Story): void {
  const { run, good, json } = story;

  it('is held against the verifier’s own policy, with an exit code for each rule', async () => {
    const policy = (rules: object) =>
      writeFile(join(story.folder, 'policy.json'), JSON.stringify({ version: 1, ...rules }));
    const reproductions = { atLeast: 1, by: ['alice.local', 'founder.local'] };
    await policy({ reproductions });
    const replayed = ['replay', 'model', '--claims', '1', '--attest'];
    // Who trained it adds nothing by saying that it can be trained.
    const own = await run(...replayed);
    expect(own.err).to.match(/founder\.local reproduces sha256:\w+, and shows sha256:/);
    const few = await run('verify', 'model', '--policy', 'policy.json');
    expect(few.code).to.equal(41);
    expect(few.err).to.match(/^REPRODUCTIONS_TOO_FEW: 0 of 1 asked for/);
    await good(...replayed, '--account', 'alice.local');
    expect((await run('replay', 'model', '--claims', '0', '--attest')).code).to.equal(2);
    expect(await good('verify', 'model', '--policy', 'policy.json'))
      .to.match(/✓ reproductions/)
      .and.match(/attested +founder\.local reproduces it; known for \d+ rounds, \d+ audits/)
      .and.match(/attested +alice\.local reproduces it; known for nothing/);
    await policy({ data: 'undisputed', disputes: { by: 'anyone' } });
    const told = await json<{ rules: { status: string }[] }>(
      ...['verify', 'model', '--policy', 'policy.json'],
    );
    expect(told.rules.map(({ status }) => status)).to.deep.equal(['pass', 'pass']);
    await policy({ quorum: 1 });
    const bad = await run('verify', 'model', '--policy', 'policy.json');
    expect(bad.err).to.match(/^BAD_POLICY: quorum/);
    expect(bad.code).to.equal(3);
  });

  it('shows which documents went into it, to whoever has nothing but its digest', async () => {
    type Shown = { verdict: string; tokensShown: boolean; places: unknown[] };
    const seen = new Map<string, number>();
    for (const [i, line] of essaysJsonl().trimEnd().split('\n').entries()) {
      await writeFile(join(story.folder, 'essay.json'), line);
      const proven = await json<Shown>('dataset', 'prove', 'essay.json', '1', '--out', 'p.json');
      seen.set(proven.verdict, i);
      if (seen.has('held-out') && seen.has('trained')) break;
    }
    expect(seen).to.include.keys('trained', 'held-out');
    await writeFile(
      join(story.folder, 'essay.json'),
      essaysJsonl().split('\n')[seen.get('trained')!]!,
    );
    await good('dataset', 'prove', 'essay.json', story.manifest, '--out', 'p.json');
    const nowhere = ['--rpc', 'http://127.0.0.1:1', '--registry', 'http://127.0.0.1:1'];
    const offline = ['dataset', 'check-proof', 'p.json', '--release', story.manifest, ...nowhere];
    expect(await good(...offline)).to.match(
      /was trained on for release sha256:[^]*its text gives these tokens[^]*in rounds [12]/,
    );
    expect(await good('dataset', 'check-proof', 'p.json')).to.include('was trained on');
    const other = await run(
      'dataset',
      'check-proof',
      'p.json',
      '--release',
      `sha256:${'0'.repeat(64)}`,
    );
    expect(other.err).to.match(/^PROOF_FAILED: the manifest is /);
    await writeFile(join(story.folder, 'essay.json'), '{"text":"Never seen."}');
    const absent = await good('dataset', 'prove', 'essay.json', '1', '--out', 'absent.json');
    expect(absent).to.match(/is none of the 40 items .* not these exact bytes/);
    const misused = await run('dataset', 'check-proof', 'p.json', '--root', story.manifest);
    expect(misused.err).to.match(/^USAGE: the proof in p\.json is for a release: give --release/);
  });

  it('is kept by a mirror and pulled from its folder without asking anybody', async () => {
    expect(await good('mirror', 'add', '1')).to.match(/^A-run-to-test-with-1\.0\.0 +sha256:/);
    expect(await good('mirror', 'add', 'model')).to.contain(story.manifest);
    expect(await good('mirror', 'list')).to.contain(story.manifest);
    // What was fetched to be taken in is gone.
    expect(await readdir(join(story.folder, 'mirror', 'pulling'))).to.deep.equal([]);
    await good('mirror', 'export', 'public');
    const from = ['--offline', 'public', '--evidence', 'evidence.json'];
    const out = await good('pull', story.manifest, '--to', 'offline', ...from);
    expect(out).to.match(/^✓ bytes/);
    const alone = await run('pull', story.manifest, '--to', 'alone', '--offline', 'mirror');
    expect(alone.code).to.equal(22);
    expect(await readdir(story.folder)).to.not.include('alone');
    const reason = ['--reason', 'a test'];
    expect(await good('mirror', 'deny', story.manifest, ...reason)).to.match(
      /^\d+ blobs are served no/,
    );
  });

  it('goes by a bucket from one machine to the next, which serve it', async () => {
    const s3 = await startS3();
    const env = { NEAR_CREDENTIALS_DIR: '', ...s3.env };
    const at = ['--endpoint', s3.options.endpoint];
    const there = async (...argv: string[]) => {
      const result = await story.cli.runWith({ env }, ...argv, ...at);
      expect(result.code, result.err).to.equal(0);
      return result.out;
    };
    try {
      await good('mirror', 'add', 'model', '--data', 'one');
      await there('mirror', 'export', 's3://weights/m', '--data', 'one');
      // The registry is gone, and so is the first machine.
      const only = ['--mirror', 's3://weights/m', '--registry', 'http://127.0.0.1:1'];
      expect(await there('pull', '1', '--to', 'bought', ...only)).to.match(/^✓ bytes/);
      expect(await there('mirror', 'add', '1', '--data', 'two', ...only)).to.contain(
        story.manifest,
      );
      expect(await good('mirror', 'list', '--data', 'two')).to.contain(story.manifest);
      const keyless = await run('pull', '1', '--to', 'x', ...only, ...at);
      expect(keyless.err).to.match(/^NO_BUCKET_KEYS/m);
      const store = ['--store', 's3://weights/m', '--data', 'three'];
      const denied = ['mirror', 'deny', story.manifest, ...store, '--reason', 'a test'];
      const stop = new AbortController();
      const serving = story.cli.runWith(
        { env, signal: stop.signal },
        ...['mirror', 'serve', ...store, '--port', '0', ...at],
      );
      const blobs = /^(\d+) blobs/.exec(await there(...denied))![1];
      expect(Number(blobs)).to.be.above(9);
      stop.abort();
      expect((await serving).err).to.match(/Serves s3:\/\/weights\/m at http/);
    } finally {
      await s3.stop();
    }
  });

  it('is written down for other people’s tools, signed with a key', async () => {
    await run('oms', 'key', 'about.pem');
    await good('release', 'export', 'model', '--to', 'about', '--key', 'about.pem');
    expect(await readdir(join(story.folder, 'about'))).to.have.members([
      ...['provenance.intoto.json', 'evaluation.intoto.json', 'bom.cdx.json'],
      ...['provenance.intoto.json.sigstore.json', 'evaluation.intoto.json.sigstore.json'],
      ...['essays@1', 'clean@1', 'packed@1'].map((id) => `${id}.croissant.json`),
    ]);
    const text = await readFile(join(story.folder, 'about', 'clean@1.croissant.json'), 'utf8');
    expect(text).to.equal(await good('dataset', 'croissant', 'clean@1'));
    const away = ['--to', 'about-it', '--registry', 'http://127.0.0.1:1'];
    const alone = await run('release', 'export', 'model', ...away, '--json');
    // What this machine has it describes all the same.
    expect(alone.code, alone.err).to.equal(0);
  });
}
