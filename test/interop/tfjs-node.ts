/**
 * The engine `tfjs-node`, really run: the npm package wants its library from a host that not every
 * machine reaches, but TensorFlow's Python package holds the same library and its headers. So the
 * package's own binding is compiled against those, and the conformance suite runs on it.
 */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Skipped } from './python.js';

const execute = promisify(execFile);
const version = '4.22.0';
/** Of 2.15 on Linux: the last that was tried with this version of the binding. */
const wheel = 'tensorflow-cpu==2.15.1';
const atMostMs = 600_000;
/** Its library is 540 MB, in a wheel of 210. */
const roomBytes = 1.5e9;
const napi = 8;

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Told {
  readonly checks: number;
  readonly failed: readonly unknown[];
  readonly tokensPerSecond: number;
}

export async function runTfjsNode(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Skipped(`no TensorFlow library for ${process.platform}-${process.arch} was tried`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'cw-tfjs-node-'));
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < roomBytes) throw new Skipped('less than 1.5 GB of disk is free here');
    await install(folder);
    await compileBinding(folder);
    const { stdout } = await execute(
      process.execPath,
      ['--import', 'tsx', '--import', file('tfjs-node-resolve.mjs'), file('tfjs-node-peer.ts')],
      {
        timeout: atMostMs,
        env: {
          ...process.env,
          ...{ TFJS_NODE_FOLDER: pathToFileURL(folder).href, TF_CPP_MIN_LOG_LEVEL: '2' },
        },
      },
    );
    const told = JSON.parse(stdout.trim().split('\n').at(-1)!) as Told;
    expect(told.failed).to.deep.equal([]);
    expect(told.checks).to.be.above(40);
    const speed = Math.round(told.tokensPerSecond);
    return `${told.checks} checks on ${version} with ${wheel}, ${speed} tokens/s at size S`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The npm packages without their scripts, and what of the wheel is compiled and linked against. */
async function install(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const packages = [`@tensorflow/tfjs-node@${version}`, 'node-api-headers@1'];
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  await execute('npm', ['install', ...packages, ...flags], {
    ...{ cwd: folder, timeout: atMostMs },
  }).catch(() => {
    throw new Skipped(`cannot install ${packages.join(' and ')} here`);
  });
  const wheels = join(folder, 'wheels');
  const asked = ['--only-binary=:all:', '--python-version', '3.11', '--platform'];
  await execute(
    'python3',
    [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-cache-dir', ...asked],
      ...['manylinux_2_17_x86_64', '-d', wheels, wheel],
    ],
    { timeout: atMostMs },
  ).catch(() => {
    throw new Skipped(`cannot download ${wheel} here`);
  });
  const [name] = await readdir(wheels);
  const unpack =
    'import sys, zipfile\n' +
    'whole = zipfile.ZipFile(sys.argv[1])\n' +
    'wanted = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2", ".h")\n' +
    'whole.extractall(sys.argv[2], [n for n in whole.namelist() if n.endswith(wanted)])\n';
  await execute('python3', ['-c', unpack, join(wheels, name!), folder], { timeout: atMostMs });
  await rm(wheels, { recursive: true });
}

async function compileBinding(folder: string): Promise<void> {
  const own = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  const libraries = join(folder, 'tensorflow');
  const into = join(own, 'lib', `napi-v${napi}`);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(own, 'binding', name));
  const headers = [
    own,
    join(libraries, 'include'),
    join(folder, 'node_modules', 'node-api-headers', 'include'),
  ];
  await mkdir(into, { recursive: true });
  const link = [
    `-L${libraries}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    `-Wl,-rpath,${libraries}`,
  ];
  await execute(
    'c++',
    [
      ...['-O1', '-std=c++17', '-shared', '-fPIC', `-DNAPI_VERSION=${napi}`],
      ...[...headers.map((one) => `-I${one}`), ...sources, '-o', join(into, 'tfjs_binding.node')],
      ...link,
    ],
    { timeout: atMostMs },
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Skipped('no C++ compiler here');
    throw error;
  });
}
