import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { Connection } from '@commonweights/dao-contracts/client/connection.js';
import { mayHaveLanded, type DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import {
  handlerError,
  invalidTransaction,
  ScriptedNode,
  success,
  type Reply,
} from './scripted-node.js';

describe('a connection looks before it believes anything of a second sending, and signs nothing anew', () => {
  let node: ScriptedNode;
  let connection: Connection;

  beforeEach(async () => {
    node = await ScriptedNode.start();
    connection = new Connection({
      network: networkNamed('localnet', node.rpcUrl),
      contract: 'dao.test',
      account: { accountId: 'worker.test', secretKey: createKey().secretKey },
      pause: () => Promise.resolve(),
    });
  });
  afterEach(() => node.stop());

  const used = invalidTransaction({ InvalidNonce: { ak_nonce: 8, tx_nonce: 8 } });
  const congested = invalidTransaction({
    ShardCongested: { shard_id: 0, congestion_level: 1 },
  });
  const stuck = invalidTransaction({ ShardStuck: { shard_id: 0, missed_chunks: 9 } });
  const spent = invalidTransaction({
    NotEnoughBalance: { balance: '1', cost: '5', signer_id: 'worker.test' },
  });
  const expired = invalidTransaction('Expired');
  const traces: [string, Reply][] = [
    ['that the shard is congested', congested],
    ['that the shard is stuck', stuck],
    ['that it expired', expired],
    ['that its money is spent', spent],
    ['that its nonce is used', used],
  ];
  for (const [name, reply] of traces) {
    it(`when told ${name}, though the first landed in the meantime`, async () => {
      node.replies.push('drop', reply);
      landsAfter(node, 1);
      expect(await connection.call('claim', {})).to.equal('landed');
      expectOneSignature(node);
      expect(node.sent).to.have.length(2);
    });

    it(`when told ${name}, and nobody says what became of the first`, async () => {
      node.replies.push('drop', reply, reply, reply);
      node.lookUp = () => handlerError('TIMEOUT_ERROR', {});
      const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
      expect(error.code).to.equal('CHAIN_UNREACHABLE');
      expectOneSignature(node);
    });
  }

  it('when a proxy broke after the node took it', async () => {
    node.replies.push({ status: 503 }, used);
    landsAfter(node, 1);
    expect(await connection.call('claim', {})).to.equal('landed');
    expectOneSignature(node);
  });

  it('when the shard stays congested after a sending that may have been taken', async () => {
    node.replies.push('drop', congested, stuck, congested);
    const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
    expect(error.code).to.equal('CHAIN_UNREACHABLE');
    expectOneSignature(node);
  });

  it('and is told of too little money where the first never came', async () => {
    node.replies.push('drop', spent);
    const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
    expect(error.code).to.equal('INSUFFICIENT_BALANCE');
  });

  it('while every sending is refused for congestion', async () => {
    node.replies.push(congested, stuck);
    expect(await connection.call('claim', {})).to.deep.equal({ nonce: 8 });
    expectOneSignature(node);
    node.replies.push(congested, congested, congested, congested);
    const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
    expect(error.code).to.equal('CHAIN_REFUSED');
    expect(mayHaveLanded(error)).to.equal(false);
  });
});

/** A chain that says "unknown" `times` times of a transaction, and then that it landed. */
function landsAfter(node: ScriptedNode, times: number): void {
  let asked = 0;
  const unknown = node.lookUp;
  node.lookUp = (hash) => (asked++ < times ? unknown(hash) : { result: success('landed') });
}

function expectOneSignature(node: ScriptedNode): void {
  expect(new Set(node.sent.map((sent) => sent.hash)).size).to.equal(1);
}
