import { createContext, useContext } from 'react';
import { browserZone, isZone } from '../lib/times';
import { first as firstEnglish } from './en/first';
import type { rest } from './en/rest';

// Every text of the console, by area. Keys are typed: a language that lacks one does not compile.
type English = typeof firstEnglish & typeof rest;

/** A text, or one per plural form of the parameter `n`. */
export type Text = string | { one: string; other: string };
export type Key = keyof English;
/** The texts of a language that have come so far. */
export type Catalog = Partial<Record<Key, Text>>;
/** `pseudo` is English with other letters and more of them: it shows texts that no catalog holds. */
export type Language = 'en' | 'de' | 'pseudo';

type Holes<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type Flat<T> = T extends string ? T : T extends { other: infer O } ? O : never;
type Needs<K extends Key> = Holes<Flat<English[K]>>;
/** Parameters a text needs: none, or an object with each of its names. */
export type Params<K extends Key> = [Needs<K>] extends [never]
  ? English[K] extends string
    ? []
    : [{ n: number }]
  : [Record<Needs<K>, string | number> & (English[K] extends string ? unknown : { n: number })];

export type Translate = <K extends Key>(key: K, ...params: Params<K>) => string;

export function translator(catalog: Catalog, locale: string): Translate {
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (key, ...params) => {
    const values = (params[0] ?? {}) as Record<string, string | number>;
    const entry = catalog[key];
    if (entry === undefined) {
      console.error(`no text for ${key}`);
      return key;
    }
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

export const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE', pseudo: 'en-GB' };

/** The stored choice, else the browser's first language that we have. */
export function chosenLanguage(): Language {
  const stored = localStorage.getItem('coffer.language');
  if (stored === 'en' || stored === 'de' || stored === 'pseudo') return stored;
  return navigator.languages.some((tag) => tag.startsWith('de')) && !navigator.languages[0]?.startsWith('en')
    ? 'de'
    : 'en';
}

export function chosenZone(): string {
  const stored = localStorage.getItem('coffer.zone');
  return stored && isZone(stored) ? stored : browserZone();
}

/** The texts in use; more come with the pages that need them. */
let texts: Catalog = { ...firstEnglish };
let language: Language = 'en';
/** The texts beyond the first page, once one of those pages was asked for. */
let whole: Promise<unknown> | undefined;

async function read(wanted: Language, all: boolean): Promise<Catalog> {
  const folder = wanted === 'de' ? 'de' : 'en';
  const [first, others] = await Promise.all([
    folder === 'de' ? import('./de/first').then((module) => module.first) : firstEnglish,
    all
      ? (folder === 'de' ? import('./de/rest') : import('./en/rest')).then((module) => module.rest)
      : undefined,
  ]);
  const catalog: Catalog = { ...first, ...others };
  return wanted === 'pseudo' ? (await import('./pseudo')).pseudo(catalog) : catalog;
}

/** Words of the first page; with those of all others once one of them was asked for. */
export async function loadWords(wanted: Language): Promise<Words> {
  const all = whole !== undefined;
  let catalog = await read(wanted, all);
  if (whole && !all) catalog = await read(wanted, true);
  texts = catalog;
  language = wanted;
  const locale = locales[wanted];
  return { t: translator(texts, locale), language: wanted, locale, zone: chosenZone() };
}

/** A page or dialog beyond the first page: its texts come with it. */
export async function withTexts<T>(page: Promise<T>): Promise<T> {
  const into = texts;
  whole ??= read(language, true).then(
    (catalog) => Object.assign(into, catalog),
    (error: unknown) => {
      whole = undefined;
      throw error;
    },
  );
  const [module] = await Promise.all([page, whole]);
  return module;
}

export const WordsContext = createContext<Words>({
  t: translator(texts, 'en-GB'),
  language: 'en',
  locale: 'en-GB',
  zone: 'UTC',
});

export const useWords = (): Words => useContext(WordsContext);
