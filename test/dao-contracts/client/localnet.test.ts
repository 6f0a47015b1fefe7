import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';

const near = 10n ** 24n;

describe('the client on the embedded chain', () => {
  let chain: Localnet;
  let root: DaoClient;
  const clientOf = (accountId: string, secretKey: string) =>
    connect({
      network: { name: 'localnet', rpcUrl: chain.url },
      contract: 'dao.local',
      account: { accountId, secretKey },
    });

  before(async () => {
    chain = await startLocalnet({ seed: 'client test' });
    root = clientOf('local', chain.rootSecretKey);
  });
  after(() => chain.stop());

  async function newcomer(accountId: string, initialYocto = 10n * near) {
    const key = createKey();
    await root.createAccount({ newAccountId: accountId, publicKey: key.publicKey, initialYocto });
    return { key, client: clientOf(accountId, key.secretKey) };
  }
  const refusal = async (call: Promise<unknown>) =>
    (await call.then(
      () => null,
      (error: unknown) => error,
    )) as DaoError | null;

  it('creates accounts with their key and their money', async () => {
    const { key } = await newcomer('ann.local', 3n * near);
    expect((await root.viewAccount('ann.local'))?.amountYocto).to.equal(3n * near);
    expect(await root.keyStanding('ann.local', key.publicKey)).to.equal('full-access');
    expect(await root.isKeyOfAccount('local', key.publicKey)).to.equal(false);
    expect(await root.viewAccount('nobody.local')).to.equal(null);
  });

  it('refuses to create an account that exists', async () => {
    await newcomer('twice.local');
    const error = await refusal(newcomer('twice.local'));
    expect(error?.message).to.match(/^ACCOUNT_EXISTS: twice\.local exists already on localnet/);
  });

  it('keeps the order of many transactions and loses none', async () => {
    const { client } = await newcomer('many.local');
    await Promise.all(
      Array.from({ length: 12 }, () => client.transfer({ to: 'local', amountYocto: near / 10n })),
    );
    const { amountYocto } = (await root.viewAccount('many.local'))!;
    expect(amountYocto < 10n * near - (12n * near) / 10n).to.equal(true);
    expect(amountYocto > 10n * near - (13n * near) / 10n).to.equal(true);
  });

  it('lets two processes share a key, each transaction landing once', async () => {
    const { key } = await newcomer('shared.local');
    await newcomer('sink.local', near);
    const [one, two] = [key, key].map((it) => clientOf('shared.local', it.secretKey));
    // Different amounts: two processes that sign the same words at the same nonce make one
    // transaction, which is what a signature means.
    const parts = [1n, 2n, 3n, 4n, 5n, 6n];
    const send = (part: bigint, i: number) =>
      (i % 2 ? one! : two!).transfer({ to: 'sink.local', amountYocto: (part * near) / 100n });
    await Promise.all(parts.map(send));
    const { amountYocto } = (await root.viewAccount('sink.local'))!;
    expect(amountYocto).to.equal(near + (21n * near) / 100n);
  });

  it('says how much is missing', async () => {
    const { client } = await newcomer('poor.local', near);
    const error = await refusal(client.transfer({ to: 'local', amountYocto: 5n * near }));
    expect(error?.code).to.equal('INSUFFICIENT_BALANCE');
    expect(error?.message).to.match(/poor\.local has 1 NEAR and this takes 5\.\d+ NEAR; send/);
  });

  it('names an account that is not there', async () => {
    const error = await refusal(root.transfer({ to: 'ghost.local', amountYocto: near }));
    expect(error?.message).to.match(/^NO_SUCH_ACCOUNT: ghost\.local does not exist on localnet/);
  });

  it('names a contract that is not there, in views and in calls', async () => {
    await newcomer('dao.local');
    const inView = await refusal(root.getPolicy());
    const inCall = await refusal(root.commit({ run: 1, round: 1, commitment: 'x' as never }));
    for (const error of [inView, inCall]) {
      expect(error?.message).to.match(
        /^NO_SUCH_CONTRACT: dao\.local on localnet holds no contract/,
      );
    }
  });

  it('refuses a key that is not the account’s', async () => {
    await newcomer('own.local');
    const error = await refusal(
      clientOf('own.local', createKey().secretKey).transfer({ to: 'local', amountYocto: 1n }),
    );
    expect(error?.message).to.match(
      /^KEY_NOT_OF_ACCOUNT: the key in use is not a key of own\.local/,
    );
  });

  it('gives a worker a key that can work and nothing else', async () => {
    const { client } = await newcomer('worker.local');
    const key = createKey();
    await client.addFunctionCallKey({ publicKey: key.publicKey, methods: workerMethods });
    expect(await root.keyStanding('worker.local', key.publicKey)).to.equal('function-call');
    const worker = clientOf('worker.local', key.secretKey);
    for (const theft of [
      worker.transfer({ to: 'local', amountYocto: 1n }),
      worker.claim(),
      worker.enrol({ run: 1, role: 'trainer', depositYocto: 1n }),
    ]) {
      expect((await refusal(theft))?.code).to.equal('KEY_NOT_ALLOWED');
    }
    const allowed = await refusal(worker.rejoin({ run: 1 }));
    expect(allowed?.code).to.equal('NO_SUCH_CONTRACT');
  });
});
