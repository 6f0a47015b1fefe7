/** What the pages of places and people ask a node for: only what can have changed. */
import { expect } from 'chai';
import type { AttestationView } from '@commonweights/dao-contracts/rules/attestation.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { ReleaseView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { PlacesReader } from '@commonweights/governance-ui/reading/contribute.js';
import { PersonReader } from '@commonweights/governance-ui/reading/person.js';
import { DaoFixture } from './dao-fixture.js';

const dao = new DaoFixture();
const [ended, live] = dao.runs.map((run) => fromWire(run.view()) as unknown as RunView);

function stage(runs: RunView[]) {
  const it = { nowMs: 0, calls: [] as string[], runs };
  const reader = new PlacesReader(
    {
      listRuns: async ({ from = 0, limit = 10 } = {}) => {
        it.calls.push('list');
        return it.runs.slice(from, from + Math.min(10, limit));
      },
      getRun: async ({ run }) => {
        it.calls.push(`run ${run}`);
        return it.runs.find(({ id }) => id === run) ?? null;
      },
      getSeats: async ({ run }) => {
        it.calls.push(`seats ${run}`);
        return [];
      },
      viewAccount: async () => null,
    },
    () => it.nowMs,
  );
  const read = async () => {
    it.calls.length = 0;
    const { candidates } = await reader.read(null);
    return candidates.map(({ run }) => run.id);
  };
  return { it, read };
}

describe('places to contribute', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i): RunView => ({ ...ended!, id: i + 1 }));

  it('are the runs that go on, newest first, old ones among them', async () => {
    const runs = many(95);
    runs[3] = { ...live!, id: 4 };
    runs[90] = { ...live!, id: 91 };
    const { read } = stage(runs);
    expect(await read()).to.deep.equal([91, 4]);
    expect(await read()).to.deep.equal([91, 4]);
  });

  it('cost one list and a run each while nothing happens', async () => {
    const runs = many(95);
    runs[3] = { ...live!, id: 4 };
    const { it, read } = stage(runs);
    await read();
    await read();
    expect(it.calls).to.deep.equal(['list', 'list', 'run 4']);
  });

  it('ask for seats again when a round moved, while seats are applied for, and after a while', async () => {
    const { it, read } = stage([{ ...live!, id: 1 }]);
    await read();
    it.runs = [{ ...live!, id: 1, nextRound: live!.nextRound + 1 }];
    await read();
    expect(it.calls).to.include('seats 1');
    await read();
    expect(it.calls).to.not.include('seats 1');
    it.nowMs += 20_000;
    await read();
    expect(it.calls).to.include('seats 1');
    it.runs = [{ ...live!, id: 1, status: 'enrolling' }];
    await read();
    await read();
    expect(it.calls).to.include('seats 1');
  });

  it('find new runs, and forget those that ended', async () => {
    const { it, read } = stage([{ ...live!, id: 1 }]);
    expect(await read()).to.deep.equal([1]);
    it.runs = [
      { ...ended!, id: 1 },
      { ...live!, id: 2 },
    ];
    expect(await read()).to.deep.equal([2]);
    expect(await read()).to.deep.equal([2]);
    expect(it.calls).to.not.include('run 1');
  });
});

describe('what an account said', () => {
  const release = { ...dao.releases[0]!, id: 1 } as unknown as ReleaseView;

  function stagePerson(statements: AttestationView[]) {
    const it = { statements, asked: [] as number[] };
    const reader = new PersonReader(
      {
        listReleases: async ({ from = 0 } = {}) => [release].slice(from),
        getStanding: async () => ({}) as never,
        getReputation: async () => ({}) as never,
        getEarnings: async () => ({ seats: [] }) as never,
        getSeats: async () => [],
        listAttestations: async ({ from = 0, limit = 50 }) => {
          it.asked.push(from);
          return it.statements.slice(from, from + Math.min(50, limit));
        },
      },
      'ann.near',
    );
    return { it, reader };
  }

  const said = (by: string, atMs: number): AttestationView => ({
    ...{ subject: release.manifest, purpose: 'endorses', evidence: null, by, atMs },
  });
  const crowd = (count: number) => Array.from({ length: count }, (_, i) => said('crowd.near', i));

  it('is found behind whatever others said before, and looked for once', async () => {
    const { it, reader } = stagePerson([...crowd(120), said('ann.near', 500)]);
    const found = await reader.read();
    expect(found.statements.map(({ attestation }) => attestation.atMs)).to.deep.equal([500]);
    expect(found.more).to.equal(false);
    it.asked.length = 0;
    it.statements.push(said('ann.near', 501));
    const again = await reader.read();
    expect(it.asked).to.deep.equal([121]);
    expect(again.statements.map(({ attestation }) => attestation.atMs)).to.deep.equal([500, 501]);
  });

  it('is looked for a bounded piece at a time, and says so', async () => {
    const { it, reader } = stagePerson([...crowd(1_500), said('ann.near', 1)]);
    const first = await reader.read();
    expect([first.more, first.statements.length, it.asked.length]).to.deep.equal([true, 0, 20]);
    const second = await reader.read();
    expect([second.more, second.statements.length]).to.deep.equal([false, 1]);
  });
});
