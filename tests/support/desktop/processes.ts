import { readdirSync, readFileSync } from 'node:fs';

/** A living process, as /proc tells. */
export type Process = { pid: number; parent: number; command: string };

/** Every living process that works for this home: named in its command line or environment, or descended from such a one. */
export function processesOf(home: string): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => inspect(Number(name), home))
    .filter((found) => found !== undefined);
  const chosen = new Set(
    all.filter((found) => found.named && found.pid !== process.pid).map(({ pid }) => pid),
  );
  for (let grown = true; grown; ) {
    const more = all.filter(({ pid, parent }) => chosen.has(parent) && !chosen.has(pid));
    grown = more.length > 0;
    for (const { pid } of more) chosen.add(pid);
  }
  return all
    .filter(({ pid }) => chosen.has(pid))
    .map(({ pid, parent, command }) => ({ pid, parent, command }));
}

function inspect(pid: number, home: string): (Process & { named: boolean }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything, so read behind its last bracket: state, parent, …
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return {
      pid,
      parent: Number(parent),
      command,
      named: command.includes(home) || environment.includes(home),
    };
  } catch {
    return undefined; // It ended while we looked, or belongs to somebody else.
  }
}
