/** Whether a dataset is packed, and what is in it: read from its manifest and its tokenizer. */
import { manifestLimits, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import type { Door } from '../reading/door.js';
import type { PackedFacts } from './run-plan.js';

const tokenizerBytesMax = 64 << 20;

/** Errors: `NOT_PACKED`, those of the registry. */
export async function readPackedFacts({ store }: Door, dataset: DatasetView): Promise<PackedFacts> {
  const { manifest } = dataset;
  const { files } = parseManifest(await store.get(manifest, { maxBytes: manifestLimits.bytesMax }));
  const fileAt = (path: string) => {
    const file = files.find((one) => one.path === path);
    if (!file) throw new Error(`NOT_PACKED: ${dataset.id} has no ${path}`);
    return file;
  };
  const tokenizer = fileAt('tokenizer.json');
  const bytes = await store.get(tokenizer.digest, { maxBytes: tokenizerBytesMax });
  const { vocabSize } = loadTokenizer(JSON.parse(new TextDecoder().decode(bytes)));
  return {
    ...{ manifest, vocabSize },
    trainTokens: Math.floor(fileAt('train.u16').size / 2),
    heldOutTokens: Math.floor(fileAt('heldout.u16').size / 2),
  };
}
