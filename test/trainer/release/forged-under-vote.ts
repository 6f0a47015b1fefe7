/** By somebody who also wrote the manifest and got a vote for it, but has neither terms nor log. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { decodeChunkList } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest, type Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { describingFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { writeModelCard } from '@commonweights/trainer/release/model-card.js';
import {
  FILES,
  readCanonical,
  readDatasets,
  readReleaseNote,
  readRounds,
  readRunSpec,
  readStateNote,
} from '@commonweights/trainer/release/release-files.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { codeOf, flip, pick, thrown, type Bench, type Kind } from './mutation-bench.js';
import type { Small } from './small-release.js';

const WEIGHTS = 'model.safetensors';
const ROUNDS = 'provenance/rounds.json';
const DATASETS = 'provenance/datasets.json';
const LOG_CODES = ['LOG_BROKEN', 'LOG_ENDS_ELSEWHERE', 'LOG_HEAD_OTHER'];
const other = digestOf(new Uint8Array([7]));

export const FORGED_UNDER_VOTE: Readonly<Record<string, Kind>> = {
  'a byte of a file, with a vote for it': {
    share: 12_000,
    codes: null,
    async run(bench, random) {
      const path = bench.pathsOf(random);
      const { bytes, at } = flip(bench.small.files.get(path)!, random);
      return { code: bench.verifyVotedFor(new Map([[path, bytes]])), what: `${path} at ${at}` };
    },
  },
  'a replaced tokenizer, with a vote for it': votedFor(
    500,
    ['ARTEFACT_OTHER'],
    'tokenizer.json',
    (_, random) =>
      new TextEncoder().encode(
        JSON.stringify({
          added_tokens: [{ id: Math.floor(random() * 1e6), content: '</s>', special: true }],
        }),
      ),
  ),
  'a proof in the manifest, with a vote for it': {
    share: 1_000,
    codes: ['CHUNKS_ALTERED'],
    async run(bench, random) {
      const manifest = structuredClone(bench.small.built.manifest) as Manifest;
      const file = pick(manifest.files, random);
      const what = pick(['root', 'list'] as const, random);
      const hex = Array.from({ length: 64 }, () => pick([...'0123456789abcdef'], random)).join('');
      file.chunks[what] = `sha256:${hex}` as typeof file.digest;
      const bytes = encodeManifest(manifest);
      await writeFile(join(bench.dir, 'manifest.json'), bytes);
      const release = { ...bench.small.facts.release!, manifest: digestOf(bytes) };
      const chain = { ...bench.small.facts, release };
      const code = codeOf(await verifyFolder({ dir: bench.dir, chain, chunks: true }));
      await writeFile(join(bench.dir, 'manifest.json'), encodeManifest(bench.small.built.manifest));
      return { code, what: `${what} of ${file.path}` };
    },
  },
  'a list of chunks': {
    share: 1_000,
    codes: ['BAD_CHUNK_LIST'],
    async run(bench, random) {
      const bytes = bench.small.files.get(WEIGHTS)!;
      const { manifest, chunkLists } = describeFiles([{ path: 'f', bytes }], { chunkBytes: 1024 });
      const list = flip(chunkLists[0]!, random);
      const code = thrown(() => decodeChunkList(list.bytes, manifest.files[0]!, 1024));
      return { code, what: String(list.at) };
    },
  },
  'other weights, with a vote for them': votedFor(
    1_000,
    ['WEIGHTS_NOT_FINAL'],
    WEIGHTS,
    (bench, random) => {
      const bytes = bench.small.files.get(WEIGHTS)!.slice();
      const { length } = bench.small.input.state.params;
      const at = bytes.length - 4 * (1 + Math.floor(random() * length));
      new DataView(bytes.buffer).setFloat32(at, 3 + random(), true);
      return bytes;
    },
  ),
  'weights that are not finite, with a vote for them': votedFor(
    1_000,
    ['WEIGHTS_NOT_FINITE'],
    WEIGHTS,
    (bench, random) => {
      const bytes = bench.small.files.get(WEIGHTS)!.slice();
      const { length } = bench.small.input.state.params;
      const at = bytes.length - 4 * (1 + Math.floor(random() * length));
      new DataView(bytes.buffer).setFloat32(at, pick([NaN, Infinity, -Infinity], random), true);
      return bytes;
    },
  ),
  'records of rounds in another order, with a vote': votedFor(
    500,
    LOG_CODES,
    ROUNDS,
    (bench, random) => {
      const rounds = structuredClone(bench.small.input.rounds) as RoundRecord[];
      const at = Math.floor(random() * (rounds.length - 1));
      rounds.splice(at, 2, rounds[at + 1]!, rounds[at]!);
      return canonicalBytes(rounds);
    },
  ),
  'a record of a round dropped, with a vote': votedFor(500, LOG_CODES, ROUNDS, (bench, random) => {
    const rounds = structuredClone(bench.small.input.rounds) as RoundRecord[];
    rounds.splice(Math.floor(random() * rounds.length), 1);
    return canonicalBytes(rounds);
  }),
  'a forged history that is a chain, with a vote': votedFor(
    1_000,
    ['LOG_HEAD_OTHER', 'ROSTER_OTHER'],
    ROUNDS,
    (bench, random) =>
      relinked(bench, (rounds) => {
        const { claims } = pick([rounds[0]!, rounds[1]!, rounds[3]!], random);
        const claim = claims[0]!;
        if (random() < 0.5) claim.updateBytes += 1 + Math.floor(random() * 1e6);
        else claim.account = `eve${Math.floor(random() * 1e6)}.near`;
      }),
  ),
  'circular lineage, with a vote': votedFor(
    500,
    ['LINEAGE_CIRCULAR'],
    DATASETS,
    (bench, random) => {
      const records = datasetsOf(bench);
      // speeches@1, speeches-clean@1, speeches-packed@1, each from the one before.
      const root = records.find(({ parents }) => parents.length === 0)!;
      const to = pick(records, random).id;
      root.parents = [{ dataset: to, transform: other }];
      return canonicalBytes(records);
    },
  ),
  'an ancestor hidden, with a vote': votedFor(
    500,
    ['LINEAGE_INCOMPLETE'],
    DATASETS,
    (bench, random) => {
      const records = datasetsOf(bench);
      records.splice(Math.floor(random() * records.length), 1);
      return canonicalBytes(records);
    },
  ),
  'another origin of data, with a vote': votedFor(
    500,
    ['RECORD_OTHER'],
    DATASETS,
    (bench, random) => {
      const records = datasetsOf(bench);
      const record = pick(records, random);
      if (random() < 0.5) record.evidence = other;
      else record.source = `https://elsewhere.example/${random()}`;
      return canonicalBytes(records);
    },
  ),
};

/** A change of one file, under a manifest for which there was a vote. */
function votedFor(
  share: number,
  codes: readonly string[],
  path: string,
  change: (bench: Bench, random: () => number) => Uint8Array,
): Kind {
  return {
    share,
    codes,
    run: async (bench, random) => ({
      code: bench.verifyVotedFor(describedAgain(bench.small, path, change(bench, random))),
      what: path,
    }),
  };
}

/** The log after a change, its hash chain made to fit again. */
function relinked(bench: Bench, change: (rounds: RoundRecord[]) => void): Uint8Array {
  const rounds = structuredClone(bench.small.input.rounds) as RoundRecord[];
  change(rounds);
  rounds.forEach((record, i) => {
    record.previous = i === 0 ? null : digestOfJson(rounds[i - 1]);
  });
  return canonicalBytes(rounds);
}

function datasetsOf(bench: Bench): DatasetRecord[] {
  const text = new TextDecoder().decode(bench.small.files.get(DATASETS));
  return JSON.parse(text) as DatasetRecord[];
}

/** The file, and whatever follows from it written again: an attacker leaves no such trace. */
export function describedAgain(
  small: Small,
  path: string,
  bytes: Uint8Array,
): Map<string, Uint8Array> {
  const files = new Map(small.files).set(path, bytes);
  const spec = readRunSpec(files);
  for (const one of describingFiles(spec.model, files.get('tokenizer.json')!)) {
    files.set(one.path, one.bytes);
  }
  const card = writeModelCard({
    ...{ note: readReleaseNote(files), spec, rounds: readRounds(files) },
    ...{ datasets: readDatasets(files), evaluation: readCanonical(files, FILES.evaluation) },
    ...{ root: readStateNote(files).root, parameters: small.input.state.params.length },
  });
  return files.set(FILES.card, new TextEncoder().encode(card));
}
