/**
 * Mutations of a release, each of which a verifier must refuse with the code that belongs to it. Three
 * attackers: one who alters files under the manifest that was voted on; one who also wrote the manifest
 * and got a vote for it, but has neither the run's terms nor its log; and one who forges what a chain, a
 * signer or a proof says. All follow from a seed and an index.
 */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { decodeChunkList } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest, type Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import {
  advanceLightClient,
  proveExecution,
  startLightClient,
} from '@commonweights/dao-contracts/client/light-client.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { describingFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { signModel, verifyModel } from '@commonweights/trainer/model-signing/sign-model.js';
import {
  createSigningKey,
  SigningKey,
  VerifyingKey,
} from '@commonweights/trainer/model-signing/signing-key.js';
import { decodeEvidence } from '@commonweights/trainer/release/evidence.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
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
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { splitMix } from '../../support/seeded-numbers.js';
import {
  diloco,
  smallRelease,
  sparse,
  verifyUnderOwnManifest,
  verifyUnderVotedManifest,
  type Small,
} from './small-release.js';

/** What came of one: the code of the refusal, or null: it was accepted. */
export interface Outcome {
  readonly kind: string;
  readonly code: string | null;
  /** What was changed, to look at when it was accepted or refused for something else. */
  readonly what: string;
}

interface Kind {
  /** How many of a hundred thousand; the others share what these leave. */
  readonly share: number;
  /** Codes that may refuse it; null: whatever belongs to the file. */
  readonly codes: readonly string[] | null;
  readonly run: (bench: Bench, random: () => number) => Promise<Omit<Outcome, 'kind'>>;
}

const WEIGHTS = 'model.safetensors';
const ROUNDS = 'provenance/rounds.json';
const DATASETS = 'provenance/datasets.json';

/** A release in a folder, to be altered and mended again. */
export class Bench {
  private constructor(
    readonly small: Small,
    readonly dir: string,
    readonly signing: Signing,
  ) {}

  static async open(momentum: boolean): Promise<Bench> {
    const small = smallRelease(momentum ? diloco : sparse);
    const root = await mkdtemp(join(tmpdir(), 'cw-mutations-'));
    const dir = join(root, 'release');
    await mkdir(dir);
    const bench = new Bench(small, dir, await sign(root, small));
    for (const path of small.files.keys()) await bench.mend(path);
    await writeFile(join(dir, 'manifest.json'), encodeManifest(small.built.manifest));
    return bench;
  }

  close(): Promise<void> {
    return rm(dirname(this.dir), { recursive: true, force: true });
  }

  place(path: string): string {
    return join(this.dir, ...path.split('/'));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(this.place(path)), { recursive: true });
    await writeFile(this.place(path), bytes);
  }

  mend(path: string): Promise<void> {
    return this.put(path, this.small.files.get(path)!);
  }

  /** The folder as it lies there. */
  async verify(): Promise<string | null> {
    return codeOf(await verifyFolder({ dir: this.dir, chain: this.small.facts }));
  }

  /** Other files under a manifest of their own, for which there was a vote. */
  verifyVotedFor(change: ReadonlyMap<string, Uint8Array>): string | null {
    const files = new Map([...this.small.files, ...change]);
    return codeOf(verifyUnderOwnManifest(this.small.facts, files));
  }

  verifyTold(facts: ReleaseFacts): string | null {
    return codeOf(verifyUnderVotedManifest(this.small, this.small.files, facts));
  }

  pathsOf(random: () => number): string {
    return pick([...this.small.files.keys()], random);
  }
}

interface Signing {
  readonly dir: string;
  readonly signatureFile: string;
  readonly bundle: string;
  readonly owner: VerifyingKey;
  readonly stranger: SigningKey;
}

async function sign(root: string, small: Small): Promise<Signing> {
  const dir = join(root, 'signed');
  await mkdir(dir);
  await writeFile(join(dir, 'config.json'), small.files.get('config.json')!);
  const [own, other] = [createSigningKey(), createSigningKey()];
  const signatureFile = join(root, 'model.sig');
  await signModel({ dir, signatureFile, key: SigningKey.fromPem(own.privateKey) });
  return {
    ...{ dir, signatureFile, bundle: readFileSync(signatureFile, 'utf8') },
    owner: VerifyingKey.fromPem(own.publicKey),
    stranger: SigningKey.fromPem(other.privateKey),
  };
}

function codeOf(verdicts: readonly Verdict[]): string | null {
  if (exitCodeOf(verdicts) === 0) return null;
  return verdicts.find(({ status }) => status === 'fail' || status === 'unknown')!.code;
}

function thrown(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? /^[A-Z_]+/.exec((error as Error).message)![0];
  }
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

function flip(bytes: Uint8Array, random: () => number): { bytes: Uint8Array; at: number } {
  const at = Math.floor(random() * bytes.length);
  const flipped = bytes.slice();
  flipped[at]! ^= 1 + Math.floor(random() * 255);
  return { bytes: flipped, at };
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

const other = digestOf(new Uint8Array([7]));

/** The file, and whatever follows from it written again: an attacker leaves no such trace. */
function describedAgain(bench: Bench, path: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map(bench.small.files).set(path, bytes);
  const spec = readRunSpec(files);
  for (const one of describingFiles(spec.model, files.get('tokenizer.json')!)) {
    files.set(one.path, one.bytes);
  }
  const card = writeModelCard({
    ...{ note: readReleaseNote(files), spec, rounds: readRounds(files) },
    ...{ datasets: readDatasets(files), evaluation: readCanonical(files, FILES.evaluation) },
    ...{ root: readStateNote(files).root, parameters: bench.small.input.state.params.length },
  });
  return files.set(FILES.card, new TextEncoder().encode(card));
}

/** A change of what the chain is said to have said. */
function told(
  share: number,
  code: string,
  change: (facts: ReleaseFacts, random: () => number) => ReleaseFacts,
): Kind {
  return {
    share,
    codes: [code],
    run: async (bench, random) => ({
      code: bench.verifyTold(change(structuredClone(bench.small.facts), random)),
      what: code,
    }),
  };
}

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
      code: bench.verifyVotedFor(describedAgain(bench, path, change(bench, random))),
      what: path,
    }),
  };
}

/** A change in the folder, undone again. */
function inFolder(
  share: number,
  codes: readonly string[],
  alter: (
    bench: Bench,
    random: () => number,
  ) => Promise<{ what: string; undo: () => Promise<unknown> }>,
): Kind {
  return {
    share,
    codes,
    async run(bench, random) {
      const { what, undo } = await alter(bench, random);
      const code = await bench.verify();
      await undo();
      return { code, what };
    },
  };
}

const recorded = JSON.parse(
  readFileSync(
    new URL('../../dao-contracts/client/mainnet/light-client.json', import.meta.url),
    'utf8',
  ),
) as {
  epoch: { trusted: Json; producers: Json[]; next: Json & { approvals_after_next: string[] } };
  executions: {
    proof: Json & { outcome_proof: { id: string; outcome: Json & { logs: string[] } } };
  }[];
};
type Json = Record<string, unknown>;
const trustedHash = '5FguvaFEaTqRjRiQcMZSMrsuR6bTHL8gRKGVA6YeSv7W';
const begin = () =>
  startLightClient({
    ...{ trustedHash, header: recorded.epoch.trusted },
    nextProducers: recorded.epoch.producers,
  });

const LOG_CODES = ['LOG_BROKEN', 'LOG_ENDS_ELSEWHERE', 'LOG_HEAD_OTHER'];

export const KINDS: Readonly<Record<string, Kind>> = {
  'a byte of a file': {
    share: 60_000,
    codes: ['FILE_ALTERED'],
    async run(bench, random) {
      const path = bench.pathsOf(random);
      const { bytes, at } = flip(bench.small.files.get(path)!, random);
      await bench.put(path, bytes);
      const code = await bench.verify();
      await bench.mend(path);
      return { code, what: `${path} at ${at}` };
    },
  },
  'a byte of manifest.json': {
    share: 4_000,
    codes: [
      'MANIFEST_MALFORMED',
      'FILE_MISSING',
      'FILE_RENAMED',
      'FILE_RESIZED',
      'FILE_ALTERED',
      'CHUNKS_ALTERED',
      'NOT_PUBLISHED',
    ],
    async run(bench, random) {
      const honest = encodeManifest(bench.small.built.manifest);
      const { bytes, at } = flip(honest, random);
      await writeFile(join(bench.dir, 'manifest.json'), bytes);
      const code = await bench.verify();
      await writeFile(join(bench.dir, 'manifest.json'), honest);
      return { code, what: String(at) };
    },
  },
  'a file renamed': inFolder(1_500, ['FILE_RENAMED'], async (bench, random) => {
    const path = bench.pathsOf(random);
    const to = `${path}${pick(['.bak', '2', '_', '-old'], random)}`;
    await rename(bench.place(path), bench.place(to));
    return { what: path, undo: () => rename(bench.place(to), bench.place(path)) };
  }),
  'a file added': inFolder(1_500, ['FILE_ADDED'], async (bench, random) => {
    const names = ['chat_template.jinja', 'modeling.py', 'pytorch_model.bin', 'provenance/x.json'];
    const path = `${pick(names, random)}${pick(['', '', '.1'], random)}`;
    await bench.put(path, new Uint8Array(Math.floor(random() * 99)));
    return { what: path, undo: () => rm(bench.place(path)) };
  }),
  'a file missing': inFolder(1_500, ['FILE_MISSING'], async (bench, random) => {
    const path = bench.pathsOf(random);
    await rm(bench.place(path));
    return { what: path, undo: () => bench.mend(path) };
  }),
  'a file cut or drawn out': inFolder(3_000, ['FILE_RESIZED'], async (bench, random) => {
    const path = bench.pathsOf(random);
    const bytes = bench.small.files.get(path)!;
    const cut = random() < 0.5;
    const size = Math.floor(random() * bytes.length);
    await bench.put(path, cut ? bytes.subarray(0, size) : new Uint8Array([...bytes, 0]));
    return { what: `${path} to ${size}`, undo: () => bench.mend(path) };
  }),
  'two files swapped': inFolder(1_500, ['FILES_SWAPPED'], async (bench, random) => {
    const paths = [...bench.small.files.keys()];
    const a = pick(paths, random);
    const b = pick(
      paths.filter((path) => path !== a),
      random,
    );
    await bench.put(a, bench.small.files.get(b)!);
    await bench.put(b, bench.small.files.get(a)!);
    const undo = async () => {
      await bench.mend(a);
      await bench.mend(b);
    };
    return { what: `${a}, ${b}`, undo };
  }),
  'parts of a file in another order': inFolder(2_000, ['FILE_ALTERED'], async (bench, random) => {
    const path = pick([WEIGHTS, ROUNDS, 'README.md', 'tokenizer.json'], random);
    const bytes = bench.small.files.get(path)!;
    const at = 1 + Math.floor(random() * (bytes.length - 1));
    await bench.put(path, new Uint8Array([...bytes.subarray(at), ...bytes.subarray(0, at)]));
    return { what: `${path} at ${at}`, undo: () => bench.mend(path) };
  }),
  'a file that is a link': inFolder(500, ['FOLDER_UNREADABLE'], async (bench, random) => {
    const path = bench.pathsOf(random);
    await rm(bench.place(path));
    await symlink(bench.place('manifest.json'), bench.place(path));
    const undo = async () => {
      await rm(bench.place(path));
      await bench.mend(path);
    };
    return { what: path, undo };
  }),
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
      const hex = Array.from({ length: 64 }, () => pick([...'0123456789abcdef'], random)).join('');
      file.chunks.root = `sha256:${hex}` as typeof file.chunks.root;
      const bytes = encodeManifest(manifest);
      await writeFile(join(bench.dir, 'manifest.json'), bytes);
      const release = { ...bench.small.facts.release!, manifest: digestOf(bytes) };
      const chain = { ...bench.small.facts, release };
      const code = codeOf(await verifyFolder({ dir: bench.dir, chain }));
      await writeFile(join(bench.dir, 'manifest.json'), encodeManifest(bench.small.built.manifest));
      return { code, what: file.path };
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
    ['LOG_HEAD_OTHER'],
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
  'a vote on another manifest': told(300, 'NOT_PUBLISHED', (facts) => ({
    ...facts,
    release: { ...facts.release!, manifest: other },
  })),
  'a vote that was taken back': told(300, 'RELEASE_REVOKED', (facts) => ({
    ...facts,
    release: { ...facts.release!, status: 'revoked' },
  })),
  'a vote on another evaluation': told(300, 'EVALUATION_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, evaluation: other },
  })),
  'a vote on another name': told(300, 'NAME_OTHER', (facts, random) => ({
    ...facts,
    release: { ...facts.release!, [pick(['title', 'version'], random)]: `x${random()}` },
  })),
  'a vote on another root': told(300, 'ROOT_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, root: other },
  })),
  'another log head on chain': told(300, 'LOG_HEAD_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, logHead: other },
  })),
  'another round on chain': told(200, 'LOG_ROUND_OTHER', (facts, random) => ({
    ...facts,
    release: { ...facts.release!, round: 5 + Math.floor(random() * 99) },
  })),
  'other terms of the run': told(500, 'TERMS_OTHER', (facts, random) => ({
    ...facts,
    run: { ...facts.run!, [pick(['spec', 'program', 'fingerprint', 'tokenizer'], random)]: other },
  })),
  'data withdrawn': told(200, 'DATA_WITHDRAWN', (facts, random) => ({
    ...facts,
    datasets: withStatus(facts, Math.floor(random() * 3)),
  })),
  'a licence that is not allowed': told(200, 'LICENCE_REFUSED', (facts, random) => ({
    ...facts,
    licences: [`X-${random()}`],
  })),
  'no chain at all': {
    share: 100,
    codes: ['NO_CHAIN'],
    run: async ({ small }) => ({
      code: codeOf(verifyUnderVotedManifest(small, small.files, null)),
      what: 'no chain',
    }),
  },
  'evidence that is none': {
    share: 500,
    codes: ['BAD_EVIDENCE'],
    async run({ small }, random) {
      const facts = structuredClone(small.facts) as unknown as Record<string, Json>;
      const [part, fields] = pick(
        [
          [
            'release',
            ['id', 'proposal', 'run', 'round', 'logHead', 'root', 'manifest', 'status', 'title'],
          ],
          ['run', ['id', 'spec', 'program', 'fingerprint', 'tokenizer', 'initialRoot', 'datasets']],
        ] as const,
        random,
      );
      const field = pick(fields, random);
      facts[part]![field] = pick([undefined, null, -1, {}, true], random);
      return { code: thrown(() => decodeEvidence(facts)), what: `${part}.${field}` };
    },
  },
  'a wrong signer': {
    share: 500,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing }) {
      const key = VerifyingKey.fromPem(createSigningKey().publicKey);
      const { dir, signatureFile } = signing;
      return { code: await rejected(verifyModel({ dir, signatureFile, key })), what: 'its key' };
    },
  },
  'an altered model, signed again by a stranger': {
    share: 300,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing, small }, random) {
      const { dir, owner, stranger } = signing;
      const path = join(dir, 'config.json');
      const signatureFile = `${signing.signatureFile}.again`;
      await writeFile(path, flip(small.files.get('config.json')!, random).bytes);
      await signModel({ dir, signatureFile, key: stranger });
      const code = await rejected(verifyModel({ dir, signatureFile, key: owner }));
      await rm(signatureFile);
      await writeFile(path, small.files.get('config.json')!);
      return { code, what: 'config.json' };
    },
  },
  'a signed model altered': {
    share: 300,
    codes: ['MODEL_DIFFERS'],
    async run({ signing, small }, random) {
      const { dir, signatureFile, owner } = signing;
      const path = join(dir, 'config.json');
      const { bytes, at } = flip(small.files.get('config.json')!, random);
      await writeFile(path, bytes);
      const code = await rejected(verifyModel({ dir, signatureFile, key: owner }));
      await writeFile(path, small.files.get('config.json')!);
      return { code, what: String(at) };
    },
  },
  'a signed statement altered': {
    share: 300,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing }, random) {
      const { dir, bundle, owner } = signing;
      const signatureFile = `${signing.signatureFile}.altered`;
      const it = JSON.parse(bundle) as { dsseEnvelope: { payload: string } };
      const payload = flip(Buffer.from(it.dsseEnvelope.payload, 'base64'), random).bytes;
      it.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
      await writeFile(signatureFile, JSON.stringify(it));
      return {
        code: await rejected(verifyModel({ dir, signatureFile, key: owner })),
        what: 'payload',
      };
    },
  },
  'a forged event in a proof of execution': {
    share: 300,
    codes: ['NOT_UNDER_HEAD'],
    async run(_, random) {
      const proof = structuredClone(pick(recorded.executions, random).proof);
      const { id, outcome } = proof.outcome_proof;
      outcome.logs = [...outcome.logs, `EVENT_JSON:{"event":"release_published","n":${random()}}`];
      return { code: thrown(() => proveExecution(begin(), id, proof)), what: id };
    },
  },
  'an approval of a block by another signer': {
    share: 100,
    codes: ['BAD_APPROVAL'],
    async run(_, random) {
      const approvals = [...recorded.epoch.next.approvals_after_next] as (string | null)[];
      const given = approvals.flatMap((one, i) => (one === null || i >= 100 ? [] : [i]));
      const a = Math.floor(random() * (given.length - 1));
      approvals[given[a]!] = approvals[given[a + 1]!]!;
      const block = { ...recorded.epoch.next, approvals_after_next: approvals };
      return { code: thrown(() => advanceLightClient(begin(), block)), what: String(a) };
    },
  },
};

function withStatus(facts: ReleaseFacts, which: number): ReleaseFacts['datasets'] {
  return facts.datasets.map((one, i) => (i === which ? { ...one, status: 'withdrawn' } : one));
}

async function rejected(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}

/** So many mutations, spread over all kinds; at least one of each. Law: the same seed, the same. */
export async function* mutate(it: { count: number; seed: number }): AsyncGenerator<Outcome> {
  const benches = [await Bench.open(false), await Bench.open(true)];
  const total = Object.values(KINDS).reduce((sum, { share }) => sum + share, 0);
  let index = 0;
  try {
    for (const [kind, { share, run }] of Object.entries(KINDS)) {
      const count = Math.max(2, Math.round((it.count * share) / total));
      for (let n = 0; n < count; n++) {
        const random = splitMix(it.seed, index++);
        yield { kind, ...(await run(benches[n % 2]!, random)) };
      }
    }
  } finally {
    for (const bench of benches) await bench.close();
  }
}
