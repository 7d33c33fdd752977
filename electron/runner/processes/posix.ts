import type { Identity, Processes, ProcessInfo } from './port.ts';
import { groupLives, signal } from './signal.ts';

/** Runs a program of the system and gives what it printed; undefined when it failed. */
export type Ask = (file: string, args: readonly string[]) => Promise<string | undefined>;

const columns = ['-o', 'pid=,ppid=,pgid=,state=,lstart='] as const;
const english = { LC_ALL: 'C' };

/** Processes as `ps` shows them (macOS and other POSIX systems); start times are whole seconds. */
export function posixProcesses(ask: Ask): Processes {
  const look = async (pid: number) => parsePs((await ask('ps', ['-p', String(pid), ...columns])) ?? '')[0];
  return {
    startOf: async (pid) => (await look(pid))?.startedAt ?? null,
    list: async () => {
      const [found, commands] = await Promise.all([
        ask('ps', ['-ax', ...columns]),
        ask('ps', ['-axEww', '-o', 'pid=,command=']),
      ]);
      const runIds = parseRunIds(commands ?? '');
      return parsePs(found ?? '').map((process) => ({ ...process, runId: runIds.get(process.pid) ?? null }));
    },
    groupLives,
    end: async (process: Identity, how) => {
      if ((await look(process.pid))?.startedAt === process.startedAt) signal(process.pid, how);
    },
  };
}

/** Environment that `ps` needs so that its dates can be compared. */
export const psEnvironment = english;

/** `pid ppid pgid state lstart`, such as `  17     1    17 Ss   Mon Nov 23 09:00:00 2026`; the dead are left out. */
export function parsePs(text: string): ProcessInfo[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, pid, parent, group, , startedAt = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), startedAt, runId: null }];
  });
}

/** `pid command environment`; macOS shows the environment of one's own processes with -E. */
export function parseRunIds(text: string): Map<number, string> {
  const found = text.split('\n').flatMap((line): [number, string][] => {
    const match = /^\s*(\d+)\s.*\sBELFRY_RUN_ID=(\S+)/.exec(line);
    return match ? [[Number(match[1]), match[2] ?? '']] : [];
  });
  return new Map(found);
}
