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

/** The first mistake at a place such as `rule.weekdays` or inside it, as a sentence; undefined when there is none. */
export function problemAt(problems: readonly Problem[], place: string): string | undefined {
  const found = problems.find(
    ({ field }) => field === place || (/^[.[]/.test(field.slice(place.length)) && field.startsWith(place)),
  );
  if (!found) return undefined;
  const inside = found.field.slice(place.length).replace(/^(?:\[\d+\])?\.?/, '');
  return inside === '' ? `This ${found.message}.` : `${inside} ${found.message}.`;
}
