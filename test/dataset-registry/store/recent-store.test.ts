import { expect } from 'chai';
import fc from 'fast-check';
import { RecentStore } from '@commonweights/dataset-registry/store/recent-store.js';

const blob = (length: number, fill: number) => new Uint8Array(length).fill(fill);

describe('a store of what was asked for recently', () => {
  it('drops what was not asked for the longest, and only when it is full', async () => {
    const store = new RecentStore(30);
    const [a, b, c] = [
      await store.put(blob(10, 1)),
      await store.put(blob(10, 2)),
      await store.put(blob(10, 3)),
    ];
    await store.get(a);
    await store.put(blob(5, 4));
    expect(await Promise.all([a, b, c].map((one) => store.has(one)))).to.deep.equal([
      true,
      false,
      true,
    ]);
    await store.put(blob(15, 5));
    expect(await Promise.all([a, c].map((one) => store.has(one)))).to.deep.equal([true, false]);
  });

  it('keeps nothing that is larger than it, and counts twice-put bytes once', async () => {
    const store = new RecentStore(10);
    expect(await store.has(await store.put(blob(11, 1)))).to.equal(false);
    const small = await store.put(blob(6, 2));
    await store.put(blob(6, 2));
    const other = await store.put(blob(4, 3));
    expect(await store.has(small)).to.equal(true);
    expect(await store.has(other)).to.equal(true);
    expect(await store.remove(small)).to.equal(true);
    expect(await store.remove(small)).to.equal(false);
  });

  it('never holds more than it may, whatever is put, asked for and removed', async () => {
    const bytesMax = 100;
    const step = fc.record({
      kind: fc.constantFrom('put', 'get', 'remove'),
      length: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const store = new RecentStore(bytesMax);
        const digests = new Set<Awaited<ReturnType<typeof store.put>>>();
        for (const { kind, length } of steps) {
          const bytes = blob(length, length);
          const digest = await new RecentStore(0).put(bytes);
          if (kind === 'put') digests.add(await store.put(bytes));
          else if (kind === 'get') await store.get(digest).catch(() => null);
          else await store.remove(digest);
          const sizes = await Promise.all([...digests].map((one) => store.size(one)));
          const held = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
          expect(held).to.be.at.most(bytesMax);
        }
      }),
      { endOnFailure: true },
    );
  });
});
