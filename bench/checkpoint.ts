/**
 * Importing a large checkpoint: the most memory that a process of its own ever has, and MB/s as a ratio
 * to copying the same file while hashing it. The checkpoint is made up, in bfloat16 shards or one
 * float32 file, and removed afterwards.
 *
 * `npm run bench -- checkpoint [--gb 2] [--bf16]`
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describingFiles } from '@commonweights/trainer/checkpoint/hugging-face.js';
import { importLlama } from '@commonweights/trainer/checkpoint/import-llama.js';
import { FolderOnDisk, WrittenFolder } from '@commonweights/trainer/checkpoint/model-files.js';
import { encodeShardIndex, planShards } from '@commonweights/trainer/checkpoint/shards.js';
import { writeTensors } from '@commonweights/trainer/checkpoint/tensor-stream.js';
import { llamaTensors } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';

interface Answer {
  readonly peakMb: number;
  readonly ms: number;
}

const { values } = parseArgs({
  options: {
    gb: { type: 'string', default: '2' },
    bf16: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
});
if (values.child !== undefined) await importThere(values.child);
else await compare();

async function compare(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cw-checkpoint-'));
  try {
    const bytes = await makeUp(join(dir, 'theirs'));
    const copyMs = await copyHashed(dir);
    const { peakMb, ms } = await inChild(dir);
    const megabytes = bytes / 1e6;
    console.log(
      `${values.bf16 ? 'bfloat16 shards' : 'one float32 file'}, ${(megabytes / 1000).toFixed(2)} GB read\n` +
        `importing  ${((1000 * megabytes) / ms).toFixed(0)} MB/s read, ` +
        `${(copyMs / ms).toFixed(2)} × copying and hashing\n` +
        `memory     ${peakMb.toFixed(0)} MB at most, all of the process`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Layers enough for the size that was asked for. */
async function makeUp(dir: string): Promise<number> {
  const size = Number(values.gb) * 1e9;
  const width = values.bf16 ? 2 : 4;
  const model: LlamaConfig = {
    family: 'llama',
    ...{ vocabSize: 32_000, hiddenSize: 2048, intermediateSize: 5632, layers: 1, heads: 32 },
    ...{ kvHeads: 4, contextLength: 2048, ropeTheta: 10_000, rmsNormEps: 1e-5 },
    tiedEmbeddings: false,
  };
  const elementsOf = (layers: number): number =>
    llamaTensors({ ...model, layers }).reduce(
      (sum, [, shape]) => sum + shape.reduce((a, b) => a * b),
      0,
    );
  const perLayer = elementsOf(2) - elementsOf(1);
  const layers = Math.max(1, Math.ceil((size / width - elementsOf(0)) / perLayer));
  const config = { ...model, layers };
  const tensors = llamaTensors(config).map(([name, shape]) => ({
    ...{ name, shape },
    dtype: values.bf16 ? ('BF16' as const) : ('F32' as const),
  }));
  await mkdir(dir);
  const folder = new WrittenFolder(dir);
  // 1.5 in either format: the bytes 0x3fc0.
  const piece = new Uint8Array(1 << 20);
  for (let i = 0; i < piece.length; i += width) piece.set([0xc0, 0x3f], i + width - 2);
  const shards = values.bf16 ? planShards(tensors, 5e8) : [{ path: 'model.safetensors', tensors }];
  for (const shard of shards) {
    const sink = await folder.create(shard.path);
    await writeTensors(sink, { ...shard, metadata: new Map() }, async function* ({ shape }) {
      let left = width * shape.reduce((a, b) => a * b);
      for (; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
    });
    await sink.close();
  }
  if (values.bf16) {
    await writeFile(join(dir, 'model.safetensors.index.json'), encodeShardIndex(shards));
  }
  const empty = new TextEncoder().encode('{}');
  for (const { path, bytes } of describingFiles(config, empty)) {
    if (path === 'config.json') await writeFile(join(dir, path), bytes);
  }
  return width * elementsOf(layers);
}

async function copyHashed(dir: string): Promise<number> {
  const startedAt = performance.now();
  const names = [...new Set(await weightFiles(join(dir, 'theirs')))];
  for (const name of names) {
    const target = await open(join(dir, 'copy'), 'w');
    const hash = createHash('sha256');
    const from = createReadStream(join(dir, 'theirs', name), { highWaterMark: 4 << 20 });
    for await (const chunk of from as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await target.writeFile(chunk);
    }
    await target.close();
  }
  await rm(join(dir, 'copy'));
  return performance.now() - startedAt;
}

async function weightFiles(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => name.endsWith('.safetensors'));
}

function inChild(dir: string): Promise<Answer> {
  const child = fork(fileURLToPath(import.meta.url), ['--child', dir], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => reject(new Error(`the import ended with exit code ${code}`)));
  });
}

async function importThere(dir: string): Promise<void> {
  await mkdir(join(dir, 'ours'));
  const startedAt = performance.now();
  await importLlama(new FolderOnDisk(join(dir, 'theirs')), new WrittenFolder(join(dir, 'ours')));
  const ms = performance.now() - startedAt;
  const answer: Answer = { ms, peakMb: process.resourceUsage().maxRSS / 1000 };
  process.send!(answer, () => process.exit(0));
}
