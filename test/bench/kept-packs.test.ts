import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptPacks, type Origin } from '../../bench/kept-packs.js';

describe('packed text that a bench keeps', () => {
  const origin: Origin = { vocabSize: 512, texts: ['one', 'two'], sources: ['train()'] };
  let folder: string;
  let made: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packs-'));
    made = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const packs = (it: Origin) =>
    keptPacks({ folder, parts: ['train', 'held-out'], origin: it }, () => {
      made++;
      return [Uint8Array.of(made), Uint8Array.of(made, made)];
    });
  const trainOf = async (it: Origin) => [...(await packs(it))[0]!];

  it('is made once', async () => {
    expect(await trainOf(origin)).to.deep.equal([1]);
    const again = await packs({ ...origin });
    expect(again.map((part) => [...part])).to.deep.equal([[1], [1, 1]]);
    expect(made).to.equal(1);
    expect(readdirSync(folder)).to.have.length(2);
  });

  it('is made anew for other texts, another order, another tokenizer, another vocabulary', async () => {
    await packs(origin);
    const others: Origin[] = [
      { ...origin, texts: ['one', 'two!'] },
      { ...origin, texts: ['two', 'one'] },
      { ...origin, texts: ['onetwo'] },
      { ...origin, sources: ['train(2)'] },
      { ...origin, vocabSize: 1_024 },
    ];
    for (const [i, other] of others.entries()) {
      expect(await trainOf(other)).to.deep.equal([i + 2]);
    }
    expect(await trainOf(origin)).to.deep.equal([1]);
  });

  it('is not taken from a file that a run left half written', async () => {
    await packs(origin);
    const [name] = readdirSync(folder).filter((one) => one.startsWith('train'));
    rmSync(join(folder, name!));
    writeFileSync(join(folder, `${name!}.123`), Uint8Array.of(9));
    expect(await trainOf(origin)).to.deep.equal([2]);
  });
});
