import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { app } from 'electron';
import { autostartEntry, autostartFile } from './autostart.ts';
import { ownCommand } from './own-command.ts';

/** Starts Belfry, hidden, at login, or no longer; `home` is null for the usual home folder. */
export async function launchAtLogin(enabled: boolean, home: string | null): Promise<void> {
  const args = ['--hidden', ...(home === null ? [] : ['--home', home])];
  if (process.platform !== 'linux') {
    const [path = process.execPath, ...first] = ownCommand(args);
    app.setLoginItemSettings({ openAtLogin: enabled, path, args: first });
    return;
  }
  const id =
    home === null ? 'belfry' : `belfry-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  const file = autostartFile(process.env, homedir(), id);
  if (enabled) await writeWhole(file, autostartEntry(ownCommand(args)));
  else await rm(file, { force: true });
}

async function writeWhole(file: string, text: string): Promise<void> {
  if ((await readOrNothing(file)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // Not there yet, or unreadable: writing it will tell.
  }
}
