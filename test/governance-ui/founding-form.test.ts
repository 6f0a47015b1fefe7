/** What stands behind the form of a founding: its checks, what a browser keeps, and whose code it is. */
import { expect } from 'chai';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { exampleConfig, readDaoConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Values } from '@commonweights/governance-ui/drafts/action-forms.js';
import { readContractCode } from '@commonweights/governance-ui/founding/contract-code.js';
import { initialFounding, planDao } from '@commonweights/governance-ui/founding/found-plan.js';
import { FoundingKeep } from '@commonweights/governance-ui/founding/founding-keep.js';
import { ChosenDao } from '@commonweights/governance-ui/reading/chosen-dao.js';
import type { Door } from '@commonweights/governance-ui/reading/door.js';

class Shelf implements Storage {
  readonly #kept = new Map<string, string>();
  constructor(private readonly forgets = false) {}
  get length() {
    return this.#kept.size;
  }
  key(at: number) {
    return [...this.#kept.keys()][at] ?? null;
  }
  getItem(name: string) {
    return this.#kept.get(name) ?? null;
  }
  setItem(name: string, text: string) {
    if (!this.forgets) this.#kept.set(name, text);
  }
  removeItem(name: string) {
    this.#kept.delete(name);
  }
  clear() {
    this.#kept.clear();
  }
}

const good = (changes: Values = {}): Values => ({
  ...initialFounding(),
  ...{ daoAccount: 'commons.ann.near', members: 'ann.near 1\nbob.near 2' },
  ...changes,
});

describe('the form of a founding', () => {
  it('says what the example of the command line says, and reads as its file does', () => {
    const { config } = planDao(good({ guardian: 'dora.near', term: '365 d', treasury: '50' }));
    expect(config).to.deep.equal(
      readDaoConfig({
        ...exampleConfig,
        account: 'commons.ann.near',
        members: [
          { account: 'ann.near', weight: '1' },
          { account: 'bob.near', weight: '2' },
        ],
        guardian: { account: 'dora.near', termMs: 365 * 86_400_000 },
      }),
    );
  });

  it('finds what is wrong at the field where it stands', () => {
    const wrong: [Values, string][] = [
      [{ daoAccount: '' }, 'daoAccount'],
      [{ daoAccount: 'No Account' }, 'daoAccount'],
      [{ members: 'ann.near much' }, 'members'],
      [{ guardian: 'dora.near', term: '0.5 s' }, 'term'],
      [{ guardian: 'dora.near' }, 'term'],
      [{ quorumBps: '101' }, 'quorumBps'],
      [{ bondYocto: '1,5' }, 'bondYocto'],
      [{ treasury: 'much' }, 'treasury'],
      [{ reserve: '' }, 'reserve'],
    ];
    for (const [changes, field] of wrong) {
      const { config, problems } = planDao(good(changes));
      expect([config, [...problems.keys()]], field).to.deep.equal([null, [field]]);
    }
  });

  it('refuses a DAO in which nobody votes, or somebody twice', () => {
    for (const members of ['', 'ann.near 0', 'ann.near 1\nann.near 2']) {
      const { config, problems, whole } = planDao(good({ members }));
      expect(config).to.equal(null);
      expect(whole !== null || problems.has('members'), members).to.equal(true);
    }
  });
});

describe('a founding that a browser keeps', () => {
  const values = good();

  it('has its key and its form until it is over, by network', async () => {
    const shelf = new Shelf();
    const keep = new FoundingKeep(shelf, 'testnet');
    const keys = keep.keysFor(values);
    expect(await keys.read('commons.ann.near')).to.equal(null);
    const key = await keys.write('commons.ann.near');
    expect(await new FoundingKeep(shelf, 'testnet').keysFor({}).read(key.accountId)).to.deep.equal(
      key,
    );
    expect(keep.begun()).to.deep.equal(['commons.ann.near']);
    expect(keep.valuesOf('commons.ann.near')).to.deep.equal(values);
    expect(new FoundingKeep(shelf, 'mainnet').begun()).to.deep.equal([]);
    await keys.drop(key);
    expect([keep.begun(), shelf.length]).to.deep.equal([[], 0]);
  });

  it('is not begun where nothing is kept: its key would be lost with the money', async () => {
    const keys = new FoundingKeep(new Shelf(true), 'testnet').keysFor(values);
    const error = await keys.write('commons.ann.near').catch((it: Error) => it);
    expect(`${error}`).to.contain('NOTHING_KEPT');
  });

  it('takes nothing that is no key for one', async () => {
    const shelf = new Shelf();
    const keep = new FoundingKeep(shelf, 'testnet');
    for (const text of ['', 'null', '{}', '[1]', '{"secretKey":"ed25519:x","values":{}}']) {
      shelf.setItem('cw/founding/testnet/a.near', text);
      expect(await keep.keysFor({}).read('a.near'), text).to.equal(null);
      expect(keep.begun(), text).to.deep.equal([]);
    }
  });
});

describe('the code that a DAO is founded with', () => {
  const [ours, other] = [new Uint8Array([1, 2, 3]), new Uint8Array([4])];
  const door = (it: {
    runs: Uint8Array | null;
    sent?: Uint8Array;
    named?: Digest;
    registry?: Uint8Array;
  }) => {
    const client = {
      ...connect({ network: { name: 'testnet', rpcUrl: 'http://127.0.0.1:1' }, contract: 'dao.x' }),
      getCodeOnChain: async () => it.runs && digestOf(it.runs),
      getCodeBytes: async () => it.sent ?? it.runs!,
    };
    const get = async () => {
      if (it.registry) return it.registry;
      throw new Error('BLOB_MISSING: not here');
    };
    return { client, store: { get }, code: it.named ?? null } as Pick<
      Door,
      'client' | 'store' | 'code'
    >;
  };
  const codeOf = (work: Promise<unknown>) => work.catch((error: { code: string }) => error.code);

  it('is what the contract runs, or what the network file names', async () => {
    expect(await readContractCode(door({ runs: ours }))).to.deep.equal({
      ...{ wasm: ours, digest: digestOf(ours), from: 'chain' },
    });
    const named = digestOf(other);
    expect(await readContractCode(door({ runs: ours, named, registry: other }))).to.deep.equal({
      ...{ wasm: other, digest: named, from: 'registry' },
    });
    expect(await codeOf(readContractCode(door({ runs: null })))).to.equal('NO_CODE');
  });

  it('is no bytes with another digest, whoever hands them out', async () => {
    const wrong = door({ runs: ours, sent: other, registry: other });
    expect(await codeOf(readContractCode(wrong))).to.equal('CODE_MISSING');
    const mended = door({ runs: ours, sent: other, registry: ours });
    expect(await readContractCode(mended)).to.deep.include({ wasm: ours, from: 'registry' });
    const named = door({ runs: ours, named: digestOf(other) });
    expect(await codeOf(readContractCode(named))).to.equal('CODE_MISSING');
  });
});

describe('another DAO than the pages are for', () => {
  const pages = { network: 'testnet', home: 'dao.testnet' };

  it('is read only where it was founded in this browser', () => {
    const shelf = new Shelf();
    const dao = new ChosenDao(shelf, pages);
    dao.choose('evil.testnet');
    expect([dao.chosen, dao.founded]).to.deep.equal([null, []]);
    dao.remember('ours.testnet');
    expect(dao.chosen).to.equal(null);
    dao.choose('ours.testnet');
    expect([dao.chosen, dao.founded]).to.deep.equal(['ours.testnet', ['ours.testnet']]);
    expect(new ChosenDao(shelf, { ...pages, network: 'mainnet' }).chosen).to.equal(null);
    dao.choose(null);
    expect(dao.chosen).to.equal(null);
  });

  it('is none where the browser kept something else under that name', () => {
    const shelf = new Shelf();
    const dao = new ChosenDao(shelf, pages);
    for (const text of ['', '7', '{"0":"a"}', '["Not An Account",3]']) {
      shelf.setItem('cw/dao/testnet/dao.testnet/founded', text);
      expect(dao.founded, text).to.deep.equal([]);
    }
  });
});
