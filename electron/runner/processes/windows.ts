import type { Processes, ProcessInfo } from './port.ts';
import type { Ask } from './posix.ts';

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
