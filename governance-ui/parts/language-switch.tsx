/** Choosing the language of the pages, each named as its own readers name it. */
import { useEffect, useReducer } from 'preact/hooks';
import {
  chooseLanguage,
  languageNow,
  languages,
  onLanguage,
  texts,
  type Language,
} from '../texts/language.js';

/** Renders the caller, and so everything below it, anew when the language changes. */
export function useLanguage(): Language {
  const [, again] = useReducer((count: number) => count + 1, 0);
  const language = languageNow();
  useEffect(() => onLanguage(() => again(undefined)), []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return language;
}

export function LanguageSwitch() {
  return (
    <select
      class="language"
      aria-label={texts().frame.language}
      value={languageNow()}
      onChange={({ currentTarget: { value } }) =>
        void chooseLanguage(value as Language, localStorage)
      }
    >
      {Object.entries(languages).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
