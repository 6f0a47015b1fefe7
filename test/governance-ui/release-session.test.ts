/** What a worker of the page does with a release, without the worker. */
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import {
  ReleaseSession,
  type ReleaseAnswer,
} from '@commonweights/governance-ui/engine/release-session.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { memoryFolder } from './memory-folder.js';
import { diloco, smallRelease } from '../trainer/release/small-release.js';

const settings = { prompt: 'We', tokens: 3, temperature: 0, topK: 1, topP: 1, seed: 1 };

describe('a release in a worker of the page', () => {
  const { built, facts, files } = smallRelease(diloco);
  const manifestBytes = encodeManifest(built.manifest);
  const manifest = built.digest;

  const open = (
    licences: readonly string[] = facts.licences,
    altered: (path: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes,
  ) => {
    const blobs = new Map<Digest, Uint8Array>([[digestOf(manifestBytes), manifestBytes]]);
    for (const [path, bytes] of files) blobs.set(digestOf(bytes), altered(path, bytes));
    const told: ReleaseAnswer[] = [];
    let engines = 0;
    const session = new ReleaseSession({
      client: {
        network: { name: 'testnet', rpcUrl: 'http://127.0.0.1:9' },
        contract: facts.contract,
        getReleaseByManifest: async () => facts.release,
        getPolicy: async () => ({ licences }),
        listAttestations: async () => [],
        getRun: async () => ({ id: 3, terms: facts.run!, finalRound: 4, rewinds: [] }),
        getProposal: async () => ({
          ...{ id: 1, yes: '2', no: '0', abstain: '0', totalWeight: '3' },
          action: { kind: 'fund-run', terms: facts.run! },
        }),
        getMembers: async () => ({ members: [], count: 0, totalWeight: '3' }),
        getSeats: async () => facts.run!.roster!.seats,
        getDataset: async ({ id }: { id: string }) => facts.datasets.find((one) => one.id === id),
      } as unknown as DaoClient,
      store: { get: async (digest: Digest) => blobs.get(digest)! } as unknown as BlobStore,
      openEngine: async () => {
        engines++;
        return createOrtWasmEngine();
      },
      breathe: async () => {},
      tell: (answer) => told.push(answer),
      now: () => 0,
    });
    return { session, told, engines: () => engines };
  };

  it('is not talked to before it was verified', async () => {
    const { session, told, engines } = open();
    await session.answer({ kind: 'talk', settings });
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ kind: 'failed' });
    expect((told[0] as { why: string }).why).to.match(/^NOT_VERIFIED: .*; verify it first$/);
    expect(engines()).to.equal(0);
  });

  it('is not talked to when a claim about it does not hold', async () => {
    const { session, told, engines } = open(['MIT']);
    await session.answer({ kind: 'verify', manifest });
    const last = told.at(-1)!;
    const failed =
      last.kind === 'verdicts' ? last.verdicts.filter((it) => it.status === 'fail') : [];
    expect(failed.map(({ claim }) => claim)).to.deep.equal(['licence']);
    await session.answer({ kind: 'talk', settings });
    expect((told.at(-1) as { why: string }).why).to.match(/^NOT_VERIFIED/);
    expect(engines()).to.equal(0);
  });

  it('is read, once verified; what is wrong with its files then is told and nothing breaks', async () => {
    const { session, told, engines } = open();
    await session.answer({ kind: 'verify', manifest });
    expect(told.at(-1), JSON.stringify(told.at(-1))).to.include({ kind: 'verdicts' });
    // The small release's tokenizer knows one token and no words.
    await session.answer({ kind: 'talk', settings });
    expect((told.at(-1) as { why: string }).why).to.match(/^BAD_TOKENIZER/);
    expect(engines()).to.equal(1);
    // It was not left busy.
    await session.answer({ kind: 'talk', settings });
    expect((told.at(-1) as { why: string }).why).to.match(/^BAD_TOKENIZER/);
    // Nor was what failed kept: each question starts an engine, and verifying again does not fail by it.
    expect(engines()).to.equal(2);
    await session.answer({ kind: 'verify', manifest });
    expect(told.at(-1)).to.include({ kind: 'verdicts' });
  });

  it('tells where it comes from once its bytes are right, whatever else was found', async () => {
    const early = open();
    await early.session.answer({ kind: 'explain' });
    expect((early.told.at(-1) as { why: string }).why).to.match(/^NOT_VERIFIED/);
    for (const licences of [facts.licences, ['MIT']]) {
      const { session, told } = open(licences);
      await session.answer({ kind: 'verify', manifest });
      await session.answer({ kind: 'explain' });
      const last = told.at(-1)!;
      if (last.kind !== 'explained') throw new Error(JSON.stringify(last));
      const { chapters, manifest: of } = last.explanation;
      expect(of).to.equal(manifest);
      const all = chapters.flatMap(({ statements }) => statements);
      const known = (what: string) => all.find((one) => one.what === what)?.standing;
      expect(known('manifest')).to.equal('proven');
      expect(known('vote on the release')).to.equal('attested');
      expect(known('name')).to.equal('declared');
      expect(await last.page.text()).to.match(/^<!doctype html>[\s\S]*default-src 'none'/);
    }
  });

  it('tells nothing of bytes that are not those of its manifest', async () => {
    const { session, told } = open(facts.licences, (path, bytes) =>
      path === 'config.json' ? bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) : bytes,
    );
    await session.answer({ kind: 'verify', manifest });
    await session.answer({ kind: 'explain' });
    expect((told.at(-1) as { why: string }).why).to.match(/^NOT_VERIFIED/);
  });

  it('is not handed out before every claim about it holds, and then as it was checked', async () => {
    const { session, told } = open(['MIT']);
    const folder = memoryFolder();
    const save = { kind: 'save', folder, name: 'model' } as const;
    const zip = { kind: 'zip', name: 'model' } as const;
    const refused = async () => {
      for (const request of [zip, save]) {
        await session.answer(request);
        expect((told.at(-1) as { why: string }).why).to.match(/^NOT_VERIFIED/);
      }
      expect(folder.files()).to.deep.equal([]);
    };
    await refused();
    await session.answer({ kind: 'verify', manifest });
    await refused();
    const good = open();
    await good.session.answer({ kind: 'verify', manifest });
    await good.session.answer(save);
    expect(good.told.at(-1)).to.deep.equal({ kind: 'saved' });
    expect(new Map(folder.files())).to.deep.equal(
      new Map(
        [...files, ['manifest.json', manifestBytes] as const].map(([path, bytes]) => [
          `model/${path}`,
          bytes,
        ]),
      ),
    );
    await good.session.answer(zip);
    const last = good.told.at(-1)!;
    expect(last.kind === 'zipped' && last.file.size).to.be.above(10_000);
  });

  it('does nothing when told to stop while it is silent', async () => {
    const { session, told } = open();
    await session.answer({ kind: 'stop' });
    expect(told).to.deep.equal([]);
  });
});
