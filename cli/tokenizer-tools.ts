/** What `tokenise-and-pack` needs of the trainer, which lies above the registry. */
import type { TokenizerTools } from '@commonweights/dataset-registry/transforms/tokenise-and-pack.js';

export async function tokenizerTools(): Promise<TokenizerTools> {
  const [{ trainInParallel }, { loadTokenizer }] = await Promise.all([
    import('@commonweights/trainer/tokenizer/train-in-parallel.js'),
    import('@commonweights/trainer/tokenizer/tokenizer.js'),
  ]);
  return { train: trainInParallel, load: loadTokenizer };
}
