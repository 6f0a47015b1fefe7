import { expect } from 'chai';
import fc from 'fast-check';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { DatasetView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { decodeNetworkFile } from '@commonweights/governance-ui/network-file.js';
import { hashOf, parseRoute, type Route } from '@commonweights/governance-ui/pages/route.js';
import { BlobReader, parseObject } from '@commonweights/governance-ui/reading/blob-json.js';
import { claimsAbout } from '@commonweights/governance-ui/reading/claims.js';
import {
  layOutLineage,
  nodesShownMax,
} from '@commonweights/governance-ui/reading/lineage-graph.js';
import { Poller, retryDelayMs, type Reading } from '@commonweights/governance-ui/reading/poller.js';
import { checkRecords, linkRounds } from '@commonweights/governance-ui/reading/round-chain.js';
import { DaoFixture } from './dao-fixture.js';
import { digest } from './played-run.js';

const dao = new DaoFixture();
const records = dao.runs[1]!.records();
const run: RunView = fromWire(dao.runs[1]!.view());

describe('the chain of round records', () => {
  const { logHead } = run;

  it('reaches every record from the log head', () => {
    const check = checkRecords({ logHead, records, complete: true });
    expect(check).to.deep.equal({ linked: 5, problem: null });
  });

  it('breaks when any record says anything else', () => {
    for (const index of records.keys()) {
      const forged = records.map((record, at) =>
        at === index ? { ...record, claims: record.claims.slice(1), run: 7 } : record,
      );
      const { problem } = checkRecords({ logHead, records: forged, complete: true });
      expect(problem, `record ${index}`).to.contain('no round record');
    }
  });

  it('breaks when a record is withheld', () => {
    const { problem, linked } = checkRecords({
      ...{ logHead, complete: true },
      records: records.filter(({ round }) => round !== 3),
    });
    expect(linked).to.equal(2);
    expect(problem).to.not.equal(null);
  });

  it('ends quietly where older records were not fetched', () => {
    const newest = records.slice(2);
    const check = checkRecords({ logHead, records: newest, complete: false });
    expect(check).to.deep.equal({ linked: 3, problem: null });
  });

  it('shows closed, provisional and open rounds, each once', () => {
    const links = linkRounds(run, records);
    expect(links.map(({ round, state }) => `${round} ${state}`)).to.deep.equal([
      ...['1 final', '2 rewound', '3 aborted', '4 final', '5 final', '6 provisional', '7 open'],
    ]);
    expect(links[1]!.claims.filter(({ verdict }) => verdict === 'failed')).to.have.length(1);
    expect(links[5]!.claims.map(({ verdict }) => verdict)).to.include.members([
      'passed',
      'pending',
    ]);
  });
});

describe('the lineage graph', () => {
  const runs = dao.runs.map((one): RunView => fromWire(one.view()));
  const { releases, datasets } = dao;

  it('puts everything below what it is made of', () => {
    const { rows } = layOutLineage({ datasets, runs, releases });
    expect(rows.map((row) => row.map(({ key }) => key))).to.deep.equal([
      ...[['dataset sotu@1'], ['dataset sotu-clean@1'], ['dataset sotu-packed@1']],
      ...[['run 1', 'run 2'], ['release 1']],
    ]);
  });

  it('shows a parent that nobody registered as unknown', () => {
    const { rows } = layOutLineage({ datasets: datasets.slice(2), runs: [], releases: [] });
    expect(rows[0]![0]).to.deep.equal({
      ...{ key: 'dataset sotu-clean@1', kind: 'unknown', id: 'sotu-clean@1' },
    });
  });

  it('keeps releases, runs and all they are made of, however many datasets strangers add', () => {
    const flood = Array.from({ length: 400 }, (_, n): DatasetView => {
      const parents = n % 3 === 0 ? [] : [{ dataset: `flood${n - 1}@1`, transform: digest('t') }];
      return { ...datasets[0]!, id: `flood${n}@1`, parents };
    });
    const whole = layOutLineage({ datasets, runs, releases }).rows.flat();
    for (const among of [
      [...datasets, ...flood],
      [...flood, ...datasets],
    ]) {
      const { rows, left, edges } = layOutLineage({ datasets: among, runs, releases });
      const keys = rows.flat().map(({ key }) => key);
      expect(keys).to.include.members(whole.map(({ key }) => key));
      expect(keys).to.have.length(nodesShownMax);
      expect(left).to.equal(whole.length + flood.length - nodesShownMax);
      const row = new Map(rows.flatMap((nodes, at) => nodes.map(({ key }) => [key, at] as const)));
      for (const { from, to } of edges) expect(row.get(from)!).to.be.below(row.get(to)!);
    }
  });

  it('keeps data that the DAO vouched for before what anybody registered', () => {
    const ids = Array.from({ length: 200 }, (_, n) => `flood${n}@1`);
    const flood = ids.map((id): DatasetView => ({ ...datasets[0]!, id, parents: [] }));
    const vouched = { ...datasets[0]!, id: 'vouched@1', approved: true };
    const { rows } = layOutLineage({ datasets: [vouched, ...flood], runs: [], releases: [] });
    expect(rows.flat().map(({ key }) => key)).to.include('dataset vouched@1');
  });

  it('ends for whatever parents a list of records names', () => {
    const name = fc.integer({ min: 0, max: 90 }).map((n) => `d${n}@1`);
    const record = fc.record({ id: name, parents: fc.array(name, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 90 }), (list) => {
        const views = list.map(({ id, parents }): DatasetView => {
          const transform = digest('transform');
          return {
            ...datasets[0]!,
            id,
            parents: parents.map((dataset) => ({ dataset, transform })),
          };
        });
        const graph = layOutLineage({ datasets: views, runs: [], releases: [] });
        const keys = graph.rows.flat().map(({ key }) => key);
        expect(new Set(keys).size).to.equal(keys.length);
        expect(keys.length).to.be.at.most(nodesShownMax);
      }),
    );
  });
});

describe('claims about ingredients', () => {
  it('call nothing proven but digests and roots', () => {
    const graph = layOutLineage({
      ...{ datasets: dao.datasets, releases: dao.releases },
      runs: dao.runs.map((one): RunView => fromWire(one.view())),
    });
    for (const claim of graph.rows.flat().flatMap(claimsAbout)) {
      const isDigest = /^sha256:[0-9a-f]{64}$/.test(claim.value);
      if (claim.standing === 'proven') expect(isDigest, claim.what).to.equal(true);
      else if (claim.standing === 'declared') expect(isDigest, claim.what).to.equal(false);
    }
  });

  it('name who stands for a derivation and for a licence', () => {
    const dataset = dao.datasets[1]!;
    const claims = claimsAbout({ key: 'dataset', kind: 'dataset', dataset });
    const attested = claims.filter(({ standing }) => standing === 'attested');
    expect(attested.map(({ what }) => what)).to.deep.equal([
      'derived from sotu@1',
      'licence concluded',
    ]);
    expect(attested.every(({ note }) => note?.includes('by mia.local'))).to.equal(true);
  });
});

describe('claims about a dataset of a bounty', () => {
  it('call its items proven, and the files that are said to hold them attested', () => {
    const dataset = { ...dao.datasets[1]!, bounty: 3 };
    const claims = claimsAbout({ key: 'dataset', kind: 'dataset', dataset });
    const of = (what: string) => claims.find((one) => one.what === what)!;
    expect(of('items')).to.include({ standing: 'proven', note: 'accepted by bounty 3' });
    expect(of('files').standing).to.equal('attested');
    expect(of('files').note).to.match(/by mia\.local; "dataset verify" holds it/);
  });
});

describe('addresses of pages', () => {
  it('are read back as they were written', () => {
    const named = fc.constantFrom(
      'overview',
      'lineage',
      'bounties',
      'datasets',
      'runs',
      'proposals',
      'releases',
      'contribute',
      'people',
    );
    const single = fc.record({
      page: fc.constantFrom('run', 'proposal', 'release', 'bounty'),
      id: fc.integer({ min: 1, max: 10 ** 9 }),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          named.map((page) => ({ page })),
          single,
          fc.constantFrom(
            { page: 'person', account: 'a.b-c_9' },
            { page: 'dataset', id: 'sotu-clean@1.0-rc' },
            { page: 'rounds', id: 3, last: 77 },
            { page: 'wallet', token: null },
            { page: 'wallet', token: '0f'.repeat(16) },
          ),
        ),
        (it) => {
          expect(parseRoute(hashOf(it as Route))).to.deep.equal(it);
        },
      ),
    );
  });

  it('that mean nothing lead nowhere', () => {
    for (const hash of [
      '#/wallet/abc',
      '#/wallet/1/2',
      '#/runs/0',
      '#/runs/1/x',
      '#/runs/1/rounds',
      '#/runs/1/rounds/0',
      '#/releases/1/rounds/2',
      '#/runs/-1',
      '#/toString',
      '#/lineage/2',
      '#/bounties/x',
      '#/datasets/sotu',
      '#/datasets/%',
      '#/datasets/a%401/b',
    ]) {
      expect(parseRoute(hash).page, hash).to.equal('nowhere');
    }
  });
});

describe('the network file', () => {
  const good = { network: 'localnet', rpcUrl: 'http://127.0.0.1:1', contract: 'c', registry: '/' };

  it('names chain, contract and registry', () => {
    expect(decodeNetworkFile(good).network.rpcUrl).to.equal(good.rpcUrl);
  });

  it('is refused when something is missing or no address', () => {
    for (const field of Object.keys(good)) {
      expect(() => decodeNetworkFile({ ...good, [field]: undefined })).to.throw('BAD_NETWORK_FILE');
    }
    expect(() => decodeNetworkFile(null)).to.throw('BAD_NETWORK_FILE');
    expect(() => decodeNetworkFile({ ...good, rpcUrl: 'javascript:alert(1)' })).to.throw(
      'BAD_RPC_URL',
    );
    expect(() => decodeNetworkFile({ ...good, network: 'elsewhere' })).to.throw('UNKNOWN_NETWORK');
  });

  it('may name mirrors, by their addresses and no more than can be waited for', () => {
    expect(decodeNetworkFile(good).mirrors).to.deep.equal([]);
    const mirrors = ['https://a.example.org/', 'http://127.0.0.1:3'];
    expect(decodeNetworkFile({ ...good, mirrors }).mirrors).to.deep.equal([
      'https://a.example.org',
      'http://127.0.0.1:3',
    ]);
    const many = Array.from({ length: 9 }, (_, n) => `https://m${n}.example.org`);
    for (const wrong of ['https://a.example.org', [7], [''], ['javascript:alert(1)'], many]) {
      expect(() => decodeNetworkFile({ ...good, mirrors: wrong })).to.throw('BAD_NETWORK_FILE');
    }
  });
});

describe('reading blobs', () => {
  const bytes = new TextEncoder().encode('{"text":"hello"}');

  it('fetches a blob once, and a missing one again after a while', async () => {
    let now = 0;
    let asked = 0;
    let there = false;
    const get = () => {
      asked++;
      return there ? Promise.resolve(bytes) : Promise.reject(new Error('BLOB_MISSING: no'));
    };
    const reader = new BlobReader({ get }, () => now);
    const at = digest('blob');
    expect((await reader.readJson(at)).why).to.equal('BLOB_MISSING: no');
    there = true;
    await reader.readJson(at);
    expect(asked).to.equal(1);
    now = 60_000;
    expect((await reader.readJson(at)).value).to.deep.equal({ text: 'hello' });
    await reader.readJson(at);
    expect(asked).to.equal(2);
  });

  it('refuses what is no JSON object', () => {
    for (const text of ['[]', 'null', '1', '{', '']) {
      expect(() => parseObject(new TextEncoder().encode(text)), text).to.throw();
    }
  });
});

describe('reading again and again', () => {
  interface Stage {
    now: number;
    hidden: boolean;
    timers: { ms: number; act: () => void }[];
    shown: () => void;
    told: Reading<number>[];
  }

  function stagePoller(read: () => Promise<number>) {
    const stage: Stage = { now: 0, hidden: false, timers: [], shown: () => {}, told: [] };
    const poller = new Poller({
      read,
      everyMs: (value) => (value === 99 ? null : 1000),
      tell: (reading) => stage.told.push(reading),
      surroundings: {
        now: () => stage.now,
        after: (ms, act) => {
          const timer = { ms, act };
          stage.timers.push(timer);
          return () => (stage.timers = stage.timers.filter((one) => one !== timer));
        },
        isHidden: () => stage.hidden,
        onShown: (act) => {
          stage.shown = act;
          return () => (stage.shown = () => {});
        },
      },
    });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const fire = async () => {
      const timer = stage.timers.shift()!;
      stage.now += timer.ms;
      timer.act();
      await settle();
    };
    return { stage, poller, settle, fire };
  }

  it('waits longer after each failure, keeps the last good value, and recovers', async () => {
    const answers = [1, 'down', 'down', 'down', 2] as const;
    let at = 0;
    const { stage, poller, settle, fire } = stagePoller(() => {
      const answer = answers[at++]!;
      return answer === 'down' ? Promise.reject(new Error(answer)) : Promise.resolve(answer);
    });
    poller.start();
    await settle();
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      waits.push(stage.timers[0]!.ms);
      await fire();
    }
    expect(waits).to.deep.equal([1000, 1000, 2000, 4000]);
    expect(stage.told[2]).to.include({ value: 1, readAtMs: 0, retryAtMs: 4000 });
    expect(stage.told.at(-1)).to.include({ value: 2, error: null, retryAtMs: null });
    poller.stop();
  });

  it('reads nothing while hidden and at once when shown', async () => {
    let reads = 0;
    const { stage, poller, settle, fire } = stagePoller(() => Promise.resolve(++reads));
    poller.start();
    await settle();
    stage.hidden = true;
    await fire();
    expect(reads).to.equal(1);
    stage.hidden = false;
    stage.shown();
    await settle();
    expect(reads).to.equal(2);
    poller.stop();
  });

  it('stops for good, also in the middle of a reading', async () => {
    let finish = (_: number) => {};
    const { stage, poller, settle } = stagePoller(() => new Promise((done) => (finish = done)));
    poller.start();
    poller.stop();
    finish(1);
    await settle();
    expect([stage.told.length, stage.timers.length]).to.deep.equal([0, 0]);
  });

  it('does not ask again for what never changes', async () => {
    const { stage, poller, settle } = stagePoller(() => Promise.resolve(99));
    poller.start();
    await settle();
    expect(stage.timers).to.have.length(0);
  });

  it('never waits longer than a quarter of a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (failures) => {
        expect(retryDelayMs(failures)).to.be.within(1000, 15_000);
      }),
    );
  });
});
