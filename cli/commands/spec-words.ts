/** What a run spec holds for voters to read, beyond its digest: programs that come with its releases. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';

/** Paragraphs, or why it cannot be told. What it prints comes from strangers: printing makes it inert. */
export async function describeSpec(
  session: { registryReader(): Pick<BlobStore, 'get'> },
  digest: Digest,
): Promise<string> {
  const { fetchSpec } = await import('@commonweights/trainer/run/open-run.js');
  try {
    const { title, chatTemplate } = await fetchSpec(digest, session.registryReader());
    if (chatTemplate === undefined) return `Its spec: "${title}", without a chat template.\n`;
    return (
      `Its spec: "${title}", with a chat template of ${chatTemplate.length} characters, a program in ` +
      'Jinja that comes with each release; what loads the model lets it decide what the model is shown:\n' +
      `${chatTemplate.replaceAll(/^/gm, '  | ')}\n`
    );
  } catch (error) {
    return `Its spec cannot be read: ${(error as Error).message}\n`;
  }
}
