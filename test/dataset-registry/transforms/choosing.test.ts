/** Transforms that choose documents and change none: filter, split, decontaminate, mix. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  decodeDecontaminateParams,
  decontaminate,
} from '@commonweights/dataset-registry/transforms/decontaminate.js';
import {
  decodeFilterParams,
  filterDefaults,
  filterQuality,
  whyDropped,
} from '@commonweights/dataset-registry/transforms/filter-quality.js';
import { decodeMixParams, mix } from '@commonweights/dataset-registry/transforms/mix.js';
import { decodeSplitParams, split } from '@commonweights/dataset-registry/transforms/split.js';
import {
  decodeItems,
  encodeItems,
  type DatasetContent,
  type TextItem,
} from '@commonweights/dataset-registry/transforms/text-item.js';
import {
  decodeTransform,
  defaultParams,
  transformNames,
} from '@commonweights/dataset-registry/transforms/transform.js';

function inputOf(...parents: (readonly TextItem[])[]) {
  const items = parents.flat();
  const digests: Digest[] = items.length === 0 ? [] : encodeItems(items).items;
  return { items, digests, parents: parents.map((list) => list.length) };
}
const itemsOf = (content: DatasetContent) => decodeItems(content.files).items;
const texts = (content: DatasetContent) => itemsOf(content).map(({ text }) => text);
const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `word${from + i}`).join(' ');

describe('a filter for prose', () => {
  const prose = `${'We have to be with the people of that house and work. '.repeat(1)}${Array.from(
    { length: 60 },
    (_, i) => `Sentence ${i} has its own words, of which ${i * 7} are new.`,
  ).join('\n')}`;

  it('keeps prose and drops what breaks one rule, by the name of the rule', () => {
    expect(whyDropped(prose, filterDefaults)).to.equal(null);
    const broken: readonly [string, string][] = [
      ['too short', 'wordsMin'],
      [`${'ab '.repeat(100)}`, 'wordLengthCentiMin'],
      [`${'abcdefghijklmnopq '.repeat(100)}`, 'wordLengthCentiMax'],
      [prose.replace(/ of /g, ' # of # '), 'symbolsBpsMax'],
      [prose.replace(/^/gm, '- '), 'bulletLinesBpsMax'],
      [prose.replace(/\.\n/g, '…\n'), 'ellipsisLinesBpsMax'],
      [`${'1234 5678 '.repeat(100)}`, 'lettersBpsMin'],
      [`${'lorem ipsum dolor '.repeat(40)}`, 'commonWordsMin'],
      [`${prose}\n${`${prose}\n`.repeat(3)}`, 'repeatedBpsMax'],
    ];
    for (const [text, rule] of broken)
      expect(whyDropped(text, filterDefaults), rule).to.equal(rule);
  });

  it('takes the common words of another language', () => {
    const german = { ...filterDefaults, commonWords: ['der', 'und', 'die', 'ist'] };
    const text = 'Der Mann und die Frau gehen heute in das Haus, das am Wasser ist. '.repeat(1);
    const long = Array.from({ length: 20 }, (_, i) => `${text}${i} Mal gesehen`).join('\n');
    expect(whyDropped(long, german)).to.equal(null);
    expect(whyDropped(long, filterDefaults)).to.equal('commonWordsMin');
  });

  it('keeps items as they are, in their order', () => {
    const items = [{ text: 'no' }, { text: prose, year: 1 }, { text: `${prose} too`, year: 2 }];
    expect(itemsOf(filterQuality(items, filterDefaults))).to.deep.equal(items.slice(1));
  });

  it('refuses parameters that are none', () => {
    for (const change of [{ wordsMin: -1 }, { commonWords: ['The'] }, { commonWords: 'the' }]) {
      expect(() => decodeFilterParams({ ...filterDefaults, ...change })).to.throw(/^BAD_PARAMS/);
    }
    expect(() => decodeFilterParams({ ...filterDefaults, more: 1 })).to.throw(/^BAD_PARAMS/);
  });
});

describe('a split', () => {
  const items = Array.from({ length: 200 }, (_, i) => ({
    text: words(i, 5),
    author: `a${i % 20}`,
  }));
  const params = { seed: 7, heldoutBps: 3_000, by: '' } as const;

  it('puts every document on one side', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 500, max: 9_500 }), (seed, heldoutBps) => {
        const sides = (['train', 'heldout'] as const).map((part) =>
          texts(split(inputOf(items), { seed, heldoutBps, by: '', part })),
        );
        expect(sides.flat().sort()).to.deep.equal(items.map(({ text }) => text).sort());
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('moves no document when another is added', () => {
    const before = texts(split(inputOf(items), { ...params, part: 'heldout' }));
    const more = [{ text: 'new', author: 'z' }, ...items];
    const after = texts(split(inputOf(more), { ...params, part: 'heldout' }));
    expect(after.filter((text) => text !== 'new')).to.deep.equal(before);
  });

  it('keeps all of one author on one side', () => {
    const by = { ...params, by: 'author' } as const;
    const train = itemsOf(split(inputOf(items), { ...by, part: 'train' }));
    const heldout = itemsOf(split(inputOf(items), { ...by, part: 'heldout' }));
    const authors = new Set(train.map(({ author }) => author));
    expect(heldout.some(({ author }) => authors.has(author!))).to.equal(false);
    expect(train.length + heldout.length).to.equal(200);
  });

  it('refuses a field that an item lacks, and parameters that are none', () => {
    const by = (field: string) => ({ ...params, by: field, part: 'train' as const });
    expect(() => split(inputOf(items), by('publisher'))).to.throw(/^NO_SUCH_FIELD: .*"publisher"/);
    expect(() => split(inputOf(items), by('constructor'))).to.throw(/^NO_SUCH_FIELD/);
    for (const change of [
      { part: 'test' },
      { by: 'Not a field' },
      { heldoutBps: 0 },
      { seed: 0.5 },
    ]) {
      expect(() => decodeSplitParams({ ...params, part: 'train', ...change })).to.throw(
        /BAD_PARAMS/,
      );
    }
  });
});

describe('decontamination', () => {
  const test = [{ text: words(0, 40) }, { text: 'Short one.' }];
  const params = { words: 13, sharedMin: 1 };
  const kept = (items: TextItem[], it = params) => texts(decontaminate(inputOf(items, test), it));

  it('drops what shares a passage, whatever its case and punctuation', () => {
    const shared = `Before it: ${words(5, 13).toUpperCase().replace(/ /g, ', ')}! After it.`;
    const nearly = `${words(5, 12)} then ${words(20, 12)}`;
    expect(kept([{ text: shared }, { text: nearly }, { text: 'short ONE' }])).to.deep.equal([
      nearly,
    ]);
  });

  it('drops nothing else: a law over random texts', () => {
    const word = fc.integer({ min: 0, max: 60 }).map((n) => `word${n}`);
    fc.assert(
      fc.property(fc.array(word, { minLength: 3, maxLength: 30 }), (list) => {
        const grams = new Set<string>();
        for (const { text } of test) {
          const own = text.toLowerCase().replace('.', '').split(' ');
          const width = Math.min(3, own.length);
          for (let i = 0; i + width <= own.length; i++)
            grams.add(own.slice(i, i + width).join(' '));
        }
        const shares = list.some((_, i) => grams.has(list.slice(i, i + 3).join(' ')));
        const item = { text: list.join(' ') };
        const left = kept([item, { text: 'always stays here' }], { words: 3, sharedMin: 1 });
        expect(left.includes(item.text)).to.equal(!shares);
      }),
      { endOnFailure: true },
    );
  });

  it('allows as many shared passages as it is told', () => {
    const item = { text: words(0, 15) };
    expect(() => kept([item], { words: 13, sharedMin: 3 })).to.throw(/^EMPTY_DATASET/);
    expect(kept([item], { words: 13, sharedMin: 4 })).to.have.length(1);
  });

  it('wants something to test against', () => {
    expect(() => decontaminate(inputOf(test), params)).to.throw(/^NO_HELDOUT/);
    expect(() => decodeDecontaminateParams({ words: 0, sharedMin: 1 })).to.throw(/^BAD_PARAMS/);
  });
});

describe('a mix', () => {
  const parent = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ text: `${name} ${words(i, 10)}` }));
  const share = (content: DatasetContent, name: string) => {
    const all = texts(content);
    const size = (list: string[]) => list.reduce((sum, text) => sum + text.length, 0);
    return size(all.filter((text) => text.startsWith(name))) / size(all);
  };

  it('has the proportions that were asked, as much as the scarcest parent allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 9_500 }),
        fc.integer({ min: 50, max: 200 }),
        fc.integer({ min: 50, max: 200 }),
        fc.nat(),
        (weight, left, right, seed) => {
          const input = inputOf(parent('a', left), parent('b', right));
          const mixed = mix(input, { seed, weightsBps: [weight, 10_000 - weight] });
          // A document more or less decides the rest.
          expect(share(mixed, 'a')).to.be.closeTo(weight / 10_000, 0.12);
          const all = texts(mixed);
          expect(new Set(all).size).to.equal(all.length);
          const counts = ['a', 'b'].map((n) => all.filter((text) => text.startsWith(n)).length);
          // One of the parents is used up to its last document that fits.
          expect(counts[0]! >= left - 1 || counts[1]! >= right - 1).to.equal(true);
        },
      ),
      { numRuns: 50, endOnFailure: true },
    );
  });

  it('takes other documents with another seed, and the same with the same', () => {
    const input = inputOf(parent('a', 100), parent('b', 100));
    const of = (seed: number) => texts(mix(input, { seed, weightsBps: [2_000, 8_000] }));
    expect(of(1)).to.deep.equal(of(1));
    expect(of(1)).to.not.deep.equal(of(2));
  });

  it('wants a weight for each parent, and all of them to be all', () => {
    const input = inputOf(parent('a', 10), parent('b', 10));
    expect(() => mix(input, { seed: 1, weightsBps: [5_000, 3_000, 2_000] })).to.throw(
      /^WRONG_WEIGHTS: 3 weights for 2 parents/,
    );
    for (const weightsBps of [[10_000], [5_000, 4_000], [10_000, 0], 'all']) {
      expect(() => decodeMixParams({ seed: 1, weightsBps })).to.throw(/^BAD_PARAMS/);
    }
  });
});

describe('built-in transforms', () => {
  it('are decoded to what they are, with their defaults', () => {
    for (const name of transformNames) {
      if (name === 'mix' || name === 'leave-out' || name === 'module') continue;
      const transform = { name, version: 1 as const, params: defaultParams(name) };
      expect(decodeTransform(JSON.parse(JSON.stringify(transform)))).to.deep.equal(transform);
    }
    expect(() => defaultParams('mix')).to.throw(/^BAD_PARAMS: "mix" has no default/);
  });
});
