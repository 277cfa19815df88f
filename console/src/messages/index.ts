import { createContext, useContext } from 'react';
import { browserZone, isZone } from '../lib/times';
import { en } from './en';

/** A text, or one per plural form of the parameter `n`. */
export type Text = string | { one: string; other: string };
export type Key = keyof typeof en;
/** A language: every key, none more. */
export type Catalog = Record<Key, Text>;
export type Language = 'en' | 'de';

type Holes<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type Flat<T> = T extends string ? T : T extends { other: infer O } ? O : never;
type Needs<K extends Key> = Holes<Flat<(typeof en)[K]>>;
/** Parameters a text needs: none, or an object with each of its names. */
export type Params<K extends Key> = [Needs<K>] extends [never]
  ? (typeof en)[K] extends string
    ? []
    : [{ n: number }]
  : [Record<Needs<K>, string | number> & ((typeof en)[K] extends string ? unknown : { n: number })];

export type Translate = <K extends Key>(key: K, ...params: Params<K>) => string;

export function translator(catalog: Catalog, locale: string): Translate {
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (key, ...params) => {
    const values = (params[0] ?? {}) as Record<string, string | number>;
    const entry = catalog[key];
    const text =
      typeof entry === 'string'
        ? entry
        : plurals.select(Number(values.n)) === 'one'
          ? entry.one
          : entry.other;
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      return value === undefined ? hole : typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}

export interface Words {
  t: Translate;
  language: Language;
  /** BCP 47 tag for Intl. */
  locale: string;
  /** IANA zone in which times show. */
  zone: string;
}

export const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** The stored choice, else the browser's first language that we have. */
export function chosenLanguage(): Language {
  const stored = localStorage.getItem('coffer.language');
  if (stored === 'en' || stored === 'de') return stored;
  return navigator.languages.some((tag) => tag.startsWith('de')) && !navigator.languages[0]?.startsWith('en')
    ? 'de'
    : 'en';
}

export function chosenZone(): string {
  const stored = localStorage.getItem('coffer.zone');
  return stored && isZone(stored) ? stored : browserZone();
}

export async function loadWords(language: Language): Promise<Words> {
  const catalog: Catalog = language === 'de' ? (await import('./de')).de : en;
  const locale = locales[language];
  return { t: translator(catalog, locale), language, locale, zone: chosenZone() };
}

export const WordsContext = createContext<Words>({
  t: translator(en, 'en-GB'),
  language: 'en',
  locale: 'en-GB',
  zone: 'UTC',
});

export const useWords = (): Words => useContext(WordsContext);
