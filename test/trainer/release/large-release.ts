/** A release of gigabytes that verifies, made up on disk without ever being held: for benches. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { describeFile } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { startDigest } from '@commonweights/dataset-registry/digest/digest-stream.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { GrowingTree } from '@commonweights/dataset-registry/digest/growing-tree.js';
import {
  defaultChunkBytes,
  encodeManifest,
} from '@commonweights/dataset-registry/digest/manifest.js';
import type { ManifestFile } from '@commonweights/dataset-registry/digest/manifest.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { describingFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { encodeHeader } from '@commonweights/trainer/checkpoint/safetensors-header.js';
import { MOMENTUM_NAME, STATE_METADATA } from '@commonweights/trainer/checkpoint/state.js';
import { layLlama } from '@commonweights/trainer/program/llama.js';
import { writeModelCard } from '@commonweights/trainer/release/model-card.js';
import { FILES } from '@commonweights/trainer/release/release-files.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { diloco, factsOf, smallRun, sparse } from './small-release.js';

const shape = {
  vocabSize: 32_000,
  hiddenSize: 1024,
  intermediateSize: 2816,
  heads: 16,
  kvHeads: 4,
};

/** A run from a seed over about so many parameters. */
export function seededSpec(parameters: number): RunSpec {
  const { spec } = smallRun(sparse);
  return { ...spec, model: { ...spec.model, ...shape, layers: layersFor(spec, parameters) } };
}

function layersFor(spec: RunSpec, parameters: number): number {
  const of = (layers: number) => layLlama({ ...spec.model, ...shape, layers }).length;
  return Math.max(1, Math.min(256, Math.floor((parameters - of(0)) / (of(1) - of(0)))));
}

/** Writes `dir` and, beside it, `dir.facts.json`: what an honest chain says. Returns its bytes. */
export async function makeLargeRelease(
  dir: string,
  it: { gb: number; momentum: boolean },
): Promise<number> {
  const elements = (it.gb * 1e9) / (it.momentum ? 8 : 4);
  const unborn = seededSpec(elements);
  const parent = {
    weights: digestOf(new Uint8Array(1)),
    release: digestOf(new Uint8Array(2)),
    datasets: [unborn.data.dataset],
  };
  const spec: RunSpec = { ...withoutSeed(unborn), parent, outer: it.momentum ? diloco : sparse };
  const layout = layLlama(spec.model);
  const files: ManifestFile[] = [];
  const flat = { name: MOMENTUM_NAME, shape: [layout.length] };
  const root = startDigest();
  root.update(headerOf([...layout.slots, flat], STATE_METADATA));
  const weights = await writeFloats(dir, 'model.safetensors', {
    header: headerOf(layout.slots, STATE_METADATA),
    elements: layout.length,
    root,
  });
  files.push(weights);
  let momentum: Digest | null = null;
  if (it.momentum) {
    const one = await writeFloats(dir, FILES.outerState, {
      header: headerOf([flat], new Map()),
      elements: layout.length,
      root,
    });
    files.push(one);
    momentum = one.digest;
  }
  const end = it.momentum ? root.end() : weights.digest;
  const small = smallRun(sparse);
  const { rounds, start } = relinked(small.rounds, parent.weights, end, it.momentum);
  const input = { ...small, spec, rounds };
  const note = {
    version: 1 as const,
    title: small.title,
    release: small.version,
    licence: small.licence,
  };
  const datasets = [...small.datasets].sort((a, b) => (a.id < b.id ? -1 : 1));
  const card = writeModelCard({
    note,
    spec,
    rounds,
    datasets,
    evaluation: small.evaluation,
    root: end,
    parameters: layout.length,
  });
  for (const [path, bytes] of [
    ...describingFiles(spec.model, small.tokenizer).map(
      ({ path, bytes }) => [path, bytes] as const,
    ),
    ['tokenizer.json', small.tokenizer] as const,
    [FILES.card, new TextEncoder().encode(card)] as const,
    [FILES.release, canonicalBytes(note)] as const,
    [FILES.runSpec, canonicalBytes(spec)] as const,
    [FILES.program, small.program] as const,
    [FILES.fingerprint, canonicalBytes(small.fingerprint)] as const,
    [FILES.rounds, canonicalBytes(rounds)] as const,
    [FILES.evaluation, canonicalBytes(small.evaluation)] as const,
    [FILES.datasets, canonicalBytes(datasets)] as const,
    [
      FILES.state,
      canonicalBytes({ version: 1, root: end, parameters: layout.length, momentum }),
    ] as const,
  ]) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), bytes);
    files.push(describeFile(path, bytes, defaultChunkBytes).file);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = { version: 1 as const, chunkBytes: defaultChunkBytes, files };
  const encoded = encodeManifest(manifest);
  await writeFile(join(dir, 'manifest.json'), encoded);
  const evaluation = digestOfJson(small.evaluation);
  const facts = factsOf(input, {
    files: [],
    manifest,
    digest: digestOf(encoded),
    root: end,
    evaluation,
  });
  await writeFile(
    `${dir}.facts.json`,
    JSON.stringify({ ...facts, run: { ...facts.run, initialRoot: start } }),
  );
  return files.reduce((sum, { size }) => sum + size, 0);
}

function withoutSeed(spec: RunSpec): RunSpec {
  const { ...rest } = spec as { initialSeed?: number } & RunSpec;
  delete (rest as { initialSeed?: number }).initialSeed;
  return rest;
}

/** The rounds of a small run with other roots, joined again. */
function relinked(rounds: readonly RoundRecord[], parent: Digest, end: Digest, momentum: boolean) {
  const start = momentum ? digestOf(new Uint8Array(3)) : parent;
  const roots = new Map<Digest | null, Digest>([
    [rounds[0]!.startRoot, start],
    [rounds.at(-1)!.root, end],
  ]);
  const linked: RoundRecord[] = [];
  for (const record of rounds) {
    const last = linked.at(-1);
    linked.push({
      ...record,
      previous: last ? digestOfJson(last) : null,
      startRoot: roots.get(record.startRoot) ?? record.startRoot,
      root: record.root && (roots.get(record.root) ?? record.root),
    });
  }
  return { rounds: linked, start };
}

async function writeFloats(
  dir: string,
  path: string,
  it: { header: Uint8Array; elements: number; root: ReturnType<typeof startDigest> },
): Promise<ManifestFile> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  const file = await open(join(dir, path), 'w');
  const whole = startDigest();
  const tree = new GrowingTree();
  const list = startDigest();
  const size = it.header.length + 4 * it.elements;
  const values = new Float32Array(defaultChunkBytes / 4);
  for (let i = 0, state = 1; i < values.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = (state / 2 ** 32 - 0.5) / 16;
  }
  const pattern = new Uint8Array(values.buffer);
  for (let at = 0; at < size; at += defaultChunkBytes) {
    const chunk = pattern.slice(0, Math.min(defaultChunkBytes, size - at));
    // Chunks that are no repetition of each other.
    new DataView(chunk.buffer).setFloat32(chunk.length - 4, at / size, true);
    if (at === 0) chunk.set(it.header);
    it.root.update(at === 0 ? chunk.subarray(it.header.length) : chunk);
    whole.update(chunk);
    const digest = digestOf(chunk);
    tree.add(digest);
    list.update(Buffer.from(digest.slice('sha256:'.length), 'hex'));
    await file.write(chunk);
  }
  await file.close();
  return { path, size, digest: whole.end(), chunks: { root: tree.root(), list: list.end() } };
}

function headerOf(
  vectors: readonly { name: string; shape: readonly number[] }[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const tensors = vectors.map(({ name, shape: of }) => ({
    name,
    shape: of,
    dtype: 'F32' as const,
  }));
  return encodeHeader({ tensors, metadata });
}
