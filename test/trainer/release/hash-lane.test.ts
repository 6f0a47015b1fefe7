import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { HashLane } from '@commonweights/trainer/release/hash-lane.js';

describe('a lane that hashes beside', () => {
  const { buffer } = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const shared = new Uint8Array(buffer).map((_, i) => i * 7 + (i >> 8));
  new Uint8Array(buffer).set(shared);
  let lane: HashLane;
  beforeEach(() => {
    lane = new HashLane(buffer as unknown as SharedArrayBuffer);
  });
  afterEach(() => lane.close());

  it('hashes chunks of what is shared and of what is not, in order', async () => {
    const inside = new Uint8Array(buffer, 100, 2_500);
    const copy = inside.slice();
    const wanted = [0, 1_000, 2_000].map((at) => digestOf(copy.subarray(at, at + 1_000)));
    const [first, second, none] = await Promise.all([
      lane.chunks(inside, 1_000),
      lane.chunks(copy, 1_000),
      lane.chunks(new Uint8Array(0), 1_000),
    ]);
    expect(first).to.deep.equal(wanted);
    expect(second).to.deep.equal(wanted);
    expect(none).to.deep.equal([]);
  });

  it('hashes one stream, whose bytes may change when it is idle', async () => {
    const stream = lane.startDigest();
    const own = new Uint8Array(buffer, 0, 10).fill(1);
    stream.update(own);
    await lane.idle();
    own.fill(2);
    stream.update(own);
    const other = new Uint8Array(5).fill(3);
    stream.update(other);
    other.fill(4);
    await stream.finish();
    const all = [...new Array<number>(10).fill(1), ...new Array<number>(10).fill(2), 3, 3, 3, 3, 3];
    expect(stream.end()).to.equal(digestOf(Uint8Array.from(all)));
  });

  it('fails whoever waits when its thread ends', async () => {
    const waiting = lane.chunks(new Uint8Array(2 ** 22), 2 ** 10).catch((error: Error) => error);
    await lane.close();
    expect(await waiting).to.be.an('error');
    const later = await lane.chunks(new Uint8Array(1), 1).catch((error: Error) => error);
    expect((later as Error).message).to.contain('has ended');
  });
});
