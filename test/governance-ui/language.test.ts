/** Which language the pages speak, without a browser. */
import { expect } from 'chai';
import {
  chooseLanguage,
  languageNow,
  languageOf,
  onLanguage,
  startLanguage,
  texts,
} from '@commonweights/governance-ui/texts/language.js';

class Kept {
  readonly entries = new Map<string, string>();
  getItem = (name: string) => this.entries.get(name) ?? null;
  setItem = (name: string, value: string) => void this.entries.set(name, value);
}

describe('the language of the pages', () => {
  afterEach(() => chooseLanguage('en', new Kept()));

  it('is one of ours, whatever region or script a browser names', () => {
    expect(['en-GB', 'EN', 'zh', 'zh-CN', 'zh-hans', 'zh-Hant-TW'].map(languageOf)).to.deep.equal([
      ...['en', 'en', 'zh-Hans', 'zh-Hans', 'zh-Hans', 'zh-Hans'],
    ]);
    expect(['de', 'eng', 'zhx', '', null].map(languageOf)).to.deep.equal(Array(5).fill(null));
  });

  it('is what the browser asks for at first, and English where we have not that', async () => {
    await startLanguage({ storage: new Kept(), asked: 'zh-CN' });
    expect(languageNow()).to.equal('zh-Hans');
    await startLanguage({ storage: new Kept(), asked: 'pt-BR' });
    expect(languageNow()).to.equal('en');
  });

  it('is what the reader chose from then on, and those who show it are told', async () => {
    const storage = new Kept();
    let told = 0;
    const stop = onLanguage(() => told++);
    await chooseLanguage('zh-Hans', storage);
    stop();
    await startLanguage({ storage, asked: 'en' });
    expect(texts().frame.proposals).to.equal('提案');
    expect(told).to.equal(1);
  });

  it('has in every language the texts that English has, of the same kind', async () => {
    const english = shapeOf(texts());
    await chooseLanguage('zh-Hans', new Kept());
    expect(shapeOf(texts())).to.deep.equal(english);
  });
});

/** Keys and kinds, without the words. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'list';
  // English says nothing beside a sentence that is English already.
  if (value === null) return 'string';
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
  return Object.fromEntries(entries.sort());
}
