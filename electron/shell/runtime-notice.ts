/** The oldest Electron whose SQLite is safe for two programs (design §2: at least 3.51.3). */
const oldestElectron = 42;

/** What to say on the screen when Belfry runs on an Electron that is for development only, or null. */
export function runtimeNotice(version: string): string | null {
  const major = Number(version.split('.')[0]);
  if (major >= oldestElectron) return null;
  return `Development runtime Electron ${version}: old, not for everyday use`;
}
