/** The end of a long list, found without reading the list. */
import { expect } from 'chai';
import fc from 'fast-check';
import { TailReader } from '@commonweights/governance-ui/reading/tail-reader.js';

describe('the end of a list', () => {
  const listOf =
    (it: { count: number; calls: number }) =>
    async ({ from = 0, limit = 50 }: { from?: number; limit?: number }) => {
      it.calls++;
      const length = Math.max(0, Math.min(limit, 50, it.count - from));
      return Array.from({ length }, (_, i) => from + i + 1);
    };

  it('is the newest entries, newest first, for any length and any page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(5_000),
        fc.integer({ min: 1, max: 120 }),
        fc.nat(5_200),
        async (count, limit, newer) => {
          const tail = await new TailReader(listOf({ count, calls: 0 }), 50).read({ limit, newer });
          const end = Math.max(0, count - newer);
          const start = Math.max(0, end - limit);
          const expected = Array.from({ length: end - start }, (_, i) => end - i);
          expect(tail).to.deep.equal({ items: expected, count });
        },
      ),
      { endOnFailure: true },
    );
  });

  it('of ten thousand takes some thirty calls once, and two from then on', async () => {
    const it = { count: 10_000, calls: 0 };
    const reader = new TailReader(listOf(it), 50);
    await reader.read({ limit: 50 });
    expect(it.calls).to.be.below(35);
    it.calls = 0;
    await reader.read({ limit: 50 });
    expect(it.calls).to.equal(2);
  });

  it('is the same for two who read at one time, and afterwards', async () => {
    const reader = new TailReader(listOf({ count: 30, calls: 0 }), 50);
    const read = () => reader.read({ limit: 20 });
    const [one, other] = await Promise.all([read(), read()]);
    expect(one).to.deep.equal(other);
    expect(await read()).to.deep.equal(one);
    expect(one!.count).to.equal(30);
  });

  it('is followed as the list grows, also by more than a page', async () => {
    const it = { count: 3, calls: 0 };
    const reader = new TailReader(listOf(it), 50);
    for (const count of [3, 4, 53, 54, 104, 1_000, 1_001]) {
      it.count = count;
      const tail = await reader.read({ limit: 2 });
      expect(tail).to.deep.equal({ items: [count, count - 1], count });
    }
  });

  it('asks whoever knows how many there are, once, and then reads what it shows at once', async () => {
    const list = Array.from({ length: 10_000 }, (_, i) => i);
    let [asked, looks] = [0, 0];
    const reader = new TailReader(
      async ({ from = 0, limit = 50 }) => {
        looks++;
        return list.slice(from, from + limit);
      },
      50,
      async () => (asked++, list.length),
    );
    const first = await reader.read({ limit: 100 });
    expect([first.count, first.items[0], looks, asked]).to.deep.equal([10_000, 9_999, 2, 1]);
    list.push(10_000);
    const second = await reader.read({ limit: 10 });
    expect([second.count, second.items[0], asked]).to.deep.equal([10_001, 10_000, 1]);
  });
});
