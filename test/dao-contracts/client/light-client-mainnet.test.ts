/**
 * The light client on evidence of NEAR's mainnet: `mainnet/light-client.json` has blocks 85,247,491 and
 * 85,290,692 (one epoch apart, February 2023, 100 block producers) as nodes serve them, and execution
 * proofs of blocks 478, 1,699 and 93,700,916 with the Merkle roots of later heads.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import {
  advanceLightClient,
  proveBlock,
  proveExecution,
  startLightClient,
  type LightClient,
} from '@commonweights/dao-contracts/client/light-client.js';

type Json = Record<string, unknown>;

interface Recorded {
  readonly epoch: { readonly trusted: Json; readonly producers: Json[]; readonly next: Json };
  readonly executions: readonly {
    readonly proof: Json & { outcome_proof: { id: string; outcome: Json } };
    readonly blockMerkleRoot: string;
  }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('mainnet/light-client.json', import.meta.url), 'utf8'),
) as Recorded;
const { trusted, producers, next } = recorded.epoch;
const trustedHash = '5FguvaFEaTqRjRiQcMZSMrsuR6bTHL8gRKGVA6YeSv7W';

function begin(): LightClient {
  return startLightClient({ trustedHash, header: trusted, nextProducers: producers });
}

/** A client whose head commits to exactly this root over earlier blocks. */
function under(blockMerkleRoot: string): LightClient {
  const inner_lite = { ...(trusted['inner_lite'] as Json), block_merkle_root: blockMerkleRoot };
  const header = { ...trusted, inner_lite };
  let trustedHash = '';
  try {
    startLightClient({ trustedHash: '1'.repeat(32), header });
  } catch (error) {
    trustedHash = /that of (\w+),/.exec(String(error))![1]!;
  }
  return startLightClient({ trustedHash, header });
}

describe('the light client on mainnet', () => {
  it('takes a block whose epoch follows that of the trusted one', () => {
    const client = advanceLightClient(begin(), next);
    expect(client.head.innerLite.height).to.equal(85_290_692);
    expect(client.producers.size).to.equal(2);
    const { prev_block_hash, inner_rest_hash, inner_lite } = next;
    const block_header_lite = { prev_block_hash, inner_rest_hash, inner_lite };
    const head = proveBlock(client, { block_header_lite, block_proof: [] });
    expect(head).to.include({ hash: client.headHash, height: 85_290_692 });
  });

  it('takes neither an approval less than two thirds need nor one that is not a signature', () => {
    const approvals = next['approvals_after_next'] as (string | null)[];
    const given = approvals.flatMap((one, i) => (one === null || i >= 100 ? [] : [i]));
    const few = approvals.map((one, i) => (i <= given[8]! ? null : one));
    const advance = (changed: (string | null)[]) => () =>
      advanceLightClient(begin(), { ...next, approvals_after_next: changed });
    expect(advance(few)).to.throw('FEW_APPROVALS');
    expect(advance([])).to.throw('FEW_APPROVALS');
    const swapped = approvals.map((one, i) => (i === given[3] ? approvals[given[4]!]! : one));
    expect(advance(swapped)).to.throw('BAD_APPROVAL');
  });

  it('takes no block producers but those that the trusted block names', () => {
    const changed = producers.map((one, i) => (i === 99 ? { ...one, stake: '1' } : one));
    const start = (nextProducers: unknown) => () =>
      startLightClient({ trustedHash, header: trusted, nextProducers });
    expect(start(changed)).to.throw('OTHER_PRODUCERS');
    expect(start(producers.slice(1))).to.throw('OTHER_PRODUCERS');
    const theirs = (next['next_bps'] as Json[]).slice(1);
    expect(() => advanceLightClient(begin(), { ...next, next_bps: theirs })).to.throw(
      'OTHER_PRODUCERS',
    );
    expect(() => advanceLightClient(begin(), { ...next, next_bps: null })).to.throw('NO_PRODUCERS');
    const alone = startLightClient({ trustedHash, header: trusted });
    expect(() => advanceLightClient(alone, next)).to.throw('NO_PRODUCERS');
  });

  it('goes neither back nor over an epoch that it has not seen', () => {
    const client = advanceLightClient(begin(), next);
    expect(() => advanceLightClient(client, next)).to.throw('NOT_NEWER');
    const inner = { ...(next['inner_lite'] as Json), epoch_id: trustedHash, height: 86_000_000 };
    expect(() => advanceLightClient(client, { ...next, inner_lite: inner })).to.throw(
      'OTHER_EPOCH',
    );
  });

  it('begins at no other block than the trusted one', () => {
    const header = { ...trusted, prev_block_hash: trusted['inner_rest_hash'] };
    expect(() => startLightClient({ trustedHash, header })).to.throw('OTHER_BLOCK');
  });

  recorded.executions.forEach(({ proof, blockMerkleRoot }) => {
    const { id, outcome } = proof.outcome_proof;
    it(`proves what became of ${id}, and nothing else`, () => {
      const client = under(blockMerkleRoot);
      const proven = proveExecution(client, id, proof);
      expect(proven.executorId).to.equal(outcome['executor_id']);
      expect(proven.receiptIds).to.deep.equal(outcome['receipt_ids']);
      expect(proven.gasBurnt).to.equal(BigInt(outcome['gas_burnt'] as number));
      expect(() => proveExecution(client, trustedHash, proof)).to.throw('OTHER_EXECUTION');
      expect(() => proveExecution(begin(), id, proof)).to.throw('NOT_UNDER_HEAD');
      const other = { ...proof.outcome_proof, outcome: { ...outcome, logs: ['paid'] } };
      expect(() => proveExecution(client, id, { ...proof, outcome_proof: other })).to.throw(
        'NOT_IN_BLOCK',
      );
    });
  });
});
