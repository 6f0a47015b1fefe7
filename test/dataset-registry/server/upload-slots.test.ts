import { expect } from 'chai';
import fc from 'fast-check';
import {
  contendedBytesPerSecondMin,
  contendedGraceMs,
} from '@commonweights/dataset-registry/server/limits.js';
import type { Refusal } from '@commonweights/dataset-registry/server/refusal.js';
import { UploadSlots } from '@commonweights/dataset-registry/server/upload-slots.js';

/** An upload that receives at a steady rate from its beginning. */
class Steady {
  receivedAll = false;
  isCutOff = false;

  constructor(
    readonly account: string,
    readonly bytesPerSecond: number,
    readonly sinceMs: number,
    private readonly clock: { nowMs: number },
  ) {}

  receivedBytes(): number {
    return ((this.clock.nowMs - this.sinceMs) * this.bytesPerSecond) / 1_000;
  }
  isReceived(): boolean {
    return this.receivedAll;
  }
  cutOff(): void {
    this.isCutOff = true;
  }
}

const fast = 10 * contendedBytesPerSecondMin;
const drip = 100;

describe('the slots of uploads', () => {
  let clock: { nowMs: number };
  let slots: UploadSlots;
  beforeEach(() => {
    clock = { nowMs: 1_000_000 };
    slots = new UploadSlots(16, 4);
  });

  function begin(account: string, bytesPerSecond: number): Steady & { free: () => void } {
    const upload = new Steady(account, bytesPerSecond, clock.nowMs, clock);
    return Object.assign(upload, { free: slots.take(account, upload, clock.nowMs) });
  }
  function refusalOf(work: () => unknown): Refusal {
    try {
      work();
    } catch (error) {
      return error as Refusal;
    }
    throw new Error('was not refused');
  }

  it('are not all held by a few accounts that drip: each newcomer gets one', () => {
    const greedy = ['a', 'b', 'c', 'd'].flatMap((name) =>
      Array.from({ length: 4 }, () => begin(name, drip)),
    );
    clock.nowMs += 1;
    const honest = Array.from({ length: 8 }, (_, i) => begin(`honest ${i}`, fast));
    expect(honest.map(({ isCutOff }) => isCutOff)).to.not.include(true);
    expect(slots.taken).to.equal(16);
    for (const name of ['a', 'b', 'c', 'd']) {
      const left = greedy.filter((each) => each.account === name && !each.isCutOff);
      expect(left, name).to.have.lengthOf(2);
    }
  });

  it('go to a newcomer from the slowest of the account with the most', () => {
    const rates = [4, 1, 3, 2].map((times) => times * fast);
    const uploads = rates.map((rate) => begin('a', rate));
    for (let i = 0; i < 12; i++) begin(`b ${i % 4}`, drip);
    clock.nowMs += 1_000;
    begin('newcomer', fast);
    expect(uploads.map(({ isCutOff }) => isCutOff)).to.deep.equal([false, true, false, false]);
  });

  it('go from a dripping upload to a newcomer when every account has one', () => {
    const all = Array.from({ length: 16 }, (_, i) => begin(`a ${i}`, i === 7 ? drip : fast));
    const early = refusalOf(() => begin('newcomer', fast));
    expect([early.status, early.code]).to.deep.equal([429, 'TOO_MANY_UPLOADS']);
    clock.nowMs += contendedGraceMs;
    begin('newcomer', fast);
    expect(all.filter(({ isCutOff }) => isCutOff)).to.deep.equal([all[7]]);
    const late = refusalOf(() => begin('too late', fast));
    expect(late.facts['retryAfterSeconds']).to.be.greaterThan(0);
    expect(late.remedy).to.match(/^try again in \d+ s$/);
  });

  it('are not taken from an upload of which everything has come', () => {
    const all = Array.from({ length: 16 }, (_, i) => begin(`a ${i % 4}`, drip));
    for (const upload of all) upload.receivedAll = true;
    clock.nowMs += 3_600_000;
    expect(refusalOf(() => begin('newcomer', fast)).code).to.equal('TOO_MANY_UPLOADS');
  });

  it('are refused to an account that has its number, and free again when it is done', () => {
    const mine = Array.from({ length: 4 }, () => begin('a', fast));
    expect(refusalOf(() => begin('a', fast)).message).to.equal('a has 4 uploads running');
    mine[0]!.free();
    mine[0]!.free();
    expect(slots.taken).to.equal(3);
    begin('a', fast);
    expect(mine.map(({ isCutOff }) => isCutOff)).to.not.include(true);
  });

  it('are never taken from an account’s only upload that is fast, whatever others do', () => {
    const steps = fc.array(
      fc.record({
        account: fc.integer({ min: 0, max: 30 }),
        rate: fc.constantFrom(0, drip, fast),
        afterMs: fc.constantFrom(0, 10, contendedGraceMs),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (tries) => {
        clock = { nowMs: 0 };
        slots = new UploadSlots(16, 4);
        const honest = begin('honest', fast);
        for (const { account, rate, afterMs } of tries) {
          clock.nowMs += afterMs;
          try {
            begin(`other ${account}`, rate);
          } catch (error) {
            expect((error as Refusal).code).to.equal('TOO_MANY_UPLOADS');
          }
          expect(slots.taken).to.be.at.most(16);
          expect(honest.isCutOff).to.equal(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});
