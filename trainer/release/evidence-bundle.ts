/**
 * What came after a release was made and proves something of it: blocks and outcomes that a light client
 * checks, and model signatures. One JSON text per line, under the manifest's digest, and only ever added to: a later bundle
 * begins with the bytes of an earlier one. It may come from anybody, since all trust is in the head that a
 * verifier names; so reading one checks no more than its form.
 *
 * Law: `parseBundle` of `startBundle` and `formatEntry` of some entries has those entries.
 */
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_ENTRIES_MAX,
  EVIDENCE_LINE_CHARACTERS_MAX,
} from './limits.js';

/** As nodes answer; names are those of NEAR's own specification. */
export type EvidenceEntry =
  /** A block that a client may begin at: its header, and who makes the blocks of the epoch after it. */
  | { readonly kind: 'head'; readonly header: unknown; readonly nextProducers: unknown }
  /** An answer of `next_light_client_block`. */
  | { readonly kind: 'block'; readonly block: unknown }
  /** An answer of `light_client_proof`, by the tree of the block `head`. */
  | { readonly kind: 'execution'; readonly head: string; readonly proof: unknown }
  /** A model signature: a Sigstore bundle, as "oms sign" writes it. */
  | { readonly kind: 'signature'; readonly signature: unknown };

export interface EvidenceBundle {
  readonly manifest: Digest;
  readonly entries: readonly EvidenceEntry[];
}

const fieldsOf: Readonly<Record<EvidenceEntry['kind'], readonly string[]>> = {
  head: ['header', 'nextProducers'],
  block: ['block'],
  execution: ['head', 'proof'],
  signature: ['signature'],
};

/** The first line. */
export function startBundle(manifest: Digest): string {
  return `${JSON.stringify({ version: 1, manifest })}\n`;
}

/** A line to be added. */
export function formatEntry(entry: EvidenceEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Error: `BAD_BUNDLE`. */
export function parseBundle(text: string): EvidenceBundle {
  if (text.length > EVIDENCE_BYTES_MAX) throw bad(`it has ${text.length} characters`);
  // A line that was cut off is not one.
  if (!text.endsWith('\n')) throw bad('its last line is not whole');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > EVIDENCE_ENTRIES_MAX + 1) throw bad(`it has ${lines.length} lines`);
  const [first, ...rest] = lines.map(parseLine);
  const { version, manifest } = only(first!, ['version', 'manifest'], 1);
  if (version !== 1) throw bad('its version is not 1');
  if (!isDigest(manifest)) throw bad('it does not say which manifest it is about');
  return { manifest, entries: rest.map((one, i) => decodeEntry(one, i + 2)) };
}

function parseLine(line: string, index: number): Record<string, unknown> {
  const name = `line ${index + 1}`;
  if (line.length > EVIDENCE_LINE_CHARACTERS_MAX) throw bad(`${name} is too long`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw bad(`${name} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw bad(`${name} is not an object`);
}

function decodeEntry(it: Record<string, unknown>, line: number): EvidenceEntry {
  const { kind } = it;
  if (typeof kind !== 'string' || !Object.hasOwn(fieldsOf, kind)) {
    throw bad(`line ${line} is of no known kind`);
  }
  only(it, ['kind', ...fieldsOf[kind as EvidenceEntry['kind']]], line);
  if (kind === 'execution' && typeof it.head !== 'string') throw bad(`line ${line} names no head`);
  return it as unknown as EvidenceEntry;
}

/** These fields and no others. */
function only(it: Record<string, unknown>, names: readonly string[], line: number) {
  const strange = Object.keys(it).find((name) => !names.includes(name));
  if (strange !== undefined) throw bad(`line ${line} has the field ${JSON.stringify(strange)}`);
  const missing = names.find((name) => !Object.hasOwn(it, name));
  if (missing !== undefined) throw bad(`line ${line} has no "${missing}"`);
  return it;
}

function bad(facts: string): Error {
  return new Error(
    `BAD_BUNDLE: ${facts}; collect it again with "commonweights release evidence", or get another copy`,
  );
}
