/** Text from the files of a release, on this machine's exact engine. */
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { Sampler, type SampleOptions } from '@commonweights/trainer/release/sample-text.js';

/** Errors: those of `Sampler`. */
export async function sampleFrom(
  files: ReadonlyMap<string, Uint8Array>,
  options: SampleOptions,
): Promise<string> {
  const sampler = await Sampler.open(files, createSimdWasmEngine());
  try {
    return await sampler.sample(options);
  } finally {
    await sampler.dispose();
  }
}
