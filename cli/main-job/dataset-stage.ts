/** Real text, from raw to packed: three datasets, each derived from the one before. */
import { deriveNames } from './recipe.js';
import type { CommandLine } from './command-line.js';

export interface DatasetStageOutcome {
  readonly id: string;
  readonly levels: readonly { id: string; items: number; bytes: number; manifest: string }[];
}

interface RecordShown {
  id: string;
  items: number;
  bytes: number;
  manifest: string;
}

export async function addDatasets(
  cli: CommandLine,
  it: {
    publisher: string;
    packing: { vocab: number; context: number; heldout: number; seed: number };
  },
): Promise<DatasetStageOutcome> {
  const { raw, clean, packed } = deriveNames;
  const by = ['--account', it.publisher];
  const { vocab, context, heldout, seed } = it.packing;
  const levels = [
    await cli.json<RecordShown>([
      ...['dataset', 'add', raw, 'sotu', '--title', 'State of the Union addresses'],
      // A date of its own, not today's: the record is part of the release.
      ...['--collected', '2026-11-01', ...by],
    ]),
    await cli.json<RecordShown>(['dataset', 'derive', clean, raw, '--transform', 'clean', ...by]),
    await cli.json<RecordShown>([
      ...['dataset', 'derive', packed, clean, '--transform', 'tokenise-and-pack'],
      ...['--vocab', `${vocab}`, '--context', `${context}`],
      ...['--heldout', `${heldout}`, '--seed', `${seed}`, ...by],
    ]),
  ];
  return { id: packed, levels };
}
