// What a process is, and those of Linux. The helper loads this, so it imports nothing but Node.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Identifies a process; a later one with the same pid has another start time. */
export type Identity = { pid: number; startedAt: string };

/** A process as the system listed it. */
export type ProcessInfo = Identity & {
  parent: number;
  /** Process group; 0 where there are none. */
  group: number;
  /** BELFRY_RUN_ID of its environment; null where it has none or the system does not show it. */
  runId: string | null;
};

/** The processes of the operating system; one implementation per platform. */
export type Processes = {
  /** Start time of a child process, or null when it has ended. */
  startOf(pid: number): Promise<string | null>;
  /** All living processes that may be signalled; with `since`, those that started before that process may be left out. */
  list(since?: Identity): Promise<ProcessInfo[]>;
  /** Whether a process group led by `pid` still has living members; false where there are no groups. */
  groupLives(pid: number): boolean;
  /** Asks (`polite`) or forces a process to end; a process that is gone or was replaced is left alone. */
  end(process: Identity, how: 'polite' | 'force'): Promise<void>;
};

const marker = 'BELFRY_RUN_ID=';

/** Processes read before other work of the event loop gets its turn. */
const perTurn = 40;

/** Processes as /proc shows them (Linux, `man 5 proc`); start times are clock ticks since this boot. */
export function linuxProcesses(): Processes {
  const boot = bootId();
  const stat = (pid: number) => readStat(pid, boot);
  return {
    startOf: async (pid) => stat(pid)?.startedAt ?? null,
    list: shareListing(async (since) => {
      const found: ProcessInfo[] = [];
      const pids = readdirSync('/proc').filter((name) => name >= '0' && name <= '9~');
      for (const [index, pid] of pids.entries()) {
        if (index % perTurn === perTurn - 1) await new Promise((resolve) => setImmediate(resolve));
        const process = stat(Number(pid));
        if (process && !isOlder(process, since)) found.push({ ...process, runId: runIdOf(process.pid) });
      }
      return found;
    }),
    groupLives,
    end: async (process, how) => {
      if (stat(process.pid)?.startedAt === process.startedAt) signal(process.pid, how);
    },
  };
}

/** `/proc/PID/stat`; undefined for a process that has ended, or is a zombie (state Z). */
function readStat(pid: number, boot: string): Omit<ProcessInfo, 'runId'> | undefined {
  const stat = read(`/proc/${pid}/stat`)?.toString('latin1');
  if (!stat) return undefined;
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), group: Number(group), startedAt: `${boot}:${fields[19]}` };
}

function runIdOf(pid: number): string | null {
  const environ = read(`/proc/${pid}/environ`);
  let at = environ?.indexOf(marker) ?? -1;
  while (environ && at >= 0) {
    if (at === 0 || environ[at - 1] === 0) {
      const end = environ.indexOf(0, at);
      return environ.toString('latin1', at + marker.length, end < 0 ? undefined : end);
    }
    at = environ.indexOf(marker, at + 1);
  }
  return null;
}

/** Undefined where the process has ended or belongs to another user. */
function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function isOlder(process: Identity, since: Identity | undefined): boolean {
  return since !== undefined && ticks(process) < ticks(since);
}

function ticks({ startedAt }: Identity): number {
  return Number(startedAt.slice(startedAt.indexOf(':') + 1));
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.toString('latin1').slice(0, 8) ?? 'boot';
}

type List = Processes['list'];

/** Runs that end together share a listing: a call that comes while one is under way waits for the next, which sees all. */
function shareListing(list: List): List {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<ProcessInfo[]> | undefined;
  let oldest: Identity | undefined;
  let everything = false;
  return (since) => {
    if (!since) everything = true;
    else if (!oldest || ticks(since) < ticks(oldest)) oldest = since;
    next ??= current.then(() => {
      const wanted = everything ? undefined : oldest;
      next = undefined;
      oldest = undefined;
      everything = false;
      const stat = list(wanted);
      current = stat.catch(() => undefined);
      return stat;
    });
    return next;
  };
}

/** Sends SIGTERM or SIGKILL; does nothing to a process that has ended or may not be signalled. */
export function signal(pid: number, how: 'polite' | 'force'): void {
  try {
    process.kill(pid, how === 'polite' ? 'SIGTERM' : 'SIGKILL');
  } catch {
    // ESRCH: it has ended. EPERM: it changed its user, and the next listing shows that it lives.
  }
}

/** Whether the group has any process left, zombies included. */
export function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
