/**
 * OpenSSF Model Signing 1.0 with the key method, for any model folder, ours or not. `signModel`
 * hashes every file and signs the list; `verifyModel` does it again and names what differs.
 */
import { randomUUID } from 'node:crypto';
import { access, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { bundleBytesMax, preAuthenticated, readBundle, writeBundle } from './bundle.js';
import { hashRange, listModelFiles, type ModelFile } from './model-files.js';
import { SigningRefusal } from './refusal.js';
import type { SigningKey, VerifyingKey } from './signing-key.js';
import {
  bad,
  readStatement,
  unsupported,
  writeStatement,
  type ModelStatement,
  type Resource,
} from './statement.js';

/** Of version control, left out by the format's own tools as well. */
const gitPaths = ['.git', '.gitattributes', '.github', '.gitignore'];
const differencesShownMax = 5;

export interface HashProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly path: string;
}

export interface SignedModel {
  readonly files: number;
  readonly bytes: number;
  /** Names the key. */
  readonly hint: string;
  /** In the folder, but not covered by the signature. */
  readonly ignored: readonly string[];
}

/**
 * Writes the signature of `dir` to `signatureFile`, which must not exist. `ignore`: further relative
 * paths to leave out. Errors: `BAD_MODEL_FOLDER`, `BAD_SIGNATURE_FILE`.
 */
export async function signModel(it: {
  dir: string;
  signatureFile: string;
  key: SigningKey;
  ignore?: readonly string[];
  onProgress?: (progress: HashProgress) => void;
}): Promise<SignedModel> {
  const dir = resolve(it.dir);
  if (await exists(it.signatureFile)) {
    throw new SigningRefusal(
      'BAD_SIGNATURE_FILE',
      `${it.signatureFile} exists; remove it, or name another with --signature`,
    );
  }
  const ignorePaths = [...gitPaths, ...(it.ignore ?? []), ...inside(dir, it.signatureFile)];
  const { files, ignored } = await listModelFiles(dir, ignorePaths);
  if (files.length === 0) {
    throw new SigningRefusal('BAD_MODEL_FOLDER', `${it.dir} has no files to sign`);
  }
  const resources = await hashParts(dir, {
    parts: files.flatMap((file) => partsOf(file, undefined)),
    type: 'sha256',
    onProgress: it.onProgress,
  });
  const payload = writeStatement({
    model: basename(dir),
    serialization: {
      ...{ method: 'files', hash_type: 'sha256', allow_symlinks: false },
      ignore_paths: ignorePaths,
    },
    resources,
  });
  const { hint } = it.key.publicKey;
  const signature = it.key.sign(preAuthenticated(payload));
  // Nobody ever finds half a signature under its name.
  const draft = `${it.signatureFile}.${randomUUID()}.tmp`;
  await writeFile(draft, writeBundle({ hint, payload, signature }), { flag: 'wx' });
  await rename(draft, it.signatureFile);
  return { files: files.length, bytes: totalOf(files), hint, ignored };
}

/** Errors: `BAD_SIGNATURE_FILE`, `METHOD_NOT_SUPPORTED`, `SIGNATURE_INVALID`, `MODEL_DIFFERS`. */
export async function verifyModel(it: {
  dir: string;
  signatureFile: string;
  key: VerifyingKey;
  onProgress?: (progress: HashProgress) => void;
}): Promise<SignedModel> {
  const dir = resolve(it.dir);
  const statement = await readSigned(it);
  const { serialization } = statement;
  if (serialization.allow_symlinks) throw unsupported('followed links');
  const ignorePaths = [...(serialization.ignore_paths ?? []), ...inside(dir, it.signatureFile)];
  const { files, ignored } = await listModelFiles(dir, ignorePaths);
  const parts = files.flatMap((file) => partsOf(file, serialization.shard_size));
  compareNames(parts, statement);
  const found = await hashParts(dir, {
    ...{ parts, type: serialization.hash_type, onProgress: it.onProgress },
  });
  const signed = new Map(statement.resources.map((one) => [one.name, one.digest]));
  const changed = found.filter(({ name, digest }) => signed.get(name) !== digest);
  if (changed.length > 0) throw differs('changed', changed);
  return { files: files.length, bytes: totalOf(files), hint: it.key.hint, ignored };
}

async function readSigned(it: {
  signatureFile: string;
  key: VerifyingKey;
}): Promise<ModelStatement> {
  const size = (await stat(it.signatureFile)).size;
  if (size > bundleBytesMax) throw bad(`it has ${size} bytes`);
  return openSigned(await readFile(it.signatureFile, 'utf8'), it.key);
}

/** The statement of a bundle that the key signed. Errors: as `verifyModel`, about the signature. */
export function openSigned(text: string, key: VerifyingKey): ModelStatement {
  const bundle = readBundle(text);
  if (bundle.hint !== null && bundle.hint !== key.hint) {
    throw new SigningRefusal(
      'SIGNATURE_INVALID',
      `it was signed with key ${bundle.hint.slice(0, 16)}…, not with yours, ` +
        `${key.hint.slice(0, 16)}…; get the signer's key from the signer`,
    );
  }
  // Before anything inside is believed.
  if (!key.verify(preAuthenticated(bundle.payload), bundle.signature)) {
    throw new SigningRefusal(
      'SIGNATURE_INVALID',
      'this key did not sign this statement; the file was altered, or the key is another',
    );
  }
  return readStatement(bundle.payload);
}

interface Part {
  readonly name: string;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** Of the whole file. */
  readonly bytes: number;
}

/** The whole file, or its parts of `shardBytes`, the last one shorter. */
function partsOf(file: ModelFile, shardBytes: number | undefined): Part[] {
  const { path, bytes } = file;
  if (shardBytes === undefined) return [{ name: path, path, start: 0, end: bytes, bytes }];
  const parts: Part[] = [];
  for (let start = 0; start < bytes; start += shardBytes) {
    const end = Math.min(bytes, start + shardBytes);
    parts.push({ name: `${path}:${start}:${end}`, path, start, end, bytes });
  }
  return parts;
}

function compareNames(parts: readonly Part[], { resources }: ModelStatement): void {
  const here = new Set(parts.map(({ name }) => name));
  const signed = new Set(resources.map(({ name }) => name));
  const added = parts.filter(({ name }) => !signed.has(name));
  const missing = resources.filter(({ name }) => !here.has(name));
  if (added.length > 0) throw differs('not signed', added);
  if (missing.length > 0) throw differs('missing', missing);
}

function differs(how: string, which: readonly { name: string }[]): SigningRefusal {
  const shown = which.slice(0, differencesShownMax).map(({ name }) => name);
  const more = which.length > shown.length ? ` and ${which.length - shown.length} more` : '';
  return new SigningRefusal(
    'MODEL_DIFFERS',
    `${how}: ${shown.join(', ')}${more}; this is not the model that was signed: do not use it`,
  );
}

async function hashParts(
  dir: string,
  it: {
    parts: readonly Part[];
    type: Resource['algorithm'];
    onProgress: ((progress: HashProgress) => void) | undefined;
  },
): Promise<Resource[]> {
  const totalBytes = it.parts.reduce((sum, { start, end }) => sum + end - start, 0);
  let doneBytes = 0;
  const resources: Resource[] = [];
  for (const { name, path, start, end, bytes } of it.parts) {
    const onBytes = (count: number) => {
      doneBytes += count;
      it.onProgress?.({ doneBytes, totalBytes, path });
    };
    const digest = await hashRange(join(dir, path), {
      ...{ type: it.type, start, end, bytes, onBytes },
    });
    resources.push({ name, algorithm: it.type, digest });
  }
  return resources;
}

/** The signature itself, where it lies in the folder that it signs. */
function inside(dir: string, file: string): string[] {
  const path = relative(dir, resolve(file)).split(sep).join('/');
  return path === '' || path === '..' || path.startsWith('../') ? [] : [path];
}

function totalOf(files: readonly ModelFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
