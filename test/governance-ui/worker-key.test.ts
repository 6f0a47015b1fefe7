/** The key with which a tab works: kept while it is of use, granted anew when it is not. */
import { expect } from 'chai';
import { createKey, type KeyView } from '@commonweights/dao-contracts/client/accounts.js';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { grantWorkerKey } from '@commonweights/governance-ui/wallet/worker-key.js';
import { allowanceYocto } from '@commonweights/governance-ui/reading/audit-place.js';

const accountId = 'vera.near';
const name = `cw/worker-key/testnet/dao.near/${accountId}`;

function stage(it: { refuses?: string } = {}) {
  const kept = new Map<string, string>();
  const keys: KeyView[] = [];
  const granted: string[] = [];
  const client = {
    network: networkNamed('testnet'),
    contract: 'dao.near',
    connection: { requireAccount: () => accountId },
    listKeys: async () => keys,
    addFunctionCallKey: async ({ publicKey }: { publicKey: string }) => {
      granted.push(publicKey);
      if (it.refuses) throw new DaoError({ code: it.refuses, facts: 'no', remedy: 'none' });
      keys.push(view(publicKey));
    },
  } as unknown as Parameters<typeof grantWorkerKey>[0];
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, keys, granted, grant: () => grantWorkerKey(client, storage) };
}

function view(publicKey: string, change: Partial<KeyView> = {}): KeyView {
  const methods = [...workerMethods];
  return { publicKey, mayCall: 'dao.near', methods, allowanceYocto, ...change };
}

describe('the key with which a tab works', () => {
  it('is granted once, kept, and taken again', async () => {
    const { kept, granted, grant } = stage();
    const key = await grant();
    expect(kept.get(name)).to.equal(key.secretKey);
    expect(await grant()).to.deep.equal(key);
    expect(granted).to.have.length(1);
  });

  it('is granted anew, another one, when its allowance is used up or it may do too little', async () => {
    for (const change of [
      { allowanceYocto: allowanceYocto / 11n },
      { methods: workerMethods.slice(1) },
      { mayCall: 'other.near' },
    ]) {
      const { keys, granted, grant } = stage();
      const first = await grant();
      keys[0] = view(keys[0]!.publicKey, change);
      const second = await grant();
      expect(second.secretKey).to.not.equal(first.secretKey);
      expect(new Set(granted).size).to.equal(2);
      expect(await grant()).to.deep.equal(second);
    }
  });

  it('is taken again while fees of some calls are left, or where nothing bounds it', async () => {
    for (const left of [allowanceYocto / 10n, null]) {
      const { keys, granted, grant } = stage();
      await grant();
      keys[0] = view(keys[0]!.publicKey, { allowanceYocto: left, methods: [] });
      await grant();
      expect(granted).to.have.length(1);
    }
  });

  it('is the same one when the chain does not know it yet: it may be on its way', async () => {
    const { kept, granted, grant } = stage();
    const { publicKey, secretKey } = createKey();
    kept.set(name, secretKey);
    expect((await grant()).secretKey).to.equal(secretKey);
    expect(granted).to.deep.equal([publicKey]);
  });

  it('is forgotten when the wallet refuses, and kept when nobody knows', async () => {
    for (const [refuses, size] of [
      ['WALLET_REFUSED', 0],
      ['CHAIN_UNREACHABLE', 1],
    ] as const) {
      const { kept, grant } = stage({ refuses });
      const failed = await grant().catch((error: unknown) => error);
      expect(failed).to.be.instanceOf(DaoError);
      expect(kept.size, refuses).to.equal(size);
    }
  });
});
