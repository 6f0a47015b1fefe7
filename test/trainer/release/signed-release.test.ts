import { expect } from 'chai';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { signModel } from '@commonweights/trainer/model-signing/sign-model.js';
import { createSigningKey, SigningKey } from '@commonweights/trainer/model-signing/signing-key.js';
import { parseBundle, startBundle } from '@commonweights/trainer/release/evidence-bundle.js';
import { decodePolicy } from '@commonweights/trainer/release/policy.js';
import { signersOf } from '@commonweights/trainer/release/signed-release.js';
import { examineFolder } from '@commonweights/trainer/release/verify.js';
import { smallRelease, sparse } from './small-release.js';

const small = smallRelease(sparse);
const { manifest, digest: manifestDigest } = small.built;

describe('the signatures of a release', () => {
  let root: string;
  const [own, other] = [createSigningKey(), createSigningKey()];
  const folder = () => join(root, 'release');

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'cw-signed-'));
    for (const [path, bytes] of [
      ...small.files,
      ['manifest.json', encodeManifest(manifest)] as const,
    ]) {
      await mkdir(dirname(join(folder(), path)), { recursive: true });
      await writeFile(join(folder(), path), bytes);
    }
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** As lines of a bundle. */
  const sign = async (privateKey: string, it: { ignore?: string[] } = {}): Promise<string> => {
    const signatureFile = join(root, `${Math.random()}.sig`);
    await signModel({ dir: folder(), signatureFile, key: SigningKey.fromPem(privateKey), ...it });
    const signature = JSON.parse(await readFile(signatureFile, 'utf8')) as unknown;
    return `${JSON.stringify({ kind: 'signature', signature })}\n`;
  };
  const signers = (lines: string, of = manifestDigest) => {
    const bundle = parseBundle(startBundle(of) + lines);
    return signersOf({ bundle, manifest, manifestDigest, keys: [own.publicKey, other.publicKey] });
  };

  it('count for the keys that made them, over every file', async () => {
    expect(signers(await sign(own.privateKey))).to.deep.equal([own.publicKey]);
    const both = (await sign(other.privateKey)) + (await sign(own.privateKey));
    expect(signers(both)).to.deep.equal([own.publicKey, other.publicKey]);
    expect(signers('')).to.deep.equal([]);
  });

  it('do not count with a file left out, changed, or of another release', async () => {
    expect(signers(await sign(own.privateKey, { ignore: ['README.md'] }))).to.deep.equal([]);
    const line = await sign(own.privateKey);
    expect(signers(line, digestOf(new Uint8Array([7])))).to.deep.equal([]);
    const place = join(folder(), 'config.json');
    const bytes = await readFile(place);
    await writeFile(place, 'x');
    const altered = await sign(own.privateKey);
    await writeFile(place, bytes);
    expect(signers(altered)).to.deep.equal([]);
    await writeFile(join(folder(), 'more.txt'), 'x');
    const more = await sign(own.privateKey);
    await rm(join(folder(), 'more.txt'));
    expect(signers(more)).to.deep.equal([]);
  });

  it('do not count altered, by whatever byte of the statement or the signature', async () => {
    const line = JSON.parse(await sign(own.privateKey)) as {
      signature: { dsseEnvelope: { payload: string; signatures: { sig: string }[] } };
    };
    const { dsseEnvelope } = line.signature;
    const flipped = (text: string, at: number): string => {
      const raw = Buffer.from(text, 'base64');
      raw[at % raw.length]! ^= 1;
      return raw.toString('base64');
    };
    for (let at = 0; at < 64; at++) {
      const payload = flipped(dsseEnvelope.payload, at * 31);
      const sig = flipped(dsseEnvelope.signatures[0]!.sig, at);
      for (const envelope of [
        { ...dsseEnvelope, payload },
        { ...dsseEnvelope, signatures: [{ sig, keyid: '' }] },
      ]) {
        const signature = { ...line.signature, dsseEnvelope: envelope };
        expect(signers(`${JSON.stringify({ kind: 'signature', signature })}\n`)).to.deep.equal([]);
      }
    }
    expect(signers('{"kind":"signature","signature":null}\n')).to.deep.equal([]);
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(signers(`{"kind":"signature","signature":${deep}}\n`)).to.deep.equal([]);
  });

  it('are a rule of the policy', async () => {
    const keys = [own.publicKey, other.publicKey];
    const policy = (atLeast: number) => decodePolicy({ version: 1, signers: { atLeast, keys } });
    const bundle = parseBundle(startBundle(manifestDigest) + (await sign(own.privateKey)));
    const question = { dir: folder(), chain: small.facts };
    const judged = async (atLeast: number, given: typeof bundle | null) => {
      const { rules } = await examineFolder(question, policy(atLeast), given);
      return [rules[0]!.status, rules[0]!.code];
    };
    expect(await judged(1, bundle)).to.deep.equal(['pass', null]);
    expect(await judged(2, bundle)).to.deep.equal(['fail', 'SIGNATURES_TOO_FEW']);
    expect(await judged(1, null)).to.deep.equal(['unknown', 'SIGNATURES_TOO_FEW']);
    for (const bad of [
      { atLeast: 1, keys: [] },
      { atLeast: 3, keys },
      { atLeast: 1, keys: ['x'] },
      { atLeast: 1, keys: [own.privateKey] },
      { atLeast: 1, keys: [own.publicKey, `${own.publicKey}\n`] },
    ]) {
      expect(() => decodePolicy({ version: 1, signers: bad })).to.throw('BAD_POLICY: signers');
    }
  });
});
