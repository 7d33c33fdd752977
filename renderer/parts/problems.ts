import type { z } from 'zod';
import { problemsOf } from '../../shared/index.ts';

/** The first mistake of each field of a form, by the field's first name: `env.A B` counts for `env`. */
export function firstProblems(checked: z.ZodSafeParseResult<unknown>): Record<string, string> {
  if (checked.success) return {};
  const found: Record<string, string> = {};
  for (const { field, message } of problemsOf(checked.error)) {
    const name = field.split(/[.[]/)[0] ?? '';
    const text =
      field === name ? `This ${message}.` : `${field.slice(name.length).replace(/^\./, '')} ${message}.`;
    found[name] ??= text;
  }
  return found;
}
