/** A release verified the way a page does it: over blobs and views, without a folder. */
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { holds } from '@commonweights/governance-ui/reading/verdicts-hold.js';
import { verifyHere } from '@commonweights/governance-ui/reading/verify-here.js';
import { diloco, smallRelease } from '../trainer/release/small-release.js';

describe('a release verified in a page', () => {
  const { built, facts, files } = smallRelease(diloco);
  const manifestBytes = encodeManifest(built.manifest);

  const client = {
    network: { name: 'testnet', rpcUrl: 'http://127.0.0.1:9' },
    contract: facts.contract,
    getReleaseByManifest: async ({ manifest }: { manifest: Digest }) =>
      manifest === built.digest ? facts.release : null,
    getPolicy: async () => ({ licences: facts.licences }),
    listAttestations: async () => [],
    getRun: async () => ({ id: 3, terms: facts.run!, finalRound: 4, rewinds: [] }),
    getProposal: async () => ({ action: { kind: 'fund-run', terms: facts.run! } }),
    getSeats: async () => facts.run!.roster!.seats,
    getDataset: async ({ id }: { id: string }) => facts.datasets.find((one) => one.id === id),
  } as unknown as DaoClient;

  const verify = async (change: (blobs: Map<string, Uint8Array>) => void = () => {}) => {
    const blobs = new Map<string, Uint8Array>([[digestOf(manifestBytes), manifestBytes]]);
    for (const bytes of files.values()) blobs.set(digestOf(bytes), bytes);
    change(blobs);
    const store = {
      get: async (digest: Digest, { maxBytes = Infinity } = {}) => {
        const bytes = blobs.get(digest);
        if (!bytes) throw new Error(`BLOB_MISSING: ${digest}`);
        if (bytes.length > maxBytes) throw new Error(`BLOB_TOO_LARGE: ${digest}`);
        return bytes;
      },
    };
    const steps: string[] = [];
    const { verdicts } = await verifyHere({
      ...{ client, store, manifest: built.digest },
      onProgress: ({ step, doneBytes, totalBytes }) => {
        expect(doneBytes <= totalBytes).to.equal(true);
        steps.push(step);
      },
    });
    return { verdicts, steps };
  };

  it('passes when every claim holds, and tells what it does', async () => {
    const { verdicts, steps } = await verify();
    const bad = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown');
    expect(bad).to.deep.equal([]);
    expect(holds(verdicts)).to.equal(true);
    expect(steps).to.deep.equal([
      ...built.manifest.files.map(({ path }) => path),
      'checking every claim',
    ]);
  });

  it('fails when a store hands out other bytes, even unchecked ones', async () => {
    const { digest } = built.manifest.files.find(({ path }) => path === 'model.safetensors')!;
    const { verdicts } = await verify((blobs) => {
      const bytes = blobs.get(digest)!.slice();
      bytes[bytes.length - 1]! ^= 1;
      blobs.set(digest, bytes);
    });
    expect(holds(verdicts)).to.equal(false);
    expect(verdicts.find(({ claim }) => claim === 'bytes')!.status).to.equal('fail');
  });

  it('gives no verdict when a file cannot be had', async () => {
    const { digest } = built.manifest.files[0]!;
    const failure = await verify((blobs) => void blobs.delete(digest)).catch((it: Error) => it);
    expect((failure as Error).message).to.match(/^BLOB_MISSING/);
  });

  it('takes nothing that was not checked for something that holds', () => {
    const verdict = { claim: 'bytes', code: null, standing: 'proven', detail: '' } as const;
    expect(holds([{ ...verdict, status: 'warn' }])).to.equal(true);
    expect(holds([{ ...verdict, status: 'unknown' }])).to.equal(false);
  });
});
