import { execa } from 'execa';
import { groupLives, linuxProcesses, signal } from './linux.ts';
import type { Identity, Processes, ProcessInfo } from './process-tree.ts';

/** A question to the system that takes longer than this, in milliseconds, is given up. */
const patience = 10_000;

const ask: Ask = async (file, args) => {
  const { failed, stdout } = await execa(file, [...args], {
    env: psEnvironment,
    reject: false,
    stdin: 'ignore',
    timeout: patience,
  });
  return failed ? undefined : stdout;
};

/** Processes of the machine that this runs on. */
export function systemProcesses(platform: NodeJS.Platform): Processes {
  if (platform === 'linux') return linuxProcesses();
  return platform === 'win32' ? windowsProcesses(ask) : posixProcesses(ask);
}

/** Runs a program of the system and gives what it printed; undefined when it failed. */
type Ask = (file: string, args: readonly string[]) => Promise<string | undefined>;

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
const psEnvironment = english;

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

const script =
  'Get-CimInstance Win32_Process | ForEach-Object { "{0},{1},{2}" -f $_.ProcessId, $_.ParentProcessId, $_.CreationDate.ToFileTimeUtc() }';

/**
 * Processes as WMI shows them. Windows tells neither groups nor the environment of others, so a run's processes are
 * its leader and the leader's descendants; a descendant whose parent has ended is found by `taskkill /T` no more.
 */
export function windowsProcesses(ask: Ask): Processes {
  const list = async () =>
    parseCim((await ask('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script])) ?? '');
  return {
    startOf: async (pid) => (await list()).find((process) => process.pid === pid)?.startedAt ?? null,
    list,
    groupLives: () => false,
    end: async ({ pid, startedAt }, how) => {
      const there = (await list()).find((process) => process.pid === pid);
      if (there?.startedAt !== startedAt) return;
      await ask('taskkill.exe', ['/PID', String(pid), '/T', ...(how === 'force' ? ['/F'] : [])]);
    },
  };
}

/** `pid,parent,creation` per line. A child older than its parent has inherited the pid of a dead one: no child at all. */
export function parseCim(text: string): ProcessInfo[] {
  const all = text.split(/\r?\n/).flatMap((line): ProcessInfo[] => {
    const match = /^(\d+),(\d+),(\d+)$/.exec(line.trim());
    if (!match) return [];
    const [, pid, parent, startedAt = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), group: 0, startedAt, runId: null }];
  });
  const starts = new Map(all.map((process) => [process.pid, BigInt(process.startedAt)]));
  return all.map((process) =>
    (starts.get(process.parent) ?? 0n) > BigInt(process.startedAt) ? { ...process, parent: 0 } : process,
  );
}
