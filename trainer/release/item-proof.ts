/**
 * Whether a document was trained on for a release, from a proof and the release's digest alone: item → tokens →
 * sequences → slices → accepted updates → the log of rounds → the weights. A proof is files, each under a digest
 * that leads back to the release; nothing else in it is believed, and whoever checks computes the rest. It says
 * what the release says of itself: whether the DAO voted for it, and whether each update is what training gives,
 * `verify` and `replay` tell. Which item became which tokens is the packing's word, but where the proof shows it: no
 * proof of a few tokens can show that a text is not among the others, deriving the data again does.
 *
 * Law: over the same release, exactly one of "trained", "held-out", "unused" and "absent" can be shown of an item.
 */
import {
  digestTreeRoot,
  verifyDigest,
} from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  countChunks,
  parseManifest,
  type Manifest,
  type ManifestFile,
} from '@commonweights/dataset-registry/digest/manifest.js';
import {
  decodePacking,
  itemsInOrder,
  packedPaths,
  type PackedItem,
  type Packing,
} from '@commonweights/dataset-registry/transforms/packing.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { TOKENIZER_FILE, WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import { findPlace } from '../data/permutation.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { decodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { sequencesPerSlice, type RunSpec } from '../run/run-spec.js';
import { checkRounds } from './check-rounds.js';
import { FILES, readDatasets, readRounds, readRunSpec, readStateNote } from './release-files.js';

/** Of the release, all of them small beside its weights. */
export const provenFiles = [FILES.runSpec, FILES.rounds, FILES.datasets, FILES.state] as const;

/** A chunk of the training tokens, with its way to the root that the data's manifest has. */
export interface TokenChunk {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: readonly Digest[];
}

export interface ReleaseItemProof {
  readonly item: Digest;
  /** Manifest of the release. */
  readonly manifest: Uint8Array;
  /** `provenFiles` of it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Manifest of the packed dataset, and its `packing.json`. */
  readonly dataManifest: Uint8Array;
  readonly packing: Uint8Array;
  /** The item's own bytes and what shows that they became those tokens; null: it is not shown. */
  readonly shown: {
    readonly line: Uint8Array;
    readonly tokenizer: Uint8Array;
    readonly chunks: readonly TokenChunk[];
  } | null;
}

/** Once that a sequence with tokens of the item was in a batch of an accepted update. */
export interface TrainedPlace {
  readonly round: number;
  readonly seat: number;
  readonly account: string;
  readonly slice: number;
  readonly sequence: number;
  readonly step: number;
  readonly row: number;
  /** Whether somebody else computed it again. */
  readonly audited: boolean;
  /** Whether it is wrong, and stayed in the root: it may have learned from this, or from something else. */
  readonly tainted: boolean;
}

export interface ItemVerdict {
  readonly release: Digest;
  readonly item: Digest;
  /** `absent`: not these exact bytes. `unused`: packed, and in no accepted update of this run. */
  readonly verdict: 'trained' | 'held-out' | 'unused' | 'absent';
  readonly dataset: string;
  readonly items: number;
  /** Of its first copy, in the split that it is in. */
  readonly tokens: { readonly start: number; readonly end: number } | null;
  /** That the item's bytes give these tokens was computed; otherwise the dataset's derivation says so. */
  readonly tokensShown: boolean;
  readonly sequences: number;
  readonly places: readonly TrainedPlace[];
  readonly rounds: number;
  readonly root: Digest;
  /** Whether the last root is the digest of the release's weights file. */
  readonly rootIsWeights: boolean;
  /** Weights that the run went on from; what they were trained on is not looked at. */
  readonly parent: Digest | null;
}

/** Error: `PROOF_FAILED`, with the link that does not hold. */
export function checkItemProof(proof: ReleaseItemProof, release: Digest): ItemVerdict {
  const manifest = parsed(proof.manifest, release, 'the release');
  for (const path of provenFiles) requireOf(manifest, path, proof.files.get(path));
  const spec = readRunSpec(proof.files);
  const log = checkRounds({ files: proof.files, chain: null });
  if (log.status === 'fail') fail(`the log of rounds: ${log.detail}`);
  const record = recordOf(proof, spec);
  const data = parsed(proof.dataManifest, record.manifest, `dataset ${record.id}`);
  requireOf(data, packedPaths.packing, proof.packing);
  const packing = packingOf(proof.packing, spec, record);
  requireSizes(data, packing);
  const rounds = standingRounds(readRounds(proof.files));
  const { root } = readStateNote(proof.files);
  const found = findCopies(packing, proof.item);
  const trained = found?.split === 'train';
  const sequences = trained ? sequencesOf(found.copies, packing) : [];
  const places = placesOf(sequences, { spec, packing, rounds });
  const shown = trained && proof.shown !== null;
  const first = found?.copies[0];
  if (shown) checkTokens(proof, { at: first!, manifest, data, spec });
  return {
    ...{ release, item: proof.item, dataset: record.id, items: record.items },
    verdict: !found ? 'absent' : !trained ? 'held-out' : places.length > 0 ? 'trained' : 'unused',
    tokens: first ? { start: first.start, end: first.end } : null,
    tokensShown: shown,
    sequences: sequences.length,
    places,
    ...{ rounds: rounds.length, root, parent: spec.parent?.weights ?? null },
    rootIsWeights: manifest.files.some(
      ({ path, digest }) => path === WEIGHTS_FILE && digest === root,
    ),
  };
}

function parsed(bytes: Uint8Array, digest: Digest, what: string): Manifest {
  const found = digestOf(bytes);
  if (found !== digest) fail(`the manifest is ${found}, that of ${what} ${digest}`);
  return parseManifest(bytes);
}

/** The file's entry, when these bytes are it. */
function requireOf(manifest: Manifest, path: string, bytes: Uint8Array | undefined): ManifestFile {
  const file =
    manifest.files.find((one) => one.path === path) ?? fail(`the manifest has no ${path}`);
  if (!bytes || digestOf(bytes) !== file.digest) fail(`${path} is not the one of the manifest`);
  return file;
}

function recordOf({ files }: ReleaseItemProof, { data }: RunSpec): DatasetRecord {
  const record = readDatasets(files).find(({ id }) => id === data.dataset);
  if (!record) fail(`the release has no record of ${data.dataset}`);
  if (record.manifest !== data.manifest) fail(`${data.dataset} is not what the run trained on`);
  return record;
}

function packingOf(bytes: Uint8Array, spec: RunSpec, record: DatasetRecord): Packing {
  const packing = decodePacking(bytes);
  const { data, model } = spec;
  if (data.train !== packedPaths.train)
    fail(`the run trains on ${data.train}, which is not packed`);
  if (packing.contextLength !== model.contextLength || packing.train.sequences !== data.sequences) {
    fail('the run cuts its data into other sequences than the packing');
  }
  if (digestTreeRoot(itemsInOrder(packing)) !== record.itemsRoot) {
    fail(`the items of the packing are not those of ${record.id}`);
  }
  return packing;
}

/** All of what the run trained on and was measured on is what some item became. */
function requireSizes({ files }: Manifest, packing: Packing): void {
  for (const split of ['train', 'heldout'] as const) {
    const file = files.find(({ path }) => path === packedPaths[split]);
    const bytes = 2 * packing[split].tokens;
    if (file?.size === bytes) continue;
    fail(
      `${packedPaths[split]} has ${file?.size ?? 'no'} bytes, the items of the packing ${bytes}`,
    );
  }
}

/** The same document may have been packed more than once; the draw by digest puts all copies on one side. */
function findCopies(
  packing: Packing,
  item: Digest,
): { split: 'train' | 'heldout'; copies: PackedItem[] } | null {
  for (const split of ['train', 'heldout'] as const) {
    const copies = packing[split].items.filter((one) => one.item === item);
    if (copies.length > 0) return { split, copies };
  }
  return null;
}

/** Numbers of the sequences with one of their tokens, in order. */
function sequencesOf(
  copies: readonly PackedItem[],
  { contextLength, train }: Packing,
): readonly number[] {
  const found = new Set<number>();
  for (const { start, end } of copies) {
    // Sequence i has the tokens from i·L to i·L + L, the last one as a target only.
    const first = Math.max(0, Math.ceil(start / contextLength) - 1);
    const last = Math.min(train.sequences - 1, Math.floor((end - 1) / contextLength));
    for (let sequence = first; sequence <= last; sequence++) found.add(sequence);
  }
  return [...found].sort((a, b) => a - b);
}

function placesOf(
  sequences: readonly number[],
  { spec, packing, rounds }: { spec: RunSpec; packing: Packing; rounds: readonly RoundRecord[] },
): TrainedPlace[] {
  const { count, perSlice } = { count: packing.train.sequences, perSlice: sequencesPerSlice(spec) };
  const perEpoch = Math.floor(count / perSlice);
  type Found = { round: number; claim: RoundRecord['claims'][number]; tainted: boolean };
  const claims = new Map<number, Found[]>();
  for (const { round, claims: some, tainted } of rounds) {
    for (const claim of some) {
      if (!claim.included) continue;
      const found = { round, claim, tainted: tainted.includes(claim.seat) };
      const others = claims.get(claim.slice);
      if (others) others.push(found);
      else claims.set(claim.slice, [found]);
    }
  }
  const epochs = new Set([...claims.keys()].map((slice) => Math.floor(slice / perEpoch)));
  const places: TrainedPlace[] = [];
  for (const sequence of sequences) {
    for (const epoch of epochs) {
      const place = findPlace({ count, seed: spec.data.seed, epoch }, sequence);
      const inEpoch = Math.floor(place / perSlice);
      // What does not fill a last slice is left out of that epoch.
      if (inEpoch >= perEpoch) continue;
      const slice = epoch * perEpoch + inEpoch;
      const [at, rows] = [place % perSlice, spec.inner.batchSize];
      for (const { round, claim, tainted } of claims.get(slice) ?? []) {
        const { seat, account, verdict } = claim;
        const where = { slice, sequence, step: Math.floor(at / rows), row: at % rows };
        places.push({ round, seat, account, ...where, audited: verdict === 'passed', tainted });
      }
    }
  }
  return places.sort((a, b) => a.round - b.round || a.seat - b.seat || a.sequence - b.sequence);
}

function checkTokens(
  { item, shown }: ReleaseItemProof,
  it: { at: PackedItem; manifest: Manifest; data: Manifest; spec: RunSpec },
): void {
  const { line, tokenizer, chunks } = shown!;
  if (digestOf(line) !== item) fail(`the text is ${digestOf(line)}, not ${item}`);
  requireOf(it.manifest, TOKENIZER_FILE, tokenizer);
  if (digestOf(tokenizer) !== it.spec.tokenizer) fail('the tokenizer is not that of the run');
  const file = it.data.files.find(({ path }) => path === packedPaths.train);
  if (!file) fail(`the dataset has no ${packedPaths.train}`);
  const wanted = chunkRange(it.at, it.data.chunkBytes);
  const size = countChunks(file.size, it.data.chunkBytes);
  const bytes: Uint8Array[] = [];
  for (let index = wanted.first; index <= wanted.last; index++) {
    const chunk = chunks[index - wanted.first];
    if (chunk?.index !== index) fail(`chunk ${index} of the tokens is missing`);
    const way = {
      leaf: digestOf(chunk.bytes),
      index,
      size,
      proof: chunk.proof,
      root: file.chunks.root,
    };
    if (!verifyDigest(way)) fail(`chunk ${index} of the tokens is not that of the dataset`);
    bytes.push(chunk.bytes);
  }
  const text = decodeItem(line).text;
  const json: unknown = JSON.parse(new TextDecoder().decode(tokenizer));
  const given = [...loadTokenizer(json as object).encodeDocument(text), 0];
  const found = tokensIn(bytes, it.at, wanted.first * it.data.chunkBytes);
  const same = given.length === found.length && given.every((token, i) => token === found[i]);
  if (!same) fail('the text gives other tokens than those that were trained on');
}

/** Chunks of the token file that hold the item's tokens. */
export function chunkRange(
  { start, end }: { start: number; end: number },
  chunkBytes: number,
): { first: number; last: number } {
  return {
    first: Math.floor((2 * start) / chunkBytes),
    last: Math.floor((2 * end - 1) / chunkBytes),
  };
}

function tokensIn(chunks: readonly Uint8Array[], at: PackedItem, offset: number): number[] {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  const view = new DataView(bytes.buffer);
  const tokens: number[] = [];
  for (let i = at.start; i < at.end && 2 * i + 2 - offset <= bytes.length; i++) {
    tokens.push(view.getUint16(2 * i - offset, true));
  }
  return tokens;
}

function fail(why: string): never {
  throw new Error(`PROOF_FAILED: ${why}; ask for another proof`);
}
