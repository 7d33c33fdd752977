import { DatabaseSync } from 'node:sqlite';
import { machineZone } from '../../machine-zone.ts';
import type { Io } from '../io.ts';
import { type Check, isAtLeast, ok, problem, warning } from './check.ts';

/** Older ones carry an SQLite that can damage a database which two programs open (design §2). */
const leastNode = '24.15.0';
const leastSqlite = '3.51.3';

/** What this machine brings along: Node, SQLite, time zone, display. */
export function machineChecks(io: Io): Check[] {
  return [node(), sqlite(), zone(io), ...display(io)];
}

function node(): Check {
  const found = `Node ${process.versions.node}`;
  return isAtLeast(process.versions.node, leastNode)
    ? ok('node', found)
    : problem('node', found, `Use Node ${leastNode} or newer`);
}

function sqlite(): Check {
  const database = new DatabaseSync(':memory:');
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  database.close();
  return isAtLeast(version, leastSqlite)
    ? ok('sqlite', `SQLite ${version}`)
    : problem('sqlite', `SQLite ${version}`, `Use Node ${leastNode} or newer, which brings ${leastSqlite}`);
}

function zone({ timezone, env }: Io): Check {
  const { problem: wrong } = machineZone(env);
  return wrong ? warning('time zone', wrong.message, 'Correct the variable TZ') : ok('time zone', timezone);
}

function display({ env }: Io): Check[] {
  if (process.platform !== 'linux') return [];
  if (env['DISPLAY'] || env['WAYLAND_DISPLAY'])
    return [ok('display', 'There is one: the desktop application can run')];
  return [warning('display', 'There is none: no window, no tray', 'Use the headless host: belfry run')];
}
