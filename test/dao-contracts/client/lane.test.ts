import { expect } from 'chai';
import { Lane } from '@commonweights/dao-contracts/client/lane.js';

describe('a lane', () => {
  it('runs so many at a time and the others in their order, whether they fail or not', async () => {
    const lane = new Lane({ runningMax: 2, waitingMax: 3 });
    const begun: number[] = [];
    const ends: ((failed: boolean) => void)[] = [];
    const runs = [0, 1, 2, 3, 4].map((n) =>
      lane
        .run(() => {
          begun.push(n);
          return new Promise<void>((resolve, reject) => {
            ends[n] = (failed) => (failed ? reject(new Error('failed')) : resolve());
          });
        })
        .catch((error: Error) => error.message),
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    expect(begun).to.deep.equal([0, 1]);
    expect(lane.isFull).to.equal(true);
    ends[1]!(true);
    await turn();
    expect(begun).to.deep.equal([0, 1, 2]);
    expect(lane.isFull).to.equal(false);
    for (const n of [0, 2]) ends[n]!(false);
    await turn();
    for (const n of [3, 4]) ends[n]!(false);
    expect(await Promise.all(runs)).to.deep.equal([
      undefined,
      'failed',
      undefined,
      undefined,
      undefined,
    ]);
    expect(begun).to.deep.equal([0, 1, 2, 3, 4]);
    await lane.run(() => Promise.resolve());
    expect(lane.isFull).to.equal(false);
  });
});
