/** By somebody who alters files under the manifest that was voted on. */
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { flip, pick, type Bench, type Kind } from './mutation-bench.js';

/** Long enough, and of several kinds. */
const MOVABLE = ['model.safetensors', 'provenance/rounds.json', 'README.md', 'tokenizer.json'];

export const ALTERED_FILES: Readonly<Record<string, Kind>> = {
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
    const path = pick(MOVABLE, random);
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
};

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
