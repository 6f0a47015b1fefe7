/**
 * The fast engine: ONNX Runtime's native build, on a processor four to five times the speed of the
 * exact engine, and on graphics cards by WebGPU (part of the package) or CUDA (a library of its own
 * beside it). Bits depend on the device, so results are compared by distance. Optional: the package is
 * loaded when first asked for, and whatever is absent is one clear error.
 */
import { access, readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { ortRuntime } from './ort-runtime.js';
import { openSession } from './program-session.js';

export const ortDevices = ['cpu', 'webgpu', 'cuda'] as const;
export type OrtDevice = (typeof ortDevices)[number];

const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;

export function createOrtNativeEngine(
  options: { threads?: number; device?: OrtDevice } = {},
): Engine {
  const threads = checkThreads(options.threads ?? 1);
  const device = options.device ?? 'cpu';
  const name = device === 'cpu' ? 'ort-native' : `ort-native-${device}`;
  let opened: Promise<GraphRuntime> | undefined;
  const runtime = (): Promise<GraphRuntime> => (opened ??= loadRuntime(threads, device));
  return {
    name,
    class: 'tolerance',
    fingerprint: () => readFingerprint(name, threads, device),
    runtime,
    compile: async (program) => openSession({ name, runtime: await runtime() }, program),
  };
}

async function loadRuntime(threads: number, device: OrtDevice): Promise<GraphRuntime> {
  const ort = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new Error(
      'ENGINE_ABSENT: onnxruntime-node is not installed or not built for this machine; ' +
        'use the engine "ort-wasm", or run "npm install onnxruntime-node"',
      { cause },
    );
  });
  if (device === 'cuda') await requireCuda();
  return ortRuntime({
    Tensor: ort.Tensor,
    open: (model) =>
      ort.InferenceSession.create(model, {
        // What a device cannot do falls back to the processor inside the runtime.
        executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        ...pinned,
      }).catch((cause: unknown) => {
        if (device === 'cpu') throw cause;
        throw new Error(
          `ENGINE_ABSENT: ${device} could not be started (${String(cause).slice(0, 160)}); ` +
            'check the driver of the graphics card, or use another engine',
          { cause },
        );
      }),
  });
}

/** Where the CUDA part of the installed ONNX Runtime has to lie, and whether it does. */
export interface CudaProvider {
  /** There is a CUDA build for this platform at all. */
  readonly supported: boolean;
  readonly installed: boolean;
  readonly platform: string;
  readonly version: string;
  readonly folder: string;
  readonly libraries: readonly string[];
  readonly file: string;
}

export async function cudaProvider(): Promise<CudaProvider> {
  const platform = `${process.platform}-${process.arch}`;
  const folder = binaryFolder();
  const onWindows = process.platform === 'win32';
  const nameOf = (part: string): string =>
    onWindows ? `onnxruntime_providers_${part}.dll` : `libonnxruntime_providers_${part}.so`;
  const libraries = ['shared', 'cuda'].map(nameOf);
  const file = join(folder, nameOf('cuda'));
  const there = await Promise.all(
    libraries.map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  const supported = platform === 'linux-x64' || platform === 'win32-x64';
  const installed = supported && there.every(Boolean);
  return { supported, installed, platform, version: await readVersion(), folder, libraries, file };
}

async function requireCuda(): Promise<void> {
  if ((await cudaProvider()).installed) return;
  throw new Error(
    'ENGINE_ABSENT: the CUDA part of onnxruntime-node is not on this machine; ' +
      '"commonweights engine install cuda" says how to get it',
  );
}

async function readFingerprint(
  engine: string,
  threads: number,
  device: OrtDevice,
): Promise<Fingerprint> {
  await loadRuntime(threads, device);
  const folder = binaryFolder();
  const library = (await readdir(folder)).filter((name) => /onnxruntime\.(so|dll|1.*)/.test(name));
  const bytes = await readFile(join(folder, library.sort()[0]!));
  const version = await readVersion();
  const platform = `${process.platform}-${process.arch}`;
  const on = device === 'cpu' ? {} : { device };
  return {
    engine,
    version,
    binary: digestOf(bytes),
    options: { ...pinned, threads, platform, ...on },
  };
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function packageRoot(): string {
  return join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..');
}

function binaryFolder(): string {
  return join(packageRoot(), 'bin', 'napi-v6', process.platform, process.arch);
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 64) return threads;
  throw new Error(`BAD_THREADS: ${threads} is not an integer from 1 to 64`);
}
