import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** An Electron to test with, and the switches that this machine needs. */
export type Electron = { path: string; version: string; fallback: boolean; switches: string[] };

/** The repository's folder: what Electron is told to run. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

let found: Electron | undefined;

/** The Electron that `npm start` would use; `npm test` has looked it up already and hands it on. */
export function findElectron(): Electron {
  found ??= JSON.parse(process.env['BELFRY_TEST_ELECTRON'] ?? askRuntime()) as Electron;
  return found;
}

function askRuntime(): string {
  return execFileSync(process.execPath, [`${root}electron/dev/runtime.mjs`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
