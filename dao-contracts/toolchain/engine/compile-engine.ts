/** C to WebAssembly with a clang that is itself WebAssembly, so that it runs wherever Node runs. */
import { Exit, runClang, runLLVM } from '@yowasp/clang';
import type { OnProgress } from '../progress.js';

/** The shadow stack lies below all data, so that running out of it traps at address zero. */
export const shadowStackBytes = 262_144;

interface Unit {
  file: string;
  flags: string[];
}

/** `-DEMSCRIPTEN` switches off atomics, which need threads. */
export const commonFlags = [
  '--target=wasm32-wasip1',
  '-mcpu=mvp',
  '-Oz',
  '-w',
  '-I.',
  '-DEMSCRIPTEN',
  '-D_GNU_SOURCE',
  '-DCONFIG_VERSION="2021-03-27"',
  '-DCONFIG_BIGNUM',
];

/** The allocator is compiled apart: clang may turn its own malloc + memset into a calloc. */
export const units: readonly Unit[] = [
  { file: 'allocator.c', flags: ['-fno-builtin'] },
  ...['cutils.c', 'libunicode.c', 'libregexp.c', 'libbf.c', 'engine.c'].map((file) => ({
    file,
    flags: ['-flto'],
  })),
];

export const linkFlags = [
  '-flto',
  '-nostartfiles',
  '-lm',
  '-Wl,--no-entry',
  '-Wl,--allow-undefined',
  '-Wl,--stack-first',
  `-Wl,-z,stack-size=${shadowStackBytes}`,
  '-Wl,--strip-debug',
  '-Wl,--lto-O3',
];

/** About 45 s of one core. Throws `ENGINE_COMPILE_FAILED` with the compiler's own words. */
export async function compileEngine(
  sources: ReadonlyMap<string, string>,
  onProgress: OnProgress,
): Promise<Uint8Array> {
  await loadCompiler(onProgress);
  const total = units.length + 1;
  const files = Object.fromEntries(sources);
  const objects: Record<string, Uint8Array> = {};
  for (const [done, { file, flags }] of units.entries()) {
    onProgress({ step: `compiling ${file}`, done, total });
    const object = file.replace(/\.c$/, '.o');
    const args = ['-c', ...commonFlags, ...flags, file, '-o', object];
    objects[object] = await compile(args, files, object);
  }
  onProgress({ step: 'linking the engine', done: units.length, total });
  const args = [...commonFlags, ...Object.keys(objects), ...linkFlags, '-o', 'engine.wasm'];
  const engine = await compile(args, objects, 'engine.wasm');
  onProgress({ step: 'engine compiled', done: total, total });
  return engine;
}

/** Reads the compiler into memory once, so that its parts need not speak about themselves. */
async function loadCompiler(onProgress: OnProgress): Promise<void> {
  await runLLVM(
    ['clang', '--version'],
    {},
    {
      stdout: () => {},
      fetchProgress: ({ doneLength: done, totalLength: total }) =>
        onProgress({ step: 'loading the compiler', done, total }),
    },
  );
}

/** What clang makes of files that are not on disk. Throws `ENGINE_COMPILE_FAILED`. */
export async function compile(
  args: string[],
  files: Record<string, string | Uint8Array>,
  output: string,
): Promise<Uint8Array> {
  const said: string[] = [];
  const decoder = new TextDecoder();
  const listen = (bytes: Uint8Array | null): void => {
    if (bytes) said.push(decoder.decode(bytes));
  };
  try {
    const tree = await runClang(['clang', ...args], files, {
      stdout: listen,
      stderr: listen,
      fetchProgress: () => {},
    });
    const made = tree?.[output];
    if (made instanceof Uint8Array) return made;
    throw new Error('it wrote nothing');
  } catch (error) {
    if (!(error instanceof Exit) && !(error instanceof Error)) throw error;
    const facts = said.join('').slice(0, 4000) || error.message;
    throw new Error(
      `ENGINE_COMPILE_FAILED: clang, making ${output}: ${facts}; this is a bug, please report it`,
      { cause: error },
    );
  }
}
