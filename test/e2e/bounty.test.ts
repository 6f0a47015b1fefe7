/**
 * A bounty through the command line alone, on a local network: the DAO pays people to tell spam from
 * mail, a copier gets nothing, and what was accepted becomes a dataset that a run could train on.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { expectOneSentence } from '../cli/cli-folder.js';
import { DaoByCommand } from '../support/dao-by-command.js';

const [ada, ben, eve] = ['ada.local', 'ben.local', 'eve.local'];
const reviewers = ['rae.local', 'rob.local', 'ron.local'];

/** Material of our own: subjects of made-up mails, and what they are. */
const mails: [string, 'spam' | 'mail'][] = [
  ['You have won the grand lottery of a country you never heard of', 'spam'],
  ['Minutes of the Tuesday meeting on the new boiler', 'mail'],
  ['Lose ten kilos in ten days without leaving your chair', 'spam'],
  ['Your library books are due on Friday', 'mail'],
  ['A prince needs your help to move forty million', 'spam'],
  ['Photos from the hike, and the recipe you asked for', 'mail'],
];
const label = (i: number, as = mails[i]![1]) => ({ text: mails[i]![0], label: as });
const digestOfLabel = (item: { text: string; label: string }) => digestOf(encodeItem(item));

describe('a bounty on a local network', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let dao: DaoByCommand;
  const earned = async (account: string) => {
    const { ledgerYocto } = await dao.json<{ ledgerYocto: string }>(
      ...['earnings', '--account', account],
    );
    return BigInt(ledgerYocto);
  };
  const lines = (items: readonly object[]) => items.map((one) => JSON.stringify(one)).join('\n');

  before(async () => {
    dao = await DaoByCommand.start([ada, ben, eve, ...reviewers]);
    const { file, good } = dao;
    await file('mails.jsonl', lines(mails.map(([text]) => ({ text }))));
    await file('spam.md', 'Label each mail "spam" or "mail". Accept a label that is right.');
    // Ada labels four, one of them wrongly; Ben three, one of which Ada has labelled alike.
    await file('ada.jsonl', lines([label(0), label(1), label(2), label(3, 'spam')]));
    await file('ben.jsonl', lines([label(2), label(4), label(5)]));
    await file('eve.jsonl', lines([label(0), label(1)]));
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/mails'];
    await good('dataset', 'add', 'mails@1', 'mails.jsonl', ...about);
  });
  after(() => dao.remove());

  it('is proposed, voted and opened with its money', async () => {
    const { decide, good, json } = dao;
    expect(await good('bounty', 'list')).to.match(/^No bounties yet/);
    const { proposal } = await json<{ proposal: number }>(
      ...['bounty', 'propose', 'Tell spam from mail', '--instructions', 'spam.md'],
      ...['--licence', 'CC0-1.0', '--items', '10', '--price', '0.5', '--material', 'mails@1'],
    );
    expect(await good('proposal', 'show', `${proposal}`)).to.match(
      /open a bounty, “Tell spam from mail”, for 10 items/,
    );
    expect(await decide(proposal)).to.match(/is executed: bounty 1\n$/);
    const shown = await good('bounty', 'show', '1');
    expect(shown)
      .to.match(/phase +submit\n/)
      .and.match(/to label +mails@1\n/);
    expect(shown).to.match(/price of an item +0\.5 NEAR\n/);
  });

  it('takes labels sealed, so that nobody can copy them', async () => {
    const { good, json, run } = dao;
    await good('bounty', 'submit', '1', 'ada.jsonl', '--account', ada);
    await good('bounty', 'submit', '1', 'ben.jsonl', '--account', ben);
    const again = await json<{ batches: number }>(
      ...['bounty', 'submit', '1', 'ben.jsonl', '--account', ben],
    );
    expect(again.batches, 'a killed command is run again').to.equal(0);
    for (const account of reviewers) await good('bounty', 'apply', '1', '--account', account);
    const both = await run('bounty', 'apply', '1', '--account', ada);
    expectOneSentence(both, /^NOT_YOUR_TURN: ada\.local contributes/);
    const text = await good('bounty', 'show', '1', '--json');
    expect(text).to.not.include(digestOfLabel(label(0)));
    await good('network', 'forward', '8d');
    expect(await good('bounty', 'tick', '1')).to.match(/is in phase "reveal" until/);
    await good('bounty', 'reveal', '1', '--account', ada);
    // Now that Ada's labels can be read, it is too late to hand them in.
    const copy = await run('bounty', 'submit', '1', 'eve.jsonl', '--account', eve);
    expectOneSentence(copy, /^WRONG_PHASE: bounty 1 is in phase .*reveal/);
    const nothing = await run('bounty', 'reveal', '1', '--account', eve);
    expectOneSentence(nothing, /^NOT_FOUND: nothing was handed in to bounty 1 from this folder/);
    await good('bounty', 'reveal', '1', '--account', ben);
    expect(await good('bounty', 'tick', '1')).to.match(/is in phase "review"/);
  });

  it('is judged by those who were drawn, sealed too', async () => {
    const { good, json, run } = dao;
    for (const account of reviewers) {
      const items = await json<{ digest: string; item: { text: string; label: string } }[]>(
        ...['bounty', 'review', '1', '--account', account],
      );
      expect(items).to.have.length(7);
      const truth = new Map(mails);
      const votes = items.map(({ digest, item }) => [digest, truth.get(item.text) === item.label]);
      await writeFile(
        join(dao.cli.folder, 'votes.json'),
        JSON.stringify(Object.fromEntries(votes)),
      );
      await good('bounty', 'vote', '1', 'votes.json', '--account', account);
    }
    await writeFile(join(dao.cli.folder, 'votes.json'), '{}');
    const missing = await run('bounty', 'vote', '1', 'votes.json', '--account', reviewers[0]!);
    expectOneSentence(missing, /^VOTES_INCOMPLETE: /);
    const stranger = await run('bounty', 'review', '1', '--account', eve);
    expectOneSentence(stranger, /^NOT_ENROLLED: /);
    expect(await good('bounty', 'tick', '1')).to.match(/is in phase "open"/);
    for (const account of reviewers) await good('bounty', 'open', '1', '--account', account);
  });

  it('pays each accepted item once, and returns bonds and stakes', async () => {
    const { good } = dao;
    expect(await good('bounty', 'tick', '1')).to.match(/is in phase "closed"\n$/);
    const half = 5n * 10n ** 23n;
    const bond = 10n ** 24n; // Twice the price.
    expect(await earned(ada)).to.equal(3n * half + bond); // The wrong label is not paid.
    expect(await earned(ben)).to.equal(2n * half + bond); // What Ada had first is not either.
    expect(await earned(eve)).to.equal(0n);
    for (const account of reviewers) {
      expect(await earned(account)).to.equal(10n ** 24n + 7n * (half / 5n));
    }
    const shown = await good('bounty', 'show', '1');
    expect(shown)
      .to.match(/accepted +5 of 10 items/)
      .and.match(/alpha\) +1\n/);
    expect(shown).to.match(/left in escrow +0 NEAR/);
    await good('claim', '--account', ada);
  });

  it('becomes a dataset whose contributors are on record', async () => {
    const { good, run } = dao;
    const other = await run('bounty', 'publish', '1', 'spam-labels@1', '--account', ada);
    expectOneSentence(other, /^NOT_PUBLISHER: mia\.local registers what bounty 1 accepted; leave/);
    await good('bounty', 'publish', '1', 'spam-labels@1');
    const shown = await good('dataset', 'show', 'spam-labels@1');
    expect(shown)
      .to.match(/manifest \(declared\) +sha256/)
      .and.match(/items root \(bounty 1\) +sha256/);
    expect(shown).to.match(/contributors \(bounty 1\) +ada\.local 60 %, ben\.local 40 %\n/);
    expect(shown).to.match(/lineage +mails@1 → spam-labels@1\n/);
    expect(await good('dataset', 'verify', 'spam-labels@1')).to.match(/is what it says/);
    const twice = await run('bounty', 'publish', '1', 'spam-labels@1');
    expectOneSentence(twice, /^ALREADY_EXISTS/);
  });

  it('is disputed, decided by vote, and withdrawn with what descends from it', async () => {
    const { decide, good, json, run } = dao;
    await writeFile(join(dao.cli.folder, 'letter.txt'), 'These mails are mine.');
    const flags = ['--evidence', 'letter.txt'];
    await good('dataset', 'dispute', 'mails@1', ...flags, '--account', eve);
    expect(await good('dataset', 'show', 'mails@1')).to.match(/status +disputed\n/);
    const { proposal } = await json<{ proposal: number }>(
      ...['dataset', 'resolve', 'mails@1', 'upheld', ...flags],
    );
    expect(await good('proposal', 'show', `${proposal}`)).to.match(
      /descends from it +spam-labels@1\n/,
    );
    await decide(proposal);
    const shown = await good('dataset', 'show', 'mails@1');
    expect(shown)
      .to.match(/status +withdrawn\n/)
      .and.match(/1 +eve\.local +upheld/);
    expect(await earned(eve)).to.equal(10n ** 24n);
    const words = await run('dataset', 'resolve', 'mails@1', 'maybe', ...flags);
    expectOneSentence(words, /^USAGE: the verdict is/);
  });
});
