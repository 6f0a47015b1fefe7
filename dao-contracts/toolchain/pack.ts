/**
 * `npx tsx dao-contracts/toolchain/pack.ts <folder>`: writes `@commonweights/near-toolchain` as
 * `npm publish <folder>` takes it: one file of JavaScript for programs, one for the command, the C
 * sources and stand-ins that both read, types, README and licence. Versions of what it depends on
 * are those that this repository installs, so that the engine has the same bytes.
 */
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownFolder } from './own-folder.js';
import { packageFolder } from './package-folder.js';

/** All that the two files import and do not contain. */
const dependencies = [
  ...['@babel/core', '@noble/hashes', '@yowasp/clang', 'binaryen', 'esbuild'],
  ...['json-canonicalize', 'near-sdk-js', 'qjsc', 'typescript'],
];

export async function packToolchain(folder: string): Promise<void> {
  const dist = join(folder, 'dist');
  await build({
    entryPoints: ['index.ts', 'near-toolchain.ts'].map((file) => join(ownFolder, file)),
    outdir: dist,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: dependencies.flatMap((name) => [name, `${name}/*`]),
    logLevel: 'silent',
  });
  copyAll('engine', '.c', dist);
  copyAll('guest', '.ts', dist);
  copyFileSync(join(ownFolder, 'types', 'index.d.ts'), join(dist, 'index.d.ts'));
  copyFileSync(join(ownFolder, 'README.md'), join(folder, 'README.md'));
  copyFileSync(join(ownFolder, '..', '..', 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageJson(), null, 2)}\n`);
}

function packageJson(): object {
  return {
    name: '@commonweights/near-toolchain',
    version: installed(join(ownFolder, '..')),
    description:
      'NEAR contracts in TypeScript, built with npm packages alone: the same bytes everywhere',
    license: 'Apache-2.0',
    type: 'module',
    bin: { 'near-toolchain': 'dist/near-toolchain.js' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist'],
    engines: { node: '>=20.19' },
    dependencies: Object.fromEntries(
      dependencies.map((name) => [name, installed(packageFolder(name))]),
    ),
  };
}

function installed(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function copyAll(name: string, ending: string, dist: string): void {
  mkdirSync(join(dist, name), { recursive: true });
  for (const file of readdirSync(join(ownFolder, name))) {
    if (!file.endsWith(ending) || file.endsWith('.d.ts')) continue;
    copyFileSync(join(ownFolder, name, file), join(dist, name, file));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error('USAGE: npx tsx dao-contracts/toolchain/pack.ts <folder>');
    process.exitCode = 2;
  } else {
    await packToolchain(resolve(folder));
    console.log(`${resolve(folder)}: ready for "npm publish" or "npm pack"`);
  }
}
