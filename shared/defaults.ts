import { z } from 'zod';

/**
 * `value` without the keys that hold their schema's default: what the user would have written.
 * Works through objects, lists and unions; `schema.parse` of the result gives `value` again.
 */
export function withoutDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return withoutDefaults(schema.def.innerType, value);
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return value === null || value === undefined ? value : withoutDefaults(schema.def.innerType, value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => withoutDefaults(schema.def.element, item));
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const option = schema.def.options.find((candidate) => z.safeParse(candidate, value).success);
    return option ? withoutDefaults(option, value) : value;
  }
  if (schema instanceof z.ZodObject && isObject(value)) return trimObject(schema, value);
  return value;
}

function trimObject(schema: z.ZodObject, value: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(value).filter(([key, item]) => {
    const field: unknown = schema.shape[key];
    return item !== undefined && !(field instanceof z.ZodDefault && same(field.def.defaultValue, item));
  });
  return Object.fromEntries(
    entries.map(([key, item]) => {
      const field = schema.shape[key];
      return [key, field ? withoutDefaults(field, item) : item];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => same(a[key], b[key]));
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  return Object.is(a, b);
}
