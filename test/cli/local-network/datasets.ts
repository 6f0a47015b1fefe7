/** Texts become training data. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { essaysJsonl, packingFlags } from '../../support/tiny-draft.js';
import { expectOneSentence } from '../cli-folder.js';
import type { Story } from './story.js';

export function tellDatasets(story: Story): void {
  const { run, good, json } = story;

  describe('datasets', () => {
    before(async () => {
      await writeFile(join(story.folder, 'essays.jsonl'), essaysJsonl());
      const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
      await good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
      await good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
      await good(
        ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
        ...packingFlags,
      );
    });

    it('carry their lineage', async () => {
      const shown = await good('dataset', 'show', 'packed@1');
      expect(shown).to.match(/essays@1 → clean@1\n/);
      expect(shown).to.match(/clean@1 → packed@1\n/);
      expect(await good('dataset', 'list')).to.match(/packed@1 .* CC0-1\.0 +clean@1/);
    });

    it('are what they say and come out the same again', async () => {
      for (const id of ['essays@1', 'clean@1', 'packed@1']) await good('dataset', 'verify', id);
      for (const id of ['clean@1', 'packed@1']) await good('dataset', 'verify', id, '--reproduce');
    });

    it('are cut, kept apart and put together again, each reproducible', async () => {
      const derive = (id: string, from: string[], ...flags: string[]) =>
        good('dataset', 'derive', id, ...from, '--transform', ...flags);
      const cut = ['split', '--heldout', '3000', '--seed', '5', '--part'];
      await derive('test@1', ['clean@1'], ...cut, 'heldout');
      await derive('rest@1', ['clean@1'], ...cut, 'train');
      await derive('train@1', ['rest@1', 'test@1'], 'decontaminate');
      await derive('plain@1', ['train@1'], 'redact');
      const mix = { seed: 1, weightsBps: [5_000, 5_000] };
      await writeFile(join(story.folder, 'mix.json'), JSON.stringify(mix));
      await derive('mixed@1', ['test@1', 'plain@1'], 'mix', '--params', 'mix.json');
      const items = async (id: string) =>
        (await json<{ items: number }>('dataset', 'show', id)).items;
      expect((await items('test@1')) + (await items('rest@1'))).to.equal(await items('clean@1'));
      for (const id of ['test@1', 'rest@1', 'train@1', 'plain@1', 'mixed@1']) {
        await good('dataset', 'verify', id, '--reproduce');
      }
      const bare = await run(
        ...['dataset', 'derive', 'x@1', 'test@1', 'rest@1', '--transform', 'mix'],
      );
      expect(bare.err).to.match(/^BAD_PARAMS: "mix" has no default parameters; give .*--params/);
    });

    it('never change under a name', async () => {
      const again = await run('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
      expectOneSentence(again, /^ALREADY_EXISTS: .*new version$/);
      expect(again.code).to.equal(6);
    });

    it('cannot come from one that is not there, with exit code 4', async () => {
      const result = await run('dataset', 'derive', 'x@1', 'ghost@1', '--transform', 'clean');
      expectOneSentence(result, /^NO_SUCH_DATASET: .*"ghost@1"/);
      expect(result.code).to.equal(4);
    });

    it('are refused for a transform that is not built in, with exit code 3', async () => {
      const result = await run('dataset', 'derive', 'x@1', 'essays@1', '--transform', 'magic');
      expectOneSentence(result, /^BAD_TRANSFORM: .*known are clean/);
      expect(result.code).to.equal(3);
    });
  });
}
