import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { missing } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { overtakenPointsMax } from '@commonweights/dataset-registry/store/limits.js';
import { SourceRace } from '@commonweights/dataset-registry/store/source-race.js';

const content = new Uint8Array(5000).map((_, i) => i % 251);
const blob = digestOf(content);
const piece = { start: 0, end: content.length, digest: blob };

type Read = BlobStore['read'];
const good: Read = async function* (_, { start, end }) {
  yield content.subarray(start, end);
};
/** Sends the beginning, then nothing until nobody waits any more. */
const sluggish: Read = async function* (_, { start, end, signal }) {
  yield content.subarray(start, Math.min(end, start + 10));
  await new Promise((resolve) => signal!.addEventListener('abort', resolve));
};
const silent: Read = async function* (_, { start, end, signal }) {
  await new Promise((resolve) => signal!.addEventListener('abort', resolve));
  yield content.subarray(start, end);
};
const lying: Read = async function* (_, { start, end }) {
  yield content.slice(start, end).map((byte) => byte ^ 1);
};
const dead: Read = () => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('ECONNREFUSED')) }),
});
const empty: Read = async function* () {
  throw missing(blob, 'here');
  yield content;
};

function raceOf(reads: Record<string, Read>, stallMs = 5_000) {
  const dropped: string[] = [];
  const asked = new Map<string, number>();
  const sources = Object.entries(reads).map(([name, read]) => ({
    name,
    store: {
      read: (...it: Parameters<Read>) => {
        asked.set(name, (asked.get(name) ?? 0) + 1);
        return read(...it);
      },
    },
  }));
  const onSourceDropped = ({ name }: { name: string }) => void dropped.push(name);
  return { race: new SourceRace({ sources, stallMs, onSourceDropped }), dropped, asked };
}

describe('a race between sources', () => {
  it('is not held up by one that lies, one that is silent, one that is dead and one that has nothing', async () => {
    const { race, dropped, asked } = raceOf({ lying, silent, dead, empty, good });
    for (let i = 0; i < 12; i++) expect(await race.fetch(blob, piece)).to.deep.equal(content);
    expect(dropped).to.have.members(['lying', 'silent', 'dead', 'empty']);
    expect(asked.get('lying')).to.equal(1);
    expect(asked.get('empty')).to.equal(1);
    expect(asked.get('silent')).to.equal(overtakenPointsMax);
  });

  it('tells whoever was overtaken that nobody waits any more', async () => {
    let aborted = 0;
    const watched: Read = async function* (digest, range) {
      range.signal!.addEventListener('abort', () => aborted++);
      yield* sluggish(digest, range);
    };
    const { race } = raceOf({ watched, good });
    // The first piece teaches it nothing of the other, the second is asked of both.
    await Promise.all([race.fetch(blob, piece), race.fetch(blob, piece)]);
    expect(aborted).to.equal(1);
  });

  it('asks one that was set aside again when no other is left', async () => {
    let up = true;
    const leaving: Read = (digest, range) => (up ? good : dead)(digest, range);
    let woken = false;
    const sleepy: Read = (digest, range) => (woken ? good : silent)(digest, range);
    const { race, dropped } = raceOf({ sleepy, leaving });
    for (let i = 0; i < 10; i++) await race.fetch(blob, piece);
    expect(dropped).to.deep.equal(['sleepy']);
    [up, woken] = [false, true];
    expect(await race.fetch(blob, piece)).to.deep.equal(content);
    expect(dropped).to.deep.equal(['sleepy', 'leaving']);
  });

  it('forgives one that is slow now and then, and sets aside one that always is', async () => {
    const { race, dropped, asked } = raceOf({ slow: sluggish, good });
    // Two at a time: were it the slow one's turn alone, nobody would know that it is slow.
    for (let i = 0; i < 4; i++) {
      await Promise.all(Array.from({ length: 40 }, () => race.fetch(blob, piece)));
    }
    expect(dropped).to.deep.equal(['slow']);
    expect(asked.get('slow')).to.be.lessThan(30);
  });

  it('sets nobody aside who would leave none to be asked first', async () => {
    const { race, dropped } = raceOf({ sluggish, late: sluggish, dead, good });
    for (let i = 0; i < 30; i++) expect(await race.fetch(blob, piece)).to.deep.equal(content);
    expect(dropped).to.have.members(['sluggish', 'late', 'dead']);
  });

  it('asks one that lacks a blob for the next one', async () => {
    const other = new Uint8Array([1, 2, 3]);
    const partly: Read = async function* (digest) {
      if (digest === blob) throw missing(blob, 'here');
      yield other;
    };
    const { race, asked } = raceOf({ partly });
    const lost = await race.fetch(blob, piece).catch((error: Error) => error.message);
    expect(lost).to.match(/^NO_SOURCE_LEFT: partly: BLOB_MISSING/);
    const digest = digestOf(other);
    expect(await race.fetch(digest, { start: 0, end: 3, digest })).to.deep.equal(other);
    expect(asked.get('partly')).to.equal(2);
  });

  it('gives up, with every fault by name, when all have failed', async () => {
    const { race } = raceOf({ lying, dead });
    const why = await race.fetch(blob, piece).catch((error: Error) => error.message);
    expect(why).to.match(/^NO_SOURCE_LEFT: lying: BLOB_CORRUPT.*; dead: ECONNREFUSED/);
  });
});
