/**
 * Data that is not for everybody, the whole way by commands: import, record, derivations, a run whose workers may read
 * it, a release, a proof of one document; and what a stranger gets of it.
 */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { expectOneSentence } from '../cli/cli-folder.js';
import { DaoByCommand } from '../support/dao-by-command.js';
import { essaysJsonl, packingFlags, patientDraft } from '../support/tiny-draft.js';

const workers = ['ada.local', 'ben.local'];
const { inner } = patientDraft;
/** One round that sees most of the data. */
const draft = {
  ...patientDraft,
  inner: {
    ...{ ...inner, batchSize: 16, stepsPerRound: 24 },
    schedule: { ...inner.schedule, totalSteps: 48 },
  },
  rounds: 1,
  evaluation: { sequences: 16 },
};

describe('data that is not for everybody', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let dao: DaoByCommand;
  const [essay] = essaysJsonl()
    .split('\n')
    .map((line) => (line ? (JSON.parse(line) as { text: string }) : null));

  before(async () => {
    dao = await DaoByCommand.start([...workers, 'eve.local']);
    const { file, good } = dao;
    await file('essays.jsonl', essaysJsonl());
    await file('draft.json', draft);
    expect(await good('registry', 'readers', 'trainers', workers.join())).to.equal(
      'mia.local/trainers: ada.local, ben.local, and you\n',
    );
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about, '--readers', 'trainers');
  });
  after(() => dao.remove());

  it('is fetched by its readers, and is missing for everybody else', async () => {
    const { elsewhere, good, run } = dao;
    await elsewhere();
    for (const account of workers) {
      expect(await good('dataset', 'verify', 'essays@1', '--account', account)).to.match(
        /is what it says/,
      );
      await elsewhere();
    }
    const stranger = await run('dataset', 'verify', 'essays@1', '--account', 'eve.local');
    expect(stranger.err).to.match(/BLOB_MISSING: sha256:/);
  });

  it('is proven item by item, with the salt of that item alone, and not guessed', async () => {
    const { elsewhere, file, good, run } = dao;
    await file('essay.json', essay);
    await good('dataset', 'prove', 'essays@1', 'essay.json', '--out', 'proof.json');
    await elsewhere();
    // Whoever checks it needs neither the data nor to be known.
    const check = ['dataset', 'check-proof', 'proof.json', '--account', 'eve.local'];
    expect(await good(...check, '--item', 'essay.json')).to.match(/is item 1 of 40 in essays@1/);
    await file('other.json', { text: `${essay!.text}!` });
    const other = await run(...check, '--item', 'other.json');
    expectOneSentence(other, /^PROOF_FAILED: it is of sha256:\w+, and other\.json is another item/);
    const proof = await readFile(join(dao.cli.folder, 'proof.json'), 'utf8');
    const guesses = essaysJsonl()
      .split('\n')
      .flatMap((line) =>
        line ? [digestOf(encodeItem(JSON.parse(line) as { text: string }))] : [],
      );
    expect(guesses.filter((guess) => proof.includes(guess))).to.deep.equal([]);
    expect(proof.match(/"salt":"[0-9a-f]{32}"/g)).to.have.length(1);
  });

  it('is derived for its readers only', async () => {
    const { elsewhere, good, run } = dao;
    const derive = ['dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean'];
    const open = await run(...derive);
    expect(open.err).to.match(/NOT_FOR_EVERYBODY: items of essays@1 are salted/);
    await good(...derive, '--readers', 'trainers');
    await good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...[...packingFlags, '--readers', 'trainers'],
    );
    await elsewhere();
    const reader = await good('dataset', 'reproduce', 'packed@1', '--account', 'ben.local');
    expect(reader).to.match(/packed@1 +reproduced/);
    await elsewhere();
    const stranger = await run('dataset', 'reproduce', 'packed@1', '--account', 'eve.local');
    expect(stranger.err).to.match(/BLOB_MISSING/);
  });

  it('trains a model with workers who may read it, and a document is proven to have gone into it', async () => {
    const { elsewhere, file, good, json, run } = dao;
    const number = await dao.fundRun('draft.json');
    const crew = Promise.all(workers.map((account) => dao.work(account, { run: number })));
    await Promise.race([dao.endEnrolment(number, workers.length), crew]);
    for (const { because } of await crew) expect(because).to.equal('the run is completed');
    const named = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
    const release = await json<{ proposal: number }>('release', 'propose', `${number}`, ...named);
    expect(await dao.decide(release.proposal)).to.match(/release 1/);
    const { item, salt } = JSON.parse(
      await readFile(join(dao.cli.folder, 'proof.json'), 'utf8'),
    ) as {
      item: Digest;
      salt: string;
    };
    await file('salted.json', { ...essay, cwSalt: salt });
    await good('dataset', 'prove', 'salted.json', '1', '--out', 'release-proof.json');
    await elsewhere();
    const told = await good(
      'dataset',
      'check-proof',
      'release-proof.json',
      '--account',
      'eve.local',
    );
    expect(told).to.match(new RegExp(`^${item} (was trained on|is held out)`));
    // Neither the text nor its neighbours' tokens are in it.
    const { shown } = JSON.parse(
      await readFile(join(dao.cli.folder, 'release-proof.json'), 'utf8'),
    ) as {
      shown: unknown;
    };
    expect(shown).to.equal(null);
    const verified = await run('pull', '1', '--to', 'model', '--account', 'eve.local');
    expect(verified.err + verified.out).to.not.match(/BLOB_MISSING/);
  });
});
