import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { decodeEvidence } from '@commonweights/trainer/release/evidence.js';
import { readReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { smallRelease, sparse } from './small-release.js';

type Chain = Parameters<typeof readReleaseFacts>[0];

describe('facts about a release', () => {
  const small = smallRelease(sparse);
  const { facts } = small;

  const known = { standing: '7', verifiedRounds: 24, auditsRight: 6, slashes: 0 };

  /** A chain that knows exactly the given facts. */
  const chain = {
    network: { name: 'localnet', rpcUrl: 'http://127.0.0.1:3030' },
    contract: facts.contract,
    getReleaseByManifest: async ({ manifest }) =>
      manifest === facts.release!.manifest ? facts.release : null,
    getRun: async () =>
      ({ id: 3, proposal: 1, terms: facts.run, finalRound: 4, rewinds: [] }) as never,
    getProposal: async () => ({ action: { kind: 'fund-run', terms: facts.run } }) as never,
    getSeats: async () => facts.run!.roster!.seats as never,
    getDataset: async ({ id }) => facts.datasets.find((one) => one.id === id) ?? null,
    getPolicy: async () => ({ licences: facts.licences }) as never,
    listAttestations: async () => [],
    getReputation: async ({ account }) => ({ account, ...known }) as never,
  } as Chain;

  it('are read with every dataset that the run descends from', async () => {
    const read = await readReleaseFacts(chain, { manifest: small.built.digest, height: 100 });
    expect(read).to.deep.equal(facts);
    expect(JSON.parse(JSON.stringify(read))).to.deep.equal(facts);
  });

  it('say so when the DAO knows no such release', async () => {
    const manifest = digestOf(new Uint8Array(1));
    const read = await readReleaseFacts(chain, { manifest });
    expect(read).to.include({ release: null, run: null, height: null });
  });

  it('hold what was said of the manifest, page by page, or nothing where it is too much', async () => {
    const subject = small.built.digest;
    const one = { by: 'ada.near', purpose: 'endorses' as const, subject, evidence: null, atMs: 1 };
    const speaking = (count: number): Chain => ({
      ...chain,
      listAttestations: async ({ from = 0, limit = 50 }) =>
        Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, () => one),
    });
    for (const count of [0, 1, 50, 51, 120]) {
      const read = await readReleaseFacts(speaking(count), { manifest: subject });
      expect(read.attestations).to.have.length(count);
      expect(read.standings).to.deep.equal(count === 0 ? {} : { 'ada.near': known });
      expect(decodeEvidence(JSON.parse(JSON.stringify(read)))).to.deep.equal(read);
    }
    const { attestations } = await readReleaseFacts(speaking(20_000), { manifest: subject });
    expect(attestations).to.equal(null);
  });

  it('end where datasets descend from each other without end', async () => {
    const endless: Chain = {
      ...chain,
      getDataset: async ({ id }) => ({
        ...facts.datasets[0]!,
        id,
        parents: [{ dataset: `${id}x`, transform: digestOf(new Uint8Array(1)) }],
      }),
    };
    const failure = await readReleaseFacts(endless, { manifest: small.built.digest }).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure?.message).to.contain('TOO_MANY_DATASETS');
  });
});
