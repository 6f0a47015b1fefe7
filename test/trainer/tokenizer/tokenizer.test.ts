import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import {
  endOfText,
  endOfTextId,
  type TokenizerFile,
} from '@commonweights/trainer/tokenizer/tokenizer-file.js';
import { trainInParallel } from '@commonweights/trainer/tokenizer/train-in-parallel.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

/** Prose with repetition, digits, accents, emoji and odd spaces: enough to learn 380 tokens. */
const prose = Array.from({ length: 60 }, (_, i) =>
  [
    `In the year ${1800 + i} the people's representatives weren't, they'll say, divided;`,
    `naïve façades — ${'ha'.repeat(i % 7)} and ${'aaaa'.slice(i % 4)} \t\n\n of the Union 🙂🙃.`,
    '__proto__ constructor 中文字 中文 هذا',
  ].join(' '),
);
const file = trainTokenizer({ texts: prose, vocabSize: 380 });
const tokenizer = loadTokenizer(JSON.parse(JSON.stringify(file)));
const theirs = new HuggingFace(JSON.parse(JSON.stringify(file)) as object, {
  clean_up_tokenization_spaces: false,
});

/** Any string, also malformed, and strings made of what the vocabulary knows. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.oneof(fc.constantFrom(...Object.keys(file.model.vocab), ' ', '\n', "'ll", 'a', 'ha')),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom(...prose.join(' ').split(/(?<=\s)/)), { maxLength: 40 })
    .map((words) => words.join('')),
);

describe('the tokenizer', () => {
  it('encodes every string as @huggingface/tokenizers does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.encode(text)).to.deep.equal(theirs.encode(text).ids);
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes every list of ids as @huggingface/tokenizers does', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 379 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(ids, (list) => {
        expect(tokenizer.decode(list)).to.equal(theirs.decode(list));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives every well-formed text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).to.equal(text);
        expect(tokenizer.decode(tokenizer.encodeDocument(text))).to.equal(text);
      }),
    );
  });

  it('knows the end of text in a prompt, and takes it for text in a document', () => {
    expect(
      tokenizer.encode(`a${endOfText}${endOfText}b`).filter((id) => id === endOfTextId),
    ).to.have.lengthOf(2);
    expect(tokenizer.encodeDocument(`a${endOfText}b`)).to.not.include(endOfTextId);
  });

  it('encodes a word of a hundred thousand letters in time', () => {
    const ids = tokenizer.encode('aha'.repeat(33_000));
    expect(tokenizer.decode(ids)).to.have.lengthOf(99_000);
  });

  it('refuses to decode ids outside the vocabulary', () => {
    expect(() => tokenizer.decode([400])).to.throw(/^BAD_TOKEN: 400/);
    expect(() => tokenizer.decode([-1])).to.throw(/^BAD_TOKEN/);
  });
});

describe('training a tokenizer', () => {
  it('merges the most frequent pair first, ties to the lowest ids', () => {
    // Pairs: (a,b) 3 times, (x,y) and (c,d) twice each: c < x decides.
    const small = trainTokenizer({ texts: ['ab1ab2ab', 'xy1xy', 'cd1cd'], vocabSize: 260 });
    expect(small.model.merges).to.deep.equal(['a b', 'c d', 'x y']);
  });

  it('does not depend on the order of texts or how they are cut', () => {
    const whole = JSON.stringify(file);
    expect(
      JSON.stringify(trainTokenizer({ texts: [...prose].reverse(), vocabSize: 380 })),
    ).to.equal(whole);
  });

  it('comes to the same file on any number of threads', async function () {
    this.timeout(60_000);
    // Two pieces for two threads: one text that is a piece by itself, and the others.
    const texts = ['A long one. '.repeat(90_000), ...prose, ...prose];
    const shared = await trainInParallel({ texts, vocabSize: 380, threads: 2, worthUnits: 0 });
    expect(shared).to.deep.equal(trainTokenizer({ texts, vocabSize: 380 }));
  });

  it('ends with the thread that failed, and says so', async function () {
    this.timeout(60_000);
    const noText = { length: 3 } as unknown as string;
    const said = await trainInParallel({
      ...{ texts: [...prose, noText], vocabSize: 380 },
      ...{ threads: 2, worthUnits: 0 },
    }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    expect(said).to.match(/^TRAINING_FAILED: a thread that counts words failed \(.+\); close /);
  });

  it('says on several threads, too, what is wrong', async () => {
    const wrong = (vocabSize: number) =>
      trainInParallel({ texts: ['abc'], vocabSize, threads: 2 }).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    expect(await wrong(256)).to.match(/^BAD_VOCAB_SIZE/);
    expect(await wrong(300)).to.match(/^TEXT_TOO_SMALL: the text supports 257 tokens/);
  });

  it('agrees with counting everything anew at every merge', () => {
    const letters = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 }), {
      minLength: 20,
      maxLength: 30,
    });
    fc.assert(
      fc.property(letters, (texts) => {
        let fast: string[];
        try {
          fast = trainTokenizer({ texts, vocabSize: 262 }).model.merges;
        } catch (error) {
          expect((error as Error).message).to.match(/^TEXT_TOO_SMALL/);
          return;
        }
        expect(fast).to.deep.equal(trainSlowly(texts, fast.length));
      }),
    );
  });

  it('gives exactly the vocabulary asked for, or says why not', () => {
    expect(tokenizer.vocabSize).to.equal(380);
    expect(Object.keys(file.model.vocab)).to.have.lengthOf(380);
    expect(() => trainTokenizer({ texts: ['abc'], vocabSize: 300 })).to.throw(/^TEXT_TOO_SMALL/);
    for (const vocabSize of [0, 256, 65_537, 300.5, NaN]) {
      expect(() => trainTokenizer({ texts: prose, vocabSize })).to.throw(/^BAD_VOCAB_SIZE/);
    }
  });
});

describe('a tokenizer file', () => {
  const refused: [string, (copy: TokenizerFile) => unknown][] = [
    ['another model', (copy) => Object.assign(copy.model, { type: 'WordPiece' })],
    ['a normaliser', (copy) => Object.assign(copy, { normalizer: { type: 'NFC' } })],
    ['a prefix space', (copy) => Object.assign(copy.pre_tokenizer, { add_prefix_space: true })],
    ['a second special token', (copy) => copy.added_tokens.push(copy.added_tokens[0]!)],
    ['an id twice', (copy) => Object.assign(copy.model.vocab, { a: 5 })],
    ['an id too high', (copy) => Object.assign(copy.model.vocab, { a: 400 })],
    ['a fractional id', (copy) => Object.assign(copy.model.vocab, { a: 1.5 })],
    ['a text outside the byte alphabet', (copy) => renameToken(copy, tokenOf(300), '中')],
    ['a missing byte', (copy) => renameToken(copy, 'a', 'zz')],
    ['a merge of unknown tokens', (copy) => copy.model.merges.push('qqq zzz')],
    ['a merge of three', (copy) => copy.model.merges.push('a b c')],
    ['unknown fields', (copy) => Object.assign(copy, { chat_template: '{{ evil }}' })],
    ['merges that are no list', (copy) => Object.assign(copy.model, { merges: 'a b' })],
  ];
  for (const [name, change] of refused) {
    it(`is refused with ${name}`, () => {
      const copy = JSON.parse(JSON.stringify(file)) as TokenizerFile;
      change(copy);
      expect(() => loadTokenizer(copy)).to.throw(/^BAD_TOKENIZER/);
    });
  }

  it('is refused when it is no object', () => {
    for (const json of [null, 1, 'x', []]) {
      expect(() => loadTokenizer(json)).to.throw(/^BAD_TOKENIZER/);
    }
  });

  it('may list merges as pairs, as newer writers do', () => {
    const copy = JSON.parse(JSON.stringify(file)) as { model: { merges: unknown } };
    copy.model.merges = file.model.merges.map((merge) => merge.split(' '));
    expect(loadTokenizer(copy).encode(prose[3]!)).to.deep.equal(tokenizer.encode(prose[3]!));
  });
});

function tokenOf(id: number): string {
  return Object.keys(file.model.vocab).find((token) => file.model.vocab[token] === id)!;
}

function renameToken(file: TokenizerFile, from: string, to: string): void {
  const id = file.model.vocab[from];
  delete file.model.vocab[from];
  if (id !== undefined) file.model.vocab[to] = id;
}

/** The definition, without any bookkeeping. Ids: the byte's value + 1, then in order of merging. */
function trainSlowly(texts: readonly string[], merges: number): string[] {
  const words = texts.map((text) => [...text].map((letter) => letter.charCodeAt(0) + 1));
  const spelled = new Map<number, string>();
  const spell = (id: number): string => spelled.get(id) ?? String.fromCharCode(id - 1);
  const rules: string[] = [];
  for (let next = 257; rules.length < merges;) {
    const counts = new Map<string, { left: number; right: number; count: number }>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const [left, right] = [word[i]!, word[i + 1]!];
        const entry = counts.get(`${left} ${right}`) ?? { left, right, count: 0 };
        counts.set(`${left} ${right}`, { ...entry, count: entry.count + 1 });
      }
    }
    const [best] = [...counts.values()].sort(
      (a, b) => b.count - a.count || a.left - b.left || a.right - b.right,
    );
    const { left, right } = best!;
    const text = spell(left) + spell(right);
    const known = [...spelled].find(([, each]) => each === text)?.[0];
    const id = known ?? next++;
    spelled.set(id, text);
    const rule = `${spell(left)} ${spell(right)}`;
    if (!rules.includes(rule)) rules.push(rule);
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, id);
      }
    }
  }
  return rules;
}
