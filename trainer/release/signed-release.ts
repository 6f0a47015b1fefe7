/**
 * Which of a verifier's keys signed a release: OpenSSF model signatures in its evidence, each of which
 * lists every file with its hash. The files were hashed already, so the manifest's digests are what the
 * list is compared with; a signature that leaves out a file, or lists another, is of something else.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { openSigned } from '../model-signing/sign-model.js';
import type { ModelStatement } from '../model-signing/statement.js';
import { VerifyingKey } from '../model-signing/signing-key.js';
import type { EvidenceBundle } from './evidence-bundle.js';
import { MANIFEST_FILE } from './release-files.js';

/** Those of `keys` (public, PEM). Never throws for bad evidence. */
export function signersOf(it: {
  readonly bundle: EvidenceBundle;
  readonly manifest: Manifest;
  readonly manifestDigest: Digest;
  readonly keys: readonly string[];
}): string[] {
  const { bundle, manifest, manifestDigest, keys } = it;
  if (bundle.manifest !== manifestDigest) return [];
  const files = new Map([
    [MANIFEST_FILE, manifestDigest],
    ...manifest.files.map(({ path, digest }) => [path, digest] as const),
  ]);
  const signatures = bundle.entries.filter((entry) => entry.kind === 'signature');
  return keys.filter((pem) => {
    const key = VerifyingKey.fromPem(pem);
    return signatures.some(({ signature }) => isSigned(signature, key, files));
  });
}

function isSigned(bundle: unknown, key: VerifyingKey, files: ReadonlyMap<string, Digest>): boolean {
  try {
    // What is nested deep enough cannot even be written down again.
    return lists(openSigned(JSON.stringify(bundle), key), files);
  } catch {
    // Of another key or method, or none.
    return false;
  }
}

/** These files with these hashes, and no others. */
function lists(
  { serialization, resources }: ModelStatement,
  files: ReadonlyMap<string, Digest>,
): boolean {
  const { method, hash_type, allow_symlinks } = serialization;
  if (method !== 'files' || hash_type !== 'sha256' || allow_symlinks) return false;
  const names = new Set(resources.map(({ name }) => name));
  if (names.size !== resources.length || names.size !== files.size) return false;
  return resources.every(({ name, digest }) => files.get(name) === `sha256:${digest}`);
}
