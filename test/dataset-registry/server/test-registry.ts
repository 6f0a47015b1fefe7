/** A registry in a folder of its own, and an account whose uploads it takes. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  recipientDefault,
  startRegistry,
  type RegistryOptions,
} from '@commonweights/dataset-registry/server/registry.js';
import { signUpload } from '@commonweights/dataset-registry/server/upload-ticket.js';

const seed = randomBytes(32);
const secretKey = `ed25519:${base58.encode(Buffer.concat([seed, ed25519.getPublicKey(seed)]))}`;

export function ticketFor(digest: Digest, accountId = 'alice.near'): string {
  const expiresAtMs = Date.now() + 60_000;
  return signUpload({ accountId, secretKey, recipient: recipientDefault, digest, expiresAtMs });
}

/** Registries that one test starts; `stop` ends them and removes their folders. */
export class TestRegistries {
  private readonly running: { stop(): Promise<void> }[] = [];
  private readonly folders: string[] = [];

  async start(
    options: Partial<RegistryOptions> = {},
  ): Promise<{ url: string; dataDir: string; stop: (it?: { graceMs: number }) => Promise<void> }> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'cw-registry-')));
    this.folders.push(dataDir);
    const authorise = options.mirrorOf ? {} : { authorise: async () => true };
    const registry = await startRegistry({ port: 0, ...authorise, ...options, dataDir });
    this.running.push(registry);
    return { dataDir, ...registry };
  }

  async stop(): Promise<void> {
    for (const each of this.running.splice(0)) await each.stop();
    for (const folder of this.folders.splice(0)) await rm(folder, { recursive: true, force: true });
  }
}

export async function putBlob(
  url: string,
  bytes: Uint8Array,
  it: { account?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const digest = digestOf(bytes);
  const headers = { authorization: ticketFor(digest, it.account), ...it.headers };
  return fetch(`${url}/blobs/${digest}`, { method: 'PUT', body: new Uint8Array(bytes), headers });
}
