import { z } from 'zod';

/** The keys that `schema` knows at `path` of `input` (which decides between the branches of a union); [] when free. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const inner = unwrap(schema, input);
  const [step, ...rest] = path;
  if (step === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const next = child(inner, step);
  return next ? knownKeys(next, rest, childOf(input, step)) : [];
}

function child(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodArray) return schema.def.element;
  if (schema instanceof z.ZodRecord) return schema.def.valueType;
  return undefined;
}

/** What lies under defaults and the like; of a union, the branch whose fixed values (`type`) the input has. */
function unwrap(schema: z.core.$ZodType, input: unknown): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  )
    return unwrap(schema.def.innerType, input);
  if (schema instanceof z.ZodUnion) {
    const branch = schema.def.options.find((option) => fits(option, input));
    return branch ? unwrap(branch, input) : schema;
  }
  return schema;
}

function fits(option: z.core.$ZodType, input: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return false;
  return Object.entries(option.shape).every(
    ([key, field]) =>
      !(field instanceof z.ZodLiteral) || field.def.values.includes(literal(childOf(input, key))),
  );
}

function literal(value: unknown): z.core.util.Literal {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
