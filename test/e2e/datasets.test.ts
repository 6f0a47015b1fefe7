/** What datasets inherit, through the command line alone: the licences of all parents, and opt-outs. */
import { expect } from 'chai';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { expectOneSentence } from '../cli/cli-folder.js';
import { DaoByCommand } from '../support/dao-by-command.js';

const letters = ['to the mayor', 'to my sister', 'to the bank', 'to nobody'].map((whom) => ({
  text: `A letter ${whom}, written by hand.`,
}));

describe('datasets on a local network', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let dao: DaoByCommand;
  const show = (id: string) => dao.json<Record<string, unknown>>('dataset', 'show', id);

  before(async () => {
    dao = await DaoByCommand.start();
    const { file, good } = dao;
    const lines = (items: readonly object[]) => items.map((one) => JSON.stringify(one)).join('\n');
    await file('letters.jsonl', lines(letters));
    await file('notes.jsonl', lines([{ text: 'A note on the fridge.' }]));
    const from = (source: string, day: string) => ['--source', source, '--collected', day];
    const letterFlags = ['--licence', 'CC0-1.0', ...from('https://example.org', '2024-03-01')];
    await good('dataset', 'add', 'letters@1', 'letters.jsonl', ...letterFlags);
    const noteFlags = ['--licence', 'MIT', ...from('https://example.org/notes', '2024-01-31')];
    await good('dataset', 'add', 'notes@1', 'notes.jsonl', ...noteFlags);
  });
  after(() => dao.remove());

  it('are added from a folder with CSV and packed files', async () => {
    const { file, good, run } = dao;
    await mkdir(join(dao.cli.folder, 'mixed'));
    await file('mixed/rows.csv', 'body,year\n"one, with a comma",1790\n');
    await file('mixed/more.jsonl.gz', gzipSync('{"text":"two"}\n{"text":"three"}\n'));
    const flags = ['--licence', 'CC0-1.0', '--source', 'https://example.org', '--text', 'body'];
    await file('mixed/scan.pdf', 'of no kind that is read');
    await symlink('/etc/hostname', join(dao.cli.folder, 'mixed', 'linked.txt'));
    const added = await run('dataset', 'add', 'mixed@1', 'mixed', ...flags);
    expect(added.code, added.err).to.equal(0);
    expect(added.err).to.match(/not read, .*: "linked\.txt", "scan\.pdf"\n/);
    expect(await show('mixed@1')).to.include({ items: 3 });
    expect(await good('dataset', 'verify', 'mixed@1')).to.match(/is what it says/);
    const bad = await run('dataset', 'add', 'x@1', 'mixed', ...flags.slice(0, 4));
    expect(bad.err).to.match(/\nBAD_IMPORT: .*rows\.csv: it has no column "text", only body, year/);
  });

  it('are described as Croissant, and added from such a description', async () => {
    const { file, good, run } = dao;
    const described = JSON.parse(await good('dataset', 'croissant', 'letters@1')) as object;
    const said = { 'rai:personalSensitiveInformation': 'None.' };
    await file('croissant.json', JSON.stringify({ ...described, ...said }));
    await good('dataset', 'add', 'copy@1', 'croissant.json');
    const [letters, copy] = [await show('letters@1'), await show('copy@1')];
    for (const name of [
      'manifest',
      'itemsRoot',
      'licenceDeclared',
      'source',
      'collectedAt',
      'title',
    ]) {
      expect(copy[name], name).to.equal(letters[name]);
    }
    expect(copy['evidence']).to.match(/^sha256:/);
    // What the description says of responsible AI is carried on.
    expect(JSON.parse(await good('dataset', 'croissant', 'copy@1'))).to.include(said);
    const flags = ['--records', 'items-00009'];
    const refused = await run('dataset', 'add', 'other@1', 'croissant.json', ...flags);
    expect(refused.err).to.match(/^BAD_CROISSANT: it has no record set "items-00009"/);
    const keep = await run('dataset', 'add', 'other@1', 'croissant.json', '--keep', 'a');
    expect(keep.err).to.match(/^USAGE: a Croissant description says itself what to keep/);
    const folder = await run('dataset', 'add', 'other@1', 'letters.jsonl', '--records', 'a');
    expect(folder.err).to.match(/^USAGE: --records are of a Croissant description/);
  });

  it('are evidence of what is said of them, as a file that everybody can read', async () => {
    const { file, good, run } = dao;
    await file('notes.json', '{"read":"all of it"}');
    const { manifest } = (await show('letters@1')) as { manifest: string };
    await good('attest', 'evaluate', manifest, '--evidence', 'notes.json');
    const [said] = await dao.json<{ evidence: string }[]>('attest', 'list', manifest);
    expect(said!.evidence).to.equal(digestOf(Buffer.from('{"read":"all of it"}')));
    const answer = await fetch(`${dao.network.registryUrl}/blobs/${said!.evidence}`);
    expect(await answer.text()).to.equal('{"read":"all of it"}');
    const missing = await run('attest', 'endorse', manifest, '--evidence', 'nowhere.json');
    expectOneSentence(missing, /^FILE_MISSING: there is no .*nowhere\.json/);
  });

  it('warn, whatever descends from one that was withdrawn', async () => {
    const { file, good, run } = dao;
    await file(
      'old.jsonl',
      '{"text":"An old text, which is long enough to be kept by whoever cleans."}',
    );
    const flags = ['--licence', 'CC0-1.0', '--source', 'https://example.org/old'];
    await good('dataset', 'add', 'old@1', 'old.jsonl', ...flags);
    const again = ['--transform', 'redact'];
    await good('dataset', 'derive', 'newer@1', 'old@1', ...again);
    expect(await show('newer@1')).to.deep.include({ blocked: [] });
    await good('dataset', 'withdraw', 'old@1');
    expect(await show('newer@1')).to.deep.include({ blocked: ['old@1 is withdrawn'] });
    expect(await good('dataset', 'show', 'newer@1')).to.match(/\nwarning .*: old@1 is withdrawn\n/);
    await good('dataset', 'dispute', 'newer@1', '--evidence', 'old.jsonl');
    const early = await run('dataset', 'lapse', 'newer@1');
    expectOneSentence(early, /^WRONG_PHASE: the DAO may decide until \d{4}-\d\d-\d\d .* UTC/);
    const newest = await run('dataset', 'derive', 'newest@1', 'newer@1', ...again);
    expect(newest.err).to.match(
      /warning: newer@1 is disputed, old@1 is withdrawn: no run may train/,
    );
  });

  it('keep to the licences of all their parents', async () => {
    const { file, good } = dao;
    await file('mix.json', JSON.stringify({ seed: 1, weightsBps: [9_000, 1_000] }));
    const mix = ['--transform', 'mix', '--params', 'mix.json'];
    await good('dataset', 'derive', 'both@1', 'letters@1', 'notes@1', ...mix);
    expect(await show('both@1')).to.include({
      licenceDeclared: 'CC0-1.0 AND MIT',
      licenceConcluded: 'CC0-1.0 AND MIT',
      source: 'https://example.org | https://example.org/notes',
      collectedAt: '2024-01-31/2024-03-01',
    });
  });

  it('come from a module of one’s own, and are reproduced from their sources by a stranger', async () => {
    const { file, good, run } = dao;
    const source = `export const transform = ({ text }, { params }) =>
      text.includes(params.without) ? null : { text: text + params.mark };`;
    await file('mark.js', source);
    await file('mark.json', JSON.stringify({ mark: ' Copied.', without: 'nobody' }));
    const own = ['--transform', 'module', '--module', 'mark.js', '--params', 'mark.json'];
    await good('dataset', 'derive', 'marked@1', 'letters@1', 'notes@1', ...own);
    expect(await show('marked@1')).to.include({ items: 4 });
    await good('dataset', 'derive', 'marked-clean@1', 'marked@1', '--transform', 'redact');
    const told = JSON.parse(
      await good('dataset', 'reproduce', 'marked-clean@1', '--json'),
    ) as object;
    expect(told).to.deep.equal({
      id: 'marked-clean@1',
      datasets: [
        { id: 'letters@1', shown: 'verified' },
        { id: 'notes@1', shown: 'verified' },
        { id: 'marked@1', shown: 'reproduced' },
        { id: 'marked-clean@1', shown: 'reproduced' },
      ],
    });
    // What the record names is a digest: a stranger has the module from the registry, and no other will do.
    const blobs = join(dao.cli.folder, '.commonweights', 'blobs');
    await rm(blobs, { recursive: true });
    expect(await good('dataset', 'reproduce', 'marked@1')).to.match(/marked@1 +reproduced/);
    await file('asks.js', 'export const transform = () => fetch("https://example.org");');
    const asks = ['--transform', 'module', '--module', 'asks.js'];
    const refused = await run('dataset', 'derive', 'asks@1', 'notes@1', ...asks);
    expect(refused.err).to.match(/MODULE_FAILED: the module: ReferenceError: fetch is not defined/);
    expect(refused.code).to.equal(3);
    const without = await run('dataset', 'derive', 'x@1', 'notes@1', '--transform', 'module');
    expectOneSentence(without, /^USAGE: --transform module names its file with --module/);
    const other = await run(
      'dataset',
      'derive',
      'x@1',
      'notes@1',
      '--transform',
      'clean',
      ...own.slice(2),
    );
    expectOneSentence(other, /^USAGE: --transform clean takes no --module/);
  });

  it('show that a document is one of their items, and never that another is', async () => {
    const { file, good, run } = dao;
    await file('letter.json', JSON.stringify(letters[2]));
    expect(
      await good('dataset', 'prove', 'letters@1', 'letter.json', '--out', 'proof.json'),
    ).to.match(/^sha256:\w+ is item 3 of 4 in letters@1: proof\.json\n$/);
    expect(await good('dataset', 'check-proof', 'proof.json')).to.match(
      /is item 3 of 4 in letters/,
    );
    const byDigest = ['dataset', 'prove', 'letters@1', digestOf(encodeItem(letters[2]!))];
    const proof = JSON.parse(await good(...byDigest)) as Record<string, unknown>;
    expect(proof).to.deep.equal(JSON.parse(await good(...byDigest, '--json')));
    const { itemsRoot } = await show('letters@1');
    const root = ['--root', itemsRoot as string];
    expect(await good('dataset', 'check-proof', 'proof.json', ...root)).to.match(
      /is in a tree with the root sha256:\w+; whether that is the root of a dataset/,
    );
    const other = digestOf(encodeItem(letters[0]!));
    const wrongRoot = await run('dataset', 'check-proof', 'proof.json', '--root', other);
    expectOneSentence(wrongRoot, /^PROOF_FAILED: it leads to sha256:/);
    for (const change of [
      { index: 1 },
      { items: 5 },
      { item: other },
      { itemsRoot: other },
      { proof: [] },
      { dataset: 'notes@1' },
    ]) {
      await file('false.json', JSON.stringify({ ...proof, ...change }));
      const failed = await run('dataset', 'check-proof', 'false.json');
      expectOneSentence(failed, /^PROOF_FAILED: /);
      expect(failed.code).to.equal(3);
    }
    for (const bad of [{}, null, { ...proof, version: 2 }, { ...proof, proof: ['x'] }]) {
      await file('false.json', JSON.stringify(bad));
      expectOneSentence(
        await run('dataset', 'check-proof', 'false.json'),
        /^BAD_PROOF: that is no/,
      );
    }
    await file('letter.json', JSON.stringify({ text: `${letters[2]!.text}!` }));
    const none = await run('dataset', 'prove', 'letters@1', 'letter.json');
    expectOneSentence(none, /^NOT_AN_ITEM: none of the 4 items of letters@1 has exactly these/);
    expect(none.code).to.equal(4);
    await file('letter.json', 'a letter');
    const text = await run('dataset', 'prove', 'letters@1', 'letter.json');
    expectOneSentence(text, /^BAD_FILE: .*letter\.json is no item as JSON/);
  });

  it('leave out what a publisher was asked to take out, and say so in their transform', async () => {
    const { file, good, run } = dao;
    const nothing = await run('dataset', 'derive', 'x@1', 'letters@1', '--transform', 'leave-out');
    expectOneSentence(nothing, /^NOTHING_TO_LEAVE_OUT: neither letters@1 nor /);
    const byDigest = digestOf(encodeItem(letters[1]!));
    await file('out.txt', `${byDigest}\n\n${JSON.stringify(letters[3])}\n`);
    expect(await good('dataset', 'opt-out', 'letters@1', 'out.txt')).to.match(/names 2 items in/);
    const refused = await run('dataset', 'derive', 'x@1', 'letters@1', '--transform', 'redact');
    expect(refused.err).to.match(/\nOPTED_OUT: 2 items, .* of letters@1; derive with/);
    expect(refused.code).to.equal(3);
    await good('dataset', 'derive', 'letters@2', 'letters@1', '--transform', 'leave-out');
    expect(await show('letters@2')).to.include({ items: 2 });
    expect(await good('dataset', 'verify', 'letters@2', '--reproduce')).to.match(/is what it says/);
    // The list of what it descends from still stands, and nothing in it is named there.
    await good('dataset', 'derive', 'plain@1', 'letters@2', '--transform', 'redact');
    await file('bad.txt', 'the second letter\n');
    const bad = await run('dataset', 'opt-out', 'letters@1', 'bad.txt');
    expectOneSentence(bad, /^BAD_FILE: .*bad\.txt line 1 is neither/);
  });
});
