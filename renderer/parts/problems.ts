import type { Problem } from '../../shared/index.ts';

/** What `check` of shared gives. */
type Checked = { ok: true } | { ok: false; problems: readonly Problem[] };

/** The first mistake of each field of a form, by the field's first name: `env.A B` counts for `env`. */
export function firstProblems(checked: Checked): Record<string, string> {
  if (checked.ok) return {};
  const found: Record<string, string> = {};
  for (const { field, message } of checked.problems) {
    const name = field.split(/[.[]/)[0] ?? '';
    const inside = field.slice(name.length).replace(/^\./, '');
    found[name] ??= inside === '' ? `This ${message}.` : `${inside} ${message}.`;
  }
  return found;
}
