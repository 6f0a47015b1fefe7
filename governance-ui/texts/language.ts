/**
 * Which language the pages speak: what the reader chose here before, else what the browser asks for,
 * else English. English comes with the pages; any other language is a file of its own that is
 * fetched when it is needed. How to add a text or a language: docs/texts.md.
 */
import { english } from './english/english.js';
import type { Texts } from './texts.js';

/** By their tags (BCP 47), each under the name that its own readers know it by. */
export const languages = { en: 'English', 'zh-Hans': '中文' } as const;
export type Language = keyof typeof languages;

const loaders: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => english,
  'zh-Hans': async () => (await import('./chinese/chinese.js')).chinese,
};

const kept = 'cw/language';
const listeners = new Set<() => void>();
let current: { language: Language; texts: Texts } = { language: 'en', texts: english };

/** The texts of the language in use. Read it while rendering, never at the top of a module. */
export function texts(): Texts {
  return current.texts;
}

export function languageNow(): Language {
  return current.language;
}

/** Of what a reader chose or a browser asks for; null: none of ours. */
export function languageOf(tag: string | null): Language | null {
  if (tag === null) return null;
  const wanted = tag.toLowerCase();
  const exact = (Object.keys(languages) as Language[]).find((one) => one.toLowerCase() === wanted);
  if (exact) return exact;
  if (/^zh\b/.test(wanted)) return 'zh-Hans';
  return /^en\b/.test(wanted) ? 'en' : null;
}

/** Before anything is shown. */
export async function startLanguage(it: {
  storage: Pick<Storage, 'getItem'>;
  asked: string;
}): Promise<void> {
  await use(languageOf(it.storage.getItem(kept)) ?? languageOf(it.asked) ?? 'en');
}

export async function chooseLanguage(
  language: Language,
  storage: Pick<Storage, 'setItem'>,
): Promise<void> {
  storage.setItem(kept, language);
  await use(language);
}

/** Tells when the language has changed; returns how to stop that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A language whose file does not come leaves the page in the one that it has. */
async function use(language: Language): Promise<void> {
  try {
    current = { language, texts: await loaders[language]() };
  } catch {
    return;
  }
  for (const listener of listeners) listener();
}
