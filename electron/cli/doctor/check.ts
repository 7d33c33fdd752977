/** One finding of `belfry doctor`; `remedy` says what to do about it, null when there is nothing to do. */
export type Check = {
  name: string;
  status: 'ok' | 'warning' | 'problem';
  found: string;
  remedy: string | null;
};

/** Works as it should. */
export function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, remedy: null };
}

/** Works, but not all of it or not for long. */
export function warning(name: string, found: string, remedy: string): Check {
  return { name, status: 'warning', found, remedy };
}

/** Keeps Belfry from working. */
export function problem(name: string, found: string, remedy: string): Check {
  return { name, status: 'problem', found, remedy };
}

/** Whether a version such as `24.21.0` is at least another one. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string) => text.split('.').map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  const difference = want.map((part, i) => (have[i] ?? 0) - part).find((part) => part !== 0) ?? 0;
  return difference >= 0;
}
