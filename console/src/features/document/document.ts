// The API's document, as far as the viewer reads it (OpenAPI 3.1).
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../api/client';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}
type Content = Record<string, { schema?: Schema }>;
interface Raw {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
}
export interface Document {
  info: { title: string; version: string };
  paths: Record<string, Record<string, Raw>>;
  components?: { schemas?: Record<string, Schema> };
}
export interface Operation extends Raw {
  /** "get /v3/{project_id}/vaults": what an address names. */
  id: string;
  method: string;
  path: string;
  tag: string;
}

export const documentQuery = queryOptions({
  queryKey: ['document'] as const,
  queryFn: ({ signal }) => call<Document>('GET', '/openapi.json', undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations by tag, tags in order. */
export function operationsOf(document: Document): Operation[] {
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const raw = item[method];
      return raw ? [{ ...raw, id: `${method} ${path}`, method, path, tag: raw.tags?.[0] ?? '' }] : [];
    }),
  );
  // The service's own order within a tag.
  return found.toSorted((a, b) => a.tag.localeCompare(b.tag));
}

/** Those that hold every word in their method, path, name or summary. */
export function matching(operations: readonly Operation[], text: string): Operation[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter((each) => {
    const all = [each.id, each.operationId, each.summary, each.description, each.tag].join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export const nameOfRef = (ref: string): string => ref.split('/').at(-1) ?? ref;

/** What a reference means; the schema itself where it is none. */
export function resolve(document: Document, schema: Schema): Schema {
  return schema.$ref ? (document.components?.schemas?.[nameOfRef(schema.$ref)] ?? {}) : schema;
}

/** A type in a few words: "string", "Vault[]", "integer or null". */
export function typeWord(schema: Schema): string {
  if (schema.$ref) return nameOfRef(schema.$ref);
  const parts = schema.oneOf ?? schema.anyOf;
  if (parts) return parts.map(typeWord).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeWord).join(' & ');
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : ['any'];
  return types
    .map((type) => (type === 'array' ? `${schema.items ? typeWord(schema.items) : 'any'}[]` : type))
    .join(' | ');
}

/** Limits of a value: "1 to 64 characters", its pattern, its words. */
export function limitsOf(schema: Schema): string {
  const range = (low: number | undefined, high: number | undefined, unit: string) =>
    low === undefined && high === undefined ? [] : [`${low ?? ''}…${high ?? ''}${unit ? ` ${unit}` : ''}`];
  return [
    ...(schema.enum ? [schema.enum.map(String).join(' | ')] : []),
    ...range(schema.minimum, schema.maximum, ''),
    ...range(schema.minLength, schema.maxLength, 'chars'),
    ...range(schema.minItems, schema.maxItems, 'items'),
    ...(schema.pattern ? [schema.pattern] : []),
  ].join(', ');
}

/** The part of a schema that has properties of its own, if any: through lists and "or null". */
export function inner(document: Document, schema: Schema): Schema | null {
  const found = resolve(document, schema);
  if (found.properties || found.enum) return found;
  if (found.items) return inner(document, found.items);
  const parts = (found.oneOf ?? found.anyOf ?? found.allOf ?? []).filter((each) => each.type !== 'null');
  return parts.length === 1 && parts[0] ? inner(document, parts[0]) : null;
}
