/** Models that we sign verify with the reference tool, theirs with us, and neither when changed. */
import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signModel, verifyModel } from '@commonweights/trainer/model-signing/sign-model.js';
import { SigningKey, VerifyingKey } from '@commonweights/trainer/model-signing/signing-key.js';
import { withPython, type Python } from './python.js';

const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

export async function exchangeSignedModels(): Promise<string> {
  // The second is imported by the first, which forgets to ask for it.
  return withPython(['model-signing==1.1.1', 'pyopenssl'], async (python) => {
    const version = (await python.run('model_signing', '--version')).trim();
    for (const curve of curves) await exchange(python, curve);
    return `both ways on ${curves.join(', ')} with ${version}`;
  });
}

async function exchange(python: Python, namedCurve: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-signed-'));
  const at = (name: string) => join(folder, name);
  try {
    const pair = generateKeyPairSync('ec', {
      namedCurve,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    await writeFile(at('key.pem'), pair.privateKey);
    await writeFile(at('key.pub'), pair.publicKey);
    const dir = at('model');
    await mkdir(join(dir, 'nested', '.cache'), { recursive: true });
    await writeFile(join(dir, 'model.safetensors'), Buffer.alloc(3_000_000, 7));
    await writeFile(join(dir, 'nested', 'Zoë – notes.md'), 'names are any text');
    await writeFile(join(dir, 'nested', '.cache', 'empty'), '');
    await writeFile(join(dir, '.gitignore'), 'left out by both');

    const theirs = join(dir, 'model.sig');
    await python.run(
      ...(['model_signing', 'sign', 'key', '--private_key', at('key.pem')] as const),
      ...['--signature', theirs, dir],
    );
    const key = VerifyingKey.fromPem(pair.publicKey);
    const verified = await verifyModel({ dir, signatureFile: theirs, key });
    expect(verified.files).to.equal(3);
    await rm(theirs);

    const ours = join(dir, 'model.sig');
    await signModel({ dir, signatureFile: ours, key: SigningKey.fromPem(pair.privateKey) });
    const verify = () =>
      python.run(
        ...(['model_signing', 'verify', 'key', '--public_key', at('key.pub')] as const),
        ...['--signature', ours, dir],
      );
    await verify();
    const weights = await readFile(join(dir, 'model.safetensors'));
    weights[2_000_000]! ^= 1;
    await writeFile(join(dir, 'model.safetensors'), weights);
    const accepted = await verify().then(
      () => true,
      () => false,
    );
    expect(accepted, 'a changed model').to.equal(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
