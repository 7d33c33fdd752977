// The processes of this machine (/proc on Linux, `ps` on other POSIX systems, WMI on Windows), and how those of runs are ended.
import { execa } from 'execa';
import { type Clock, pause } from '../../shared/index.ts';
import {
  groupLives,
  type Identity,
  linuxProcesses,
  type Processes,
  type ProcessInfo,
  signal,
} from './linux-processes.ts';

/** The processes that belong to a run: those that carry its id, its leader, the leader's group, and all their children. */
export function membersOf(
  all: readonly ProcessInfo[],
  runIds: ReadonlySet<string>,
  leader?: Identity,
): ProcessInfo[] {
  const present = all.find((process) => process.pid === leader?.pid);
  // Another process with the leader's pid means that the leader has ended, and its group number is free too.
  const mine = leader && (!present || present.startedAt === leader.startedAt) ? leader.pid : undefined;
  const members = new Set(
    all.filter(
      (process) =>
        (process.runId !== null && runIds.has(process.runId)) ||
        (mine !== undefined && (process.pid === mine || process.group === mine)),
    ),
  );
  const byParent = Map.groupBy(all, (process) => process.parent);
  for (const member of members) for (const child of byParent.get(member.pid) ?? []) members.add(child);
  return [...members];
}

/** The processes of runs: those that carry one of the run ids, or belong to the leader. */
export type Tree = { runIds: ReadonlySet<string>; leader?: Identity; since?: Identity };

/** Once processes are killed, those that keep forking are killed for at most this long, in milliseconds. */
const killTime = 1500;
/** Where each listing takes long, they are killed this many times all the same. */
const leastKills = 3;
const firstPause = 20;
const longestPause = 160;

/**
 * Ends all processes of runs: signals them to end, waits up to `graceMs`, then kills them until none is left.
 * Resolves with the pids that it had to end.
 */
export async function endTree(
  { processes, clock }: { processes: Processes; clock: Clock },
  tree: Tree,
  graceMs: number,
): Promise<number[]> {
  const members = async () => membersOf(await processes.list(tree.since), tree.runIds, tree.leader);
  const ended = new Set<number>();
  const asked = new Set<string>();
  const start = clock.monotonic();
  let kills = 0;
  for (let wait = firstPause; ; wait = Math.min(wait * 2, longestPause)) {
    const alive = await members();
    const elapsed = clock.monotonic() - start;
    const isTimeOver = elapsed > graceMs + killTime && kills >= leastKills;
    if (alive.length === 0 || isTimeOver) return [...ended];
    const force = elapsed >= graceMs;
    if (force) kills += 1;
    const due = force ? alive : alive.filter((process) => !asked.has(nameOf(process)));
    for (const process of due) {
      ended.add(process.pid);
      asked.add(nameOf(process));
    }
    await Promise.all(due.map((process) => processes.end(process, force ? 'force' : 'polite')));
    await pause(clock, force ? firstPause : Math.min(wait, Math.max(1, graceMs - elapsed)));
  }
}

function nameOf({ pid, startedAt }: ProcessInfo): string {
  return `${pid} ${startedAt}`;
}

/** Time-out of a program of the system, in milliseconds. */
const timeout = 10_000;

const ask: Ask = async (file, args) => {
  const { failed, stdout } = await execa(file, [...args], {
    env: psEnvironment,
    reject: false,
    stdin: 'ignore',
    timeout,
  });
  return failed ? undefined : stdout;
};

/** The processes of this machine. */
export function systemProcesses(platform: NodeJS.Platform): Processes {
  if (platform === 'linux') return linuxProcesses();
  return platform === 'win32' ? windowsProcesses(ask) : posixProcesses(ask);
}

/** Runs a program of the system and resolves with its output; undefined when it failed. */
type Ask = (file: string, args: readonly string[]) => Promise<string | undefined>;

const columns = ['-o', 'pid=,ppid=,pgid=,state=,lstart='] as const;
const english = { LC_ALL: 'C' };

/** Processes as `ps` shows them (macOS and other POSIX systems); start times are whole seconds. */
export function posixProcesses(ask: Ask): Processes {
  const find = async (pid: number) => parsePs((await ask('ps', ['-p', String(pid), ...columns])) ?? '')[0];
  return {
    startOf: async (pid) => (await find(pid))?.startedAt ?? null,
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
      if ((await find(process.pid))?.startedAt === process.startedAt) signal(process.pid, how);
    },
  };
}

/** Makes `ps` print dates in one language, so that they can be compared. */
const psEnvironment = english;

/** `pid ppid pgid state lstart`, such as `  17     1    17 Ss   Mon Nov 23 09:00:00 2026`; zombies are left out. */
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
 * Processes as WMI shows them. Windows shows neither process groups nor the environment of other processes, so a run's
 * processes are its leader and the leader's descendants; `taskkill /T` misses a descendant whose parent has ended.
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

/** `pid,parent,creation` per line. A parent that is younger than its child only has the pid of the real one, which has ended. */
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
