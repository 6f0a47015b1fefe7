/** Items as somebody types or pastes them: one JSON object a line, or plain text where texts are wanted. */
import { encodeBountyItem } from '@commonweights/dataset-registry/transforms/bounty-item.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

/** Larger lots are for the command, which reads files. */
export const linesMax = 256;

export interface ReadLines {
  readonly items: readonly TextItem[];
  /** What is wrong, by line number from 1. */
  readonly problems: readonly { readonly line: number; readonly why: string }[];
}

/** `labels`: each item must have one. */
export function readItemLines(text: string, it: { labels: boolean }): ReadLines {
  const items: TextItem[] = [];
  const problems: { line: number; why: string }[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    try {
      if (items.length === linesMax) {
        throw new Error(`TOO_MANY_ITEMS: ${linesMax} at a time; hand in the rest by command`);
      }
      const item = parseLine(line, it.labels);
      encodeBountyItem(item);
      items.push(item);
    } catch (error) {
      problems.push({ line: index + 1, why: (error as Error).message });
      if (problems.length === 20) break;
    }
  }
  return { items, problems };
}

function parseLine(line: string, labels: boolean): TextItem {
  if (!line.startsWith('{')) {
    if (labels) throw new Error('BAD_ITEM: write it as {"text": …, "label": …}');
    return { text: line };
  }
  const item = JSON.parse(line) as TextItem;
  if (labels && typeof item['label'] !== 'string') {
    throw new Error('BAD_ITEM: it has no "label"');
  }
  return item;
}
