/** How often one address may ask, and whose address it is. */
import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimit } from '@commonweights/dataset-registry/server/rate-limit.js';
import { putBlob, TestRegistries } from './test-registry.js';

describe('a rate', () => {
  it('lets no address through more often than its burst and its rate allow', () => {
    const ask = fc.record({ waitMs: fc.nat(500), tokens: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 80 }), (asks) => {
        const limit = new RateLimit({ perSecond: 10, burst: 7 });
        let nowMs = 0;
        let passed = 0;
        for (const { waitMs, tokens } of asks) {
          nowMs += waitMs;
          const wait = limit.take('a', tokens, nowMs);
          if (wait === null) passed += tokens;
          expect(passed).to.be.at.most(7 + nowMs / 100 + 1e-9);
          // What it says is true: a moment later is soon enough, and never later than that.
          if (wait !== null) expect(wait).to.be.within(1, 400);
        }
      }),
      { endOnFailure: true },
    );
  });

  it('lets who waited as long as it said through', () => {
    const limit = new RateLimit({ perSecond: 3, burst: 2 });
    expect([limit.take('a', 2, 0), limit.take('a', 1, 0)]).to.deep.equal([null, 334]);
    expect(limit.take('a', 1, 334)).to.equal(null);
  });

  it('is each address’s own, and gives nothing for a clock that went back', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 });
    expect(limit.take('a', 1, 5_000)).to.equal(null);
    expect(limit.take('b', 1, 5_000)).to.equal(null);
    expect(limit.take('a', 1, 0)).to.be.a('number');
  });

  it('remembers so many addresses, and forgets who was silent longest', () => {
    const limit = new RateLimit({ perSecond: 0.001, burst: 1 }, 2);
    for (const address of ['a', 'b', 'a', 'c']) limit.take(address, 1, 0);
    expect(limit.take('a', 1, 0), 'still known').to.be.a('number');
    expect(limit.take('b', 1, 0), 'forgotten').to.equal(null);
  });
});

describe('a registry that is asked too often', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());
  const rate = { perSecond: 0.5, burst: 11 };

  it('refuses with when to come back, and an upload counts as ten', async () => {
    const { url } = await registries.start({ requestRate: rate, now: () => 1_000_000 });
    expect((await putBlob(url, Uint8Array.of(1))).status).to.equal(401);
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    const refused = await fetch(`${url}/health`);
    expect(refused.status).to.equal(429);
    expect(refused.headers.get('retry-after')).to.equal('2');
    expect(await refused.json()).to.deep.include({ code: 'TOO_MANY_REQUESTS' });
  });

  it('counts by the address that its proxy names, and believes nobody else', async () => {
    const ask = async (url: string, address: string) =>
      (await fetch(`${url}/health`, { headers: { 'x-forwarded-for': address } })).status;
    const one = { perSecond: 0.001, burst: 1 };
    const behind = await registries.start({ requestRate: one, behindProxy: true });
    expect(await ask(behind.url, '192.0.2.1')).to.equal(200);
    expect(await ask(behind.url, '192.0.2.2')).to.equal(200);
    expect(await ask(behind.url, '192.0.2.1')).to.equal(429);
    // Only the proxy's own word counts, which stands last.
    expect(await ask(behind.url, '192.0.2.9, 192.0.2.1')).to.equal(429);
    const bare = await registries.start({ requestRate: one });
    expect(await ask(bare.url, '192.0.2.1')).to.equal(200);
    expect(await ask(bare.url, '192.0.2.2')).to.equal(429);
  });

  it('has no limit where there is to be none', async () => {
    const { url } = await registries.start({ requestRate: null });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => (await fetch(`${url}/health`)).status),
    );
    expect(new Set(answers)).to.deep.equal(new Set([200]));
  });
});
