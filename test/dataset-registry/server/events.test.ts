/** What a registry tells pages of changes, and how many it tells. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { eventStreamsPerAddressMax } from '@commonweights/dataset-registry/server/limits.js';
import { putBlob, TestRegistries } from './test-registry.js';

interface Stream {
  next(): Promise<unknown>;
  close(): Promise<void>;
}

async function listen(url: string): Promise<Stream> {
  const stop = new AbortController();
  const response = await fetch(`${url}/events`, { signal: stop.signal });
  expect(response.status).to.equal(200);
  expect(response.headers.get('content-type')).to.contain('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    next: async () => {
      while (!text.includes('\n\n')) {
        const { value, done } = await reader.read();
        if (done) return null;
        text += value;
      }
      const [message, ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      return JSON.parse(message!.replace(/^data: /, '')) as unknown;
    },
    close: async () => {
      await reader.cancel().catch(() => {});
      stop.abort();
    },
  };
}

describe('the events of a registry', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());

  it('tell at once where things stand, and each blob that comes in', async () => {
    const { url } = await registries.start();
    const stream = await listen(url);
    expect(await stream.next()).to.deep.equal({ height: null, blobs: 0 });
    await putBlob(url, randomBytes(20));
    expect(await stream.next()).to.deep.equal({ height: null, blobs: 1 });
    await stream.close();
  });

  it('tell of the chain, which is watched only while somebody listens', async () => {
    let tell: ((height: number) => void) | null = null;
    let stopped = () => {};
    const stop = new Promise<void>((resolve) => (stopped = resolve));
    const { url } = await registries.start({
      watchChain: (listener) => {
        expect(tell).to.equal(null);
        tell = listener;
        return stopped;
      },
    });
    expect(tell).to.equal(null);
    const [one, other] = [await listen(url), await listen(url)];
    for (const stream of [one, other]) await stream.next();
    tell!(41);
    tell!(42);
    // Many changes at once are one message.
    for (const stream of [one, other]) {
      expect(await stream.next()).to.deep.equal({ height: 42, blobs: 0 });
    }
    await one.close();
    await other.close();
    await stop;
  });

  it('are refused to an address that listens too often, and free again when it went', async () => {
    const { url } = await registries.start({ connectionsPerAddressMax: null });
    const streams: Stream[] = [];
    for (let i = 0; i < eventStreamsPerAddressMax; i++) streams.push(await listen(url));
    const refused = await fetch(`${url}/events`);
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('30');
    expect(await refused.json()).to.include({ code: 'TOO_MANY_STREAMS' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).to.contain(`event_streams ${eventStreamsPerAddressMax}\n`);
    for (const stream of streams) await stream.close();
    let status = 503;
    while (status === 503) {
      const again = await fetch(`${url}/events`);
      ({ status } = again);
      await again.body!.cancel();
    }
    expect(status).to.equal(200);
  });

  it('end when the registry stops, and have no body for who asks only for the head', async () => {
    const { url, stop } = await registries.start();
    const head = await fetch(`${url}/events`, { method: 'HEAD' });
    expect(head.status).to.equal(200);
    const stream = await listen(url);
    await stream.next();
    const [last] = await Promise.all([stream.next(), stop({ graceMs: 60_000 })]);
    expect(last).to.equal(null);
  });
});
