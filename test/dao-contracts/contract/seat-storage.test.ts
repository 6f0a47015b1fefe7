/** What is kept for a seat's storage once its run has ended covers all that is stored for it. */
import { expect } from 'chai';
import { seatBytes, unusedSeatYocto } from '@commonweights/dao-contracts/rules/budget.js';
import {
  payoutChangesMax,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import { startDao } from './fake-dao.js';

/** As long as NEAR's names may be. */
const long = (name: string) => `${name}.`.padEnd(59, 'x') + '.test';

/** What the chain counts for each record beside its key and value. */
const bytesPerRecord = 40;

/** Of records that belong to a seat: its own, its names, parties, ledgers and reputations. */
const isOfSeats = (key: string) => /^(s|o|w|n):1:/.test(key) || /^[ly]:w\d\.x/.test(key);

describe('the storage of seats whose run has ended', () => {
  const workers = ['w0', 'w1', 'w2'].map(long);

  for (const changes of [0, payoutChangesMax]) {
    it(`is covered by what is kept of its price, after ${changes} changes of payout`, async () => {
      const { fake, chain, play } = await startDao(workers);
      await play.fund();
      await play.enrol(workers);
      for (const worker of workers) {
        for (let i = 0; i < changes; i++) {
          const payout = long(`${worker.slice(0, 2)}.x${i}`);
          await chain.call(worker, 'set_payout', { run: 1, payout }, { depositYocto: 1n });
        }
      }
      await play.round();
      await play.audit();
      for (let round = 1; round < 3; round++) await play.round();
      await play.audit();
      await play.tick();
      expect((await play.view()).status).to.equal('completed');
      const seats = await play.seats();
      const kept = seats.map((seat) => {
        const { account, payout } = seat;
        const unused = unusedSeatYocto({ account, payout, payoutChanges: changes }, false);
        return BigInt(seatBytes) * storageYoctoPerByte - unused;
      });
      const stored = [...fake.recordBytes()].filter(([key]) => isOfSeats(key));
      const bytes = stored.reduce(
        (sum, [key, value]) => sum + key.length + value + bytesPerRecord,
        0,
      );
      const price = BigInt(bytes) * storageYoctoPerByte;
      const sum = kept.reduce((all, one) => all + one, 0n);
      expect(stored).to.have.length.above(12);
      expect(price <= sum, `${price} stored, ${sum} kept`).to.equal(true);
    });
  }
});
