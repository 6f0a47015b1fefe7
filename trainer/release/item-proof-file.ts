/**
 * A proof of an item as a file: JSON, texts as they are, chunks of tokens in base64.
 *
 * Law: `decodeItemProof(JSON.parse(encodeItemProof(p, r)))` is p and r.
 */
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { ReleaseItemProof, TokenChunk } from './item-proof.js';

export function encodeItemProof(proof: ReleaseItemProof, release: Digest): string {
  const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const { item, manifest, files, dataManifest, packing, shown } = proof;
  return JSON.stringify({
    ...{ version: 2, release, item, manifest: text(manifest) },
    files: Object.fromEntries([...files].map(([path, bytes]) => [path, text(bytes)])),
    ...{ dataManifest: text(dataManifest), packing: text(packing) },
    shown: shown && {
      ...{ line: text(shown.line), tokenizer: text(shown.tokenizer) },
      chunks: shown.chunks.map(({ index, bytes, proof: way }) => ({
        ...{ index, bytes: Buffer.from(bytes).toString('base64'), proof: way },
      })),
    },
  });
}

/** The proof, and the release that its writer made it for. Error: `BAD_PROOF`. */
export function decodeItemProof(json: unknown): { proof: ReleaseItemProof; release: Digest } {
  const it = fields(json);
  const bytes = (value: unknown): Uint8Array =>
    typeof value === 'string' ? new TextEncoder().encode(value) : malformed();
  const digest = (value: unknown): Digest => (isDigest(value) ? value : malformed());
  if (it['version'] !== 2) malformed();
  const shown = it['shown'] === null ? null : fields(it['shown']);
  const chunk = (value: unknown): TokenChunk => {
    const { index, bytes: base64, proof } = fields(value);
    if (!Number.isSafeInteger(index) || typeof base64 !== 'string') malformed();
    const way = listOf(proof).map(digest);
    return {
      index: index as number,
      bytes: new Uint8Array(Buffer.from(base64, 'base64')),
      proof: way,
    };
  };
  return {
    release: digest(it['release']),
    proof: {
      item: digest(it['item']),
      manifest: bytes(it['manifest']),
      files: new Map(
        Object.entries(fields(it['files'])).map(([path, text]) => [path, bytes(text)]),
      ),
      dataManifest: bytes(it['dataManifest']),
      packing: bytes(it['packing']),
      shown: shown && {
        line: bytes(shown['line']),
        tokenizer: bytes(shown['tokenizer']),
        chunks: listOf(shown['chunks']).map(chunk),
      },
    },
  };
}

function fields(json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) malformed();
  return json as Record<string, unknown>;
}

function listOf(json: unknown): unknown[] {
  return Array.isArray(json) ? json : malformed();
}

function malformed(): never {
  throw new Error('BAD_PROOF: that is no proof that "dataset prove" wrote; ask for another one');
}
