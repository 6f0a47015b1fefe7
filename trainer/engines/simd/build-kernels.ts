/**
 * Compiles kernels/*.c and writes the binary into kernels-binary.ts. It is part of the repository, since
 * compiling takes a compiler of 100 MB; a test compiles again and compares every byte.
 *
 * `npx tsx trainer/engines/simd/build-kernels.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '@commonweights/dao-contracts/toolchain/engine/compile-engine.js';

const sources = ['products.c', 'elementwise.c', 'rows.c', 'moves.c'];
const flags = [
  '--target=wasm32-unknown-unknown',
  '-msimd128',
  '-mbulk-memory',
  '-O3',
  // A product and a sum are two roundings, wherever this is compiled.
  '-ffp-contract=off',
  '-fno-builtin',
  '-Wall',
  '-Werror',
  '-nostdlib',
  '-Wl,--no-entry',
  '-Wl,--import-memory',
  '-Wl,--export=__heap_base',
  '-Wl,--strip-all',
];

/** About ten seconds of one core. Throws `ENGINE_COMPILE_FAILED` with the compiler's words. */
export function buildKernels(): Promise<Uint8Array> {
  const names = ['kernels.h', ...sources];
  const read = (name: string): string =>
    readFileSync(new URL(`./kernels/${name}`, import.meta.url), 'utf8');
  const files = Object.fromEntries(names.map((name) => [name, read(name)]));
  const output = 'kernels.wasm';
  return compile([...flags, ...sources, '-o', output], files, output);
}

function asSource(binary: Uint8Array): string {
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,92}/g)!;
  return [
    '/** Written by build-kernels.ts from kernels/*.c; not for editing. */',
    'export const kernelsBase64 = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

const file = fileURLToPath(new URL('./kernels-binary.ts', import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const binary = await buildKernels();
  writeFileSync(file, asSource(binary));
  console.log(`${binary.length} bytes written`);
}
