import type { Settings } from '../../shared/index.ts';

const key = 'belfry.theme';

/** Draws the window as the setting says; kept on this machine so that the next start does not flash. */
export function applyTheme(theme: Settings['theme']): void {
  window.localStorage.setItem(key, theme);
  draw(theme);
}

/** Draws the window as it was drawn last, and follows the system from then on. */
export function startTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', () => draw(stored()));
  draw(stored());
}

function stored(): Settings['theme'] {
  const found = window.localStorage.getItem(key);
  return found === 'light' || found === 'dark' ? found : 'system';
}

function draw(theme: Settings['theme']): void {
  const dark =
    theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}
