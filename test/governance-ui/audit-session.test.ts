/** What a tab tells when it cannot audit, and how that is explained. */
import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  AuditSession,
  type AuditAnswer,
  type AuditSurroundings,
} from '@commonweights/governance-ui/engine/audit-session.js';
import { explainWorkFailure, sayEvent } from '@commonweights/governance-ui/words/audit-work.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { engineOfVersion } from '../support/published-run.js';

const key = { accountId: 'vera.local', secretKey: 'ed25519:secret' };

describe('a tab that cannot audit', () => {
  const away = new DaoError({ code: 'CHAIN_UNREACHABLE', facts: 'no answer', remedy: 'start it' });
  const toldBy = async (
    request: Parameters<AuditSession['answer']>[0],
    change: Partial<AuditSurroundings> = {},
  ): Promise<AuditAnswer[]> => {
    const told: AuditAnswer[] = [];
    const session = new AuditSession({
      connect: () =>
        ({
          accountId: 'vera.local',
          contract: 'dao.local',
          getRun: () => Promise.reject(away),
        }) as unknown as DaoClient,
      blobs: () => new LayeredStore(new MemoryStore(), new MemoryStore()),
      openEngine: async () => engineOfVersion('1'),
      alone: async (_seat, work) => {
        await work();
        return true;
      },
      tell: (answer) => told.push(answer),
      pollMs: 1,
      ...change,
    });
    await session.answer(request);
    return told;
  };
  const whyOf = async (...it: Parameters<typeof toldBy>): Promise<string> => {
    const last = (await toldBy(...it)).at(-1)!;
    return last.kind === 'failed' ? last.why : last.kind;
  };

  it('says that the chain is away, whether it was to be tested or to work', async () => {
    for (const request of [
      { kind: 'test', run: 1 },
      { kind: 'work', run: 1, key },
    ] as const) {
      const why = await whyOf(request);
      expect(why).to.match(/^CHAIN_UNREACHABLE/);
      expect(explainWorkFailure(why).title).to.equal('The chain cannot be reached');
    }
  });

  it('says that the engine could not be loaded', async () => {
    const openEngine = () => Promise.reject(new Error('ENGINE_NOT_LOADED: 404; load it again'));
    const why = await whyOf({ kind: 'test', run: 1 }, { openEngine });
    expect(explainWorkFailure(why).title).to.equal('The engine could not be loaded');
  });

  it('leaves a seat to the tab that works for it already', async () => {
    const why = await whyOf({ kind: 'work', run: 1, key }, { alone: async () => false });
    expect(why).to.match(/^SEAT_AT_WORK: another tab works for this seat of vera\.local/);
    expect(explainWorkFailure(why).title).to.equal('Another tab is at work');
  });

  it('never tells the key', async () => {
    const told = await toldBy({ kind: 'work', run: 1, key });
    expect(JSON.stringify(told)).to.not.contain('secret');
  });

  it('is explained for a machine that failed its test, and for what nobody foresaw', () => {
    const unreliable = explainWorkFailure('ENGINE_UNRELIABLE: it ended elsewhere');
    expect(unreliable.title).to.equal('This machine does not repeat itself');
    expect(explainWorkFailure('Something').title).to.equal('It cannot go on');
  });

  it('does nothing when told to pause while it does not work', async () => {
    expect(await toldBy({ kind: 'pause' })).to.deep.equal([]);
  });

  it('says of an audit what it found, in words', () => {
    const audit = { kind: 'answered', round: 3, seat: 1, segment: 0 } as const;
    expect(sayEvent({ ...audit, leaf: null })).to.match(
      /^Round 3, seat 1: the material .* is none/,
    );
    expect(sayEvent({ kind: 'hindered', message: 'X' })).to.equal('Hindered: X');
    expect(sayEvent({ kind: 'training', round: 1, slice: 1 })).to.equal(null);
  });
});
