// Search parameters: flat texts, several of one name as a repetition, so that addresses stay
// readable: /servers?q=web&status=ACTIVE&status=ERROR&sort=-created_at

export type RawSearch = Record<string, string | string[] | undefined>;

export function parseSearch(text: string): RawSearch {
  const found: RawSearch = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '' && one !== false) parts.append(name, String(one));
    }
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}

/** The text of a parameter; the first of several. */
export const text = (value: unknown): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== ''
    ? first
    : typeof first === 'number'
      ? String(first)
      : undefined;
};
/** All texts of a parameter. */
export const texts = (value: unknown): string[] | undefined => {
  const all = (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
  return all.length ? all : undefined;
};
/** A whole number not below zero. */
export const count = (value: unknown): number | undefined => {
  const number = Number(text(value));
  return Number.isInteger(number) && number >= 0 && text(value) !== undefined ? number : undefined;
};

/** What every list keeps in its address. */
export interface ListSearch {
  q?: string | undefined;
  sort?: string | undefined;
  /** Marker of the page; absent on the first. */
  after?: string | undefined;
  /** Rows before this page. */
  at?: number | undefined;
  limit?: number | undefined;
  /** Property to wanted values. */
  [property: string]: string | string[] | number | undefined;
}

/** Validates the parameters of a list whose filter has these properties. */
export function listSearch(properties: readonly string[]) {
  return (raw: Record<string, unknown>): ListSearch => {
    const found: ListSearch = {};
    const set = (name: string, value: string | string[] | number | undefined) => {
      if (value !== undefined) found[name] = value;
    };
    set('q', text(raw.q));
    set('sort', text(raw.sort));
    set('after', text(raw.after));
    set('at', count(raw.at));
    set('limit', count(raw.limit));
    for (const name of properties) set(name, texts(raw[name]));
    return found;
  };
}
