/**
 * The fast engine: ONNX Runtime's native build, on a processor four to five times the speed of the
 * exact engine, and on graphics cards by WebGPU (part of the package) or CUDA (a library of its own
 * beside it). Bits depend on the device, so results are compared by distance. Optional: the package is
 * loaded when first asked for, and whatever is absent is one clear error.
 *
 * With a `precision` matrix products are computed in halves where the device has kernels for them:
 * float16 by WebGPU and CUDA, bfloat16 by CUDA. On the processor ONNX Runtime has none (it widens
 * float16 and takes the roundings away with it), so there factors are rounded and multiplied in
 * float32: no faster, but a machine without a card can then repeat what one with a card computed.
 */
import { access, readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { HalfPrecision } from '../program/half-products.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { halfRuntime, probeProducts } from './half-runtime.js';
import { ortRuntime } from './ort-runtime.js';
import { openSession } from './program-session.js';

export const ortDevices = ['cpu', 'webgpu', 'cuda'] as const;
export type OrtDevice = (typeof ortDevices)[number];

const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;

/** Which halves each device could have kernels for, or round to; whether this one has is probed. */
export const ortPrecisions = {
  cpu: ['float16', 'bfloat16'],
  webgpu: ['float16'],
  cuda: ['float16', 'bfloat16'],
} as const satisfies Record<OrtDevice, readonly HalfPrecision[]>;

interface Built {
  readonly name: string;
  readonly threads: number;
  readonly device: OrtDevice;
  readonly precision: HalfPrecision | undefined;
}

export function createOrtNativeEngine(
  options: { threads?: number; device?: OrtDevice; precision?: HalfPrecision } = {},
): Engine {
  const { device = 'cpu', precision } = options;
  const threads = checkThreads(options.threads ?? 1);
  const name = ['ort-native', device === 'cpu' ? [] : device, precision ?? []].flat().join('-');
  const built: Built = { name, threads, device, precision };
  let opened: Promise<GraphRuntime> | undefined;
  const runtime = (): Promise<GraphRuntime> => (opened ??= loadRuntime(built));
  return {
    name,
    class: 'tolerance',
    ...(precision ? { precision } : {}),
    fingerprint: () => readFingerprint(built),
    runtime,
    compile: async (program) => openSession({ name, runtime: await runtime() }, program),
  };
}

async function loadRuntime({ threads, device, precision }: Built): Promise<GraphRuntime> {
  // From version 1.30 on the library sends what it is used for to its maker, unless told not to.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const ort = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new Error(
      'ENGINE_ABSENT: onnxruntime-node is not installed or not built for this machine; ' +
        'use the engine "simd-wasm", or run "npm install onnxruntime-node"',
      { cause },
    );
  });
  if (device === 'cuda') await requireCuda();
  const whole = ortRuntime({
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
        if (device === 'cpu' || precision) throw cause;
        throw new Error(
          `ENGINE_ABSENT: ${device} could not be started (${lastWordsOf(cause)}); ` +
            'check the driver of the graphics card, or use another engine',
          { cause },
        );
      }),
  });
  return precision ? inHalves(whole, device, precision) : whole;
}

async function inHalves(
  whole: GraphRuntime,
  device: OrtDevice,
  precision: HalfPrecision,
): Promise<GraphRuntime> {
  if (!ortPrecisions[device].some((one) => one === precision)) {
    const which = ortPrecisions[device].join(' or ');
    throw new Error(`ENGINE_ABSENT: ${device} multiplies in ${which}, not in ${precision}`);
  }
  const half = halfRuntime(whole, { precision, how: howOn(device) });
  await probeProducts(half).catch((cause: unknown) => {
    throw new Error(
      `ENGINE_ABSENT: ${device} does not multiply in ${precision} here (${lastWordsOf(cause)}); use ` +
        `the engine without "-${precision}", or "ort-native-${precision}", which only rounds to it`,
      { cause },
    );
  });
  return half;
}

function howOn(device: OrtDevice): 'multiplied' | 'rounded' {
  return device === 'cpu' ? 'rounded' : 'multiplied';
}

/** Without the source file and the C++ function that ONNX Runtime begins with. */
function lastWordsOf(cause: unknown): string {
  return String(cause)
    .trim()
    .split(/\n|was false\. |Status Message: /)
    .at(-1)!
    .slice(0, 200);
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

async function readFingerprint(built: Built): Promise<Fingerprint> {
  const { name, threads, device, precision } = built;
  await loadRuntime(built);
  const folder = binaryFolder();
  const library = (await readdir(folder)).filter((one) => /onnxruntime\.(so|dll|1.*)/.test(one));
  const bytes = await readFile(join(folder, library.sort()[0]!));
  const version = await readVersion();
  const platform = `${process.platform}-${process.arch}`;
  const on = device === 'cpu' ? {} : { device };
  const products = precision ? { precision, products: howOn(device) } : {};
  return {
    engine: name,
    version,
    binary: digestOf(bytes),
    options: { ...pinned, threads, platform, ...on, ...products },
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
