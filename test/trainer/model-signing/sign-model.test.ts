import { expect } from 'chai';
import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  preAuthenticated,
  readBundle,
  writeBundle,
} from '@commonweights/trainer/model-signing/bundle.js';
import { SigningRefusal } from '@commonweights/trainer/model-signing/refusal.js';
import { signModel, verifyModel } from '@commonweights/trainer/model-signing/sign-model.js';
import { readStatement } from '@commonweights/trainer/model-signing/statement.js';
import {
  createSigningKey,
  SigningKey,
  VerifyingKey,
} from '@commonweights/trainer/model-signing/signing-key.js';

const pair = createSigningKey();
const key = SigningKey.fromPem(pair.privateKey);
const publicKey = VerifyingKey.fromPem(pair.publicKey);

const files: Readonly<Record<string, string>> = {
  'config.json': '{"hidden_size":8}',
  'model.safetensors': 'weights and more weights',
  'tokenizer/merges.txt': 'a b',
  empty: '',
};

describe('a signed model', () => {
  let folder: string;
  let dir: string;
  let signatureFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-oms-'));
    dir = join(folder, 'model');
    signatureFile = join(dir, 'model.sig');
    for (const [path, text] of Object.entries(files)) await put(path, text);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  };
  const sign = (ignore: string[] = []) => signModel({ dir, signatureFile, key, ignore });
  const verify = (by = publicKey) => verifyModel({ dir, signatureFile, key: by });
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it was accepted'),
      (error: unknown) => {
        expect(error).to.be.instanceOf(SigningRefusal);
        return error as SigningRefusal;
      },
    );
  /** Another statement, really signed: what a signer with bad intentions can make. */
  const resign = async (change: (statement: Statement) => void) => {
    const bundle = readBundle(await readFile(signatureFile, 'utf8'));
    const statement = JSON.parse(Buffer.from(bundle.payload).toString()) as Statement;
    change(statement);
    const payload = Buffer.from(JSON.stringify(statement));
    const { hint } = publicKey;
    const signature = key.sign(preAuthenticated(payload));
    await writeFile(signatureFile, writeBundle({ hint, payload, signature }));
  };

  it('verifies where nothing changed, and says what is not covered', async () => {
    await put('.git/HEAD', 'ref: main');
    await put('notes/todo.txt', 'later');
    const signed = await sign(['notes']);
    expect(signed).to.include({ files: 4, bytes: 44, hint: publicKey.hint });
    await put('notes/todo.txt', 'done');
    expect((await verify()).ignored).to.deep.equal(['.git', 'model.sig', 'notes']);
  });

  it('is refused when a file changes while it is read, signed or verified', async () => {
    await sign();
    const place = join(dir, 'model.safetensors');
    const grow = () => appendFileSync(place, 'x');
    const rewrite = () => writeFileSync(place, files['model.safetensors']!.toUpperCase());
    for (const change of [grow, rewrite]) {
      for (const work of [
        () => verifyModel({ dir, signatureFile, key: publicKey, onProgress: once(change) }),
        () =>
          signModel({
            ...{ dir, signatureFile: join(folder, 'again.sig'), key },
            onProgress: once(change),
          }),
      ]) {
        await put('model.safetensors', files['model.safetensors']!);
        utimesSync(place, 1, 1);
        const { code, message } = await refusal(work());
        expect(code).to.equal('BAD_MODEL_FOLDER');
        expect(message).to.match(/model\.safetensors changed while it was read/);
      }
    }
    // Also between being listed and being read: those bytes would be in no hash.
    await put('model.safetensors', files['model.safetensors']!);
    const late = once(() => appendFileSync(join(dir, 'tokenizer/merges.txt'), ' and more'));
    const work = verifyModel({ dir, signatureFile, key: publicKey, onProgress: late });
    expect((await refusal(work)).message).to.match(/merges\.txt changed while it was read/);
    expect(await readdir(folder)).to.not.include('again.sig');

    function once(change: () => void) {
      let done = false;
      return ({ path }: { path: string }) => {
        if (done || path !== 'model.safetensors') return;
        done = true;
        change();
      };
    }
  });

  it('is refused for every flipped bit of any file or of the signature', async () => {
    await sign();
    const signed = readBundle(await readFile(signatureFile, 'utf8'));
    const all = [...Object.keys(files).filter((path) => files[path] !== ''), 'model.sig'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.nat(), fc.nat(7), async (path, at, bit) => {
        const whole = await readFile(join(dir, path));
        const bytes = Buffer.from(whole);
        bytes[at % bytes.length]! ^= 1 << bit;
        await writeFile(join(dir, path), bytes);
        try {
          if (path !== 'model.sig') {
            expect((await refusal(verify())).code).to.equal('MODEL_DIFFERS');
            return;
          }
          // Names of fields that nobody reads are not signed; all that is read is.
          const same = await verify().then(
            () => readBundle(bytes.toString()),
            () => null,
          );
          if (same) expect(same).to.deep.equal(signed);
        } finally {
          await writeFile(join(dir, path), whole);
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect((await verify()).files).to.equal(4);
  });

  it('is refused when a file is added, missing, renamed or made longer', async () => {
    await sign();
    await put('extra.bin', 'x');
    expect((await refusal(verify())).message).to.match(/^MODEL_DIFFERS: not signed: extra\.bin;/);
    await rm(join(dir, 'extra.bin'));
    await rename(join(dir, 'config.json'), join(folder, 'config.json'));
    expect((await refusal(verify())).message).to.match(/^MODEL_DIFFERS: missing: config\.json;/);
    await rename(join(folder, 'config.json'), join(dir, 'Config.json'));
    expect((await refusal(verify())).message).to.match(/not signed: Config\.json/);
    await rename(join(dir, 'Config.json'), join(dir, 'config.json'));
    await put('empty', 'no more');
    expect((await refusal(verify())).message).to.match(/^MODEL_DIFFERS: changed: empty;/);
  });

  it('is refused with another key, whether the file names it or not', async () => {
    await sign();
    const other = VerifyingKey.fromPem(createSigningKey().publicKey);
    expect((await refusal(verify(other))).message).to.match(
      /^SIGNATURE_INVALID: it was signed with/,
    );
    const bundle = readBundle(await readFile(signatureFile, 'utf8'));
    await writeFile(signatureFile, writeBundle({ ...bundle, hint: other.hint }));
    const refused = await refusal(verify(other));
    expect(refused.message).to.match(/^SIGNATURE_INVALID: this key did not sign/);
    expect(refused.exitCode).to.equal(29);
  });

  it('is refused for a link, which may point anywhere', async () => {
    await sign();
    await symlink('config.json', join(dir, 'linked.json'));
    expect((await refusal(verify())).message).to.match(/^BAD_MODEL_FOLDER: linked\.json is a link/);
  });

  it('never signs over a signature, or nothing', async () => {
    await sign();
    expect((await refusal(sign())).message).to.match(/model\.sig exists; remove it/);
    await rm(dir, { recursive: true });
    await mkdir(dir);
    expect((await refusal(sign())).message).to.match(/has no files to sign/);
    expect((await refusal(signModel({ dir: join(dir, 'x'), signatureFile, key }))).code).to.equal(
      'BAD_MODEL_FOLDER',
    );
  });

  it('is verified by parts where the signer hashed parts', async () => {
    await sign();
    const { createHash } = await import('node:crypto');
    await resign((statement) => {
      statement.predicate.serialization = {
        ...statement.predicate.serialization,
        ...{ method: 'shards', shard_size: 10 },
      };
      const resources = Object.entries(files)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([path, text]) =>
          Array.from({ length: Math.ceil(text.length / 10) }, (_, i) => {
            const part = text.slice(i * 10, i * 10 + 10);
            return {
              name: `${path}:${i * 10}:${i * 10 + part.length}`,
              algorithm: 'sha256',
              digest: createHash('sha256').update(part).digest('hex'),
            };
          }),
        );
      statement.predicate.resources = resources;
      const root = createHash('sha256');
      for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'));
      statement.subject[0]!.digest.sha256 = root.digest('hex');
    });
    expect((await verify()).files).to.equal(4);
    await put('model.safetensors', 'weights and more weightS');
    const { message } = await refusal(verify());
    expect(message).to.match(/^MODEL_DIFFERS: changed: model\.safetensors:20:24;/);
  });

  const hostile: readonly [string, RegExp, (statement: Statement) => void][] = [
    [
      'another subject',
      /subject is not the hash/,
      (it) => {
        it.subject[0]!.digest.sha256 = '0'.repeat(64);
      },
    ],
    ['two subjects', /2 subjects/, (it) => void it.subject.push(it.subject[0]!)],
    [
      'the predicate of before 1.0',
      /^METHOD_NOT_SUPPORTED: .*Digests\/v0\.1/,
      (it) => {
        it.predicateType = 'https://model_signing/Digests/v0.1';
      },
    ],
    [
      'followed links',
      /^METHOD_NOT_SUPPORTED: .*followed links/,
      (it) => {
        it.predicate.serialization.allow_symlinks = true;
      },
    ],
    [
      'an unknown hash',
      /^METHOD_NOT_SUPPORTED: .*blake3/,
      (it) => {
        it.predicate.serialization.hash_type = 'blake3';
      },
    ],
    [
      'an unknown method',
      /^METHOD_NOT_SUPPORTED: .*"tree"/,
      (it) => {
        it.predicate.serialization.method = 'tree';
      },
    ],
    [
      'everything ignored',
      /it ignores the whole model/,
      (it) => {
        it.predicate.serialization.ignore_paths = ['./'];
      },
    ],
    [
      'a file listed twice',
      /lists a file twice/,
      (it) => {
        it.predicate.resources.push(it.predicate.resources[0]!);
      },
    ],
    [
      'a digest that is none',
      /is none; ask/,
      (it) => {
        it.predicate.resources[0]!.digest = 'ABC';
      },
    ],
    [
      'another statement type',
      /its statement is a/,
      (it) => {
        it._type = 'https://in-toto.io/Statement/v0.1';
      },
    ],
  ];
  for (const [what, sentence, change] of hostile) {
    it(`is refused with ${what}, even when it is signed`, async () => {
      await sign();
      await resign(change);
      expect((await refusal(verify())).message).to.match(sentence);
    });
  }
});

interface Statement {
  _type: string;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: {
    serialization: Record<string, unknown>;
    resources: { name: string; algorithm: string; digest: string }[];
  };
}

describe('a signature file', () => {
  it('of another tool is read to the last field', () => {
    const { hint, payload, signature } = readBundle(
      readFileSync(new URL('./other-tool.sig', import.meta.url), 'utf8'),
    );
    const statement = readStatement(payload);
    const signer = VerifyingKey.fromPem(
      readFileSync(new URL('./other-tool.pub', import.meta.url), 'utf8'),
    );
    expect(hint).to.equal(signer.hint);
    expect(signer.verify(preAuthenticated(payload), signature)).to.equal(true);
    expect(statement.serialization.ignore_paths).to.include('.git');
    expect(statement.resources.map(({ name }) => name)).to.deep.equal(['a.txt', 'b/c.txt']);
  });

  const whole = () =>
    JSON.parse(
      writeBundle({
        hint: publicKey.hint,
        payload: Buffer.from('{}'),
        signature: Buffer.from('s'),
      }),
    ) as {
      verificationMaterial: Record<string, unknown>;
      dsseEnvelope: { payload: string; payloadType: string; signatures: object[] };
      mediaType: string;
    };
  const refuse = (change: (it: ReturnType<typeof whole>) => void, sentence: RegExp) => {
    const it = whole();
    change(it);
    expect(() => readBundle(JSON.stringify(it))).to.throw(SigningRefusal, sentence);
  };

  it('names the methods that are not checked here', () => {
    refuse((it) => {
      it.verificationMaterial = { certificate: { rawBytes: 'AA==' }, tlogEntries: [{}] };
    }, /^METHOD_NOT_SUPPORTED: .*keyless \(Sigstore\) method/);
    refuse((it) => {
      it.verificationMaterial = { x509CertificateChain: { certificates: [] } };
    }, /^METHOD_NOT_SUPPORTED: .*the certificate method/);
  });

  it('is refused when it is something else', () => {
    expect(() => readBundle('PK')).to.throw('BAD_SIGNATURE_FILE: it is not JSON');
    refuse((it) => (it.mediaType = 'text/plain'), /not a Sigstore bundle/);
    refuse((it) => (it.dsseEnvelope.payloadType = 'text/plain'), /it signs "text\/plain"/);
    refuse((it) => (it.dsseEnvelope.payload = 'e30'), /payload is not base64/);
    refuse((it) => (it.dsseEnvelope.signatures = []), /0 signatures/);
    refuse((it) => delete it.verificationMaterial.publicKey, /publicKey is missing/);
    refuse((it) => (it.verificationMaterial.publicKey = { hjnt: 'x' }), /it names no key/);
  });
});

describe('a signing key', () => {
  it('is on one of three curves, with the hash of its size', () => {
    for (const namedCurve of ['prime256v1', 'secp384r1', 'secp521r1']) {
      const { privateKey } = generateKeyPairSync('ec', {
        namedCurve,
        privateKeyEncoding: { type: 'sec1', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      const it = SigningKey.fromPem(privateKey);
      const signature = it.sign(Buffer.from('a'));
      expect(it.publicKey.verify(Buffer.from('a'), signature)).to.equal(true);
      expect(it.publicKey.verify(Buffer.from('b'), signature)).to.equal(false);
    }
  });

  it('is no RSA, Ed25519 or other key, and no private one where models are verified', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => SigningKey.fromPem(pem)).to.throw(/^BAD_KEY: it is on rsa/);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const koblitz = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => SigningKey.fromPem(koblitz)).to.throw(/^BAD_KEY: it is on secp256k1/);
    expect(() => VerifyingKey.fromPem(pair.privateKey)).to.throw(/verify with the public one/);
    expect(() => VerifyingKey.fromPem('hello')).to.throw(/not a public key in PEM/);
    expect(() => SigningKey.fromPem(pair.publicKey)).to.throw(/not an unencrypted private key/);
  });
});
