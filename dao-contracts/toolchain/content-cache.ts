/**
 * Built artefacts by the digest of everything they were built from. An entry is written under a
 * temporary name and renamed, so that a reader, another process included, sees all of it or none;
 * its own digest is in its first line, so that a damaged file is rebuilt instead of deployed.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { packageFolder } from './package-folder.js';

/** `node_modules/.cache/commonweights`: it goes when the installed packages go. */
export function cacheFolder(): string {
  return join(dirname(packageFolder('near-sdk-js')), '.cache', 'commonweights');
}

/** The cached bytes, or null when there are none or they are not what was written. */
export function readCached(kind: string, key: Digest): Uint8Array | null {
  let file: Buffer;
  try {
    file = readFileSync(pathOf(kind, key));
  } catch {
    return null;
  }
  const header = file.indexOf(10);
  const bytes = new Uint8Array(file.subarray(header + 1));
  return file.subarray(0, Math.max(0, header)).toString() === digestOf(bytes) ? bytes : null;
}

export function writeCached(kind: string, key: Digest, bytes: Uint8Array): void {
  const path = pathOf(kind, key);
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${digestOf(bytes)}\n`), bytes]));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function pathOf(kind: string, key: Digest): string {
  return join(cacheFolder(), `${kind}-${key.slice('sha256:'.length)}`);
}
