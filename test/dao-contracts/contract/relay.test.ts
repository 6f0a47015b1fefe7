/** Relayed calls on the embedded node: an account with 0 NEAR enrols, works and is paid. */
import { expect } from 'chai';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { Relayer } from '@commonweights/dao-contracts/client/relayer.js';
import { commitmentOf, ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { startRelayServer, type RelayServer } from '../../../cli/relay-server.js';
import { everybody, named, near, Play, terms, workers } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

describe('relayed calls on the embedded node', function () {
  this.timeout(120_000);
  let dao: LocalnetDao;
  let server: RelayServer;
  let poor: DaoClient;
  let relayer: DaoClient;
  const poorId = 'poor.local';
  const clientOf = (accountId: string, relayUrl?: string) => {
    const { secretKey } = deriveKey('dao contract', accountId);
    const network = { name: 'localnet', rpcUrl: dao.localnet.url } as const;
    return connect({ network, contract: 'dao.local', account: { accountId, secretKey }, relayUrl });
  };
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => (error as DaoError).message,
    );

  before(async () => {
    dao = await startLocalnetDao([...everybody, 'relay.test']);
    relayer = clientOf('relay.local');
    const { connection } = relayer;
    server = await startRelayServer(new Relayer({ connection, callsPerHour: 6 }), { port: 0 });
    poor = clientOf(poorId, server.url);
    const root = connect({
      network: { name: 'localnet', rpcUrl: dao.localnet.url },
      contract: 'dao.local',
      account: { accountId: 'local', secretKey: dao.localnet.rootSecretKey },
    });
    const { publicKey } = deriveKey('dao contract', poorId);
    await root.createAccount({ newAccountId: poorId, publicKey, initialYocto: 0n });
    await new Play(dao.chain).fund();
  });
  after(async () => {
    await server?.stop();
    await dao?.stop();
  });

  it('let an account without any NEAR enrol and commit, and pay the relayer its fee', async () => {
    const play = new Play(dao.chain);
    expect((await poor.viewAccount(poorId))!.amountYocto).to.equal(0n);
    await relayer.openLedger({ depositYocto: near / 10n });
    await poor.enrol({ run: 1, role: 'trainer', depositYocto: 0n });
    await play.enrol(workers.slice(0, 3));
    const seat = (await play.seats()).find(({ account }) => account === poorId)!;
    expect(seat).to.include({ stakeYocto: '0', earnsStake: true });
    const { open } = await play.view();
    const commitment = commitmentOf({
      ...{ contract: 'dao.local', run: 1, round: 1, account: poorId, worker: '' },
      ...{ update: named('u'), startRoot: open!.startRoot, localIn: ZERO_LOCAL_STATE },
      ...{ localOut: named('l'), traceRoot: named('t'), salt: 'salt' },
    });
    await poor.commit({ run: 1, round: 1, commitment });
    expect((await play.view()).open!.committed).to.deep.equal([seat.seat]);
    const { ledgerYocto } = await relayer.getEarnings({ account: 'relay.local' });
    expect(ledgerYocto).to.equal(BigInt(terms.relayFeeYocto));
    expect((await poor.viewAccount(poorId))!.amountYocto).to.equal(0n);
    const { surplusYocto } = await play.accounting();
    expect(BigInt(surplusYocto) >= 0n).to.be.true;
  });

  it('tell the worker in the contract’s own words why it refused', async () => {
    const again = poor.commit({ run: 1, round: 1, commitment: named('other') });
    expect(await refusal(again)).to.match(/^ALREADY_ACTED: seat \d has done this/);
  });

  it('are refused when they are not a worker’s, are of another contract, or are forged', async () => {
    expect(await refusal(poor.claim())).to.match(/^NOT_RELAYED: "claim" is not a worker's call/);
    const network = { name: 'localnet', rpcUrl: dao.localnet.url } as const;
    const { secretKey } = deriveKey('dao contract', poorId);
    const account = { accountId: poorId, secretKey };
    const relayUrl = server.url;
    const elsewhere = connect({ network, contract: 'other.local', account, relayUrl });
    expect(await refusal(elsewhere.rejoin({ run: 1 }))).to.match(/^NOT_RELAYED: .* of dao.local/);
    const post = async (body: string) => {
      const response = await fetch(`${server.url}/relay`, { method: 'POST', body });
      return (await response.json()) as { code: string; facts: string };
    };
    expect((await post('{}')).facts).to.match(/^sender is missing/);
    expect((await post('no JSON')).code).to.equal('NOT_RELAYED');
    expect((await post('x'.repeat(20_000))).facts).to.match(/16384 bytes/);
  });

  it('are carried so often for each account in an hour, and no more', async () => {
    const before = (await relayer.viewAccount('relay.local'))!.amountYocto;
    let message: string | null = null;
    for (let i = 0; i < 7 && !message?.startsWith('RELAY_QUOTA_SPENT'); i++) {
      message = await refusal(poor.rejoin({ run: 1 }));
    }
    expect(message).to.match(/^RELAY_QUOTA_SPENT: poor.local has had its 6 calls/);
    expect((await relayer.viewAccount('relay.local'))!.amountYocto < before).to.be.true;
  });

  it('fail in one sentence when there is no relayer', async () => {
    await server.stop();
    expect(await refusal(poor.rejoin({ run: 1 }))).to.match(/^RELAY_UNREACHABLE: no relayer/);
  });
});
