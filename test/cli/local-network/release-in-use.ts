/** What a release is good for, a next run among it. */
import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { tinyDraft as draft } from '../../support/tiny-draft.js';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

interface SecondRun {
  readonly spec: { readonly parent: object };
  readonly terms: { readonly datasets: string[] };
}

export function tellUse(story: Story): void {
  const { run, good, json } = story;

  it('is not taken on its own word', async () => {
    const offline = await run('verify', 'model', '--offline');
    expect(offline.code).to.equal(22);
    expect(offline.err).to.match(/^NOT_VERIFIED: the claim "vote" could not be checked/);
  });

  it('is pulled into no folder that holds something else', async () => {
    const result = await run('pull', '1', '--to', '.');
    expect(result.err).to.match(/TARGET_NOT_EMPTY/);
    expect(result.code).to.equal(3);
  });

  it('writes text', async () => {
    const flags = ['--prompt', 'The people', '--tokens', '8', '--seed', '7'];
    const { text } = await json<{ text: string }>('generate', 'model', ...flags);
    expect(text.length).to.be.greaterThan(0);
    expect(await json('generate', 'model', ...flags)).to.include({ text });
  });

  it('is evaluated on a text, by a signed record that names the weights', async () => {
    const weights = digestOf(await readFile(join(story.model, 'model.safetensors')));
    await writeFile(
      join(story.folder, 'unseen.txt'),
      'The people met the winter again. '.repeat(9),
    );
    const flags = ['model', '--text', 'unseen.txt', '--sequences', '4'];
    type Told = { record: Record<string, unknown>; evidence?: string };
    const told = await json<Told>('checkpoint', 'evaluate', ...flags);
    expect(told.record).to.include({ checkpoint: weights, sequences: 4, contextLength: 16 });
    expect(told.record.natsPerToken).to.be.within(1, 7);
    expect(told.record.bitsPerByte).to.be.within(1, 10);
    const signed = await json<Told>('checkpoint', 'evaluate', ...flags, '--attest');
    expect(signed.record).to.deep.equal(told.record);
    const said = await json<object[]>('attest', 'list', weights);
    expect(said.at(-1)).to.include({ by: 'founder.local', evidence: signed.evidence });
    const blank = join(story.folder, 'blank.txt');
    await writeFile(blank, 'x');
    const short = await run('checkpoint', 'evaluate', 'model', '--text', 'blank.txt');
    expect(short.err).to.match(/^TOO_LITTLE_DATA: the text has 2 tokens/m);
  });

  it('is what another run goes on from, with its tokenizer and its weights', async () => {
    const { initialSeed, ...rest } = draft;
    void initialSeed;
    const write = (change: object) =>
      writeFile(join(story.folder, 'second.json'), JSON.stringify({ ...rest, ...change }));
    const dry = ['run', 'propose', 'second.json', '--dry-run'];
    const weights = digestOf(await readFile(join(story.model, 'model.safetensors')));
    const tokenizer = digestOf(await readFile(join(story.model, 'tokenizer.json')));
    await good(
      ...['dataset', 'derive', 'more@1', 'essays@1', '--transform', 'tokenise-and-pack'],
      ...['--tokenizer', tokenizer, '--context', '16', '--heldout', '2000'],
    );
    await good('dataset', 'verify', 'more@1', '--reproduce');
    const parent = { release: story.manifest };
    await write({ parent, data: { dataset: 'more@1', seed: 1 } });
    const { spec, terms } = await json<SecondRun>(...dry);
    expect(spec.parent).to.deep.equal({ ...parent, weights, datasets: ['packed@1'] });
    expect(terms.datasets).to.deep.equal(['more@1', 'packed@1']);
    const forecast = ['--rounds', '1', '--workers', '1'];
    const { loss } = await json<{ loss: { before: number } }>(
      ...['run', 'rehearse', 'second.json', ...forecast],
    );
    await write({ initialSeed: 1, data: { dataset: 'more@1', seed: 1 } });
    const fresh = await json<{ loss: { before: number } }>(
      ...['run', 'rehearse', 'second.json', ...forecast],
    );
    // It knows something already.
    expect(loss.before).to.be.below(fresh.loss.before);

    await good(
      ...['dataset', 'derive', 'other@1', 'essays@1', '--transform', 'tokenise-and-pack'],
      ...['--vocab', '290', '--context', '16', '--heldout', '2000'],
    );
    await write({ parent, data: { dataset: 'other@1', seed: 1 } });
    const words = await run(...dry);
    expect(words.err).to.match(/PARENT_MISMATCH: the data is packed with another tokenizer/);
    await write({ parent: { release: weights } });
    const unknown = await run(...dry);
    expectOneSentence(unknown, /^NO_SUCH_RELEASE: the DAO has published no release sha256:/);
    expect(unknown.code).to.equal(4);
  });

  it('lives on in a run that a worker trains, and in the release of that', async () => {
    const { initialSeed, ...rest } = draft;
    void initialSeed;
    const parent = { release: story.manifest };
    const data = { dataset: 'more@1', seed: 1 };
    // With every claim audited, no round waits for challenges.
    const second = { ...rest, parent, data, auditedClaimsBps: 10_000, challengeWindowMs: 0 };
    await writeFile(join(story.folder, 'second.json'), JSON.stringify(second));
    const funded = await json<{ proposal: number }>('run', 'propose', 'second.json');
    expect(await story.carry(funded.proposal)).to.match(/is executed: run 2\n$/);
    const worked = await story.workThrough('2');
    expect(worked.err).to.match(/Left run \d+: the run is completed\.\nSeat 0: 2 rounds verified/);
    const flags = ['--release', '2.0.0', '--licence', 'Apache-2.0'];
    const made = await json<{ proposal: number }>('release', 'propose', '2', ...flags);
    expect(await story.carry(made.proposal)).to.match(/: release 2\n$/);
    const out = await good('pull', '2', '--to', 'child');
    expect(out).to.match(/^✓ lineage +attested +4 datasets.* release sha256:\w+ on record, as vo/m);
    expect(await good('explain', 'child')).to.match(/attested +starts from +release sha256:/);
    const replayed = await json<{ rounds: { root: string; found: string }[] }>(
      ...['replay', 'child', '--claims', '0'],
    );
    expect(replayed.rounds).to.have.length(2);
    for (const { root, found } of replayed.rounds) expect(found).to.equal(root);
  });

  it('can be brought as a checkpoint of nobody’s vote, once it is in our encoding', async () => {
    const told = await json<{ weights: string; model: object }>('checkpoint', 'publish', 'model');
    expect(told.weights).to.equal(digestOf(await readFile(join(story.model, 'model.safetensors'))));
    const { initialSeed, ...rest } = draft;
    void initialSeed;
    const second = { ...rest, model: told.model, parent: { weights: told.weights } };
    await writeFile(join(story.folder, 'third.json'), JSON.stringify(second));
    const { spec } = await json<SecondRun>('run', 'propose', 'third.json', '--dry-run');
    expect(spec.parent).to.include({ release: null, weights: told.weights });
    expect(await good('run', 'propose', 'third.json', '--dry-run')).to.match(
      /starts from +weights sha256:\w+, from outside/,
    );
  });
}
