import { expect } from 'chai';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { readLog } from '@commonweights/trainer/release/read-log.js';
import { smallRun, sparse } from './small-release.js';

describe('the log of a run', () => {
  /** Round 3 was aborted while round 2 was provisional, so its record comes first. */
  const [one, two, three, four] = structuredClone(smallRun(sparse).rounds) as RoundRecord[];
  three!.previous = digestOfJson(one!);
  two!.previous = digestOfJson(three!);
  four!.previous = digestOfJson(two!);
  const records = [one!, two!, three!, four!];
  const read = (list: readonly RoundRecord[], finalRound = 4) =>
    readLog(
      {
        getRoundRecord: ({ round }) =>
          Promise.resolve((list.find((it) => it.round === round) ?? null) as never),
      },
      { id: 3, finalRound, nextRound: 6 },
    );

  it('is in the order of its hash chain, not of its numbers', async () => {
    expect((await read(records)).map(({ round }) => round)).to.deep.equal([1, 3, 2, 4]);
    expect((await read(records, 1)).map(({ round }) => round)).to.deep.equal([1]);
  });

  it('is refused when a record is withheld or altered, or when records name each other', async () => {
    const refused = async (list: readonly RoundRecord[]) =>
      expect(await read(list).catch((error: Error) => error.message)).to.match(/^LOG_BROKEN: /);
    await refused([one!, three!, four!]);
    await refused([one!, { ...two!, run: 9 }, three!, four!]);
    await refused([]);
  });
});
